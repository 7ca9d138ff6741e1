"""A writer without a thread: for runs in virtual time, in which nothing else goes on meanwhile.

Invariants: those of `Writer`, but that the loop stands still while a batch is committed, and that a
fault ends the journal: the batch in doubt stays so.
"""

import asyncio

from fillgate.domain.logger import Logger
from fillgate.journal.store import Store, StoreSettings
from fillgate.journal.writer import Batch, Owner, Writer
from fillgate.meters import JournalMeters

__all__ = ["InlineWriter"]


class InlineWriter(Writer):
    """Commits in the event loop."""

    def __init__(
        self,
        store: Store,
        settings: StoreSettings,
        owner: Owner,
        *,
        loop: asyncio.AbstractEventLoop,
        logger: Logger,
        meters: JournalMeters,
    ) -> None:
        """Own an open store; no thread is started."""
        self._prepare(store, settings, owner, loop=loop, logger=logger, meters=meters)

    def hand_over(self, batch: Batch) -> None:
        """Commit a batch soon; the owner hears how it went."""
        self._loop.call_soon(self._step, batch)

    def _step(self, batch: Batch) -> None:
        if self._store is not None:
            self._commit(self._store, batch)

    def stop(self) -> None:
        """Close the store once what was handed over is committed."""
        self._loop.call_soon(self._end)

    def _end(self) -> None:
        if self._store is not None:
            self._close(self._store)
            self._store = None
        self._call(self._owner.ended)

    def _reopen(self, evidence: object) -> bool | None:
        return None
