"""Binance's own client, which is not ccxt, trades on the practice exchange."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from binance_common.configuration import ConfigurationRestAPI
from binance_common.errors import BadRequestError
from binance_sdk_spot.rest_api.models import NewOrderSideEnum as Side
from binance_sdk_spot.rest_api.models import NewOrderTimeInForceEnum as TimeInForce
from binance_sdk_spot.rest_api.models import NewOrderTypeEnum as Type
from binance_sdk_spot.spot import Spot

from tests.practice.serving import ALICE, Served, served

pytestmark = pytest.mark.anyio

LIMIT = {
    "symbol": "BTCUSDT",
    "side": Side.BUY,
    "type": Type.LIMIT,
    "time_in_force": TimeInForce.GTC,
}


class Client:
    """Binance's client, in a thread of its own for each question: it blocks."""

    def __init__(self, there: Served, secret: str = ALICE.secret) -> None:
        self._rest = Spot(
            config_rest_api=ConfigurationRestAPI(
                api_key=ALICE.key,
                api_secret=secret,
                base_path=f"https://127.0.0.1:{there.port}",
                https_agent=ssl.create_default_context(cafile=str(there.ca)),
                retries=0,
                keep_alive=False,
            )
        ).rest_api

    async def __call__(self, method: str, **fields: Any) -> Any:
        answer = await asyncio.to_thread(getattr(self._rest, method), **fields)
        return answer.data()


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as opened:
        yield opened


@pytest.fixture
def client(there: Served) -> Client:
    return Client(there)


async def free(client: Client, asset: str) -> str:
    account = await client("get_account")
    return str(next(each.free for each in account.balances if each.asset == asset))


async def test_it_reads_what_is_listed_and_quoted(client: Client) -> None:
    [symbol] = (await client("exchange_info", symbol="BTCUSDT")).symbols
    assert (symbol.symbol, symbol.base_asset, symbol.quote_asset) == ("BTCUSDT", "BTC", "USDT")
    depth = await client("depth", symbol="BTCUSDT", limit=5)
    assert float(depth.bids[0][0]) < float(depth.asks[0][0])


async def test_it_places_queries_and_cancels(client: Client) -> None:
    before = await free(client, "USDT")
    placed = await client(
        "new_order", **LIMIT, quantity=0.01, price=50_000.0, new_client_order_id="mine"
    )
    assert (placed.status, placed.client_order_id) == ("NEW", "mine")
    assert float(before) - float(await free(client, "USDT")) == pytest.approx(500)
    for named in ({"order_id": placed.order_id}, {"orig_client_order_id": "mine"}):
        found = await client("get_order", symbol="BTCUSDT", **named)
        assert (found.order_id, found.status) == (placed.order_id, "NEW")
    [working] = await client("get_open_orders", symbol="BTCUSDT")
    assert working.order_id == placed.order_id
    gone = await client("delete_order", symbol="BTCUSDT", orig_client_order_id="mine")
    assert (gone.orig_client_order_id, gone.status) == ("mine", "CANCELED")
    assert await client("get_open_orders", symbol="BTCUSDT") == []
    assert await free(client, "USDT") == before


async def test_a_market_order_is_filled_and_its_trades_are_told(client: Client) -> None:
    filled = await client(
        "new_order", symbol="BTCUSDT", side=Side.BUY, type=Type.MARKET, quantity=0.01
    )
    assert (filled.status, filled.executed_qty) == ("FILLED", "0.01000000")
    trades = await client("my_trades", symbol="BTCUSDT")
    assert {each.order_id for each in trades} == {filled.order_id}
    assert sum(float(each.qty) for each in trades) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({"quantity": 0.01, "price": 50_000.001}, -1013, "Filter failure: PRICE_FILTER"),
        ({"quantity": 150.0, "price": 50_000.0}, -2010, "insufficient balance"),
    ],
)
async def test_refusals_are_told_in_binances_words(
    client: Client, fields: dict[str, float], code: int, words: str
) -> None:
    with pytest.raises(BadRequestError) as caught:
        await client("new_order", **LIMIT, **fields)
    assert caught.value.status_code == code
    assert words in str(caught.value.error_message)


async def test_a_wrong_secret_is_refused(there: Served) -> None:
    with pytest.raises(BadRequestError, match="Signature for this request is not valid"):
        await Client(there, secret="another")("get_account")
