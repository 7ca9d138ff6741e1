"""The disk: every acknowledgement waits for a flush, so its time is the service's time."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Final

from fillgate.service.doctor.diagnosis import Diagnosis, fine, problem, warning
from fillgate.service.doctor.patient import Patient

__all__ = ["check_disk", "file_system", "flush_times", "judge_file_system", "judge_flushes"]

_FLUSHES: Final = 30
_BLOCK: Final = b"\0" * 4096
_SLOW_MEDIAN: Final = 0.05
_SLOW_WORST: Final = 1.0
_MILLISECONDS: Final = 1000
_MEBIBYTE: Final = 1024 * 1024
_LITTLE: Final = 1024 * _MEBIBYTE
_TOO_LITTLE: Final = 100 * _MEBIBYTE

_REMOTE: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "glusterfs", "lustre", "afs", "gfs2"}
    | {"fuse.sshfs", "fuse.glusterfs", "fuse.s3fs", "fuse.gcsfuse", "fuse.rclone"}
)
_VOLATILE: Final = frozenset({"tmpfs", "ramfs"})
_LAYERED: Final = frozenset({"overlay", "aufs"})


async def check_disk(patient: Patient) -> Sequence[Diagnosis]:
    """Look at the disk of the data folder, or of the folder that it will be made in."""
    folder = _existing(patient.folder)
    return [
        judge_file_system(folder, file_system(folder)),
        _space(folder),
        _flushes(folder),
    ]


def _existing(folder: Path) -> Path:
    folder = folder.absolute()
    return next(each for each in (folder, *folder.parents) if each.is_dir())


def file_system(folder: Path) -> str:
    """Return the type of the file system that a folder is on; empty if the kernel tells none."""
    try:
        lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    place, best, kind = folder.resolve(), "", ""
    for line in lines:
        mount, _, rest = line.partition(" - ")
        # Spaces are escaped as \040 and the like.
        point = mount.split()[4].encode().decode("unicode_escape")
        if place.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, rest.split()[0]
    return kind


def judge_file_system(folder: Path, kind: str) -> Diagnosis:
    """Judge whether a journal can live on such a file system."""
    text = f"{folder} is on a file system of the type {kind or 'unknown'}"
    move = "name a folder on a local disk with `data` in [service]"
    if kind in _REMOTE:
        return problem(f"{text}: over a network neither the journal nor its lock can work", move)
    if kind in _VOLATILE:
        return warning(f"{text}, in memory: all of it is lost with the power", move)
    if kind in _LAYERED:
        return warning(
            f"{text}: the journal is lost with the container", "put the data folder on a volume"
        )
    return fine(text)


def _space(folder: Path) -> Diagnosis:
    free = shutil.disk_usage(folder).free
    text = f"{free // _MEBIBYTE} MiB are free on the disk of {folder}"
    advice = "make room: when the disk is full, signals are refused with 503"
    if free < _TOO_LITTLE:
        return problem(text, advice)
    return warning(text, advice) if free < _LITTLE else fine(text)


def _flushes(folder: Path) -> Diagnosis:
    try:
        return judge_flushes(flush_times(folder))
    except OSError as error:
        return problem(
            f"{folder} cannot be written: {error.strerror}",
            "let the user that runs fillgate write there, or name another folder with `data`",
        )


def flush_times(
    folder: Path,
    *,
    flush: Callable[[int], None] = os.fdatasync,
    clock: Callable[[], float] = time.perf_counter,
) -> Sequence[float]:
    """Return how long some small writes took to reach the disk, in seconds.

    They go to a file without a name, which is gone afterwards whatever happens.

    Raises:
        OSError: the folder cannot be written.
    """
    times = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(_FLUSHES):
            started = clock()
            file.write(_BLOCK)
            flush(file.fileno())
            times.append(clock() - started)
    return times


def judge_flushes(times: Sequence[float]) -> Diagnosis:
    """Judge times of flushes: an alert is acknowledged after one, its outcome after another."""
    middle, worst = median(times), max(times)
    text = (
        f"a flush to disk takes {middle * _MILLISECONDS:.1f} ms, "
        f"at worst {worst * _MILLISECONDS:.1f} ms of {len(times)}"
    )
    if middle <= _SLOW_MEDIAN and worst <= _SLOW_WORST:
        return fine(text)
    return warning(
        f"{text}; every acknowledgement waits for one",
        "put the data folder on a faster disk, or find what else keeps this one busy",
    )
