"""The venue's state, folded from records."""

from decimal import Decimal
from typing import Any

import pytest

from fillgate.domain.fills import Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order, Side
from fillgate.market.records import Arrived, Attached, Closed, Filled, Record
from fillgate.market.state import VenueState


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
        state.apply(step)
    return state


def test_arrivals_are_kept_by_client_order_id_however_often_they_come() -> None:
    state = state_after([arrived(1)], [arrived(2)], [arrived(3, name="b")])
    assert state.arrivals == {"a": [1, 2], "b": [3]}
    assert state.next_number == 4


def test_open_orders_are_those_that_work() -> None:
    state = state_after(
        [arrived(1)],
        [arrived(2, symbol="Y")],
        [arrived(3), filled(3)],
        [cancelled(2)],
    )
    assert {symbol: list(held) for symbol, held in state.open.items()} == {"X": [1]}
    state.apply([cancelled(1)])
    assert state.open == {}


def test_a_symbol_keeps_its_place_when_protection_takes_over_from_an_entry() -> None:
    # After a restart symbols are brought up to date in this order; ledgers depend on it.
    ended: list[list[Record]] = [[arrived(number), cancelled(number)] for number in range(1, 7)]
    state = state_after(*ended, [arrived(7)], [arrived(8, symbol="Y")])
    attached = Attached(at=1, number=9, order=order("c"), entry=7)
    state.apply([filled(7), attached])
    assert list(state.open) == ["X", "Y"]


def test_a_step_tells_which_orders_it_changed() -> None:
    state = state_after([arrived(1)])
    changed = state.apply([filled(1), Attached(at=1, number=2, order=order("b"), entry=1)])
    assert changed == state.orders
    assert [held.status for held in changed.values()] == [OrderStatus.FILLED, OrderStatus.NEW]
    assert state.apply([cancelled(2)]) == {2: state.orders[2]}


def test_positions_are_net() -> None:
    state = state_after(
        [arrived(1), filled(1)],
        [arrived(2, side=Side.SELL, quantity=5), filled(2, quantity=5)],
        [arrived(3, symbol="Y")],
    )
    assert state.position("X") == -3
    assert state.position("Y") == 0


def test_fills_come_oldest_first_even_if_written_otherwise() -> None:
    state = state_after(
        [arrived(1)],
        [arrived(2, symbol="Y")],
        [arrived(3)],
        [filled(1, at=9_000_000)],
        [filled(2, at=5_000_000)],
        [filled(3, at=5_000_000)],
    )
    assert [fill.fill_id for _, fill in state.fills(None, 0)] == ["2", "3", "1"]
    assert [fill.fill_id for _, fill in state.fills("X", 0)] == ["3", "1"]
    assert [fill.fill_id for _, fill in state.fills(None, 5_000_001)] == ["1"]


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
    state.apply([cancelled(3)])
    assert state.siblings(two) == []


def test_numbers_without_a_gap() -> None:
    with pytest.raises(ValueError, match="order 2 came where 1 was expected"):
        state_after([arrived(2)])
