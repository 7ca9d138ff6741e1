"""Files that others can read or change."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from fillgate.service.doctor.diagnosis import Diagnosis
from fillgate.service.doctor.files import check_files
from fillgate.service.doctor.patient import Patient
from tests.configuration import SECRET
from tests.service.doctor.conftest import patient, told


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder as fillgate makes it."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    for name in ("journal.db", "webhook-secret"):
        file = folder / name
        file.touch(mode=0o600)
    return folder


def looked_at(subject: Patient) -> str:
    return told(asyncio.run(examined(subject)))


async def examined(subject: Patient) -> Sequence[Diagnosis]:
    return await check_files(subject)


def said(folder: Path, text: str = "") -> str:
    return looked_at(patient(folder, text))


def test_a_folder_as_fillgate_makes_it(tmp_path: Path, data: Path) -> None:
    assert said(tmp_path).startswith(f"ok: the data folder {data} is its owner's alone")


def test_no_folder_yet(tmp_path: Path) -> None:
    assert "ok: the data folder" in said(tmp_path)


def test_no_folder_at_all(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    assert "is no folder" in said(tmp_path)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602, 0o610])
def test_a_file_that_others_reach(tmp_path: Path, data: Path, mode: int) -> None:
    file = data / "webhook-secret"
    file.chmod(mode)
    words = said(tmp_path)
    assert f"problem: others can read or write {file} -> chmod 600 {file}" in words
    assert "journal.db" not in words


def test_a_folder_that_others_reach(tmp_path: Path, data: Path) -> None:
    data.chmod(0o755)
    assert f"chmod 700 {data}" in said(tmp_path)


def test_a_link_has_no_mode_of_its_own(tmp_path: Path, data: Path) -> None:
    (data / "link").symlink_to(data / "journal.db")
    assert "problem" not in said(tmp_path)


def test_somebody_elses_folder(tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    words = said(tmp_path)
    assert f"belongs to the user {data.stat().st_uid}, and you are 54321" in words
    assert "run fillgate, and this, as the user" in words


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_somebody_else(tmp_path: Path, data: Path) -> None:
    os.chown(data / "journal.db", 54321, -1)
    assert f"chown 0 {data / 'journal.db'}" in said(tmp_path)


@pytest.mark.parametrize(("mode", "wrong"), [(0o600, 0), (0o644, 0), (0o664, 1), (0o602, 1)])
def test_a_configuration_that_others_change(tmp_path: Path, mode: int, wrong: int) -> None:
    subject = patient(tmp_path)
    (tmp_path / "fillgate.toml").chmod(mode)
    words = looked_at(subject)
    assert words.count("chmod go-w") == wrong


@pytest.mark.parametrize(("mode", "wrong"), [(0o600, 0), (0o640, 0), (0o644, 1), (0o604, 1)])
@pytest.mark.parametrize(
    "text",
    [
        '[webhook]\nsecret = "file:{file}"',
        '[service]\napi_key = "file:{file}"',
        '[accounts.a]\ntype = "ccxt-http"\nbase_url = "http://h"\nwebhook_secret = "file:{file}"',
    ],
)
def test_a_secret_that_everybody_reads(tmp_path: Path, text: str, mode: int, wrong: int) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET)
    file.chmod(mode)
    words = said(tmp_path, text.format(file=file))
    assert words.count(f"everybody can read the secret in {file}") == wrong
