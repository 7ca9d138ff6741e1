"""A disk whose every flush takes a while longer: an SQLite VFS over the real one.

Also a program: `slow_disk.py MILLISECONDS ...` runs fillgate on such a disk, with these arguments.
"""

import sys
import time
from typing import Any

import apsw


class SlowDisk(apsw.VFS):
    """There as long as it is kept; `default` is for connections that name no other."""

    def __init__(self, seconds: float, *, default: bool = False) -> None:
        self.name = "slow"
        self.seconds = seconds
        self.real = apsw.vfs_names()[0]
        super().__init__(self.name, self.real, makedefault=default)

    def xOpen(self, name: Any, flags: list[int]) -> "_File":  # noqa: N802 - SQLite's name
        return _File(self, name, flags)


class _File(apsw.VFSFile):
    def __init__(self, disk: SlowDisk, name: Any, flags: list[int]) -> None:
        self._seconds = disk.seconds
        super().__init__(disk.real, name, flags)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        super().xSync(flags)
        time.sleep(self._seconds)


if __name__ == "__main__":
    from fillgate.cli import app

    disk = SlowDisk(float(sys.argv.pop(1)) / 1000, default=True)
    app()
