"""What the figures of a bench hang on: machine, disk, versions."""

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path
from typing import Final, NamedTuple

import apsw
import msgspec

__all__ = ["Disk", "Machine", "disk_of", "machine_of"]

_PACKAGES: Final = ("fillgate", "uvicorn", "uvloop", "httptools")
_IN_MEMORY: Final = frozenset({"tmpfs", "ramfs"})
_MOUNTS: Final = Path("/proc/self/mountinfo")
_ESCAPE: Final = re.compile(r"\\([0-7]{3})")


class Disk(NamedTuple):
    """Where a folder lies."""

    file_system: str
    """Its kind, such as ext4."""
    device: str
    mounted_at: str

    @property
    def is_memory(self) -> bool:
        """Tell whether a flush there reaches no disk."""
        return self.file_system in _IN_MEMORY


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """A machine and its software."""

    processor: str
    cores: int
    """Those that this process may use."""
    load: float
    """Processes that ran or waited to run, on average over the minute before."""
    kernel: str
    python: str
    sqlite: str
    packages: dict[str, str]


def machine_of() -> Machine:
    """Return this machine as it is now."""
    return Machine(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        load=os.getloadavg()[0],
        kernel=f"{platform.system()} {platform.release()}",
        python=f"{platform.python_implementation()} {platform.python_version()}",
        sqlite=apsw.sqlite_lib_version(),
        packages={name: version(name) for name in _PACKAGES},
    )


def _processor() -> str:
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    named = re.search(r"^model name\s*: (.+)$", text, re.MULTILINE)
    return platform.machine() if named is None else named[1].strip()


def disk_of(folder: Path) -> Disk:
    """Return where a folder lies."""
    place = folder.resolve()
    # Of two at the same place the later one covers the earlier.
    return max(
        (disk for disk in _mounted() if place.is_relative_to(disk.mounted_at)),
        key=lambda disk: len(Path(disk.mounted_at).parts),
    )


def _mounted() -> list[Disk]:
    lines = _MOUNTS.read_text(encoding="utf-8").splitlines()
    return [_mount(line) for line in reversed(lines)]


def _mount(line: str) -> Disk:
    before, _, after = line.partition(" - ")
    kind, device = after.split(" ")[:2]
    return Disk(kind, _unescaped(device), _unescaped(before.split(" ")[4]))


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda escape: chr(int(escape[1], 8)), text)
