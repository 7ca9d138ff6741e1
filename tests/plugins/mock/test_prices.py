"""Where a mock account's prices come from."""

import dataclasses
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fillgate.domain.errors import ConfigurationError, Rejected, UnknownAccount
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.market import MarketData
from fillgate.domain.orders import Side
from fillgate.plugins.base import PluginContext
from fillgate.plugins.mock import MockPlugin
from fillgate.testing import VirtualClock, plugin_context
from tests.comparing import values
from tests.plugins.mock.test_plugin import found, limit, make_order

pytestmark = pytest.mark.anyio

S = OrderStatus
D = Decimal
HEAD = "time,bid,bid_size,ask,ask_size\n"


async def opened(
    clock: VirtualClock, context: PluginContext | None = None, **config: Any
) -> MockPlugin:
    plugin = MockPlugin("m", context or plugin_context(clock=clock))
    await plugin.init(config)
    return plugin


# Recorded


def recording(folder: Path, rows: Sequence[str], name: str = "BTCUSDT.csv") -> Path:
    path = folder / name
    path.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return path


ROWS = [
    "2026-01-05T00:00:00Z,100,2,101,3",
    "2026-01-05T00:00:10Z,102,2,103,3",
    "2026-01-05T00:00:20Z,90,5,91,5",
    "2026-01-05T00:01:00Z,95,5,96,5",
]


async def test_a_recording_plays_from_the_opening_on(tmp_path: Path) -> None:
    clock = VirtualClock()
    plugin = await opened(clock, replay=str(recording(tmp_path, ROWS)))
    first = await plugin.fetch_data("BTC/USDT")
    assert values(first.bid, first.ask) == (100, 101)
    bought = await plugin.execute_order(make_order(quantity=D(2)))
    assert values(bought.status, bought.average_price) == (S.FILLED, 101)
    await plugin.execute_order(limit("92", "rests", quantity=D(3)))
    clock.advance(15)
    assert (await plugin.fetch_data("BTCUSDT")).bid == 102
    assert (await found(plugin, "rests")).status is S.NEW
    clock.advance(10)
    done = await found(plugin, "rests")
    assert values(done.status, done.average_price) == (S.FILLED, 92)
    clock.advance(60)
    over = await plugin.execute_order(make_order("late"))
    assert (over.status, over.code) == (S.REJECTED, "NO_PRICES")
    assert over.error is not None
    assert "has ended at 2026-01-05T00:01:00" in over.error


async def test_a_recording_can_run_faster(tmp_path: Path) -> None:
    clock = VirtualClock()
    path = str(recording(tmp_path, ROWS))
    plugin = await opened(clock, replay=path, replay_speed=10)
    clock.advance(1.5)
    assert (await plugin.fetch_data("BTCUSDT")).bid == 102


async def test_a_recording_can_play_at_its_own_times(tmp_path: Path) -> None:
    clock = VirtualClock()
    path = str(recording(tmp_path, ROWS))
    plugin = await opened(clock, replay=path, replay_start="recorded")
    # The clock is at the beginning of the year, the recording begins four days later.
    with pytest.raises(Rejected, match="NO_PRICES"):
        await plugin.fetch_data("BTCUSDT")
    clock.advance(4 * 86_400 + 5)
    assert (await plugin.fetch_data("BTCUSDT")).bid == 100


async def test_what_was_not_recorded_has_no_prices(tmp_path: Path) -> None:
    recording(tmp_path, ROWS)
    recording(tmp_path, ROWS, "ETHUSDT.csv")
    plugin = await opened(VirtualClock(), replay=str(tmp_path))
    assert (await plugin.fetch_data("ETH/USDT")).bid == 100
    refused = await plugin.execute_order(make_order(symbol="SOL/USDT"))
    assert refused.code == "NO_PRICES"
    words = "There is no recording of SOL/USDT; there are those of BTCUSDT, ETHUSDT."
    assert refused.error == words


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2026-01-05T00:02:00Z,5,1,4,1", "line 6"),
        ("yesterday,1,1,2,1", "line 6"),
    ],
)
async def test_a_broken_recording_is_a_wrong_setting(tmp_path: Path, row: str, words: str) -> None:
    path = recording(tmp_path, [*ROWS, row])
    with pytest.raises(ConfigurationError, match=r"`accounts\.m\.replay`: ") as refused:
        await opened(VirtualClock(), replay=str(path))
    assert words in str(refused.value)


@pytest.mark.parametrize("name", ["nowhere.csv", "empty"])
async def test_a_recording_that_is_not_there_is_a_wrong_setting(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigurationError, match=r"`accounts\.m\.replay`: "):
        await opened(VirtualClock(), replay=str(tmp_path / name))


# Borrowed


class OtherAccount:
    """The quotes of an account `main`, which are what a test says."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.quote: dict[str, Any] | Exception = {"bid": D(100), "ask": D(101)}
        self.asked: list[str] = []

    def check(self, account: str) -> None:
        if account != "main":
            raise UnknownAccount(f"no account is named {account!r}; the accounts are: main")

    async def fetch(self, account: str, symbol: str) -> MarketData:
        assert account == "main"
        self.asked.append(symbol)
        if isinstance(self.quote, Exception):
            raise self.quote
        return MarketData(symbol=symbol, timestamp=self.clock.now() // 1000, **self.quote)


@dataclasses.dataclass
class Borrowing:
    clock: VirtualClock
    other: OtherAccount
    plugin: MockPlugin


@pytest.fixture
async def borrowing() -> Borrowing:
    clock = VirtualClock()
    other = OtherAccount(clock)
    context = dataclasses.replace(plugin_context(clock=clock), quotes=other)
    return Borrowing(clock, other, await opened(clock, context, prices_from="main", impact_bps=0))


async def test_orders_meet_the_quotes_of_the_other_account(borrowing: Borrowing) -> None:
    plugin, other = borrowing.plugin, borrowing.other
    assert (await plugin.fetch_data("BTCUSDT")).ask == 101
    bought = await plugin.execute_order(make_order())
    assert values(bought.status, bought.average_price) == (S.FILLED, 101)
    other.quote = {"bid": D(110), "ask": D(111)}
    borrowing.clock.advance(0.1)
    sold = await plugin.execute_order(make_order("b", side=Side.SELL))
    assert sold.average_price == 110


async def test_what_rests_is_filled_when_the_other_account_s_quotes_reach_it(
    borrowing: Borrowing,
) -> None:
    plugin, other = borrowing.plugin, borrowing.other
    await plugin.execute_order(limit("95"))
    for ask in (99, 97, 94):
        borrowing.clock.advance(2)
        other.quote = {"bid": D(ask - 1), "ask": D(ask)}
        report = await found(plugin)
        assert report.status is (S.FILLED if ask == 94 else S.NEW)
    assert report.average_price == 95
    # While nothing rests nobody is asked for nothing.
    asked = len(other.asked)
    borrowing.clock.advance(60)
    await plugin.open_orders()
    assert len(other.asked) == asked


async def test_displayed_sizes_are_taken_once(borrowing: Borrowing) -> None:
    sizes = {"bid_size": "1", "ask_size": "2"}
    borrowing.other.quote = {"bid": D(100), "ask": D(101), "extra": sizes}
    first = await borrowing.plugin.execute_order(make_order(quantity=D(2)))
    again = await borrowing.plugin.execute_order(make_order("b", quantity=D(2)))
    assert (first.status, again.status) == (S.FILLED, S.EXPIRED)


async def test_stale_prices_are_refused(borrowing: Borrowing) -> None:
    plugin, other = borrowing.plugin, borrowing.other
    await plugin.execute_order(make_order())
    other.quote = ConnectionError("down")
    borrowing.clock.advance(4)
    assert (await plugin.execute_order(make_order("still"))).status is S.FILLED
    borrowing.clock.advance(4)
    refused = await plugin.execute_order(make_order("stale"))
    assert (refused.status, refused.code) == (S.REJECTED, "NO_PRICES")
    assert refused.error == "The last quote is 8 s old; at most 5 s are allowed."


async def test_without_a_first_quote_there_are_no_prices(borrowing: Borrowing) -> None:
    borrowing.other.quote = ConnectionError("down")
    assert (await borrowing.plugin.execute_order(make_order())).code == "NO_PRICES"


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"prices_from": "nobody"}, "no account is named 'nobody'; the accounts are: main"),
    ],
)
async def test_wrong_settings(config: dict[str, Any], words: str) -> None:
    clock = VirtualClock()
    context = dataclasses.replace(plugin_context(clock=clock), quotes=OtherAccount(clock))
    with pytest.raises(ConfigurationError) as refused:
        await opened(clock, context, **config)
    assert words in str(refused.value)


async def test_where_there_are_no_others_nothing_can_be_borrowed() -> None:
    with pytest.raises(ConfigurationError, match="there are no other accounts here"):
        await opened(VirtualClock(), prices_from="main")
