"""A machine whose clock is off, at the practice exchange, which looks at the time of a request."""

from pathlib import Path

import pytest

from fillgate.domain.errors import AccountDown, Rejected
from fillgate.domain.life_cycle import OrderStatus
from fillgate.engine.clock import SystemClock
from fillgate.plugins.ccxt import CcxtPlugin, ExchangeFailure
from fillgate.plugins.ccxt.traffic import noted
from fillgate.testing import plugin_context
from tests.ccxt.plugins.ccxt.conftest import an_order
from tests.ccxt.plugins.ccxt.exchange import Exchange, config_of, json_answer, raw
from tests.ccxt.plugins.ccxt.practising import Practising, practising

_MINUTES = 4 * 60 * 1_000_000
_REFUSED = json_answer({"code": -1021, "msg": "Timestamp is outside of the recvWindow."}, 400)


class ShiftedClock(SystemClock):
    """The machine's clock, if somebody had set it."""

    def __init__(self, shift: int = 0) -> None:
        self.shift = shift

    def now(self) -> int:
        return super().now() + self.shift


@pytest.fixture(params=[_MINUTES, -_MINUTES], ids=["ahead", "behind"])
def shift(request: pytest.FixtureRequest) -> int:
    """By how much the clock is off, microseconds."""
    shift: int = request.param
    return shift


def received(there: Practising) -> list[int]:
    return [receipt["taken"] for receipt in there.served.practice.exchange.receipts.counted()]


async def test_an_account_opens_and_trades_though_the_clock_is_off(
    tmp_path: Path, shift: int
) -> None:
    async with practising(tmp_path, ShiftedClock(shift)) as there:
        result = await there.account.execute_order(an_order())
        assert result.status is OrderStatus.FILLED
        assert await there.account.health_check()


async def test_after_a_refused_order_the_next_goes_by_the_venues_time(
    tmp_path: Path, shift: int
) -> None:
    clock = ShiftedClock()
    async with practising(tmp_path, clock) as there:
        clock.shift = shift
        with pytest.raises(Rejected, match="INVALID_NONCE"):
            await there.account.execute_order(an_order())
        assert not any(received(there))
        order = an_order(client_order_id="fgtest000000200")
        result = await there.account.execute_order(order)
        assert result.status is OrderStatus.FILLED
        assert await there.account.balances()
        assert sum(received(there)) == 1


async def test_what_a_question_finds_out_holds_for_orders(tmp_path: Path, shift: int) -> None:
    clock = ShiftedClock()
    async with practising(tmp_path, clock) as there:
        clock.shift = shift
        with pytest.raises(ExchangeFailure, match="InvalidNonce"):
            await there.account.balances()
        result = await there.account.execute_order(an_order())
        assert result.status is OrderStatus.FILLED


async def test_an_order_goes_though_the_venues_clock_does_not_answer(
    account: CcxtPlugin, exchange: Exchange
) -> None:
    exchange.answers["GET", "/api/v3/account"] = _REFUSED
    with pytest.raises(ExchangeFailure):
        await account.balances()
    exchange.answers["GET", "/api/v3/time"] = raw(503, b"")
    assert (await account.execute_order(an_order())).status is OrderStatus.FILLED
    assert len(exchange.orders) == 1


async def test_the_question_for_the_time_is_not_taken_for_the_request_that_waits_for_it(
    account: CcxtPlugin, exchange: Exchange
) -> None:
    exchange.answers["GET", "/api/v3/account"] = _REFUSED
    with pytest.raises(ExchangeFailure):
        await account.balances()
    assert account._desk is not None
    with noted() as traffic:
        await account._desk.opened.questions.fetch_ticker("BTC/USDT")
    assert exchange.said("GET", "/api/v3/time")
    assert [call.place for call in traffic.calls] == ["api.binance.com/api/v3/ticker/24hr"]


async def test_a_time_that_is_refused_for_good_is_told_with_what_to_do(
    exchange: Exchange, tmp_path: Path
) -> None:
    account = CcxtPlugin("acme", plugin_context())
    exchange.answers["GET", "/api/v3/account"] = _REFUSED
    try:
        with pytest.raises(AccountDown, match="set this machine's clock"):
            await account.init(config_of(exchange, tmp_path))
        assert len(exchange.said("GET", "/api/v3/account")) == 2
    finally:
        await account.close()


async def test_where_the_venue_does_not_tell_its_time_the_health_check_says_what_to_do(
    account: CcxtPlugin, exchange: Exchange
) -> None:
    assert account._desk is not None
    account._desk.opened.questions.has["fetchTime"] = False
    exchange.answers["GET", "/api/v3/account"] = _REFUSED
    before = len(exchange.requests)
    with pytest.raises(AccountDown, match="set this machine's clock"):
        await account.health_check()
    assert len(exchange.requests) == before + 1
