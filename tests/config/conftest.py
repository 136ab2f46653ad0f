import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def open_home() -> Iterator[Path]:
    """A folder that the server's system user may enter: pytest's own are closed to others."""

    folder = Path(tempfile.mkdtemp(prefix="weighbridge-embedded-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
