"""How a venue takes orders that depend on each other as one request, as data.

The form of the requests is Binance's: a working order, and one or two that wait for it.
"""

import msgspec

__all__ = ["OrderLists"]


class OrderLists(msgspec.Struct, frozen=True, kw_only=True):
    """A venue's lists of orders, by ccxt's methods.

    An order with stops goes out as a list. It carries our client order id as any other does; the
    orders that protect it, and the list, have ids made from it.
    """

    with_one: str
    """Places an order and one that waits for it."""
    with_two: str
    """Places an order and two that wait for it, of which one ends the other."""
    stop_loss: str
    """The venue's type of an order that limits a loss at the market."""
    take_profit: str
    """Its type of an order that takes a profit at the market."""
