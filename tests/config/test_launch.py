"""What `make` calls, as a process of its own."""

import json
import os
import socket
import subprocess
import sys
import tarfile
from pathlib import Path

import psycopg
import pytest

from apps.config.embedded import APP, OWNER, EmbeddedServer
from apps.config.launch import bootstrap, vendor
from apps.config.launch.lock import AlreadyRunning, alone
from apps.config.launch.preparing import compile_translations


def _launch(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "apps.config.launch", *arguments],
        env={**os.environ, "WEIGHBRIDGE_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_backup_can_be_restored_into_another_home(open_home: Path) -> None:
    first, second = open_home / "first", open_home / "second"
    server = EmbeddedServer(first, durable=False)
    server.start()
    with psycopg.connect(server.dsn(OWNER), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('日本')")
    (first / "files").mkdir()
    (first / "files" / "evidence.txt").write_text("seen")

    done = _launch(first, "backup")
    assert done.returncode == 0, done.stderr
    assert server.running, "a running house goes on running"
    server.stop()
    (tar,) = (first / "backups").glob("*.tar")
    assert tar.stat().st_mode & 0o777 == 0o600

    done = _launch(second, "restore", str(tar))
    assert done.returncode == 0, done.stderr
    assert (second / "files" / "evidence.txt").read_text() == "seen"
    restored = EmbeddedServer(second, durable=False)
    restored.start()
    try:
        with psycopg.connect(restored.dsn(APP), autocommit=True) as connection:
            assert connection.execute("SELECT word FROM kept").fetchone() == ("日本",)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("TRUNCATE kept")
    finally:
        restored.stop()


def test_what_is_no_backup_is_refused(tmp_path: Path, open_home: Path) -> None:
    foreign = tmp_path / "foreign.tar"
    with tarfile.open(foreign, "w"):
        pass
    for name, said in (("", "Which file"), (str(foreign), "no backup"), (__file__, "no backup")):
        done = _launch(open_home / "home", "restore", name)
        assert done.returncode == 1
        assert said in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["../escaped", "/escaped", "home/../../escaped", "home/link"])
def test_a_backup_reaches_nothing_outside(tmp_path: Path, open_home: Path, name: str) -> None:
    foreign = tmp_path / "foreign.tar"
    member = tarfile.TarInfo(name)
    if name.endswith("link"):
        member.type, member.linkname = tarfile.SYMTYPE, "/etc"
    with tarfile.open(foreign, "w") as tar:
        tar.addfile(member)
    done = _launch(open_home / "home", "restore", str(foreign))
    assert done.returncode == 1
    assert "no backup" in done.stderr
    assert not list(open_home.rglob("escaped"))


def test_nothing_to_keep_is_said(open_home: Path) -> None:
    done = _launch(open_home / "home", "backup")
    assert done.returncode == 1
    assert "There is nothing to keep" in done.stderr


def test_a_port_in_use_is_said_before_anything_is_started(open_home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = _launch(open_home / "home", "run", PORT=port)
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in done.stderr
    assert not (open_home / "home" / "postgres").exists()


def test_a_wrong_setting_is_one_line(open_home: Path) -> None:
    done = _launch(open_home / "home", "run", PORT="http")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "PORT must be a number" in done.stderr


def test_a_home_has_one_house(tmp_path: Path) -> None:
    with alone(tmp_path, "http://127.0.0.1:8000"):
        with pytest.raises(AlreadyRunning, match=r"at http://127\.0\.0\.1:8000"), alone(tmp_path):
            pass
        done = _launch(tmp_path, "run")
        assert done.returncode == 1
        assert f"process {os.getpid()}" in done.stderr
    with alone(tmp_path):
        pass


def test_front_end_files_are_copied_as_listed(tmp_path: Path) -> None:
    package = tmp_path / "node_modules" / "@some" / "kit"
    (package / "fonts").mkdir(parents=True)
    (package / "kit.css").write_text("a{}")
    (package / "fonts" / "one.woff2").write_text("font")
    (tmp_path / "static" / "vendor" / "old").mkdir(parents=True)
    listed = {"@some/kit/kit.css": "kit/kit.css", "@some/kit/fonts": "kit/fonts"}
    (tmp_path / "static" / "vendor.json").write_text(json.dumps(listed))
    assert vendor.copy_vendor(tmp_path) == 2
    found = sorted(
        str(path.relative_to(tmp_path / "static" / "vendor")) for path in tmp_path.glob("static/vendor/**/*")
    )
    assert found == ["kit", "kit/fonts", "kit/fonts/one.woff2", "kit/kit.css"]


@pytest.mark.parametrize("target", ["../escaped.css", "/escaped.css"])
def test_front_end_files_stay_in_their_folder(tmp_path: Path, target: str) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "vendor.json").write_text(json.dumps({"kit.css": target}))
    with pytest.raises(ValueError, match="lies outside"):
        vendor.copy_vendor(tmp_path)


def test_translations_are_compiled_once(tmp_path: Path) -> None:
    folder = tmp_path / "locale" / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Bridge"\nmsgstr "Brücke"\n'
    )
    assert compile_translations(tmp_path) == [folder / "django.mo"]
    assert "Brücke".encode() in (folder / "django.mo").read_bytes()
    assert compile_translations(tmp_path) == []


def test_the_bootstrap_names_missing_packages_with_one_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "_loads", lambda library: "pangoft2" not in library)
    monkeypatch.setattr(bootstrap, "_has_cjk_font", lambda: False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(bootstrap.Unprepared) as caught:
        bootstrap._system_packages(dev=False)
    assert "apt-get install --no-install-recommends libpangoft2-1.0-0 fonts-wqy-microhei" in str(caught.value)


def test_the_bootstrap_needs_a_recent_python(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 1))
    assert bootstrap.main([]) == 1
    assert "needs Python 3.11 or newer" in capsys.readouterr().err
