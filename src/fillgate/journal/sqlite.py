"""The embedded journal: one SQLite file, one writer thread, group commit.

The loop collects writes; the writer thread commits all that wait in one transaction, flushed, and
wakes the loop once. The loop tells each write how it went, turns until a turn brings no more writes
(those who heard go on, sockets are read), and hands over what waits then. So everybody who waits
shares a flush, and a lone write waits for nobody.

Invariants (besides those of `Journal`):

1. `done` is never called inside `append`.
2. At most one batch is with the writer; while it is in doubt no other is handed over, and what was
   appended behind it is Lost.
3. Nothing here blocks the loop.

The writer and the loop share Python's interpreter lock: with the default switch interval of 5 ms a
busy loop stalls the writer. Whoever hosts the loop sets `sys.setswitchinterval` to some 0.5 ms.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

from fillgate.domain.logger import Logger
from fillgate.journal.backup import check_no_restore
from fillgate.journal.base import (
    CommitOutcome,
    Done,
    Lost,
    Undecided,
    Write,
)
from fillgate.journal.inline_writer import InlineWriter
from fillgate.journal.lock import LockFile
from fillgate.journal.pending import Pending
from fillgate.journal.reader import Reading
from fillgate.journal.schema import create_file, open_errors
from fillgate.journal.store import Store, StoreSettings
from fillgate.journal.writer import RETRY_PAUSES, Batch, Writer
from fillgate.meters import JournalMeters

__all__ = ["SqliteJournal"]

BATCH_LIMIT: Final = 512
"""The most writes in one transaction."""

_CLOSED: Final = "the journal is closed"


class SqliteJournal(Reading):
    """A `Journal` in one SQLite file; `open` makes one."""

    def __init__(self, settings: StoreSettings, lock: LockFile, logger: Logger) -> None:
        """Get ready; not for callers."""
        super().__init__(settings.path, vfs=settings.vfs)
        self._settings = settings
        self._lock = lock
        self._logger = logger
        self._meters = JournalMeters()
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Pending] = deque()
        self._gathered = 0
        self._idle = True
        self._fault: str | None = None
        self._closing = False
        self._ended = asyncio.Event()
        self._writer: Writer

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        logger: Logger,
        identity: str | None = None,
        durable: bool = True,
        checkpoint_pages: int = 1000,
        retry_pauses: Sequence[float] = RETRY_PAUSES,
        vfs: str | None = None,
        threaded: bool = True,
    ) -> Self:
        """Open a journal for writing in the running event loop; make it if there is none.

        The file, its folder and the lock file beside it are made for their owner only.

        Args:
            path: the database file.
            logger: hears of faults, also in the writer's thread.
            identity: 32 hexadecimal digits for a new journal; None for random ones.
            durable: False to flush nothing, for tests and simulated runs.
            checkpoint_pages: how many pages of 4 KiB the WAL takes before they are moved.
            retry_pauses: seconds before each try to re-open after a fault; the last one repeats.
            vfs: name of the SQLite VFS to go through, to inject faults; None for the default one.
            threaded: False to commit in the event loop, which stands still meanwhile: for runs in
                virtual time.

        Raises:
            JournalLocked: another process writes it.
            JournalUnavailable: it cannot be opened; the text says why.
        """
        settings = StoreSettings(
            path=path,
            identity=identity or secrets.token_hex(16),
            durable=durable,
            checkpoint_pages=checkpoint_pages,
            vfs=vfs,
        )
        settings, lock, store = await asyncio.to_thread(_open_store, settings)
        journal = cls(settings, lock, logger)
        journal._writer = journal._made_writer(store, retry_pauses if threaded else None)
        try:
            await journal._load()
        except BaseException:
            await journal.close()
            raise
        heads = await journal._head_texts()
        logger.info("journal-opened", path=str(path), replayed=store.replayed, heads=heads)
        return journal

    def _made_writer(self, store: Store, retry_pauses: Sequence[float] | None) -> Writer:
        parts = (store, self._settings, self)
        if retry_pauses is None:
            return InlineWriter(*parts, loop=self._loop, logger=self._logger, meters=self._meters)
        return Writer(
            *parts,
            loop=self._loop,
            logger=self._logger,
            meters=self._meters,
            retry_pauses=retry_pauses,
        )

    async def _head_texts(self) -> dict[str, str]:
        heads = await self.heads()
        return {head.stream: f"{head.sequence}:{head.hash.hex()}" for head in heads.values()}

    @property
    def fault(self) -> str | None:
        """Why the journal takes no writes now; None while it does."""
        return self._fault

    @property
    def meters(self) -> JournalMeters:
        """What was counted since the journal was opened."""
        return self._meters

    def sizes(self) -> dict[str, int]:
        """Return how many bytes the journal takes: `database` and `log`, its write-ahead log."""
        path = self._settings.path
        return {"database": _size(path), "log": _size(Path(f"{path}-wal"))}

    def append(self, write: Write, done: Done) -> None:
        """Make a write durable and tell `done` how it went. Must be called in the event loop.

        Raises:
            TypeError, ValueError: the write is none that could ever be written.
        """
        pending = Pending(write, done)
        refusal = _CLOSED if self._closing else self._fault
        if refusal is not None:
            pending.outcome = Lost(refusal)
            self._loop.call_soon(self._tell, pending)
            return
        self._waiting.append(pending)
        if self._idle:
            self._idle = False
            self._gather()

    def _hand_over(self) -> None:
        waiting = self._waiting
        if waiting:
            batch = [waiting.popleft() for _ in range(min(len(waiting), BATCH_LIMIT))]
            self._writer.hand_over(batch)
        else:
            self._idle = True
            if self._closing:
                self._writer.stop()

    def _gather(self) -> None:
        """Let others join the next batch: hand it over once a turn of the loop brings no more."""
        self._gathered = len(self._waiting)
        # The first hop lets those go on who have just heard, the second one lets sockets be read.
        self._loop.call_soon(self._loop.call_soon, self._hand_over_if_quiet)

    def _hand_over_if_quiet(self) -> None:
        if self._gathered < len(self._waiting) < BATCH_LIMIT:
            self._gather()
        else:
            self._hand_over()

    def _tell(self, pending: Pending) -> None:
        self._tell_this(pending, pending.outcome)

    def _tell_this(self, pending: Pending, outcome: CommitOutcome) -> None:
        try:
            pending.done(outcome)
        except (Exception, asyncio.CancelledError) as error:
            self._logger.error("journal-callback-failed", exc_info=error)  # noqa: TRY400 - no logging

    def committed(self, batch: Batch) -> None:
        """Tell each write of a batch how it went, and go on."""
        for pending in batch:
            self._tell(pending)
        self._gather()

    def fail(self, reason: str) -> None:
        """Take no more writes. Called by the writer, in its thread."""
        self._fault = reason

    def doubted(self, batch: Batch) -> None:
        """Tell a batch that it is in doubt, and what waits behind it that it is lost."""
        reason = self._fault or ""
        for pending in batch:
            self._tell_this(pending, Undecided(reason))
        self._lose_waiting(f"the commit before it failed: {reason}")
        if self._closing:
            self._writer.stop()

    def _lose_waiting(self, reason: str) -> None:
        while self._waiting:
            self._tell_this(self._waiting.popleft(), Lost(reason))

    def decided(self, batch: Batch, *, durable: bool) -> None:
        """Tell the writes of a doubted batch how they ended, and take writes again."""
        lost = Lost(f"the commit failed: {self._fault}")
        for pending in batch:
            if not durable:
                pending.outcome = lost
            self._tell(pending)
        self._fault = None
        self._gather()

    def ended(self) -> None:
        """Hear that the writer's thread has closed the store."""
        self._ended.set()

    async def close(self) -> None:
        """Commit what waits, then close. Further appends are Lost.

        While a fault lasts, one more try is made to end it; a write that then is still in doubt
        hears nothing more.
        """
        if not self._closing:
            self._closing = True
            if self._idle or self._fault is not None:
                self._writer.stop()
        await self._ended.wait()
        self._fault = _CLOSED
        await super().close()
        await asyncio.to_thread(self._lock.release)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # it was moved or deleted; the journal will say so
        return 0


def _open_store(settings: StoreSettings) -> tuple[StoreSettings, LockFile, Store]:
    with open_errors(settings.path):
        # One file has one lock, whatever links lead to it.
        settings = settings._replace(path=settings.path.resolve())
        check_no_restore(settings.path)
        create_file(settings.path)
        lock = LockFile.acquire(Path(f"{settings.path}.lock"))
        try:
            return settings, lock, Store(settings)
        except BaseException:
            lock.release()
            raise
