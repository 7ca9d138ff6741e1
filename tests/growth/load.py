"""What orders cost a journal, in batches as an engine makes them: bytes of its log, CPU."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from time import thread_time
from typing import NamedTuple

import apsw

from fillgate.journal.base import Write
from fillgate.journal.pending import Pending
from fillgate.journal.store import Store, StoreSettings
from tests.growth.history import IDENTITY, History, hear_nothing

__all__ = ["Cost", "cost_of"]

_PAGE_BYTES = 4096 + 24


class Cost(NamedTuple):
    """What a batch of some orders costs."""

    bytes_a_commit: float
    """Of the write-ahead log."""
    microseconds_an_order: float
    """Processor time of the writer, flushes left out."""


def cost_of(path: Path, history: History, *, size: int, batches: int) -> Cost:
    """Write batches of so many new orders, each with the answers to those of the batch before."""
    store = Store(StoreSettings(path, IDENTITY, durable=False, checkpoint_pages=10**9))
    steps = _steps(history, size, batches)
    # What every opening costs belongs to no batch.
    store.commit(next(steps))
    store._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    store._wal_pages = 0
    began = thread_time()
    for batch in steps:
        assert store.commit(batch)
    seconds = thread_time() - began
    pages = store._wal_pages
    store.close()
    return Cost(pages * _PAGE_BYTES / batches, 1e6 * seconds / (batches * size))


def _steps(history: History, size: int, batches: int) -> Iterator[list[Pending]]:
    writes = history.writes()
    answers: list[Write] = []
    for _ in range(batches):
        orders = list(islice(writes, 2 * size))
        yield [Pending(write, hear_nothing) for write in (*answers, *orders[::2])]
        answers = orders[1::2]
    yield [Pending(write, hear_nothing) for write in answers]
