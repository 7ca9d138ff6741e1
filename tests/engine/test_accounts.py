"""Accounts whose plugins misbehave."""

import asyncio
from pathlib import Path

import pytest

from fillgate.domain.capabilities import Capabilities
from tests.engine.conftest import House, open_house
from tests.engine.venue import Venue, gated, resting

pytestmark = pytest.mark.anyio


async def test_a_reason_that_cannot_be_written_down_keeps_nobody_from_starting(
    tmp_path: Path,
) -> None:
    def break_it(venue: Venue) -> None:
        venue.init_error = ConnectionError("\ud800" * 10_000)

    async with open_house(tmp_path, prepare=break_it) as house:
        account = house.engine.accounts.get("main")
        assert not account.up
        house.venue.init_error = None
        await house.until(lambda: account.up)
        assert (await house.send()).status.value == "FILLED"


class Faithless(Exception):
    """An error that cannot be told."""

    def __str__(self) -> str:
        raise RuntimeError


async def test_an_account_is_tried_again_whatever_its_plugin_raised(house: House) -> None:
    account = house.engine.accounts.get("main")

    async def health_check() -> bool:
        raise Faithless

    house.venue.health_check = health_check  # type: ignore[method-assign]
    await house.until(lambda: not account.up)
    del house.venue.health_check
    await house.until(lambda: account.up)


class Moody(Venue):
    """A venue that cannot say what it can do."""

    @property
    def capabilities(self) -> Capabilities:  # type: ignore[override]  # what is tested
        raise RuntimeError("no idea")


async def test_a_plugin_that_cannot_say_what_it_can_do_gets_no_orders(house: House) -> None:
    gate = asyncio.Event()
    house.venue.answers["BTC/USDT"] = gated(gate)
    flying, waiting = await house.accept("a"), await house.accept("b")
    house.venue.__class__ = Moody
    gate.set()
    assert (await house.outcome(flying)).status.value == "FILLED"
    assert (await house.outcome(waiting)).status.value == "DENIED"
    assert (await house.send(key="c")).status.value == "DENIED"
    assert (await house.accept("c")).replayed


async def test_a_plugin_is_told_what_its_account_was_about_before(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.venue.answers["ETH/USDT"] = resting
        order = (await house.send(symbol="ETH/USDT")).order
        await house.send(symbol="BTC/USDT")
        assert house.venue.recalled == []
    told = [([order.client_order_id], ["BTC/USDT"])]
    async with open_house(tmp_path) as house:
        assert house.venue.recalled == told

    def down(venue: Venue) -> None:
        venue.init_error = ConnectionError()

    async with open_house(tmp_path, prepare=down) as house:
        assert house.venue.recalled == []
        house.venue.init_error = None
        await house.until(lambda: house.engine.accounts.get("main").up)
        assert house.venue.recalled == told


async def test_a_plugin_that_fails_to_recall_is_used_all_the_same(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.venue.answers["ETH/USDT"] = resting
        await house.send(symbol="ETH/USDT")

    async def recall(*_: object) -> None:
        raise Faithless

    def break_it(venue: Venue) -> None:
        venue.recall = recall  # type: ignore[assignment, method-assign]

    async with open_house(tmp_path, prepare=break_it) as house:
        assert house.engine.accounts.get("main").up
        assert (await house.send()).status.value == "FILLED"
