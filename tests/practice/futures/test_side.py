"""How the futures are opened: wallets, and recordings that are played."""

from decimal import Decimal
from pathlib import Path

import pytest

from fillgate.practice.users import new_user
from tests.practice.client import client_of
from tests.practice.futures.contracts import Contracts

BARS = (
    "time,open,high,low,close,volume\n"
    "2026-01-01T00:00:00Z,{price},{price},{price},{price},1000\n"
    "2026-01-01T00:01:00Z,{price},{price},{price},{price},1000\n"
)


@pytest.mark.parametrize(
    ("balances", "wallet"),
    [
        ({"USDT": Decimal(500), "BTC": Decimal(3)}, "500.00000000"),
        ({"BTC": Decimal(3)}, "0.00000000"),
    ],
)
async def test_a_wallet_begins_with_as_much_as_the_one_for_spot(
    balances: dict[str, Decimal], wallet: str
) -> None:
    user = new_user("carol", balances)
    client = client_of(users=(user,))
    async with client.http:
        contracts = Contracts(client, user)
        assert (await contracts.wallet())["walletBalance"] == wallet
        order = await contracts.limit("50000", "0.1")
        assert order.get("code") == (None if "USDT" in balances else -2019)


async def test_a_recording_is_played_where_its_symbol_is_listed(tmp_path: Path) -> None:
    for name, price in (("BTCUSDT", "43210.05"), ("ETHBTC", "0.05")):
        (tmp_path / f"{name}.csv").write_text(BARS.format(price=price))
    client = client_of(recording=tmp_path)
    async with client.http:
        client.clock.advance(1)
        spot = await client.get("/api/v3/ticker/price?symbol=BTCUSDT")
        futures = await client.get("/fapi/v1/ticker/price?symbol=BTCUSDT")
        assert Decimal(spot["price"]) == Decimal("43210.05")
        assert abs(Decimal(futures["price"]) - Decimal("43210.05")) <= Decimal("0.05")
        assert [each["symbol"] for each in await client.get("/fapi/v1/ticker/price")] == ["BTCUSDT"]
        assert (await client.get("/fapi/v1/premiumIndex?symbol=ETHUSDT"))["code"] == -4141
