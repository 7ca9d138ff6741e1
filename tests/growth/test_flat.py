"""Nothing costs more with history: a journal of ten times the orders takes the same per order.

Ratios only, so that any machine can tell; `make growth` measures times and a million orders.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw
import pytest

from fillgate.journal.index import OrderQuery
from tests.growth.history import ACCOUNT, History, grow
from tests.growth.load import Cost, cost_of
from tests.journal.listening import open_journal

FEW, MANY = 5_000, 50_000
BUCKET, STEPS_A_BUCKET = 1024, 200

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def journals(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """A folder with a small journal, and one with a large one."""
    folders = {}
    for orders in (FEW, MANY):
        folders[orders] = tmp_path_factory.mktemp(f"journal-{orders}")
        grow(folders[orders] / "journal.db", orders, History())
    return folders


def cost(folder: Path, orders: int, size: int, run: int) -> Cost:
    first = orders + 1 + run * 10_000
    history = History(first=first, start=1_800_000_000_000_000 + first * 1000, step=1000)
    return cost_of(folder / "journal.db", history, size=size, batches=2800 // size)


@pytest.mark.parametrize(("size", "run"), [(1, 0), (8, 1), (32, 2)])
def test_an_order_costs_the_same_at_ten_times_the_history(
    journals: dict[int, Path], size: int, run: int
) -> None:
    few, many = (cost(journals[orders], orders, size, run) for orders in (FEW, MANY))
    assert many.bytes_a_commit < 1.10 * few.bytes_a_commit
    # Other processes disturb times; what grows with history would be many times more.
    assert many.microseconds_an_order < 2 * few.microseconds_an_order


@contextmanager
def counted_steps() -> Iterator[Counter[str]]:
    """Count how many steps SQLite takes over all connections that are made meanwhile."""
    steps: Counter[str] = Counter()

    def note(event: dict[str, Any]) -> None:
        steps[event["sql"]] += event["stmt_status"]["SQLITE_STMTSTATUS_VM_STEP"]

    def watch(connection: apsw.Connection) -> None:
        connection.trace_v2(apsw.SQLITE_TRACE_PROFILE, note)

    apsw.connection_hooks.append(watch)
    try:
        yield steps
    finally:
        apsw.connection_hooks.remove(watch)


async def start(folder: Path) -> None:
    """Ask what a service asks when it starts, and what its first readers ask."""
    async with open_journal(folder) as journal:
        assert not await journal.open_orders()
        assert not await journal.waiting_signals()
        assert not await journal.absent_orders()
        assert await journal.positions()
        assert await journal.heads()
        for query in (
            OrderQuery(),
            OrderQuery(account=ACCOUNT),
            OrderQuery(symbol="S3/USDT"),
            OrderQuery(symbol="nothing"),
        ):
            page = await journal.orders(query)
            await journal.stories([row.signal for row in page.rows])
        assert not await journal.sightings(ACCOUNT, "foreign-order", ["1"])


async def test_a_start_does_the_same_at_ten_times_the_history(journals: dict[int, Path]) -> None:
    steps = {}
    for orders in (FEW, MANY):
        await start(journals[orders])
        with counted_steps() as counted:
            await start(journals[orders])
        # Some thousand keys that are not in the saved filter yet are learnt anew.
        once = {sql: count for sql, count in counted.items() if "FROM keys" not in sql}
        # Who lists by symbol looks into each bucket once, for a few steps.
        looks = [once.pop(sql) for sql in tuple(once) if "RECURSIVE buckets" in sql]
        assert looks
        assert max(looks) / 2 < STEPS_A_BUCKET * (1 + orders / BUCKET)
        steps[orders] = sum(once.values())
    assert steps[FEW], counted
    assert steps[MANY] < 1.1 * steps[FEW]
