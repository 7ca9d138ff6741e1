"""fillgate on a disk that fails while it is told to.

    python -m tests.torture.sick_disk serve ...

runs the command line over an SQLite VFS of its own. A file of a fault's name in the folder `disk`
of the working folder makes it happen until the file is gone.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import apsw

__all__ = ["AFTER_FLUSH", "FLUSH", "FOLDER", "FULL", "READ_ONLY", "WRITE"]

FOLDER: Final = "disk"

FULL: Final = "full"
WRITE: Final = "write"
READ_ONLY: Final = "read-only"
FLUSH: Final = "flush"
AFTER_FLUSH: Final = "after-flush"

_ANSWERS: Final[Mapping[str, tuple[type[apsw.Error], str]]] = {
    FULL: (apsw.FullError, "no space left on device"),
    WRITE: (apsw.IOError, "input/output error"),
    READ_ONLY: (apsw.ReadOnlyError, "read-only file system"),
    FLUSH: (apsw.IOError, "input/output error"),
    AFTER_FLUSH: (apsw.IOError, "input/output error"),
}


def _fail_if(*faults: str) -> None:
    for fault in faults:
        if Path(FOLDER, fault).exists():
            kind, words = _ANSWERS[fault]
            raise kind(words)


class SickDisk(apsw.VFS):
    """There as long as it is kept; the one that connections use which name no other."""

    def __init__(self) -> None:
        self.real = apsw.vfs_names()[0]
        super().__init__("sick", self.real, makedefault=True)

    def xOpen(self, name: Any, flags: list[int]) -> "_File":  # noqa: N802 - SQLite's name
        return _File(self.real, name, flags)


class _File(apsw.VFSFile):
    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        _fail_if(FULL, WRITE, READ_ONLY)
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        _fail_if(FLUSH)
        super().xSync(flags)
        _fail_if(AFTER_FLUSH)


if __name__ == "__main__":
    from fillgate.cli import app

    disk = SickDisk()
    app()
