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
        notes="Quantities of perpetuals are contracts. Stops are kept apart: ccxt sends their id"
        " in a field that is not asked for there. Refused. An order goes as a batch of one;"
        " a refusal is in the entry's code `sCode`.",
        source="POST /api/v5/trade/batch-orders, cancel-order and amend-order; GET"
        " /api/v5/trade/order; unfilled cancelled orders can be asked for two hours; a request's"
        " time stamp is good for 30 seconds",
    ),
)
"""What is known of it."""
