"""The mock venue's ledger: what is in it outlives the process."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Awaitable, Iterator
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fillgate.domain.errors import AccountDown, ConfigurationError, Rejected
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order, OrderType, Side, TimeInForce
from fillgate.market.state import VenueState
from fillgate.plugins.mock import MockPlugin
from fillgate.plugins.mock.ledger import LedgerCorrupt, LedgerFile, MockLedger
from fillgate.testing import RecordingLogger, VirtualClock, plugin_context

S, T = OrderStatus, OrderType


def run(work: Awaitable[Any]) -> Any:
    """Run what never has to wait."""
    steps = work.__await__()
    try:
        next(steps)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waits for something")


def open_plugin(clock: VirtualClock, path: Path | None, **config: Any) -> MockPlugin:
    plugin = MockPlugin("m", plugin_context(clock=clock))
    ledger = {} if path is None else {"ledger_path": str(path)}
    run(plugin.init({"volatility": 10, "taker_fee_bps": 1, **ledger, **config}))
    return plugin


def on_tick(price: Decimal) -> Decimal:
    return price.quantize(Decimal("0.01"))


def make_order(name: str = "a", **fields: Any) -> Order:
    basis: dict[str, Any] = {"account": "m", "symbol": "BTCUSDT", "side": Side.BUY}
    return Order(client_order_id=name, **{**basis, "quantity": Decimal(1), **fields})


def state_of(plugin: MockPlugin) -> VenueState:
    assert plugin._venue is not None
    return plugin._venue.state


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "venue.jsonl"


@pytest.fixture
def plugin(path: Path) -> Iterator[MockPlugin]:
    opened = open_plugin(VirtualClock(), path)
    yield opened
    run(opened.close())


def test_it_tells_what_arrived_and_what_became_of_it(plugin: MockPlugin, path: Path) -> None:
    bracket = make_order("b", stop_loss=Decimal(1), take_profit=Decimal(10**6))
    for order in (make_order("a"), bracket, make_order("a"), make_order("c", quantity=Decimal(0))):
        run(plugin.execute_order(order))
    ledger = MockLedger.read(path)
    assert {name: len(held) for name, held in ledger.arrivals.items()} == {"a": 2, "b": 1, "c": 1}
    assert [held.order_id for held in ledger.arrivals["a"]] == ["mock-1", "mock-5"]
    assert ledger.arrivals["b"][0].order == bracket
    assert [held.order.client_order_id for held in ledger.attached] == ["b-sl", "b-tp"]
    fills = ledger.arrivals["b"][0].fills
    assert sum(fill.quantity for fill in fills) == Decimal(1)
    assert {len(fill.fees) for fill in fills} == {1}
    assert ledger.arrivals["c"][0].status is S.REJECTED
    assert ledger.torn == b""


def test_orders_are_in_it_before_they_are_answered(path: Path) -> None:
    plugin = open_plugin(VirtualClock(), path, unknown_rate=1)
    work = plugin.execute_order(make_order())
    with pytest.raises(RuntimeError, match="no running event loop"):
        # It would wait for ever now.
        run(work)
    assert list(MockLedger.read(path).arrivals) == ["a"]


def test_without_a_path_there_is_none(tmp_path: Path) -> None:
    plugin = open_plugin(VirtualClock(), None)
    run(plugin.execute_order(make_order()))
    assert list(tmp_path.iterdir()) == []
    run(plugin.init({}))
    assert not state_of(plugin).orders


def test_it_is_only_for_its_owner(plugin: MockPlugin, path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600


EXPECTED = Path(__file__).with_name("ledger.jsonl")
SELL = Side.SELL
ORDERS: list[dict[str, Any]] = [
    {},
    {"side": SELL, "quantity": Decimal("2.50")},
    {"symbol": "ES1!", "quantity": Decimal(3)},
    {"symbol": "SHIBUSDT", "quantity": Decimal("1e7")},
    {"order_type": T.LIMIT, "price": Decimal("66000.12")},
    {"order_type": T.LIMIT, "price": Decimal(40000)},
    {"order_type": T.LIMIT, "price": Decimal(40000), "time_in_force": TimeInForce.IOC},
    {"order_type": T.LIMIT, "price": Decimal(90000), "post_only": True},
    {"order_type": T.STOP, "stop_price": Decimal(40000)},
    {"order_type": T.STOP, "side": SELL, "stop_price": Decimal(30000)},
    {"order_type": T.STOP_LIMIT, "stop_price": Decimal(40000), "price": Decimal(41000)},
    {"stop_loss": Decimal(50000), "take_profit": Decimal(90000)},
    {"side": SELL, "quantity": Decimal(9), "reduce_only": True},
    {"side": SELL, "reduce_only": True},
]


def test_a_seed_and_the_same_orders_give_these_bytes_and_no_others(path: Path) -> None:
    clock = VirtualClock()
    plugin = open_plugin(clock, path, seed=7, volatility="0.5")
    for number, fields in enumerate(ORDERS, start=1):
        run(plugin.execute_order(make_order(f"o{number}", **fields)))
        clock.advance(0.6)
    run(plugin.cancel_order(client_order_id="o6", symbol="BTCUSDT", request_id="r"))
    run(plugin.close())
    assert path.read_bytes().splitlines() == EXPECTED.read_bytes().splitlines()


class Restarts(RuleBasedStateMachine):
    """A venue that is restarted again and again, beside one that never is."""

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "ledger"
        self.clock = VirtualClock()
        self.plugin = open_plugin(self.clock, self.path)
        self.twin = open_plugin(self.clock, None)
        self.count = 0
        self.requests = 0

    def both(self, method: str, *args: Any, **fields: Any) -> None:
        got = [self.answer(one, method, *args, **fields) for one in (self.plugin, self.twin)]
        assert got[0] == got[1]

    @staticmethod
    def answer(plugin: MockPlugin, method: str, *args: Any, **fields: Any) -> Any:
        try:
            return run(getattr(plugin, method)(*args, **fields))
        except Rejected as refusal:
            return refusal.code, refusal.text

    @rule(
        side=st.sampled_from(Side),
        order_type=st.sampled_from(
            [T.MARKET, T.LIMIT, T.STOP, T.STOP_LIMIT, T.TAKE_PROFIT, T.TRAILING_STOP, T.OCO]
        ),
        points=st.integers(-50, 50),
        symbol=st.sampled_from(["BTCUSDT", "ETH/USDT"]),
        again=st.booleans(),
        bracket=st.booleans(),
        reduce_only=st.booleans(),
    )
    def send(
        self,
        side: Side,
        order_type: OrderType,
        points: int,
        symbol: str,
        *,
        again: bool,
        bracket: bool,
        reduce_only: bool,
    ) -> None:
        self.count += not again
        last = run(self.twin.fetch_data(symbol)).last
        price = on_tick(last * (1 + Decimal(points) / 10_000))
        fields: dict[str, Any] = {"reduce_only": reduce_only}
        if order_type in {T.LIMIT, T.STOP_LIMIT}:
            fields["price"] = price
        if order_type in {T.STOP, T.STOP_LIMIT, T.TAKE_PROFIT}:
            fields["stop_price"] = price
        if order_type is T.OCO:
            away = (price - last).copy_abs() * side.sign
            fields["price"], fields["stop_price"] = on_tick(last - away), on_tick(last + away)
        if order_type is T.TRAILING_STOP:
            fields["trail"] = on_tick(last * Decimal(abs(points) + 1) / 10_000)
        if bracket:
            stops = (on_tick(last * Decimal("0.98")), on_tick(last * Decimal("1.02")))
            fields["stop_loss"], fields["take_profit"] = stops[:: side.sign]
        self.both(
            "execute_order",
            make_order(f"o{self.count}", symbol=symbol, side=side, order_type=order_type, **fields),
        )

    @rule(seconds=st.sampled_from([0.1, 1, 30, 3600]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @precondition(lambda self: self.count)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        known = sorted(state_of(self.twin).orders.values(), key=lambda held: held.number)
        held = data.draw(st.sampled_from(known)).order
        self.both(
            "cancel_order", client_order_id=held.client_order_id, symbol=held.symbol, request_id="r"
        )

    @precondition(lambda self: self.count)
    @rule(data=st.data(), points=st.integers(-50, 50), quantity=st.integers(1, 3))
    def replace(self, data: st.DataObject, points: int, quantity: int) -> None:
        known = sorted(state_of(self.twin).orders.values(), key=lambda held: held.number)
        order = data.draw(st.sampled_from(known)).order
        last = run(self.twin.fetch_data(order.symbol)).last
        price = on_tick(last * (1 + Decimal(points) / 10_000))
        self.requests += 1
        replacement = msgspec.structs.replace(
            order,
            client_order_id=f"r{self.requests}",
            quantity=Decimal(quantity),
            price=price if order.price is not None else None,
            stop_price=price if order.stop_price is not None else None,
        )
        self.both("replace_order", client_order_id=order.client_order_id, order=replacement)

    @rule()
    def look(self) -> None:
        self.both("open_orders")
        self.both("positions")
        self.both("fills", since=0)

    @rule()
    def restart(self) -> None:
        before = state_of(self.plugin)
        # As if it had been killed: nothing is told to the plugin.
        run(self.plugin.close())
        self.plugin = open_plugin(self.clock, self.path)
        after = state_of(self.plugin)
        assert after.orders == before.orders
        assert after.arrivals == before.arrivals
        assert after.open == before.open
        assert after.positions == before.positions
        assert after.touched == before.touched

    @invariant()
    def the_file_tells_what_the_venue_knows(self) -> None:
        read = MockLedger.read(self.path).state
        assert read.orders == state_of(self.plugin).orders

    def teardown(self) -> None:
        run(self.plugin.close())
        self.folder.cleanup()


def test_restarts_change_nothing() -> None:
    run_state_machine_as_test(Restarts, settings=settings(max_examples=30, stateful_step_count=30))


# Damage


def write_some(path: Path) -> bytes:
    plugin = open_plugin(VirtualClock(), path)
    for number in range(3):
        run(plugin.execute_order(make_order(f"{number}")))
    run(plugin.close())
    return path.read_bytes()


@given(st.integers(0, 10_000))
def test_a_torn_last_line_is_left_out_and_then_cut_off(cut: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger"
        whole = write_some(path)
        kept = whole[: cut % (len(whole) + 1)]
        path.write_bytes(kept)
        ledger = MockLedger.read(path)
        lines = kept.count(b"\n")
        assert list(ledger.arrivals) == [f"{number}" for number in range(lines)]
        assert kept.endswith(ledger.torn)
        plugin = open_plugin(VirtualClock(), path)
        logger = plugin.context.logger
        assert isinstance(logger, RecordingLogger)
        reported = [entry.fields["bytes_cut"] for entry in logger.entries]
        assert reported == ([len(ledger.torn)] if ledger.torn else [])
        assert path.read_bytes() == kept.removesuffix(ledger.torn)
        result = run(plugin.execute_order(make_order("next")))
        assert result.order_id == f"mock-{lines + 1}"
        assert list(MockLedger.read(path).arrivals)[-1] == "next"
        run(plugin.close())


@pytest.mark.parametrize(
    "line",
    [
        b"garbage",
        b"{}",
        b"[{}]",
        b'[{"record":"nothing"}]',
        b'[{"record":"triggered","at":1,"number":99}]',
        b"\xff\xfe",
        b"",
    ],
)
def test_what_is_no_ledger_is_refused_by_its_line(path: Path, line: bytes) -> None:
    path.write_bytes(write_some(path) + line + b"\n")
    with pytest.raises(LedgerCorrupt, match="line 4: no ledger record"):
        MockLedger.read(path)
    before = path.read_bytes()
    with pytest.raises(ConfigurationError, match=r"`accounts\.m\.ledger_path`: .*line 4"):
        open_plugin(VirtualClock(), path)
    assert path.read_bytes() == before


def test_a_path_that_cannot_be_written_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"`accounts\.m\.ledger_path`: expected a file"):
        open_plugin(VirtualClock(), tmp_path / "missing" / "ledger")
    with pytest.raises(ConfigurationError, match=r"`accounts\.m\.ledger_path`: expected a file"):
        open_plugin(VirtualClock(), tmp_path)


def test_two_accounts_cannot_share_a_ledger(plugin: MockPlugin, path: Path) -> None:
    with pytest.raises(AccountDown, match="in use by another account"):
        open_plugin(VirtualClock(), path)
    run(plugin.execute_order(make_order()))
    run(plugin.close())
    assert list(state_of(open_plugin(VirtualClock(), path)).arrivals) == ["a"]


def test_a_write_that_fails_leaves_no_trace(path: Path) -> None:
    plugin = open_plugin(VirtualClock(), path)
    run(plugin.execute_order(make_order("a")))
    before = path.read_bytes()
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # The file may grow by a few bytes only: the write is cut short, as on a full disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, limits[1]))
    try:
        with pytest.raises(OSError, match="only 20 of"):
            run(plugin.execute_order(make_order("b")))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert path.read_bytes() == before
    assert list(state_of(plugin).arrivals) == ["a"]
    assert run(plugin.execute_order(make_order("b"))).order_id == "mock-2"
    assert list(MockLedger.read(path).arrivals) == ["a", "b"]
    run(plugin.close())


# Death

CHILD = """
import asyncio, sys
from decimal import Decimal
from fillgate.domain.orders import Order, Side
from fillgate.plugins.mock import MockPlugin
from fillgate.testing import plugin_context

async def main(path, first):
    plugin = MockPlugin("m", plugin_context())
    await plugin.init({"ledger_path": path})
    for number in range(first, first + 100_000):
        order = Order(client_order_id=f"o{number}", account="m", symbol="BTCUSDT", side=Side.BUY,
                      quantity=Decimal(1), stop_loss=Decimal(1), take_profit=Decimal(10**6))
        result = await plugin.execute_order(order)
        print(order.client_order_id, result.order_id, flush=True)

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


def answered_until_killed(path: Path, first: int, answers: int) -> list[list[str]]:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path), str(first)], stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    with child.stdout:
        lines = [child.stdout.readline() for _ in range(answers)]
        os.kill(child.pid, signal.SIGKILL)
        lines += child.stdout.readlines()
    assert child.wait() == -signal.SIGKILL
    # The pipe may have been cut within a line.
    return [line.decode().split() for line in lines if line.endswith(b"\n")]


def test_what_was_answered_outlives_the_process(path: Path) -> None:
    answered: list[list[str]] = []
    for life, answers in enumerate((1, 40, 7)):
        answered += answered_until_killed(path, life * 100_000, answers)
    ledger = MockLedger.read(path)
    assert len(answered) >= 48
    for name, order_id in answered:
        [held] = ledger.arrivals[name]
        assert (held.order_id, held.status) == (order_id, S.FILLED)
    # At most the order that each life was about to answer is there unanswered.
    assert len(ledger.arrivals) <= len(answered) + 3
    assert len(ledger.attached) == 2 * len(ledger.arrivals)


def test_a_ledger_file_closes_what_it_could_not_open(path: Path) -> None:
    path.write_bytes(b"garbage\n")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        with pytest.raises(LedgerCorrupt):
            LedgerFile(str(path), "x")
    assert len(list(Path("/proc/self/fd").iterdir())) == before
