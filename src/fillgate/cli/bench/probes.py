"""What is read while a server works, at no cost to it.

- the processor time of a process, of the whole machine
- how many transactions a journal has committed
- how long this disk takes for a flush
"""

import os
import struct
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

__all__ = ["COMMIT_LIMIT", "CommitCounter", "FlushProbe", "loop_cpu", "machine_busy", "process_cpu"]

COMMIT_LIMIT: Final = 1 << 32

_CLOCK_OF_ALL_THREADS: Final = 2
_USER: Final = 11
_CHANGES: Final = struct.Struct(f"{'<' if sys.byteorder == 'little' else '>'}I")
_CHANGES_OFFSET: Final = 8
_BLOCK: Final = 4096
_BLOCKS: Final = 1000


def process_cpu(pid: int) -> int:
    """Return the processor time of a process, its threads and the kernel for it, in nanoseconds.

    Raises:
        OSError: there is no such process.
    """
    # As clock_getcpuclockid(3) makes them.
    return time.clock_gettime_ns((~pid << 3) | _CLOCK_OF_ALL_THREADS)


def loop_cpu(pid: int) -> int:
    """Return the processor time of a process's first thread, in nanoseconds; exact to a tick.

    Raises:
        OSError: there is no such process.
    """
    text = Path(f"/proc/{pid}/task/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    # The name of the program stands in brackets, and may hold any others.
    user, system = map(int, text.rpartition(")")[2].split()[_USER : _USER + 2])
    return _nanoseconds(user + system)


def machine_busy() -> int:
    """Return how long the machine's cores have been busy in all, in nanoseconds.

    The time that a hypervisor took away counts too.
    """
    line = Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0]
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, line.split()[1:9])
    return _nanoseconds(user + nice + system + irq + softirq + steal)


def _nanoseconds(ticks: int) -> int:
    return ticks * 1_000_000_000 // os.sysconf("SC_CLK_TCK")


class CommitCounter:
    """Counts the transactions that a running SQLite database commits.

    Reads the counter in the head of the WAL's index, which SQLite increments with each transaction.
    With `synchronous=FULL` each of them flushes the WAL once.
    """

    def __init__(self, database: Path) -> None:
        """Count those of a database that a process has open."""
        self._index = database.with_name(database.name + "-shm")

    def read(self) -> int:
        """Return a number that grows by 1 with each transaction; after `COMMIT_LIMIT` - 1 comes 0.

        Raises:
            OSError: no process has the database open.
        """
        with self._index.open("rb") as index:
            index.seek(_CHANGES_OFFSET)
            changes: int = _CHANGES.unpack(index.read(_CHANGES.size))[0]
            return changes


class FlushProbe:
    """Times flushes of a file that is overwritten block by block, as a WAL is.

    The quickest that a disk can do: the file does not grow. Use it as a context manager.
    """

    def __init__(self, folder: Path) -> None:
        """Make the file in this folder."""
        self._descriptor = os.open(folder / "flushes", os.O_RDWR | os.O_CREAT, 0o600)
        self._block = 0
        os.pwrite(self._descriptor, bytes(_BLOCK * _BLOCKS), 0)
        os.fsync(self._descriptor)

    def __enter__(self) -> Self:
        """Keep the file open."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def times(self, many: int) -> list[int]:
        """Write and flush 4 KiB so many times; return how long each took, in nanoseconds."""
        return [self._time() for _ in range(many)]

    def _time(self) -> int:
        data = os.urandom(_BLOCK)
        begin = time.perf_counter_ns()
        os.pwrite(self._descriptor, data, self._block * _BLOCK)
        os.fdatasync(self._descriptor)
        self._block = (self._block + 1) % _BLOCKS
        return time.perf_counter_ns() - begin
