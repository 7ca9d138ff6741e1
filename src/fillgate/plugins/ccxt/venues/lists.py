"""How a venue takes orders that depend on each other as one request, as data.

The form of the requests and of the answers is Binance's.
"""

import msgspec

__all__ = ["OrderLists"]


class OrderLists(msgspec.Struct, frozen=True, kw_only=True):
    """A venue's lists of orders, by ccxt's methods.

    An order with stops goes out as a list that carries our client order id as any order does; an
    order of which one part cancels the other is a list under our id. What else belongs to a list
    has ids made from ours.
    """

    with_one: str
    """Places an order and one that waits for it."""
    with_two: str
    """Places an order and two that wait for it, of which one ends the other."""
    pair: str
    """Places two orders of which one ends the other."""
    find: str
    """Finds a list by its own id, or by that which the client gave it."""
    cancel: str
    """Cancels a list."""
    absent_codes: frozenset[str]
    """Codes by which the venue says that it does not know a list."""
    stop_loss: str
    """The venue's type of an order that limits a loss at the market."""
    take_profit: str
    """Its type of an order that takes a profit at the market."""
    maker: str
    """Its type of a limit order that only rests."""
