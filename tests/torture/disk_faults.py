"""Faults of the disk under the running service, and a log whose end is torn."""

import asyncio
import random
import resource
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from tests.e2e.process import Service
from tests.patience import wait_for
from tests.torture import sick_disk
from tests.torture.evidence import get
from tests.torture.senders import Load

__all__ = ["DISK_FAULTS", "NO_ROOM", "TORN_END", "DiskFaults"]

DISK_FAULTS: Final[Mapping[str, str]] = {
    "while the disk is full": sick_disk.FULL,
    "while writing fails": sick_disk.WRITE,
    "while the disk is read-only": sick_disk.READ_ONLY,
    "while flushing fails": sick_disk.FLUSH,
    "while flushing fails after it was done": sick_disk.AFTER_FLUSH,
}
"""The names of the moments and of their files; the service must run on a `sick_disk`."""

NO_ROOM: Final = "while no file may grow"
TORN_END: Final = "killed, and the end of the log torn"

_UNAVAILABLE: Final = "JOURNAL_UNAVAILABLE"
_NO_LIMIT: Final = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
_LEAST_ROOM: Final = (4096, resource.RLIM_INFINITY)


class DiskFaults:
    """Makes the disk fail under a load, and well again."""

    def __init__(self, service: Service, load: Load, dice: random.Random) -> None:
        self._service = service
        self._load = load
        self._dice = dice
        self.moments: Mapping[str, Callable[[], Awaitable[None]]] = {
            **{moment: partial(self._sick, fault) for moment, fault in DISK_FAULTS.items()},
            NO_ROOM: self._no_room,
            TORN_END: self._torn_end,
        }

    async def _sick(self, fault: str) -> None:
        folder = self._service.folder / sick_disk.FOLDER
        folder.mkdir(exist_ok=True)
        (folder / fault).touch()
        await asyncio.to_thread(self._await_refusal)
        killed = self._dice.random() < 0.5
        if killed:
            await asyncio.to_thread(self._kill)
        (folder / fault).unlink()
        await asyncio.to_thread(self._service.start if killed else self._await_health)
        self._load.up.set()

    async def _no_room(self) -> None:
        """Let the kernel refuse every write beyond a page, to the log too."""
        assert self._service.process is not None
        pid = self._service.process.pid
        resource.prlimit(pid, resource.RLIMIT_FSIZE, _LEAST_ROOM)
        await asyncio.to_thread(self._await_refusal)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, _NO_LIMIT)
        await asyncio.to_thread(self._await_health)

    async def _torn_end(self) -> None:
        """Kill it, and leave half of a commit behind what was flushed."""
        await asyncio.to_thread(self._kill)
        log = self._service.data / "journal.db-wal"
        await asyncio.to_thread(tear, log, self._dice)
        await asyncio.to_thread(self._service.start)
        self._load.up.set()

    def _kill(self) -> None:
        self._service.kill()
        self._load.up.clear()

    def _await_refusal(self) -> None:
        """Return once signals are turned away, and the service says why."""
        turned_away = self._load.troubles[_UNAVAILABLE]
        wait_for(lambda: self._reason() == _UNAVAILABLE, "the fault is told by /health")
        wait_for(lambda: self._load.troubles[_UNAVAILABLE] > turned_away, "a signal is turned away")

    def _await_health(self) -> None:
        wait_for(lambda: self._reason() != _UNAVAILABLE, "the journal is open again")

    def _reason(self) -> object:
        return get(self._service, "/health")["reason"]


def tear(log: Path, dice: random.Random) -> None:
    """Put behind the end of a write-ahead log what a power cut may leave there: part of a frame."""
    size = log.stat().st_size
    frame = 24 + 4096
    part = dice.randint(1, frame - 1)
    with log.open("r+b") as file:
        # Of an old frame, which begins as a real one does, or of nothing at all.
        file.seek(max(32, size - frame))
        old = file.read(part)
        file.seek(size)
        file.write(dice.choice((old, dice.randbytes(part), bytes(part))))
