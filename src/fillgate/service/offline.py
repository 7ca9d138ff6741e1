"""Work on a data folder without a running service.

What only reads works beside one, too. What writes takes the journal's lock.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from fillgate.domain.events import HoldReleased
from fillgate.engine.clock import SystemClock
from fillgate.engine.verification import Finding, Verification, verify
from fillgate.journal.backup import back_up, restore
from fillgate.journal.base import (
    SYSTEM,
    Committed,
    Entry,
    Head,
    JournalLocked,
    JournalUnavailable,
    Write,
)
from fillgate.journal.compaction import Compacted, compact
from fillgate.journal.index import OrderQuery
from fillgate.journal.reader import SqliteReader
from fillgate.journal.sqlite import SqliteJournal
from fillgate.plugins.mock import MockLedger
from fillgate.service.files import JOURNAL_FILE
from fillgate.service.logs import logger

__all__ = [
    "Finding",
    "Head",
    "JournalLocked",
    "JournalUnavailable",
    "Verification",
    "back_up_file",
    "back_up_journal",
    "compact_journal",
    "count_orders",
    "mock_arrivals",
    "release_journal",
    "restore_journal",
    "verify_file",
    "verify_journal",
]

_PAGE: Final = 1000
_DAY_MICROSECONDS: Final = 24 * 3600 * 1_000_000


async def verify_journal(
    data: Path,
    known: Sequence[Head] = (),
    *,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Verification:
    """Check the journal in a data folder.

    Args:
        data: the folder.
        known: heads that an earlier check told, to find ends that were cut off.
        on_progress: hears how many events are checked, now and then.

    Raises:
        JournalUnavailable: there is no journal, or it cannot be read; the text says why.
    """
    return await verify_file(data / JOURNAL_FILE, known, on_progress=on_progress)


async def verify_file(
    path: Path,
    known: Sequence[Head] = (),
    *,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Verification:
    """Check a journal or a backup of one, as `verify_journal`."""
    reader = await SqliteReader.open(path)
    try:
        return await verify(reader, known, on_progress=on_progress)
    finally:
        await reader.close()


async def back_up_journal(
    data: Path, target: Path, *, on_progress: Callable[[int], None] = lambda _: None
) -> None:
    """Copy the journal in a data folder to a new file, also while a service writes it.

    Args:
        data: the folder.
        target: the new file.
        on_progress: hears how many bytes are copied.

    Raises:
        JournalUnavailable: there is no journal, or the file is there already.
    """
    await back_up_file(data / JOURNAL_FILE, target, on_progress=on_progress)


async def back_up_file(
    journal: Path, target: Path, *, on_progress: Callable[[int], None] = lambda _: None
) -> None:
    """Copy a journal to a new file, as `back_up_journal`."""
    await asyncio.to_thread(back_up, journal, target, on_progress=on_progress)


async def restore_journal(
    backup: Path,
    data: Path,
    *,
    replace: bool,
    on_progress: Callable[[int], None] = lambda _: None,
) -> str:
    """Let the journal in a data folder go on from a backup, held; return its new incarnation.

    Args:
        backup: the file.
        data: the folder; no service may run on it.
        replace: whether a journal that is there may be put aside.
        on_progress: hears how many bytes are copied.

    Raises:
        JournalUnavailable: the backup is none, or there is a journal already; nothing changed.
    """
    at = SystemClock().now()
    return await asyncio.to_thread(
        restore, backup, data / JOURNAL_FILE, at=at, replace=replace, on_progress=on_progress
    )


async def compact_journal(
    data: Path, *, keep_days: int, on_progress: Callable[[int], None] = lambda _: None
) -> Compacted:
    """Move the events of the journal in a data folder that are older to an archive.

    Raises:
        JournalUnavailable: there is no journal, a process writes it, or it is not whole.
    """
    before = SystemClock().now() - keep_days * _DAY_MICROSECONDS
    path = data / JOURNAL_FILE
    return await asyncio.to_thread(compact, path, before=before, on_progress=on_progress)


async def release_journal(data: Path, *, actor: str, reason: str) -> bool:
    """End the hold of a restored journal; False if it is not held.

    Raises:
        JournalLocked: a service runs; it has to be asked.
        JournalUnavailable: there is no journal, or it cannot be written.
    """
    path = data / JOURNAL_FILE
    await (await SqliteReader.open(path)).close()
    journal = await SqliteJournal.open(path, logger=logger())
    try:
        if journal.hold is None:
            return False
        event = HoldReleased(actor=actor, reason=reason)
        entry = Entry(SYSTEM, SystemClock().now(), event)
        written = asyncio.get_running_loop().create_future()
        journal.append(Write(entries=(entry,), ends_hold=True), written.set_result)
        outcome = await written
        if not isinstance(outcome, Committed):
            raise JournalUnavailable(f"the release could not be written: {outcome}")
    finally:
        await journal.close()
    return True


async def count_orders(data: Path) -> dict[str, int]:
    """Return how many orders the journal in a data folder has in each status.

    Raises:
        JournalUnavailable: there is no journal, or it cannot be read; the text says why.
    """
    reader = await SqliteReader.open(data / JOURNAL_FILE)
    counts: Counter[str] = Counter()
    query = OrderQuery(limit=_PAGE)
    try:
        while (page := await reader.orders(query)).rows:
            counts.update(row.status.value for row in page.rows)
            last = page.rows[-1]
            query = OrderQuery(limit=_PAGE, before=(last.signal, last.leg))
    finally:
        await reader.close()
    return dict(counts)


def mock_arrivals(ledger: Path) -> Mapping[str, int]:
    """Return how many orders arrived at a mock venue under each client order id.

    Args:
        ledger: the file that the account's `ledger_path` names.

    Raises:
        OSError: it cannot be read.
        ConfigurationError: it is no ledger.
    """
    arrivals = MockLedger.read(ledger).arrivals
    return {identity: len(orders) for identity, orders in arrivals.items()}
