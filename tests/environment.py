"""Loaded before Django's settings: tests get a home and an environment of their own, whatever the shell has set."""

import os
import tempfile
from pathlib import Path

OWN = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "CELERY_BROKER_URL",
    "EMAIL_URL",
    "EMAIL_FROM",
    "HOST",
    "PORT",
    "WEIGHBRIDGE_ALLOWED_HOSTS",
    "WEIGHBRIDGE_BASE_URL",
    "WEIGHBRIDGE_DEBUG",
    "WEIGHBRIDGE_DEMO",
    "WEIGHBRIDGE_HOME",
    "WEIGHBRIDGE_HUB_URL",
    "WEIGHBRIDGE_LISTS",
    "WEIGHBRIDGE_PROXY",
    "WEIGHBRIDGE_SECRET_KEY",
    "WEIGHBRIDGE_TIME_ZONE",
)

if "PYTEST_XDIST_WORKER" not in os.environ:
    for name in OWN:
        os.environ.pop(name, None)
        os.environ.pop(f"{name}_FILE", None)
    os.environ["WEIGHBRIDGE_HUB_URL"] = ""  # no test goes out
    kept = os.environ.get("WEIGHBRIDGE_TEST_HOME")
    home = Path(kept) if kept else Path(tempfile.gettempdir()) / f"weighbridge-test-{os.getpid()}"
    os.environ["WEIGHBRIDGE_TEST_SERVER"] = str(home)
    os.environ["WEIGHBRIDGE_HOME"] = str(home / "files")
    os.environ["WEIGHBRIDGE_SECRET_KEY"] = "only-for-tests-" + "0" * 32
