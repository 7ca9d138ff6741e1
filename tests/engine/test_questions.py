"""What a venue tells about orders, sound or not."""

from functools import partial
from typing import Any

import pytest

from fillgate.domain.errors import Unknown
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.reports import Found
from tests.engine.conftest import House
from tests.engine.venue import raises, report, resting

pytestmark = pytest.mark.anyio

NONSENSE: list[Any] = [None, "found", Found(None), Found("gone"), Found({"status": "FILLED"})]  # type: ignore[arg-type]  # what is tested


class Faithless:
    """An answer that cannot even be looked at."""

    def __repr__(self) -> str:
        raise RuntimeError


def is_filled(house: House, identity: str) -> bool:
    return house.status(identity) == "FILLED"


@pytest.mark.parametrize("answer", [*NONSENSE, Faithless()], ids=lambda it: type(it).__name__)
async def test_nonsense_is_no_answer_and_ends_no_asking(house: House, answer: object) -> None:
    told: list[object] = [answer, answer]

    async def fetch_order(**asked: Any) -> Any:
        identity = asked["client_order_id"]
        if told:
            return told.pop()
        state = house.state(identity)
        return Found(report(state.order, OrderStatus.FILLED, "1"))

    house.venue.fetch_order = fetch_order  # type: ignore[method-assign]
    house.venue.answers |= {"BTC/USDT": resting, "ETH/USDT": raises(Unknown("RESET", ""))}
    for symbol in house.venue.answers:
        identity = (await house.send(symbol=symbol)).order.client_order_id
        await house.until(partial(is_filled, house, identity))
        told += [answer, answer]


@pytest.mark.parametrize("status", [OrderStatus.FILLED, OrderStatus.PARTIALLY_FILLED])
async def test_a_fill_of_nothing_is_nonsense(house: House, status: OrderStatus) -> None:
    house.venue.answers["BTC/USDT"] = resting
    state = await house.send()
    identity = state.order.client_order_id
    house.venue.found[identity] = report(state.order, status)
    asked = len(house.venue.lookups)
    await house.until(lambda: len(house.venue.lookups) > asked + 2)
    assert house.status(identity) == "NEW"


async def test_numbers_beyond_all_limits_are_nonsense(house: House) -> None:
    house.venue.answers["BTC/USDT"] = resting
    state = await house.send()
    identity = state.order.client_order_id
    house.venue.found[identity] = report(state.order, OrderStatus.FILLED, "1E+900000")
    asked = len(house.venue.lookups)
    await house.until(lambda: len(house.venue.lookups) > asked + 2)
    assert house.status(identity) == "NEW"
