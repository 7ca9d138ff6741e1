"""A disk that fails on demand: an SQLite VFS between the journal and the real one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import apsw

_NUMBERS = count(1)

Fault = Callable[[], None]
"""Raises what the disk answers."""


def full_disk() -> None:
    raise apsw.FullError("no space left")


def broken_disk() -> None:
    raise apsw.IOError("input/output error")


@dataclass
class FaultyDisk:
    """Counts flushes, and fails writes and flushes while it is told to."""

    name: str = field(default_factory=lambda: f"faulty {next(_NUMBERS)}")
    on_write: Fault | None = None
    before_flush: Fault | None = None
    after_flush: Fault | None = None
    """Fails though the data has reached the disk."""
    on_open: Fault | None = None
    flushes: int = 0
    """Flushes of the WAL so far."""

    def heal(self) -> None:
        """Work again."""
        self.on_write = self.before_flush = self.after_flush = self.on_open = None

    def __enter__(self) -> "FaultyDisk":
        self._vfs = _Vfs(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._vfs.unregister()


class _Vfs(apsw.VFS):
    def __init__(self, disk: FaultyDisk) -> None:
        self._disk = disk
        super().__init__(disk.name, "")

    def xOpen(self, name: Any, flags: list[int]) -> "_File":  # noqa: N802 - SQLite's name
        if self._disk.on_open is not None:
            self._disk.on_open()
        return _File(self._disk, name, flags)


class _File(apsw.VFSFile):
    def __init__(self, disk: FaultyDisk, name: Any, flags: list[int]) -> None:
        self._disk = disk
        self._is_wal = bool(flags[0] & apsw.SQLITE_OPEN_WAL)
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        if self._disk.on_write is not None:
            self._disk.on_write()
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        if self._disk.before_flush is not None:
            self._disk.before_flush()
        super().xSync(flags)
        self._disk.flushes += self._is_wal
        if self._disk.after_flush is not None:
            self._disk.after_flush()
