"""The installation's settings from the environment: each `NAME`, or `NAME_FILE` with a file that holds the value."""

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def value(name: str, default: str = "") -> str:
    """The value of `name`. Raises `ImproperlyConfigured` when it is given twice or its file cannot be read."""
    plain, file = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if plain and file:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set; keep one.")
    if file:
        try:
            return Path(file).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE: {file} cannot be read ({error.strerror}).") from error
    return plain if plain else default


def flag(name: str, default: bool) -> bool:
    """A yes-or-no setting: 1 or 0, true or false, yes or no."""
    text = value(name, "1" if default else "0").lower()
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not “{text}”.")


def number(name: str, default: int, *, lowest: int, highest: int) -> int:
    """A whole number within bounds."""
    text = value(name, str(default))
    if not (text.isascii() and text.isdigit()) or not lowest <= int(text) <= highest:
        raise ImproperlyConfigured(f"{name} must be a number between {lowest} and {highest}, not “{text}”.")
    return int(text)


def home() -> Path:
    """The folder for everything that the installation keeps outside of the database."""
    default = "/var/lib/weighbridge" if os.geteuid() == 0 else str(Path(__file__).resolve().parents[2] / "var")
    return Path(value("WEIGHBRIDGE_HOME", default)).expanduser().resolve()


def secret_key(folder: Path, *, debug: bool) -> str:
    """The key of sessions and forms: given, or made once and kept in `folder` while DEBUG is on."""
    given = value("WEIGHBRIDGE_SECRET_KEY")
    if given:
        if len(given) < 32:
            raise ImproperlyConfigured("WEIGHBRIDGE_SECRET_KEY must have at least 32 characters.")
        return given
    if not debug:
        raise ImproperlyConfigured("WEIGHBRIDGE_SECRET_KEY must be set when WEIGHBRIDGE_DEBUG is 0.")
    file = folder / "secret-key"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48))
    return file.read_text().strip()


def database(name: str, url: str) -> dict[str, object]:
    """Django's settings for a PostgreSQL URL; the query may hold libpq's options such as `sslmode`."""
    parts = urlsplit(url)
    database_name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgres", "postgresql"} or not database_name:
        raise ImproperlyConfigured(f"{name} must look like postgresql://user:password@host:5432/database.")
    try:
        port = parts.port or 5432
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: the port is no number.") from error
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database_name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": port,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "weighbridge", **{key: texts[-1] for key, texts in query.items()}},
    }


def base_address(name: str, default: str) -> str:
    """The address of another server, without a slash at its end; empty turns it off."""
    off = os.environ.get(name) == "" and not os.environ.get(f"{name}_FILE")
    text = "" if off else value(name, default).rstrip("/")
    parts = urlsplit(text)
    if text and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.username):
        raise ImproperlyConfigured(f"{name} must look like https://hub.example.com, or be empty.")
    return text


def smtp(url: str) -> dict[str, object]:
    """Settings for `smtp://user:password@host:587/?tls=starttls`; `tls` is starttls, ssl or none."""
    parts = urlsplit(url)
    tls = parse_qs(parts.query).get("tls", ["none"])[-1]
    if parts.scheme != "smtp" or not parts.hostname or tls not in {"starttls", "ssl", "none"}:
        raise ImproperlyConfigured("EMAIL_URL must look like smtp://user:password@host:587/?tls=starttls (ssl, none).")
    try:
        port = parts.port or {"starttls": 587, "ssl": 465, "none": 25}[tls]
    except ValueError as error:
        raise ImproperlyConfigured("EMAIL_URL: the port is no number.") from error
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": tls == "starttls",
        "EMAIL_USE_SSL": tls == "ssl",
        "EMAIL_TIMEOUT": 20,
    }
