import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fillgate.journal.base import JournalLocked
from fillgate.journal.lock import LockFile

HOLDER = """
import sys, time
from pathlib import Path
from fillgate.journal.lock import LockFile
lock = LockFile.acquire(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_lock_is_refused_and_names_the_holder(tmp_path: Path) -> None:
    lock = LockFile.acquire(tmp_path / "lock")
    with pytest.raises(JournalLocked, match=f"process with the id {os.getpid()} writes"):
        LockFile.acquire(tmp_path / "lock")
    lock.release()
    LockFile.acquire(tmp_path / "lock").release()


def test_the_lock_ends_with_its_process_however_that_dies(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(JournalLocked, match=f"process with the id {holder.pid} writes"):
            LockFile.acquire(path)
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    LockFile.acquire(path).release()


def test_the_lock_file_is_for_its_owner_only_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    LockFile.acquire(path).release()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text() == f"{os.getpid()}\n"
