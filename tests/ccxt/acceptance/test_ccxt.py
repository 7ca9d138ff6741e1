"""An account of type `ccxt` does what any account has to do; so it does behind a bridge."""

import asyncio
from pathlib import Path

import pytest

from fillgate.plugins.ccxt.venues import LISTED, Evidence, MarketType
from tests.acceptance.cases import CASES, cases_of
from tests.ccxt.acceptance.bridge_world import ccxt_bridge_world
from tests.ccxt.acceptance.ccxt_world import ccxt_world

pytestmark = pytest.mark.anyio

CALLED_FOR = [name for name in CASES if name != "an_order_is_replaced"]
"""Binance has no replace in one step for spot."""


@pytest.mark.parametrize("name", CALLED_FOR)
async def test_ccxt(name: str, tmp_path: Path) -> None:
    before = asyncio.all_tasks()
    async with ccxt_world(tmp_path) as world:
        assert cases_of(world.plugin.capabilities) == CALLED_FOR
        await CASES[name].run(world)
    assert asyncio.all_tasks() <= before, "a task is left"


@pytest.mark.parametrize("name", CALLED_FOR)
async def test_ccxt_behind_a_bridge(name: str, tmp_path: Path) -> None:
    async with ccxt_bridge_world(tmp_path) as world:
        assert name in cases_of(world.plugin.capabilities)
        await CASES[name].run(world)


def test_an_entry_that_claims_to_have_practised_is_one_of_these() -> None:
    claiming = {
        (each.exchange, each.market_types) for each in LISTED if each.evidence is Evidence.PRACTICE
    }
    assert claiming == {("binance", frozenset({MarketType.SPOT}))}
