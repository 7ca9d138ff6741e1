"""OKX: spot and perpetuals."""

from typing import Final

from fillgate.plugins.ccxt.venues.venue import Evidence, LookupWay, MarketType, Venue

__all__ = ["VENUES"]

VENUES: Final = (
    Venue(
        exchange="okx",
        evidence=Evidence.WIRE,
        client_id_param="clientOrderId",
        client_id_field="clOrdId",
        lookup=LookupWay.FETCH_ORDER,
        lookup_param="clientOrderId",
        cancel_param="clientOrderId",
        lookup_window_seconds=2 * 3_600.0,
        request_expiry_seconds=30.0,
        duplicate_codes=frozenset({"51016"}),
        attached_stops=frozenset({MarketType.SPOT, MarketType.SWAP}),
        replace=True,
        notes="Quantities of perpetuals are contracts. Stops, trailing ones too, are kept apart,"
        " and one that is set off trades as an order of another id, under which its executions are"
        " told: refused. An order goes as a batch of one; a refusal is in the entry's code"
        " `sCode`.",
        source="POST /api/v5/trade/batch-orders, cancel-order and amend-order; GET"
        " /api/v5/trade/order; okx.com/docs-v5: cancelled orders without a fill are kept for two"
        " hours; a request's time stamp is good for 30 seconds",
    ),
)
"""What is known of it."""
