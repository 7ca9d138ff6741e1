"""Quotes beside orders: nothing that goes wrong with them is anything to the order."""

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fillgate.domain.events import ArrivalQuoted, SubmissionAnswered
from fillgate.domain.market import MarketData
from fillgate.domain.reports import ArrivalQuote
from tests.comparing import values
from tests.engine.conftest import House, open_house, replaced
from tests.engine.venue import Venue, filled

WANTED = replaced(arrival_quotes=True)
D = Decimal


def data(**fields: Any) -> MarketData:
    basis: dict[str, Any] = {"symbol": "BTC/USDT", "timestamp": 1}
    return MarketData(**(basis | fields))


def answering(venue: Venue, answer: Any) -> None:
    async def fetch(symbol: str) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    venue.fetch_data = fetch  # type: ignore[method-assign]


async def test_it_is_asked_for_beside_the_order_and_told_with_it(tmp_path: Path) -> None:
    async with open_house(tmp_path, settings=WANTED) as house:
        answering(house.venue, data(bid=D(99), ask=D(101)))
        state = await house.send()
        [told] = await quotes(house)
        assert told.client_order_id == state.order.client_order_id
        assert values(told.quote.bid, told.quote.ask) == (99, 101)
        # It changed nothing of the order.
        assert house.state(told.client_order_id) == state


async def quotes(house: House) -> list[ArrivalQuoted]:
    events: list[Any] = []
    for _ in range(200):
        events = await house.told(ArrivalQuoted)
        if events:
            break
        await house.clock.sleep(0.005)
    return events


@pytest.mark.parametrize(
    "answer",
    [
        ConnectionError("down"),
        None,
        data(bid=D(99)),
        data(bid=D(0), ask=D(1)),
        data(bid=D("NaN"), ask=D(1)),
        data(bid=1.5, ask=D(2)),
    ],
)
async def test_what_cannot_be_is_no_quote(tmp_path: Path, answer: Any) -> None:
    async with open_house(tmp_path, settings=WANTED) as house:
        answering(house.venue, answer)
        assert (await house.send()).status.value == "FILLED"
        await house.clock.sleep(0.05)
        assert await house.told(ArrivalQuoted) == []


async def test_no_order_waits_for_it(tmp_path: Path) -> None:
    async with open_house(tmp_path, settings=WANTED) as house:
        never = asyncio.Event()

        async def fetch(symbol: str) -> Any:
            await never.wait()

        house.venue.fetch_data = fetch  # type: ignore[method-assign]
        assert (await house.send()).status.value == "FILLED"
        assert (await house.send()).status.value == "FILLED"


async def test_nobody_is_asked_unless_it_is_wanted(house: House) -> None:
    answering(house.venue, AssertionError("asked"))
    await house.send()
    assert await house.told(ArrivalQuoted) == []


async def test_a_plugin_that_tells_it_is_not_asked(tmp_path: Path) -> None:
    def prepare(venue: Venue) -> None:
        venue.can(arrival_quotes=True)
        answering(venue, AssertionError("asked"))

    async with open_house(tmp_path, settings=WANTED, prepare=prepare) as house:
        await house.send()
        assert await house.told(ArrivalQuoted) == []


@pytest.mark.parametrize(
    ("arrival", "kept"),
    [
        (ArrivalQuote(bid=D(1), ask=D(2), timestamp=3), True),
        (ArrivalQuote(bid=D("NaN"), ask=D(2), timestamp=3), False),
        (ArrivalQuote(bid=1.5, ask=D(2), timestamp=3), False),  # type: ignore[arg-type]
        ("nonsense", False),
    ],
)
async def test_nonsense_in_an_answer_is_left_out_and_the_answer_counts(
    house: House, arrival: Any, kept: bool
) -> None:
    async def answer(order: Any) -> Any:
        result = await filled(order)
        return type(result)(
            **{name: getattr(result, name) for name in result.__struct_fields__}
            | {"arrival": arrival}
        )

    house.venue.answers["BTC/USDT"] = answer
    assert (await house.send()).status.value == "FILLED"
    [told] = await house.told(SubmissionAnswered)
    assert isinstance(told, SubmissionAnswered)
    assert told.result.arrival == (arrival if kept else None)
