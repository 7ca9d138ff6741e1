"""An account of type `ccxt` does what any account has to do; so it does behind a bridge."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from fillgate.domain.orders import OrderType
from fillgate.plugins.ccxt.venues import LISTED, Evidence, MarketType
from tests.acceptance.cases import CASES, cases_of
from tests.ccxt.acceptance.bridge_world import ccxt_bridge_world
from tests.ccxt.acceptance.ccxt_world import SPOT, SWAP, ccxt_world

pytestmark = pytest.mark.anyio

NOT_FOR_SPOT = {"replace_order", "positions", "reduce_only"}
"""Binance has no replace in one step for spot, and no contracts."""
ON_SPOT = [name for name, each in CASES.items() if not NOT_FOR_SPOT.intersection(each.capabilities)]
ON_SWAP = [
    name
    for name, each in CASES.items()
    if each.order_types <= {OrderType.LIMIT} and "attached_stops" not in each.capabilities
]
"""Binance keeps stops of contracts apart, under an id of their own."""


@pytest.mark.parametrize("name", ON_SPOT)
async def test_ccxt(name: str, tmp_path: Path) -> None:
    await run(name, tmp_path, SPOT, ON_SPOT)


@pytest.mark.parametrize("name", ON_SWAP)
async def test_ccxt_with_contracts(name: str, tmp_path: Path) -> None:
    await run(name, tmp_path, SWAP, ON_SWAP)


@pytest.mark.parametrize("name", ["an_order_is_replaced", "positions_are_what_was_traded"])
async def test_ccxt_where_there_are_contracts_only(name: str, tmp_path: Path) -> None:
    await run(name, tmp_path, SWAP | {"exchange": "binanceusdm"}, ON_SWAP)


async def run(name: str, folder: Path, account: dict[str, Any], called_for: list[str]) -> None:
    before = asyncio.all_tasks()
    async with ccxt_world(folder, account) as world:
        assert cases_of(world.plugin.capabilities) == called_for
        await CASES[name].run(world)
    assert asyncio.all_tasks() <= before, "a task is left"


@pytest.mark.parametrize("name", ON_SPOT)
async def test_ccxt_behind_a_bridge(name: str, tmp_path: Path) -> None:
    async with ccxt_bridge_world(tmp_path) as world:
        assert name in cases_of(world.plugin.capabilities)
        await CASES[name].run(world)


def test_an_entry_that_claims_to_have_practised_is_one_of_these() -> None:
    claiming = {
        (each.exchange, each.market_types) for each in LISTED if each.evidence is Evidence.PRACTICE
    }
    assert claiming == {
        ("binance", frozenset({MarketType.SPOT})),
        ("binance", frozenset({MarketType.SWAP})),
    }
