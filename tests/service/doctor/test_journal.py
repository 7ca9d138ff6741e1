"""The journal as the doctor sees it, and who holds its lock."""

import fcntl
import os
from pathlib import Path

from fillgate.journal.sqlite import SqliteJournal
from fillgate.service.doctor.journal import check_journal, writer_of
from fillgate.service.doctor.locks import holder_of
from fillgate.testing.context import RecordingLogger
from tests.service.doctor.conftest import patient, told


def test_who_holds_a_file_is_told_without_a_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert holder_of(path) is None
    with path.open("w") as file:
        assert holder_of(path) is None
        fcntl.flock(file, fcntl.LOCK_EX)
        assert holder_of(path) == os.getpid()
        assert holder_of(tmp_path) is None
    assert holder_of(path) is None


async def test_no_journal_yet(tmp_path: Path) -> None:
    assert told(await check_journal(patient(tmp_path))).startswith("ok: there is no journal yet")


async def test_one_that_is_written_and_one_that_is_not(tmp_path: Path) -> None:
    subject = patient(tmp_path)
    journal = await SqliteJournal.open(subject.journal, logger=RecordingLogger())
    words = told(await check_journal(subject))
    assert words.startswith(f"ok: {subject.journal} can be read; the process {os.getpid()} writes")
    await journal.close()
    assert "no process writes it" in told(await check_journal(subject))
    assert writer_of(subject.journal) is None


async def test_one_that_is_none(tmp_path: Path) -> None:
    subject = patient(tmp_path)
    subject.folder.mkdir()
    subject.journal.write_bytes(b"not a database" * 100)
    words = told(await check_journal(subject))
    assert words.startswith(f"problem: {subject.journal}: the journal cannot be read")
