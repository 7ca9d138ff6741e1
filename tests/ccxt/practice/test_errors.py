"""The exchange's refusals, in the classes that ccxt makes of them."""

from pathlib import Path
from typing import Any

import ccxt
import pytest

from fillgate.practice.rate_limits import Limits
from fillgate.practice.users import User
from tests.ccxt.practice.clients import SYMBOL, Trading, trading
from tests.practice.serving import ALICE

pytestmark = pytest.mark.anyio

ORDER = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}


@pytest.mark.parametrize(
    ("fields", "error", "words"),
    [
        ({"quantity": "9", "price": "50000"}, ccxt.InsufficientFunds, "insufficient balance"),
        ({"quantity": "0.000001", "price": "50000"}, ccxt.InvalidOrder, "LOT_SIZE"),
        ({"quantity": "0.01", "price": "50000.001"}, ccxt.InvalidOrder, "PRICE_FILTER"),
        ({"quantity": "0.00001", "price": "50000"}, ccxt.BadRequest, "NOTIONAL"),
        ({"quantity": "0.01", "price": "1000"}, ccxt.InvalidOrder, "PERCENT_PRICE_BY_SIDE"),
        ({"quantity": "0.01", "price": "50000", "symbol": "NOPE"}, ccxt.BadSymbol, "-1121"),
        ({"quantity": "0.01"}, ccxt.BadRequest, "-1102"),
        ({"quantity": "one", "price": "50000"}, ccxt.BadRequest, "-1100"),
    ],
)
async def test_an_order_is_refused(
    at: Trading, fields: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(ccxt.BaseError, match=words) as raised:
        await at.client.private_post_order(ORDER | fields)
    assert type(raised.value) is error
    assert at.taken == []


async def test_orders_that_would_match_or_trigger_at_once(at: Trading) -> None:
    for kind, price, params in (
        ("limit", 61_000, {"postOnly": True}),
        ("market", None, {"stopLossPrice": 59_000}),
    ):
        with pytest.raises(ccxt.OrderImmediatelyFillable, match="would"):
            await at.client.create_order(SYMBOL, kind, "buy", 0.01, price, params)


async def test_a_client_order_id_of_a_working_order(at: Trading) -> None:
    params = {"clientOrderId": "mine"}
    await at.client.create_order(SYMBOL, "limit", "buy", 0.01, 50_000, params)
    with pytest.raises(ccxt.InvalidOrder, match="Duplicate order sent"):
        await at.client.create_order(SYMBOL, "limit", "buy", 0.01, 50_000, params)
    assert len(at.taken) == 1


async def test_orders_that_are_not_there(at: Trading) -> None:
    with pytest.raises(ccxt.OrderNotFound, match="-2011"):
        await at.client.cancel_order("99", SYMBOL)
    with pytest.raises(ccxt.OrderNotFound, match="-2013"):
        await at.client.fetch_order("99", SYMBOL)
    with pytest.raises(ccxt.OrderNotFound, match="-2011"):
        await at.client.cancel_all_orders(SYMBOL)


async def test_a_clock_that_is_wrong(at: Trading) -> None:
    for difference in (60_000, -60_000):
        at.client.options["timeDifference"] = difference
        with pytest.raises(ccxt.InvalidNonce, match="-1021"):
            await at.client.fetch_balance()


@pytest.mark.parametrize(
    ("key", "secret", "code"),
    [(ALICE.key, "another", -1022), ("nobody", "another", -2015)],
)
async def test_keys_that_are_wrong(tmp_path: Path, key: str, secret: str, code: int) -> None:
    user = User(name="alice", key=key, secret=secret)
    async with trading(tmp_path, user) as at:
        with pytest.raises(ccxt.AuthenticationError, match=f'"code":{code}'):
            await at.client.private_get_account()


async def test_too_much_is_asked(tmp_path: Path) -> None:
    async with trading(tmp_path, limits=Limits(weight=0)) as at:
        with pytest.raises(ccxt.DDoSProtection, match=r"429.*-1003"):
            await at.client.public_get_ping()
