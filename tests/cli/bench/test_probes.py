import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest

from fillgate.cli.bench.probes import (
    CommitCounter,
    FlushProbe,
    loop_cpu,
    machine_busy,
    process_cpu,
)

BURN = """
import sys, threading, time
def burn():
    begin = time.thread_time()
    while time.thread_time() - begin < 0.1:
        pass
burn()
thread = threading.Thread(target=burn)
thread.start()
thread.join()
print(time.process_time_ns(), flush=True)
sys.stdin.read()
"""


@contextmanager
def burnt() -> Iterator[tuple[int, int]]:
    """A process that has worked for some 0.2 s in two threads, and what it says it has used."""
    process = subprocess.Popen(
        [sys.executable, "-c", BURN], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with process:
        assert process.stdout is not None
        yield process.pid, int(process.stdout.readline())
        process.kill()


def test_the_processor_time_is_what_the_process_itself_sees() -> None:
    with burnt() as (pid, told):
        found = process_cpu(pid)
        # It has only printed since; a thread that has ended counts too.
        assert told <= found < told * 1.5
        assert found >= 200_000_000
    before, found, after = time.process_time_ns(), process_cpu(os.getpid()), time.process_time_ns()
    assert before <= found <= after


def test_the_loop_is_the_first_thread_alone() -> None:
    tick = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
    with burnt() as (pid, told):
        loop = loop_cpu(pid)
        # The second thread burnt a tenth of a second.
        assert 100_000_000 - 2 * tick <= loop <= told - 100_000_000 + 2 * tick


def test_who_is_gone_has_no_processor_time() -> None:
    with burnt() as (pid, _):
        pass
    with pytest.raises(OSError, match=r"\w"):
        process_cpu(pid)
    with pytest.raises(OSError, match=r"\w"):
        loop_cpu(pid)


def test_the_machine_is_busy_while_somebody_works() -> None:
    before = machine_busy()
    with burnt() as (_, told):
        assert machine_busy() - before >= told * 0.5


@contextmanager
def database(path: Path) -> Iterator[apsw.Connection]:
    connection = apsw.Connection(str(path))
    connection.pragma("journal_mode", "wal")
    connection.wal_autocheckpoint(0)
    connection.execute("CREATE TABLE rows (body)")
    yield connection
    connection.close()


@pytest.mark.parametrize("mode", [None, "PASSIVE", "RESTART", "TRUNCATE"])
def test_commits_are_counted_and_checkpoints_are_not(tmp_path: Path, mode: str | None) -> None:
    path = tmp_path / "rows.db"
    with database(path) as connection:
        counter = CommitCounter(path)
        first = counter.read()
        for number in range(1, 8):
            with connection:
                connection.executemany("INSERT INTO rows VALUES (?)", [("x" * 5000,)] * 3)
            assert counter.read() - first == number
            if mode is not None and number % 3 == 0:
                connection.execute(f"PRAGMA wal_checkpoint({mode})")
                assert counter.read() - first == number
        connection.execute("BEGIN IMMEDIATE; INSERT INTO rows VALUES ('never'); ROLLBACK")
        assert counter.read() - first == 7


def test_a_database_that_nobody_has_open_has_no_counter(tmp_path: Path) -> None:
    path = tmp_path / "rows.db"
    with database(path):
        counter = CommitCounter(path)
    with pytest.raises(FileNotFoundError):
        counter.read()


def test_flushes_are_timed_in_a_file_that_does_not_grow(tmp_path: Path) -> None:
    with FlushProbe(tmp_path) as probe:
        (file,) = tmp_path.iterdir()
        size = file.stat().st_size
        times = probe.times(3)
        assert len(times) == 3
        assert min(times) > 0
        assert file.stat().st_size == size
        with file.open("rb") as written:
            blocks = [written.read(4096) for _ in range(4)]
        assert [any(block) for block in blocks] == [True, True, True, False]
