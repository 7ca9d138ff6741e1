"""Bybit: spot and perpetuals."""

from typing import Final

import msgspec

from fillgate.domain.orders import TriggerPrice
from fillgate.plugins.ccxt.venues.venue import Evidence, LookupWay, MarketType, Venue

__all__ = ["VENUES"]

_NOTES: Final = (
    "Before the first order ccxt asks what kind of account it is: two requests more."
    " `clientOrderId` is no key of a lookup or a cancel: ccxt hands it on, and the venue does not"
    " know it."
)
_SOURCE: Final = (
    "POST /v5/order/create, cancel and amend; GET /v5/order/realtime and history; cancelled orders"
    " can be asked for one day; recv_window as ccxt sets it"
)

_SPOT: Final = Venue(
    exchange="bybit",
    evidence=Evidence.WIRE,
    market_types=frozenset({MarketType.SPOT}),
    client_id_param="clientOrderId",
    client_id_field="orderLinkId",
    lookup=LookupWay.LISTS,
    lookup_param="orderLinkId",
    lists=("fetch_open_orders", "fetch_canceled_and_closed_orders"),
    cancel_param="orderLinkId",
    lookup_window_seconds=86_400.0,
    request_expiry_seconds=5.0,
    duplicate_codes=frozenset({"110072", "170141", "12141"}),
    attached_stops=frozenset({MarketType.SPOT}),
    replace=True,
    attached_fees="Every order names ccxt as a broker in its header Referer; it cannot be left"
    " out.",
    notes=f"{_NOTES} A stop has no direction here: on the wrong side of the market it would wait"
    " for the opposite. At a classic account one that is set off has another id. Refused.",
    source=f"{_SOURCE}; the page on placing an order, on spot stop orders",
)

_SWAP: Final = msgspec.structs.replace(
    _SPOT,
    market_types=frozenset({MarketType.SWAP}),
    attached_stops=frozenset({MarketType.SWAP}),
    stop_param="triggerPrice",
    profit_param="triggerPrice",
    rise_params={"triggerDirection": "ascending"},
    fall_params={"triggerDirection": "descending"},
    triggers={
        TriggerPrice.LAST: {"triggerBy": "LastPrice"},
        TriggerPrice.MARK: {"triggerBy": "MarkPrice"},
        TriggerPrice.INDEX: {"triggerBy": "IndexPrice"},
    },
    notes=f"{_NOTES} At most ten stops may wait for a symbol. A trailing stop belongs to a position"
    " and is no order: refused.",
    source=f"{_SOURCE}; the same page, on conditional orders, and that of open orders: all kinds"
    " are listed, by orderLinkId too, and one that is set off goes on from Untriggered to New",
)

VENUES: Final = (_SPOT, _SWAP)
"""What is known of it, an entry for each that differs."""
