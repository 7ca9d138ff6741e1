"""Copies of a journal, made while it is written, and a journal that goes on from one.

Invariants:

1. A backup is the journal as it was after some commit. It stands under its name only when it is
   whole and on the disk.
2. A restored journal has a new incarnation and is held before anybody can open it.
3. While the files are exchanged nobody can open the journal (`check_no_restore`): after a crash in
   between it is restored again, or the copy is deleted by hand.
4. What is restored over stays, under another name.
"""

import secrets
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

import apsw

from fillgate.domain.events import JournalRestored
from fillgate.journal.archives import archive_path, list_archives
from fillgate.journal.arriving import BESIDE, arriving
from fillgate.journal.base import (
    SYSTEM,
    CommitOutcome,
    Committed,
    Entry,
    Incarnation,
    JournalUnavailable,
    Write,
)
from fillgate.journal.lock import LockFile
from fillgate.journal.pending import Pending
from fillgate.journal.schema import check_layout, connect_reader, flush_folder, open_errors
from fillgate.journal.store import Store, StoreSettings

__all__ = ["back_up", "check_no_restore", "restore"]

_STEP_PAGES: Final = 4096
_HOLD: Final = "restored from a backup: what was written after it is unknown"

Progress = Callable[[int], None]


def back_up(source: Path, target: Path, *, on_progress: Progress = lambda _: None) -> None:
    """Copy a journal to a new file, whether or not a process writes it.

    Args:
        source: the journal.
        target: the new file; its folder is there, it is not.
        on_progress: hears how many bytes are copied.

    Raises:
        JournalUnavailable: there is no journal, there is a file already, or it cannot be copied.
    """
    with open_errors(source):
        _check_is_there(source)
        if target.exists():
            raise JournalUnavailable(f"{target} is there already; nothing was written")
        with arriving(target) as partial:
            _copy(source, partial, on_progress)
            _copy_archives(source, partial, target)


def restore(
    backup: Path,
    target: Path,
    *,
    at: int,
    replace: bool = False,
    on_progress: Progress = lambda _: None,
) -> str:
    """Let a journal go on from a backup, held and under a new incarnation.

    Args:
        backup: the file.
        target: the journal; no process may have it open for writing.
        at: the time, Unix microseconds.
        replace: whether a journal that is there may be put aside; its name ends in `.replaced`.
        on_progress: hears how many bytes are copied.

    Returns:
        The new incarnation.

    Raises:
        JournalLocked: a process writes the journal.
        JournalUnavailable: the backup is no journal, or there is one already; nothing changed.
    """
    with open_errors(target):
        _check_is_there(backup)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = LockFile.acquire(Path(f"{target}.lock"))
        try:
            return _restore(backup, target, at, replace, on_progress)
        finally:
            lock.release()


def _restore(backup: Path, target: Path, at: int, replace: bool, on_progress: Progress) -> str:  # noqa: FBT001 - only here
    aside = Path(f"{target}.replaced")
    if target.exists() and not replace:
        raise JournalUnavailable("there is a journal already; nothing was changed")
    if target.exists() and aside.exists():
        raise JournalUnavailable(f"{aside} is there already; move it away first")
    ready = _marker(target)
    with arriving(ready) as partial:
        _copy(backup, partial, on_progress)
        _copy_archives(backup, partial, ready)
        incarnation = _begin_anew(partial, at)
    if target.exists():
        for ending in BESIDE:
            _move(f"{target}{ending}", f"{aside}{ending}")
        _move_archives(target, aside)
    _move_archives(ready, target)
    ready.replace(target)
    flush_folder(target.parent)
    return incarnation


def check_no_restore(path: Path) -> None:
    """Refuse a journal whose restoring was broken off.

    Raises:
        JournalUnavailable: it was; the text says what to do.
    """
    if _marker(path).exists():
        raise JournalUnavailable(
            f"its restoring was broken off: restore it once more, or delete {_marker(path)}"
        )


def _marker(path: Path) -> Path:
    return Path(f"{path}.restoring")


def _begin_anew(path: Path, at: int) -> str:
    incarnation = secrets.token_hex(16)
    event = JournalRestored(incarnation=incarnation, reason=_HOLD)
    write = Write(
        entries=(Entry(SYSTEM, at, event),), begins=Incarnation(id=incarnation, hold=_HOLD)
    )
    pending = Pending(write, _hear_nothing)
    with closing(Store(StoreSettings(path, identity=""))) as store:
        store.commit([pending])
    assert isinstance(pending.outcome, Committed)
    return incarnation


def _hear_nothing(outcome: CommitOutcome) -> None:
    """Nobody waits."""


def _copy(source: Path, target: Path, on_progress: Progress) -> None:
    with closing(connect_reader(source)) as origin:
        check_layout(origin)
        # With its own transaction open a reader sees one state, however long it takes.
        origin.execute("BEGIN; SELECT 1 FROM meta")
        with closing(apsw.Connection(str(target))) as copy:
            copy.pragma("synchronous", "full")
            with copy.backup("main", origin, "main") as steps:
                while not steps.done:
                    steps.step(_STEP_PAGES)
                    on_progress(4096 * (steps.page_count - steps.remaining))
        origin.execute("COMMIT")


def _copy_archives(source: Path, copy: Path, target: Path) -> None:
    """Copy the archives that the copy of a journal lists, to where they are found from `target`."""
    with closing(apsw.Connection(str(copy), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
        numbers = [archive.number for archive in list_archives(connection)]
    for number in numbers:
        origin = archive_path(source, number)
        if not origin.is_file():
            raise JournalUnavailable(f"{source}: its archive {origin.name} is missing")
        with arriving(archive_path(target, number)) as partial:
            shutil.copyfile(origin, partial)


def _move_archives(source: Path, target: Path) -> None:
    """Move the archives of a journal along with it."""
    for path in source.parent.glob(f"{source.name}.archive-*"):
        _move(str(path), f"{target}{path.name.removeprefix(source.name)}")


def _move(source: str, target: str) -> None:
    path = Path(source)
    if path.exists():
        path.replace(target)


def _check_is_there(path: Path) -> None:
    if not path.is_file():
        raise JournalUnavailable(f"{path}: there is no such journal")
