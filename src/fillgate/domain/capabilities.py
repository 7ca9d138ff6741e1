"""What a venue can do through a plugin."""

import msgspec

from fillgate.domain.orders import OrderType, TimeInForce

__all__ = ["Capabilities"]


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a venue can do through this plugin; it decides how fillgate deals with an account."""

    order_types: frozenset[OrderType] = frozenset({OrderType.MARKET})
    time_in_force: frozenset[TimeInForce] = frozenset()
    """What may be asked for explicitly; without any the venue's default applies."""
    attached_stops: bool = False
    """Orders may carry `stop_loss` and `take_profit` that the venue keeps."""
    quote_quantity: bool = False
    reduce_only: bool = False
    """The venue itself enforces that an order can only reduce a position."""
    post_only: bool = False
    fetch_order: bool = False
    """An order can be looked up by our client order id."""
    settle_seconds: float = 10.0
    """How long after a submission a lookup may still miss an order that is there."""
    lookup_window_seconds: float | None = None
    """How long the venue remembers orders for lookups; None for ever."""
    request_expiry_seconds: float | None = None
    """After how long the venue itself refuses a late submission; None if it never does."""
    cancel_order: bool = False
    replace_order: bool = False
    open_orders: bool = False
    fills: bool = False
    positions: bool = False
    balances: bool = False
    instruments: bool = False
    stream_reports: bool = False
    stream_data: bool = False
    arrival_quotes: bool = False
    """Results of `execute_order` tell what the order found at the venue (`arrival`)."""
