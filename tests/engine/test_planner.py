"""What is written down of an order before it is sent."""

from pathlib import Path

import pytest

from fillgate.domain.events import OrderIntended
from fillgate.journal.codec import Codec, encode
from tests.engine.conftest import House, open_house

pytestmark = pytest.mark.anyio


async def intended(house: House) -> OrderIntended:
    (event,) = await house.told(OrderIntended)
    assert isinstance(event, OrderIntended)
    return event


async def test_the_venues_form_of_the_id_is_written_down_with_the_order(tmp_path: Path) -> None:
    def hex_form(client_order_id: str) -> str:
        return f"0x{client_order_id.encode().hex()}"

    async with open_house(tmp_path) as house:
        house.venue.venue_client_order_id = hex_form  # type: ignore[method-assign]
        state = await house.send()
        event = await intended(house)
        assert event.venue_client_order_id == hex_form(state.order.client_order_id)


async def test_an_id_that_goes_as_it_is_takes_no_room(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.send()
        event = await intended(house)
        assert event.venue_client_order_id is None
        assert b"venue" not in encode(event)[2]


async def test_what_was_written_before_there_was_such_a_form_is_read(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.send()
        kind, version, data = encode(await intended(house))
        assert Codec().decode((kind, version, data)) == await intended(house)


@pytest.mark.parametrize("told", [RuntimeError("boom"), 7, b"0x"])
async def test_a_plugin_that_cannot_say_its_form_stops_no_order(
    tmp_path: Path, told: object
) -> None:
    def broken(client_order_id: str) -> object:
        if isinstance(told, Exception):
            raise told
        return told

    async with open_house(tmp_path) as house:
        house.venue.venue_client_order_id = broken  # type: ignore[method-assign,assignment]
        await house.send()
        assert (await intended(house)).venue_client_order_id is None
        assert len(house.venue.arrived) == 1
