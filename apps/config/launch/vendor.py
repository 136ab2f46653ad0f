"""Copies what the pages use out of `node_modules` to `static/vendor`, as `static/vendor.json` says.

The file maps a path in `node_modules`, a file or a whole folder, to a path in `static/vendor`.
"""

import json
import re
import shutil
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
_MAP = re.compile(rb"\n?(/\*|//)# sourceMappingURL=[^\n]*")
"""Names a file for debuggers that is not copied; the storage of static files would look for it and fail."""


def copy_vendor(repository: Path) -> int:
    """Make `static/vendor` anew; the number of entries. Raises `FileNotFoundError` for a path that no package has."""
    wanted: dict[str, str] = json.loads((repository / "static" / "vendor.json").read_text())
    target = repository / "static" / "vendor"
    shutil.rmtree(target, ignore_errors=True)
    for source_name, target_name in wanted.items():
        source, place = repository / "node_modules" / source_name, target / target_name
        if not place.resolve().is_relative_to(target.resolve()):
            raise ValueError(f"static/vendor.json: {target_name} lies outside of static/vendor")
        place.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, place, dirs_exist_ok=True)
        else:
            place.write_bytes(_MAP.sub(b"", source.read_bytes()))
    return len(wanted)


if __name__ == "__main__":
    copy_vendor(REPOSITORY)
