from pathlib import Path

import pytest

from apps.imports.knowledge import licences, reading
from tests.imports.knowledge import small


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Small knowledge files instead of the product's own."""
    small.write(tmp_path)
    monkeypatch.setattr(reading, "FILES", tmp_path)
    monkeypatch.setattr(licences, "FILES", tmp_path)
    return tmp_path
