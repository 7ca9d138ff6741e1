"""The orders that close what an entry opened: its stop loss and its take profit, as a pair."""

from decimal import Decimal

import msgspec

from fillgate.domain.orders import Order, OrderType

__all__ = ["protection_of", "renamed"]


def protection_of(entry: Order, quantity: Decimal) -> list[Order]:
    """Return the orders, named after their entry, that close a quantity at its stops."""
    stops = (
        (OrderType.STOP_LOSS, "sl", entry.stop_loss),
        (OrderType.TAKE_PROFIT, "tp", entry.take_profit),
    )
    return [
        Order(
            client_order_id=f"{entry.client_order_id}-{suffix}",
            account=entry.account,
            symbol=entry.symbol,
            side=entry.side.opposite,
            order_type=order_type,
            quantity=quantity,
            quantity_unit=entry.quantity_unit,
            stop_price=price,
            reduce_only=True,
            strategy=entry.strategy,
            parent=entry.client_order_id,
        )
        for order_type, suffix, price in stops
        if price is not None
    ]


def renamed(order: Order, number: int) -> Order:
    """Return an order under a name that no other has."""
    return msgspec.structs.replace(order, client_order_id=f"{order.client_order_id}-{number}")
