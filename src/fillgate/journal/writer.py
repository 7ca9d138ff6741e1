"""The thread that owns the store: takes batches, commits them, and re-opens what failed.

Invariants:

1. Batches are committed in the order in which they were handed over, one at a time.
2. The loop is woken once a batch, after the flush.
3. While a batch is in doubt nothing else is written. It is decided by reading, not by guessing, and
   only in a store that was opened anew and settled.
4. The thread ends only by `stop`; no error and no dead loop ends or wedges it.
"""

import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain, repeat
from queue import SimpleQueue
from time import monotonic
from typing import Protocol

from fillgate.domain.logger import Logger
from fillgate.journal.base import Committed, Lost
from fillgate.journal.pending import Pending
from fillgate.journal.store import Evidence, Store, StoreSettings
from fillgate.meters import JournalMeters

__all__ = ["RETRY_PAUSES", "Owner", "Writer"]

RETRY_PAUSES = (0.02, 0.1, 0.5, 1.0, 2.0, 5.0)
"""Seconds before each try to re-open a failed journal; the last one is repeated."""

Batch = Sequence[Pending]


class Owner(Protocol):
    """Who hands over batches and hears how they went; called in the event loop, but for `fail`."""

    def fail(self, reason: str) -> None:
        """Take no more writes. Called at once, in the writer's thread."""

    def committed(self, batch: Batch) -> None:
        """Hear that each write of the batch has its outcome."""

    def doubted(self, batch: Batch) -> None:
        """Hear that the commit of the batch failed."""

    def decided(self, batch: Batch, *, durable: bool) -> None:
        """Hear how a doubted batch ended; the journal works again."""

    def ended(self) -> None:
        """Hear that the thread has closed the store and ends."""


class Writer:
    """The thread and what it was told to do."""

    def __init__(
        self,
        store: Store,
        settings: StoreSettings,
        owner: Owner,
        *,
        loop: AbstractEventLoop,
        logger: Logger,
        meters: JournalMeters,
        retry_pauses: Sequence[float] = RETRY_PAUSES,
    ) -> None:
        """Own an open store and start the thread.

        Args:
            store: the store; from now on only the thread uses it.
            settings: how to open it anew.
            owner: who hears of the batches, in `loop`.
            loop: the running event loop.
            logger: hears of faults.
            meters: count commits; only the thread writes them.
            retry_pauses: see `RETRY_PAUSES`.
        """
        self._prepare(store, settings, owner, loop=loop, logger=logger, meters=meters)
        self._pauses = retry_pauses
        self._inbox: SimpleQueue[Batch | None] = SimpleQueue()
        self._stopping = threading.Event()
        # A host that forgets to close the journal can end all the same: nothing that was
        # acknowledged hangs on the thread.
        self._thread = threading.Thread(target=self._run, name="fillgate journal", daemon=True)
        self._thread.start()

    def _prepare(
        self,
        store: Store,
        settings: StoreSettings,
        owner: Owner,
        *,
        loop: AbstractEventLoop,
        logger: Logger,
        meters: JournalMeters,
    ) -> None:
        self._store: Store | None = store
        self._settings = settings
        self._place = store.place
        self._owner = owner
        self._loop = loop
        self._logger = logger
        self._meters = meters

    def hand_over(self, batch: Batch) -> None:
        """Commit a batch; the owner hears how it went."""
        self._inbox.put(batch)

    def stop(self) -> None:
        """Commit what was handed over, close the store and end.

        During a fault one more try is made; a batch that is in doubt then stays so.
        """
        self._stopping.set()
        self._inbox.put(None)

    def _run(self) -> None:
        while (batch := self._inbox.get()) is not None and self._store is not None:
            self._commit(self._store, batch)
        if self._store is not None:
            self._close(self._store)
        self._call(self._owner.ended)

    def _commit(self, store: Store, batch: Batch) -> None:
        try:
            clean = store.commit(batch)
        except Exception as error:  # noqa: BLE001 - whatever it was, the batch is in doubt
            self._recover(store, batch, error)
            return
        # Before anybody hears of it: what was acknowledged has been counted.
        written = [len(each.events) for each in batch if isinstance(each.outcome, Committed)]
        self._meters.committed(store.flush_seconds, written)
        if not clean:
            self._log_invalid(batch)
        # Whatever else this thread does now, the loop would wait for the interpreter's lock.
        is_due = store.is_checkpoint_due
        self._call(self._owner.committed, batch)
        if is_due:
            self._checkpoint(store)

    def _checkpoint(self, store: Store) -> None:
        began = monotonic()
        try:
            store.checkpoint()
            self._meters.checkpoint.observe(monotonic() - began)
        except Exception as error:  # noqa: BLE001 - what is durable stays so
            self._logger.warning("journal-checkpoint-failed", error=_words(error))

    def _log_invalid(self, batch: Batch) -> None:
        for pending in batch:
            if isinstance(pending.outcome, Lost):
                self._logger.error(
                    "journal-write-invalid",
                    error=pending.outcome.reason,
                    signal=pending.write.signal,
                )

    def _recover(self, store: Store, batch: Batch, error: Exception) -> None:
        reason = _words(error)
        self._meters.failed += 1
        self._owner.fail(reason)
        self._call(self._owner.doubted, batch)
        self._logger.error("journal-commit-failed", error=reason, writes=len(batch))
        self._store = None
        store.abandon()
        durable = self._reopen(store.evidence)
        if durable is None:
            self._logger.error("journal-closed-in-doubt", error=reason, writes=len(batch))
            return
        self._logger.info("journal-reopened", durable=durable, writes=len(batch))
        self._call(partial(self._owner.decided, batch, durable=durable))

    def _reopen(self, evidence: Evidence | None) -> bool | None:
        """Open the store anew and tell whether the batch is in it; None if stopped before."""
        for pause in chain(self._pauses, repeat(self._pauses[-1])):
            stopping = self._stopping.wait(pause)
            try:
                store = Store(self._settings, reopened=self._place)
                durable = store.holds(evidence)
            except Exception as error:  # noqa: BLE001 - nothing may end the thread
                self._logger.warning("journal-not-reopened", error=_words(error))
            else:
                self._store = store
                return durable
            if stopping:
                break
        return None

    def _close(self, store: Store) -> None:
        try:
            store.close()
        except Exception as error:  # noqa: BLE001 - what is durable stays so
            self._logger.warning("journal-not-moved", error=_words(error))

    def _call(self, callback: Callable[..., None], *args: object) -> None:
        try:
            self._loop.call_soon_threadsafe(callback, *args)
        except RuntimeError as error:
            self._logger.error("journal-loop-closed", exc_info=error)  # noqa: TRY400 - no logging


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
