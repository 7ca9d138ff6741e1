"""Kraken: spot."""

from typing import Final

from fillgate.domain.orders import TriggerPrice
from fillgate.plugins.ccxt.venues.expiry import Expiry, ExpiryForm
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
        trail_param="trailingAmount",
        triggers={
            TriggerPrice.LAST: {"trigger": "last"},
            TriggerPrice.INDEX: {"trigger": "index"},
        },
        expiry=Expiry(
            time_in_force="GTD", param="expiretm", form=ExpiryForm.SECONDS, least_seconds=5
        ),
        replace=True,
        notes="A client order id is a UUID or at most 18 characters; it is unique among open"
        " orders only. `fetch_order` looks for it as a userref, another field: not used."
        " `triggerPrice` is handed on unread, and the order would trade at once: stops go"
        " by `stopLossPrice`.",
        source="POST /0/private/AddOrder, AmendOrder, CancelOrder, OpenOrders, ClosedOrders;"
        " docs.kraken.com on cl_ord_id, on amending in place, and on trailing-stop, trigger and"
        " expiretm",
    ),
)
"""What is known of it."""
