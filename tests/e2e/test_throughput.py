"""Durable throughput: senders that come together share their flushes.

Where the disk is what everybody waits for, 32 concurrent senders get at least ten times as many
acknowledgements a second as a loop of single commits on the same disk gets. A disk can be so fast
that the processor is what they wait for instead; no grouping of commits helps there. So the disk of
the first test is slow: each flush takes 100 ms more than it does here, for both sides alike. 32 is
then the most that could be had, by one flush an acknowledgement shared by all, and 16 is what a
sender can have that misses the flush which begins while its next alert is on its way.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from fillgate.journal.base import CommitOutcome, Committed
from fillgate.journal.sqlite import SqliteJournal
from tests.e2e import hammer, slow_disk
from tests.e2e.process import PATIENCE, Service, serving
from tests.e2e.slow_disk import SlowDisk
from tests.journal.made import Notes, taken

SENDERS = 32
ROUNDS = 3
FLUSH_SECONDS = 0.1


@contextmanager
def rows_on(disk: SlowDisk, path: Path) -> Iterator[apsw.Connection]:
    """A table as the journal would keep it if it committed each write by itself."""
    connection = apsw.Connection(str(path), vfs=disk.name)
    connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY, body BLOB)")
    yield connection
    connection.close()


def single_commits(connection: apsw.Connection, *, many: int) -> float:
    """Return how many rows a second a loop of single commits makes durable."""
    body = os.urandom(300)
    begin = time.perf_counter()
    for _ in range(many):
        connection.execute("INSERT INTO rows (body) VALUES (?)", (body,))
    return many / (time.perf_counter() - begin)


def acknowledgements(service: Service, *, each: int) -> float:
    """Return how many alerts a second are acknowledged to concurrent senders."""
    done = subprocess.run(
        [sys.executable, "-P", hammer.__file__, service.url, str(SENDERS), str(each)],
        input=service.secret.encode(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=PATIENCE,
    )
    told = json.loads(done.stdout)
    assert told["others"] == []
    assert told["acknowledged"] == SENDERS * each
    rate: float = told["acknowledged"] / told["seconds"]
    return rate


@contextmanager
def on_a_slow_disk(folder: Path) -> Iterator[Service]:
    milliseconds = str(FLUSH_SECONDS * 1000)
    program = ("-P", slow_disk.__file__, milliseconds)
    with serving(Service(folder, program=program)) as service:
        yield service


def test_senders_share_the_flushes_of_a_slow_disk(tmp_path: Path) -> None:
    disk = SlowDisk(FLUSH_SECONDS)
    alone, together = [], []
    with on_a_slow_disk(tmp_path) as service, rows_on(disk, tmp_path / "rows.db") as connection:
        for _ in range(ROUNDS):
            alone.append(single_commits(connection, many=4))
            together.append(acknowledgements(service, each=4))
    told = f"single commits/s {alone}, acknowledgements/s {together}"
    print(told)  # noqa: T201 - pytest shows it when the test fails
    assert statistics.median(together) >= 10 * statistics.median(alone), told


async def durable_writes(journal: SqliteJournal, *, callers: int, first: int, many: int) -> float:
    """Return how many writes a second become durable for concurrent callers."""
    numbers = iter(range(first, first + many))

    async def caller() -> None:
        for number in numbers:
            heard: asyncio.Future[CommitOutcome] = asyncio.get_running_loop().create_future()
            journal.append(taken(number), heard.set_result)
            assert isinstance(await heard, Committed)

    begin = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return many / (time.perf_counter() - begin)


async def test_callers_of_the_journal_share_the_flushes_of_a_quick_disk(tmp_path: Path) -> None:
    """On this machine's own disk: the gain is smaller, for what is left is computing."""
    alone, together = [], []
    first = 1
    journal = await SqliteJournal.open(tmp_path / "journal.db", logger=Notes())
    for _ in range(ROUNDS):
        alone.append(await durable_writes(journal, callers=1, first=first, many=150))
        together.append(
            await durable_writes(journal, callers=SENDERS, first=first + 150, many=1500)
        )
        first += 2000
    await journal.close()
    told = f"one caller/s {alone}, {SENDERS} callers/s {together}"
    print(told)  # noqa: T201 - pytest shows it when the test fails
    assert statistics.median(together) >= 4 * statistics.median(alone), told
