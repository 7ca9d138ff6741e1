"""Coinbase: Advanced Trade, spot."""

from typing import Final

from fillgate.domain.orders import TriggerPrice
from fillgate.plugins.ccxt.venues.expiry import Expiry, ExpiryForm
from fillgate.plugins.ccxt.venues.venue import Evidence, LookupWay, MarketType, Venue

__all__ = ["VENUES"]

VENUES: Final = (
    Venue(
        exchange="coinbase",
        evidence=Evidence.WIRE,
        market_types=frozenset({MarketType.SPOT}),
        client_id_param="client_order_id",
        client_id_field="client_order_id",
        lookup=LookupWay.LISTS,
        lists=("fetch_orders",),
        market_buy_by_cost=True,
        request_expiry_seconds=120.0,
        stop_param="triggerPrice",
        stop_limit_only=True,
        rise_params={"stop_direction": "STOP_DIRECTION_STOP_UP"},
        fall_params={"stop_direction": "STOP_DIRECTION_STOP_DOWN"},
        triggers={TriggerPrice.LAST: {}},
        expiry=Expiry(time_in_force="GTD", param="end_time", form=ExpiryForm.ISO_8601),
        notes="ccxt drops `clientOrderId` and sends an id of its own; only the native key arrives."
        " An order can be cancelled by the venue's id alone. Stops are taken with a limit"
        " only; given no direction, ccxt sends that of a profit target. Attached stops are not"
        " taken at all: refused. Orders can be edited, but no document says whether the new"
        " size counts what is executed already: not used. An order whose time is over is told"
        " of as cancelled.",
        source="POST /api/v3/brokerage/orders and orders/batch_cancel; GET"
        " /api/v3/brokerage/orders/historical/batch; docs.cdp.coinbase.com: a request's token is"
        " good for two minutes, as ccxt sets it; an order's trigger_status goes from STOP_PENDING"
        " to STOP_TRIGGERED",
    ),
)
"""What is known of it."""
