"""`python -m apps.config.launch COMMAND`: run, prepare, messages, backup, restore. `make help` explains them."""

import sys

from django.core.exceptions import ImproperlyConfigured

from apps.config.embedded import EmbeddedServerError
from apps.config.launch import archive, messages, preparing, running
from apps.config.launch.lock import AlreadyRunning

COMMANDS = ("run", "prepare", "messages", "backup", "restore FILE")


def main(arguments: list[str]) -> int:
    """Do what the first argument says; what cannot be done is said in one line instead of a traceback."""
    try:
        match arguments:
            case ["run"]:
                return running.run()
            case ["prepare"]:
                preparing.compile_translations()
            case ["messages"]:
                messages.update()
            case ["backup"]:
                print(f"Kept in {archive.backup()}")
            case ["restore", file]:
                archive.restore(file)
                print("Restored. Start with: make run")
            case _:
                print(f"Usage: python -m apps.config.launch {' | '.join(COMMANDS)}", file=sys.stderr)
                return 2
    except (running.CannotRun, AlreadyRunning, archive.CannotKeep, EmbeddedServerError, ImproperlyConfigured) as error:
        print(f"weighbridge: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
