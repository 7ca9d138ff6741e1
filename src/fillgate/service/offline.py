"""Work on a data folder without a running service; reading only, so also beside one."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from fillgate.engine.verification import Finding, Verification, verify
from fillgate.journal.base import Head, JournalUnavailable, OrderQuery
from fillgate.journal.reader import SqliteReader
from fillgate.plugins.mock import MockLedger
from fillgate.service.files import JOURNAL_FILE

__all__ = [
    "Finding",
    "Head",
    "JournalUnavailable",
    "Verification",
    "count_orders",
    "mock_arrivals",
    "verify_journal",
]

_PAGE: Final = 1000


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
    reader = await SqliteReader.open(data / JOURNAL_FILE)
    try:
        return await verify(reader, known, on_progress=on_progress)
    finally:
        await reader.close()


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
