"""The venue's state, folded from records."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from fillgate.domain.fills import Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order, Side
from fillgate.market.records import (
    Arrived,
    Attached,
    Closed,
    Filled,
    MovedUp,
    Queued,
    Record,
)
from fillgate.market.state import VenueState
from fillgate.market.venue_order import VenueOrder


def order(name: str = "a", symbol: str = "X", side: Side = Side.BUY, quantity: int = 2) -> Order:
    return Order(
        client_order_id=name, account="m", symbol=symbol, side=side, quantity=Decimal(quantity)
    )


def arrived(number: int, at: int = 0, **fields: Any) -> Arrived:
    return Arrived(at=at, number=number, order=order(**fields))


def filled(number: int, at: int = 0, quantity: int = 2) -> Filled:
    fill = Fill(
        fill_id=f"{number}", quantity=Decimal(quantity), price=Decimal(5), timestamp=at // 1000
    )
    return Filled(at=at, number=number, fill=fill)


def cancelled(number: int, at: int = 0) -> Closed:
    return Closed(at=at, number=number, status=OrderStatus.CANCELED)


def state_after(*steps: list[Record]) -> VenueState:
    state = VenueState()
    for step in steps:
        apply(state, *step)
    return state


def apply(state: VenueState, *records: Record) -> list[VenueOrder | None]:
    return [state.apply(record) for record in records]


def test_arrivals_are_kept_by_client_order_id_however_often_they_come() -> None:
    state = state_after([arrived(1)], [arrived(2)], [arrived(3, name="b")])
    assert state.arrivals == {"a": (1, 2), "b": (3,)}
    assert state.next_number == 4


def test_open_orders_are_those_that_work() -> None:
    state = state_after(
        [arrived(1)],
        [arrived(2, symbol="Y")],
        [arrived(3), filled(3)],
        [cancelled(2)],
    )
    assert {symbol: list(held) for symbol, held in state.open.items()} == {"X": [1]}
    apply(state, cancelled(1))
    assert state.open == {}


def test_a_record_tells_which_order_it_changed() -> None:
    state = state_after([arrived(1)])
    changed = apply(state, filled(1), Attached(at=1, number=2, order=order("b"), entry=1))
    assert changed == list(state.orders.values())
    assert [held and held.status for held in changed] == [OrderStatus.FILLED, OrderStatus.NEW]


def test_places_in_queues_are_given_in_turn_and_kept_by_those_who_move_up() -> None:
    state = state_after([arrived(1)], [arrived(2)], [arrived(3)])
    apply(state, Queued(at=1, number=2, ahead=5), Queued(at=1, number=1, ahead=5))
    apply(state, MovedUp(at=2, number=2, ahead=3))
    assert [held.place for held in state.orders.values()] == [2, 1, 0]
    assert [held.ahead for held in state.orders.values()] == [5, 3, 0]
    apply(state, Queued(at=3, number=2, ahead=0))
    assert state.orders[2].place == 3


def test_positions_are_net() -> None:
    state = state_after(
        [arrived(1), filled(1)],
        [arrived(2, side=Side.SELL, quantity=5), filled(2, quantity=5)],
        [arrived(3, symbol="Y")],
    )
    assert state.position("m", "X") == -3
    assert state.position("m", "Y") == state.position("other", "X") == 0


def test_fills_come_oldest_first_even_if_written_otherwise() -> None:
    state = state_after(
        [arrived(1)],
        [arrived(2, symbol="Y")],
        [arrived(3)],
        [filled(1, at=9_000_000)],
        [filled(2, at=5_000_000)],
        [filled(3, at=5_000_000)],
    )
    assert [each.fill.fill_id for each in state.executions(None, 0)] == ["2", "3", "1"]
    assert [each.fill.fill_id for each in state.executions("X", 0)] == ["3", "1"]
    assert [each.fill.fill_id for each in state.executions(None, 5_000_001)] == ["1"]


def test_the_last_event_of_each_symbol_is_known() -> None:
    state = state_after([arrived(1, at=7)], [arrived(2, at=9, symbol="Y")], [cancelled(1, at=8)])
    assert state.touched == {"X": 8, "Y": 9}


def test_siblings_protect_the_same_entry_and_still_work() -> None:
    pair: list[Record] = [
        Attached(at=1, number=number, order=order(f"{number}"), entry=1) for number in (2, 3)
    ]
    state = state_after([arrived(1), filled(1), *pair], [arrived(4)])
    one, two, three, four = (state.orders[number] for number in (1, 2, 3, 4))
    assert state.siblings(two) == [three]
    assert state.siblings(one) == state.siblings(four) == []
    apply(state, cancelled(3))
    assert state.siblings(two) == []


def test_a_pair_of_a_client_belongs_together_too() -> None:
    pair = [msgspec.structs.replace(arrived(number), pair=1) for number in (1, 2)]
    state = state_after([*pair], [arrived(3)])
    one, two, three = state.orders.values()
    assert (state.siblings(one), state.siblings(two), state.siblings(three)) == ([two], [one], [])


def test_numbers_without_a_gap() -> None:
    with pytest.raises(ValueError, match="order 2 came where 1 was expected"):
        state_after([arrived(2)])
