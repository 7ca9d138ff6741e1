import os
import platform
from pathlib import Path

import pytest

from fillgate.cli.bench import machine
from fillgate.cli.bench.machine import Disk, disk_of, machine_of


def test_this_machine() -> None:
    found = machine_of()
    assert 1 <= found.cores <= (os.cpu_count() or 0)
    assert found.processor
    assert platform.release() in found.kernel
    assert platform.python_version() in found.python
    assert set(found.packages) == {"fillgate", "uvicorn", "uvloop", "httptools"}
    assert all((*found.packages.values(), found.sqlite))


def test_a_folder_lies_where_its_device_is_mounted(tmp_path: Path) -> None:
    found = disk_of(tmp_path)
    assert os.path.ismount(found.mounted_at)
    assert Path(found.mounted_at).stat().st_dev == tmp_path.stat().st_dev
    assert found.file_system
    assert found.device


def test_the_way_over_a_link_is_the_place_it_leads_to(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("/proc")
    assert disk_of(link).file_system == "proc"


MOUNTS = """\
21 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw
30 21 0:27 / /mnt rw - tmpfs tmpfs rw,size=1k
31 21 254:1 / /mnt/my\\040disk rw master:1 shared:2 - xfs /dev/with\\040space rw
32 21 254:2 / /covered rw - ext4 /dev/below rw
33 21 254:3 / /covered rw - btrfs /dev/above rw
"""


@pytest.mark.parametrize(
    ("folder", "disk"),
    [
        ("/var", Disk("ext4", "/dev/root", "/")),
        ("/mnt/folder", Disk("tmpfs", "tmpfs", "/mnt")),
        ("/mnt/my disk/folder", Disk("xfs", "/dev/with space", "/mnt/my disk")),
        ("/mnt/my disks", Disk("tmpfs", "tmpfs", "/mnt")),
        ("/covered", Disk("btrfs", "/dev/above", "/covered")),
    ],
)
def test_mounts_as_the_kernel_lists_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, disk: Disk
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    monkeypatch.setattr(machine, "_MOUNTS", mounts)
    assert disk_of(Path(folder)) == disk


@pytest.mark.parametrize(("kind", "memory"), [("tmpfs", True), ("ramfs", True), ("ext4", False)])
def test_what_is_in_memory_is_no_disk(kind: str, memory: bool) -> None:
    assert Disk(kind, "device", "/").is_memory is memory
