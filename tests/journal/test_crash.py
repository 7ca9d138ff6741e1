"""Kill -9 in the middle of load: what was told as committed is there, and only whole writes are."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from fillgate.domain.life_cycle import OrderStatus
from fillgate.journal.sqlite import SqliteJournal
from tests.journal.listening import open_journal
from tests.journal.made import order_id, order_row, signal_row

pytestmark = pytest.mark.anyio

KILLS = 10


def run_and_kill(path: Path, lines: int) -> list[tuple[int, int]]:
    """Let a child write until it has told of so many commits, kill it, and return what it told."""
    command = [sys.executable, "-m", "tests.journal.crash_child", str(path)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) as child:
        assert child.stdout is not None
        told = [child.stdout.readline() for _ in range(lines)]
        child.kill()
        told += child.stdout.readlines()
    assert child.returncode == -9
    pairs = [line.split() for line in told if line.endswith(b"\n")]
    return [(int(number), int(position)) for number, position in pairs]


async def test_nothing_that_was_told_is_lost_however_often_it_is_killed(tmp_path: Path) -> None:
    told: dict[int, int] = {}
    chance = random.Random(7)
    for _ in range(KILLS):
        news = run_and_kill(tmp_path / "journal.db", chance.randint(1, 300))
        assert news
        told |= {position: number for number, position in news}
        async with open_journal(tmp_path) as journal:
            assert await journal.verify() is None
            events = await journal.events(limit=10**6)
            there = {record.position: record.signal for record in events}
            assert told.items() <= there.items()
            await check_whole_writes(journal, {signal for signal in there.values() if signal})


async def check_whole_writes(journal: SqliteJournal, numbers: set[int]) -> None:
    assert journal.last_signal == max(numbers)
    for number in sorted(numbers)[-40:]:
        events = len(await journal.story(number))
        assert events in {3, 4}
        status = OrderStatus.PENDING_NEW if events == 3 else OrderStatus.UNKNOWN
        assert await journal.body(number) == b"body %d" % number
        assert await journal.find_signal(number) == signal_row(number)
        assert await journal.find_order(order_id(number)) == order_row(number, status)
