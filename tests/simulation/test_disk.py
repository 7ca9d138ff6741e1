"""The simulated disk: what a commit that fails, or is the last, leaves behind."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fillgate.domain.events import ServiceStarted
from fillgate.journal.base import SYSTEM, CommitOutcome, Committed, Entry, Lost, Undecided, Write
from fillgate.virtual_time import Process, SimulatedLoop
from tests.simulation.disk import Disk
from tests.simulation.life import fresh_folder
from tests.simulation.listening import ErrorLog

WRITE = Write(entries=(Entry(SYSTEM, 1, ServiceStarted(software="1")),))


@pytest.fixture
def folder() -> Iterator[Path]:
    with fresh_folder() as made:
        yield made


class Bench:
    """A disk, and the process that writes to it."""

    def __init__(self, folder: Path) -> None:
        self.loop = SimulatedLoop()
        self.process = Process("writer")
        self.disk = Disk(folder, now=self.loop.time, crash=self.process.kill)
        self.heard: list[CommitOutcome] = []
        self.faults: list[str | None] = []

    def write(self, seconds: float = 1.0) -> None:
        """Write once, and let time go by."""

        async def program() -> None:
            self._journal = journal = await self.disk.open(ErrorLog())
            journal.append(WRITE, self.heard.append)
            journal.append(WRITE, lambda _: self.faults.append(journal.fault))

        async def wait() -> None:
            self.loop.start(program(), process=self.process)
            await self.loop.run_in_executor(None, int)
            await _sleep(self.loop, seconds)

        self.loop.run(wait())

    def left(self) -> int:
        """Return how many events the next process finds."""

        async def look() -> int:
            journal = await self.disk.open(ErrorLog())
            try:
                return len(await journal.events())
            finally:
                journal.die()

        self.process.kill()
        self._journal.die()
        return self.loop.run(look())


async def _sleep(loop: SimulatedLoop, seconds: float) -> None:
    future = loop.create_future()
    loop.call_later(seconds, future.set_result, None)
    await future


CASES: list[tuple[dict[str, Any], list[type[CommitOutcome]], int]] = [
    ({}, [Committed], 2),
    ({"fault": "lost"}, [Undecided, Lost], 0),
    ({"fault": "kept"}, [Undecided, Committed], 2),
    ({"fault": "kept", "outage": 5.0}, [Undecided], 2),
    ({"crashes": {"before the commit": 0}}, [], 0),
    ({"crashes": {"after the commit": 0}}, [], 2),
    ({"crashes": {"after the commit": 1}}, [Committed], 2),
]


@pytest.mark.parametrize(("luck", "heard", "left"), CASES)
def test_what_is_heard_and_what_is_left(
    folder: Path, luck: dict[str, Any], heard: list[type[CommitOutcome]], left: int
) -> None:
    bench = Bench(folder)
    vars(bench.disk).update(luck)
    bench.write()
    assert [type(outcome) for outcome in bench.heard] == heard
    assert bench.left() == left


def test_while_the_journal_is_away_it_takes_nothing(folder: Path) -> None:
    bench = Bench(folder)
    bench.disk.fault, bench.disk.outage = "lost", 5.0
    bench.write()
    assert bench.faults == ["IOError: input/output error"]
    assert not bench.disk.durable.accepted
