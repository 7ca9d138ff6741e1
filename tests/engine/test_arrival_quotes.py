"""Quotes beside orders: nothing that goes wrong with them is anything to the order."""

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fillgate.domain.events import ArrivalQuoted, OrderAnomalous, SubmissionAnswered
from fillgate.domain.fold import next_state
from fillgate.domain.market import MarketData
from fillgate.domain.reports import ArrivalQuote
from fillgate.engine.arrival_quotes import MOST_QUESTIONS
from fillgate.engine.story import MISSING, is_missing
from fillgate.journal.base import Recorded
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
        data(bid=D(3), ask=D(2)),
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


async def test_so_many_questions_are_under_way_at_most(tmp_path: Path) -> None:
    async with open_house(tmp_path, settings=WANTED) as house:
        asked, go_on = 0, asyncio.Event()

        async def fetch(symbol: str) -> Any:
            nonlocal asked
            asked += 1
            await go_on.wait()
            return data(bid=D(99), ask=D(101))

        house.venue.fetch_data = fetch  # type: ignore[method-assign]
        for _ in range(MOST_QUESTIONS + 3):
            await house.send()
        assert asked == MOST_QUESTIONS
        go_on.set()
        assert await quotes(house)
        await house.send()
        assert asked == MOST_QUESTIONS + 1


def test_a_quote_does_not_tell_that_an_order_was_found() -> None:
    quote = ArrivalQuote(bid=D(1), ask=D(2), timestamp=3)
    events = (
        OrderAnomalous(client_order_id="o", code=MISSING, text=""),
        ArrivalQuoted(client_order_id="o", quote=quote),
    )
    story = [
        Recorded(position=n, stream="s", sequence=n, at=n, signal=1, event=event, hash=b"")
        for n, event in enumerate(events, start=1)
    ]
    assert is_missing(story, "o")


async def test_a_quote_on_an_answer_that_is_not_durable_yet_keeps_its_place(
    house: House,
) -> None:
    state = await house.send()
    event = ArrivalQuoted(
        client_order_id=state.order.client_order_id,
        quote=ArrivalQuote(bid=D(1), ask=D(2), timestamp=3),
    )
    after = next_state(state, event, 1)
    assert after == state
    # The recorder tells by identity which job has reserved a state.
    assert after is not state


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
        (ArrivalQuote(bid=D(2), ask=D(1), timestamp=3), False),
        (ArrivalQuote(bid=D(0), ask=D(2), timestamp=3), False),
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
