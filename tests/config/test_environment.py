from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from apps.config import environment


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://a@b/c", "must look like"),
        ("postgresql://a@b", "must look like"),
        ("postgresql://a@b:port/c", "port is no number"),
        ("weighbridge", "must look like"),
    ],
)
def test_a_wrong_database_url_is_named(url: str, said: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"DATABASE_URL.*{said}"):
        environment.database("DATABASE_URL", url)


def test_a_database_url_keeps_special_characters_and_options() -> None:
    got = environment.database("DATABASE_URL", "postgresql://me:p%40ss%2F@[::1]:5433/wb?sslmode=require")
    assert (got["PASSWORD"], got["HOST"], got["PORT"], got["NAME"]) == ("p@ss/", "::1", 5433, "wb")
    assert got["OPTIONS"] == {"application_name": "weighbridge", "sslmode": "require"}


@pytest.mark.parametrize(
    "url", ["http://mail", "smtp://", "smtp://mail/?tls=maybe", "smtp://mail:port/", "mail.example.org"]
)
def test_a_wrong_mail_url_is_named(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL"):
        environment.smtp(url)


@pytest.mark.parametrize(
    ("query", "port", "tls", "ssl"),
    [("", 25, False, False), ("?tls=starttls", 587, True, False), ("?tls=ssl", 465, False, True)],
)
def test_a_mail_url_gives_its_ports(query: str, port: int, tls: bool, ssl: bool) -> None:
    got = environment.smtp(f"smtp://me:p%40ss@mail.example/{query}")
    assert (got["EMAIL_PORT"], got["EMAIL_USE_TLS"], got["EMAIL_USE_SSL"]) == (port, tls, ssl)
    assert got["EMAIL_HOST_PASSWORD"] == "p@ss"


@pytest.mark.parametrize("text", ["0", "65536", "-1", "eight", "80.0", "８０"])
def test_a_wrong_port_is_named(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("PORT", text)
    with pytest.raises(ImproperlyConfigured, match="PORT must be a number between 1 and 65535"):
        environment.number("PORT", 8000, lowest=1, highest=65535)


def test_a_wrong_flag_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEIGHBRIDGE_DEBUG", "perhaps")
    with pytest.raises(ImproperlyConfigured, match="WEIGHBRIDGE_DEBUG must be 1 or 0, not “perhaps”"):
        environment.flag("WEIGHBRIDGE_DEBUG", default=True)


def test_a_value_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("from the file\n")
    monkeypatch.setenv("ANYTHING_FILE", str(file))
    assert environment.value("ANYTHING") == "from the file"
    monkeypatch.setenv("ANYTHING", "and from here")
    with pytest.raises(ImproperlyConfigured, match="ANYTHING and ANYTHING_FILE are both set"):
        environment.value("ANYTHING")


def test_a_file_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ANYTHING_FILE", str(tmp_path / "absent"))
    with pytest.raises(ImproperlyConfigured, match=r"ANYTHING_FILE: .*absent cannot be read"):
        environment.value("ANYTHING")


def test_the_key_is_made_once_and_only_for_its_owner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("WEIGHBRIDGE_SECRET_KEY", raising=False)
    home = tmp_path / "home"
    key = environment.secret_key(home, debug=True)
    assert len(key) > 50
    assert environment.secret_key(home, debug=True) == key
    assert (home / "secret-key").stat().st_mode & 0o777 == 0o600


def test_without_debug_a_key_must_be_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("WEIGHBRIDGE_SECRET_KEY", raising=False)
    with pytest.raises(ImproperlyConfigured, match="WEIGHBRIDGE_SECRET_KEY must be set"):
        environment.secret_key(tmp_path, debug=False)
    monkeypatch.setenv("WEIGHBRIDGE_SECRET_KEY", "short")
    with pytest.raises(ImproperlyConfigured, match="at least 32"):
        environment.secret_key(tmp_path, debug=False)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("", ""),
        ("https://hub.example.org/", "https://hub.example.org"),
        ("http://mirror:8080/hf", "http://mirror:8080/hf"),
    ],
)
def test_the_address_of_the_hub_may_be_empty(monkeypatch: pytest.MonkeyPatch, text: str, address: str) -> None:
    monkeypatch.setenv("WEIGHBRIDGE_HUB_URL", text)
    assert environment.base_address("WEIGHBRIDGE_HUB_URL", "https://default.example") == address
    monkeypatch.delenv("WEIGHBRIDGE_HUB_URL")
    assert environment.base_address("WEIGHBRIDGE_HUB_URL", "https://default.example") == "https://default.example"


@pytest.mark.parametrize(
    "text", ["ftp://hub", "hub.example.org", "https://", "https://me:secret@hub", "https://hub/?a=b"]
)
def test_a_wrong_address_of_the_hub_is_named(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("WEIGHBRIDGE_HUB_URL", text)
    with pytest.raises(ImproperlyConfigured, match="WEIGHBRIDGE_HUB_URL"):
        environment.base_address("WEIGHBRIDGE_HUB_URL", "")


def test_the_address_of_the_hub_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "hub").write_text("https://mirror.example.org/\n")
    monkeypatch.delenv("WEIGHBRIDGE_HUB_URL", raising=False)
    monkeypatch.setenv("WEIGHBRIDGE_HUB_URL_FILE", str(tmp_path / "hub"))
    assert environment.base_address("WEIGHBRIDGE_HUB_URL", "") == "https://mirror.example.org"
