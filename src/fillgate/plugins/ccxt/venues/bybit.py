"""Bybit: spot and perpetuals."""

from typing import Final

from fillgate.plugins.ccxt.venues.venue import Evidence, LookupWay, MarketType, Venue

__all__ = ["VENUES"]

VENUES: Final = (
    Venue(
        exchange="bybit",
        evidence=Evidence.WIRE,
        client_id_param="clientOrderId",
        client_id_field="orderLinkId",
        lookup=LookupWay.LISTS,
        lookup_param="orderLinkId",
        lists=("fetch_open_orders", "fetch_canceled_and_closed_orders"),
        cancel_param="orderLinkId",
        lookup_window_seconds=86_400.0,
        request_expiry_seconds=5.0,
        duplicate_codes=frozenset({"110072", "170141", "12141"}),
        attached_stops=frozenset({MarketType.SPOT, MarketType.SWAP}),
        replace=True,
        attached_fees="Every order names ccxt as a broker in its header Referer; it cannot be left"
        " out.",
        notes="Before the first order ccxt asks what kind of account it is: two requests more."
        " `clientOrderId` is no key of a lookup or a cancel: ccxt hands it on, and the"
        " venue does not know it. Stops need a direction, and are listed apart: refused.",
        source="POST /v5/order/create, cancel and amend; GET /v5/order/realtime and history;"
        " cancelled orders can be asked for one day; recv_window as ccxt sets it",
    ),
)
"""What is known of it."""
