"""KuCoin: spot, and the perpetuals."""

from typing import Final

import msgspec

from fillgate.domain.orders import TriggerPrice
from fillgate.plugins.ccxt.venues.expiry import Expiry, ExpiryForm
from fillgate.plugins.ccxt.venues.venue import Evidence, LookupWay, MarketType, Venue

__all__ = ["VENUES"]

_DAY: Final = 86_400.0
_NO_PARTNER: Final = {"id": None, "key": None}

_SPOT: Final = Venue(
    exchange="kucoin",
    evidence=Evidence.WIRE,
    market_types=frozenset({MarketType.SPOT}),
    client_id_param="clientOrderId",
    client_id_field="clientOid",
    lookup=LookupWay.LISTS,
    cancel_param="clientOrderId",
    lookup_window_seconds=2 * _DAY,
    request_expiry_seconds=5.0,
    duplicate_codes=frozenset({"126044"}),
    expiry=Expiry(
        time_in_force="GTT", param="cancelAfter", form=ExpiryForm.SECONDS_LEFT, least_seconds=1
    ),
    options={"partner": {"spot": _NO_PARTNER, "future": _NO_PARTNER}},
    notes="Before the first order ccxt asks what kind of account it is: one request more."
    " `fetch_order` by our id knows active orders only, and an order that is filled would be not"
    " found: not used. Stops are kept apart: refused. What ccxt calls editing cancels and places"
    " anew, as the venue's documents say: not used. An order whose time is over is told of as"
    " cancelled.",
    source="POST and GET /api/v1/orders; DELETE /api/v1/order/client-order/{clientOid};"
    " kucoin.com/docs: an order by clientOid is an active one; cancelled orders of spot can be"
    " asked for 2 days; a request's time stamp is good for 5 seconds",
)

_SWAP: Final = msgspec.structs.replace(
    _SPOT,
    market_types=frozenset({MarketType.SWAP}),
    lookup=LookupWay.FETCH_ORDER,
    lookup_param="clientOrderId",
    lookup_window_seconds=7 * _DAY,
    expiry=None,
    decimal_quantity=True,
    stop_param="triggerPrice",
    profit_param="triggerPrice",
    rise_params={"stop": "up"},
    fall_params={"stop": "down"},
    waiting_list={"trigger": True},
    triggers={TriggerPrice.MARK: {}},
    notes="Quantities are contracts. Without a leverage in the order ccxt sends one of 1. Stops are"
    " set off by the mark price, ccxt's choice; for another it would send a field of its own, too."
    " At a unified account ccxt refuses stops before anything is sent. Orders that carry stops are"
    " kept apart: refused.",
    source="POST /api/v1/orders, GET /api/v1/orders/byClientOid and DELETE"
    " /api/v1/orders/client-order/{clientOid} at api-futures.kucoin.com; kucoin.com/docs-new: a"
    " request's time stamp is good for 5 seconds; by clientOid for 7 days, stops included; of stops"
    " /api/v1/stopOrders lists those that wait, and /api/v1/orders those that were set off",
)

VENUES: Final = (_SPOT, _SWAP)
"""What is known of it, an entry for each that differs."""
