"""The orders that close what an entry opened."""

from decimal import Decimal

from fillgate.domain.orders import OrderType, Side
from fillgate.market.protection import protection_of, renamed
from tests.comparing import values
from tests.market.scripted import order


def test_it_closes_the_quantity_at_both_stops() -> None:
    entry = order("e", quantity=9, stop_loss=Decimal(90), take_profit=Decimal(110), strategy="s")
    loss, profit = protection_of(entry, Decimal(4))
    assert values(loss.order_type, loss.stop_price) == (OrderType.STOP_LOSS, 90)
    assert values(profit.order_type, profit.stop_price) == (OrderType.TAKE_PROFIT, 110)
    for each in (loss, profit):
        assert (each.side, each.quantity, each.reduce_only) == (Side.SELL, Decimal(4), True)
        assert (each.account, each.symbol, each.parent, each.strategy) == ("m", "X", "e", "s")


def test_one_stop_alone_is_no_pair() -> None:
    [only] = protection_of(order("e", Side.SELL, stop_loss=Decimal(90)), Decimal(1))
    assert (only.client_order_id, only.side) == ("e-sl", Side.BUY)
    assert protection_of(order("e"), Decimal(1)) == []
    assert renamed(only, 7).client_order_id == "e-sl-7"
