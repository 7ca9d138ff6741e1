"""A disk that fails on demand and forgets what was not flushed: an SQLite VFS over the real one."""

import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Self

import apsw

_NUMBERS = count(1)

Fault = Callable[[], None]
"""Raises what the disk answers."""

Change = Callable[[bytearray], None]
"""What was done to a file and is not flushed yet."""


def full_disk() -> None:
    raise apsw.FullError("no space left")


def broken_disk() -> None:
    raise apsw.IOError("input/output error")


def _written(data: bytes, offset: int) -> Change:
    def change(image: bytearray) -> None:
        image.extend(bytes(max(0, offset - len(image))))
        image[offset : offset + len(data)] = data

    return change


def _truncated(size: int) -> Change:
    def change(image: bytearray) -> None:
        del image[size:]

    return change


@dataclass
class FaultyDisk:
    """Counts flushes, fails while it is told to, and knows what would survive a power cut.

    A flush that fails leaves what it should have written marked clean, as Linux does: it is in the
    page cache, never reaches the disk, and the next flush says nothing of it.
    """

    name: str = field(default_factory=lambda: f"faulty {next(_NUMBERS)}")
    on_write: Fault | None = None
    on_database_write: Fault | None = None
    """As `on_write`, but only for the database itself: for checkpoints."""
    before_flush: Fault | None = None
    after_flush: Fault | None = None
    """Fails though the data has reached the disk."""
    on_open: Fault | None = None
    flushes: int = 0
    """Flushes of the WAL so far."""
    database_flushes: int = 0
    """Flushes of other files so far."""
    temporary_files: int = 0
    """How often SQLite put something into a file of its own."""
    flushed: dict[str, bytearray] = field(default_factory=lambda: defaultdict(bytearray))
    """For each file what is on the disk."""
    unflushed: dict[str, list[Change]] = field(default_factory=lambda: defaultdict(list))

    def heal(self) -> None:
        """Work again."""
        self.on_write = self.on_database_write = self.on_open = None
        self.before_flush = self.after_flush = None

    def survivors(self, folder: Path) -> None:
        """Put into a folder what a power cut would leave now."""
        with self._one_instant:
            images = {name: bytes(image) for name, image in self.flushed.items()}
        folder.mkdir()
        for name, image in images.items():
            (folder / name).write_bytes(image)

    def flush(self, name: str, changes: list[Change]) -> None:
        """Bring changes of a file to the disk."""
        with self._one_instant:
            for change in changes:
                change(self.flushed[name])

    def __post_init__(self) -> None:
        self._one_instant = threading.Lock()

    def __enter__(self) -> Self:
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

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - SQLite's name
        super().xDelete(filename, syncdir)
        name = Path(filename).name
        self._disk.unflushed.pop(name, None)
        self._disk.flush(name, [_truncated(0)])


class _File(apsw.VFSFile):
    def __init__(self, disk: FaultyDisk, name: Any, flags: list[int]) -> None:
        self._disk = disk
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        disk.temporary_files += path is None
        self._name = "" if path is None else Path(path).name
        self._is_wal = bool(flags[0] & apsw.SQLITE_OPEN_WAL)
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        if self._disk.on_write is not None:
            self._disk.on_write()
        if self._disk.on_database_write is not None and not self._is_wal:
            self._disk.on_database_write()
        super().xWrite(data, offset)
        self._disk.unflushed[self._name].append(_written(data, offset))

    def xTruncate(self, size: int) -> None:  # noqa: N802 - SQLite's name
        super().xTruncate(size)
        self._disk.unflushed[self._name].append(_truncated(size))

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        changes = self._disk.unflushed.pop(self._name, [])
        if self._disk.before_flush is not None:
            self._disk.before_flush()
        super().xSync(flags)
        self._disk.flush(self._name, changes)
        self._disk.flushes += self._is_wal
        self._disk.database_flushes += not self._is_wal
        if self._disk.after_flush is not None:
            self._disk.after_flush()
