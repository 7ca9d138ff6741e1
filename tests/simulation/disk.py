"""A journal over a simulated disk: the real one, but for its thread, its waits and its luck.

`SqliteJournal`, `Store`, rows, claims, streams and queries are the real code over a real SQLite
file in memory (a tmpfs where there is one). Only `Writer` is another: it commits in steps of the
loop. What it has committed survives a crash, and nothing else does.
"""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, Literal

import apsw

from fillgate.domain.logger import Logger
from fillgate.journal.base import Committed
from fillgate.journal.lock import LockFile
from fillgate.journal.pending import Pending
from fillgate.journal.schema import create_file
from fillgate.journal.sqlite import SqliteJournal
from fillgate.journal.store import Evidence, Place, Store, StoreSettings
from fillgate.journal.writer import Batch, Writer
from fillgate.meters import JournalMeters
from tests.simulation.durable import Durable

__all__ = ["CommitCrash", "CommitFault", "Disk", "SimulatedJournal"]

CommitFault = Literal["lost", "kept"]
"""A commit that fails and is not on the disk, or is there all the same."""

CommitCrash = Literal["before the commit", "after the commit"]
"""Where the process dies; after the commit nobody has heard of it yet."""

IDENTITY: Final = "51a0" + 28 * "0"
_USUAL_LATENCY: Final = 0.0002


def _broken() -> bool:
    raise apsw.IOError("input/output error")


class Disk:
    """What outlives a process: the journal's file, and what is to go wrong with it."""

    def __init__(
        self, folder: Path, *, now: Callable[[], float], crash: Callable[[], None]
    ) -> None:
        """Have an empty journal in a folder.

        Args:
            folder: for this journal alone.
            now: tells the loop's time.
            crash: kills the process that writes the journal.
        """
        self.path = folder / "journal.db"
        for file in _template(folder.parent).iterdir():
            shutil.copyfile(file, folder / file.name)
        self._crash = crash
        self.latency = _USUAL_LATENCY
        """Seconds that a commit takes."""
        self.fault: CommitFault | None = None
        """What happens to the next commit."""
        self.outage = 0.0
        """Seconds for which the journal cannot be opened after that."""
        self.crashes: dict[CommitCrash, int] = {}
        """After how many commits more the process dies there."""
        self.durable = Durable(now)

    def heal(self) -> None:
        """Let nothing go wrong any more."""
        self.fault = None
        self.outage = 0.0
        self.latency = _USUAL_LATENCY
        self.crashes.clear()

    def dies(self, where: CommitCrash) -> bool:
        """Count a commit; True if the process is dead with it."""
        left = self.crashes.get(where)
        if left is None:
            return False
        self.crashes[where] = left - 1
        if left:
            return False
        del self.crashes[where]
        self._crash()
        return True

    def keep(self, batch: Batch) -> None:
        """Note what a commit has made durable."""
        for pending in batch:
            if isinstance(pending.outcome, Committed):
                self.durable.add(pending.write)

    async def open(self, logger: Logger) -> "SimulatedJournal":
        """Open the journal for writing in a new process."""
        return await SimulatedJournal.open_on(self, logger)


_templates: dict[Path, Path] = {}


def _template(folder: Path) -> Path:
    """Return a folder with an empty journal; to copy it costs less than to make one."""
    place = folder / "template"
    if folder not in _templates:
        place.mkdir(exist_ok=True)
        create_file(place / "journal.db")
        Store(StoreSettings(place / "journal.db", IDENTITY, durable=False)).close()
        _templates[folder] = place
    return place


class SimulatedJournal(SqliteJournal):
    """A `SqliteJournal` whose writer is a `_SteppedWriter`."""

    @classmethod
    async def open_on(cls, disk: Disk, logger: Logger) -> "SimulatedJournal":
        """Open the journal that is on a disk."""
        settings = StoreSettings(disk.path, IDENTITY, durable=False)
        lock = LockFile.acquire(Path(f"{disk.path}.lock"))
        journal = cls(settings, lock, logger)
        journal._writer = _SteppedWriter(disk, journal, settings, logger)
        await journal._load()
        return journal

    def die(self) -> None:
        """Let go of the files, as at the end of a process."""
        assert isinstance(self._writer, _SteppedWriter)
        self._writer.die()
        self._lock.release()
        self._close_connections()


class _SteppedWriter(Writer):
    """A writer without a thread; all that does not wait is the real one's."""

    def __init__(
        self, disk: Disk, journal: SimulatedJournal, settings: StoreSettings, logger: Logger
    ) -> None:
        # Not the base's: it starts the thread.
        self._disk = disk
        self._settings = settings
        self._store: Store | None = _Store(disk, settings)
        self._place = self._store.place
        self._owner = journal
        self._loop = asyncio.get_running_loop()
        self._logger = logger
        self._meters = JournalMeters()
        self._stops = False
        self._busy = False

    def hand_over(self, batch: Batch) -> None:
        self._busy = True
        self._loop.call_later(self._disk.latency, self._step, batch)

    def stop(self) -> None:
        self._stops = True
        if not self._busy:
            self._end()

    def die(self) -> None:
        if self._store is not None:
            self._store.abandon()

    def _end(self) -> None:
        if self._store is not None:
            self._close(self._store)
            self._store = None
        self._call(self._owner.ended)

    def _step(self, batch: Batch) -> None:
        self._busy = False
        if self._store is not None and not self._disk.dies("before the commit"):
            self._commit(self._store, batch)
        if self._stops and not self._busy:
            self._end()

    def _recover(self, store: Store, batch: Batch, error: Exception) -> None:
        self._owner.fail(f"{type(error).__name__}: {error}")
        self._call(self._owner.doubted, batch)
        self._store = None
        store.abandon()
        self._busy = True
        self._loop.call_later(self._disk.outage, self._open_anew, store.evidence, batch)

    def _open_anew(self, evidence: Evidence | None, batch: Batch) -> None:
        self._busy = False
        self._store = store = _Store(self._disk, self._settings, reopened=self._place)
        durable = store.holds(evidence)
        for pending in batch if durable else ():
            self._disk.durable.heard(pending.write)
        self._call(partial(self._owner.decided, batch, durable=durable))
        if self._stops:
            self._end()

    def _checkpoint(self, store: Store) -> None:
        """Do without: histories are short."""


class _Store(Store):
    """A store whose commit may fail, or be the last thing that its process does."""

    def __init__(
        self, disk: Disk, settings: StoreSettings, *, reopened: Place | None = None
    ) -> None:
        super().__init__(settings, reopened=reopened)
        self._disk = disk

    def commit(self, batch: Sequence[Pending]) -> bool:
        fault, self._disk.fault = self._disk.fault, None
        if fault == "lost":
            self._connection.set_commit_hook(_broken)
        clean = super().commit(batch)
        self._disk.keep(batch)
        if fault == "kept":
            _broken()
        self._disk.dies("after the commit")
        return clean
