"""Kraken: spot."""

from typing import Final

from fillgate.plugins.ccxt.venues.venue import Evidence, LookupWay, MarketType, Venue

__all__ = ["VENUES"]

VENUES: Final = (
    Venue(
        exchange="kraken",
        evidence=Evidence.WIRE,
        market_types=frozenset({MarketType.SPOT}),
        client_id_param="clientOrderId",
        client_id_field="cl_ord_id",
        lookup=LookupWay.LISTS,
        lookup_param="clientOrderId",
        cancel_param="clientOrderId",
        serial=True,
        stop_param="stopLossPrice",
        profit_param="takeProfitPrice",
        replace=True,
        notes="A client order id is a UUID or at most 18 characters; it is unique among open"
        " orders only. `fetch_order` looks for it as a userref, another field: not used."
        " `triggerPrice` is handed on unread, and the order would trade at once: stops go"
        " by `stopLossPrice`.",
        source="POST /0/private/AddOrder, AmendOrder, CancelOrder, OpenOrders, ClosedOrders;"
        " docs.kraken.com on cl_ord_id and on amending in place",
    ),
)
"""What is known of it."""
