"""Orders in the book, and executions."""

import gc

import msgspec
import pytest

from fillgate.domain.orders import Side
from fillgate.market.matching.orders import BookOrder, Depth, Trade


def test_orders_are_told_apart_by_identity() -> None:
    one, same = (BookOrder(1, 2, Side.BUY, 3, 4) for _ in range(2))
    assert one != same
    assert len({one, same}) == 2


def test_the_collector_of_garbage_does_not_look_at_them() -> None:
    assert not gc.is_tracked(BookOrder(1, 2, Side.BUY, None, 4))
    assert not gc.is_tracked(Trade(1, 2, 3, 4, Side.SELL))


def test_executions_do_not_change_and_are_compared_by_value() -> None:
    trade = Trade(maker=1, taker=2, ticks=3, lots=4, maker_side=Side.SELL)
    assert trade == Trade(1, 2, 3, 4, Side.SELL)
    assert msgspec.structs.replace(trade, lots=5) != trade
    with pytest.raises(AttributeError):
        trade.lots = 5  # type: ignore[misc]


def test_depths_are_pairs() -> None:
    ticks, lots = Depth(3, 4)
    assert (ticks, lots) == (3, 4)
