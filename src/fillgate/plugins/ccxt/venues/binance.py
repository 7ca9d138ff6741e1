"""Binance: spot, and the perpetuals in USDT and USDC."""

from typing import Final

import msgspec

from fillgate.domain.orders import TriggerPrice
from fillgate.plugins.ccxt.venues.expiry import Expiry, ExpiryForm
from fillgate.plugins.ccxt.venues.lists import OrderLists
from fillgate.plugins.ccxt.venues.venue import Evidence, LookupWay, MarketType, Venue

__all__ = ["VENUES"]

_DAY: Final = 86_400.0

_SPOT: Final = Venue(
    exchange="binance",
    evidence=Evidence.PRACTICE,
    market_types=frozenset({MarketType.SPOT}),
    client_id_param="clientOrderId",
    client_id_field="newClientOrderId",
    lookup=LookupWay.FETCH_ORDER,
    lookup_param="clientOrderId",
    cancel_param="clientOrderId",
    lookup_window_seconds=90 * _DAY,
    request_expiry_seconds=10.0,
    duplicate_codes=frozenset({"Duplicate order", "-4116"}),
    attached_stops=frozenset({MarketType.SPOT}),
    order_lists=OrderLists(
        with_one="private_post_orderlist_oto",
        with_two="private_post_orderlist_otoco",
        pair="private_post_orderlist_oco",
        find="private_get_orderlist",
        cancel="private_delete_orderlist",
        absent_codes=frozenset({"-2018"}),
        stop_loss="STOP_LOSS",
        take_profit="TAKE_PROFIT",
        maker="LIMIT_MAKER",
    ),
    stop_param="triggerPrice",
    profit_param="takeProfitPrice",
    triggers={TriggerPrice.LAST: {}},
    notes="An id is refused as a duplicate only while its order is open. Stops are set off by the"
    " last price, and trail by a percentage alone: trailing is refused. A market order to buy"
    " that is given a price is placed by what it may cost; fillgate gives none. The answer"
    " to a cancel names another client order id; it is known by the venue's id. What ccxt"
    " calls editing cancels and places anew: not used. Attached stops go out with a limit order"
    " as a list (OTO, OTOCO) and work once it is filled in whole: until then a part of it has no"
    " protection. They sell or buy the order's whole quantity; where a purchase is charged in the"
    " asset itself, that takes a little more of it than was bought, or the venue drops them. An"
    " order of type oco is a list of its own kind (OCO), told of as one order; the first execution"
    " of its limit ends its stop, also one in part.",
    source="POST, GET and DELETE /api/v3/order, /api/v3/orderList;"
    " developers.binance.com: unfilled cancelled orders are archived after 90 days; recvWindow as"
    " ccxt sets it",
)

_SWAP: Final = msgspec.structs.replace(
    _SPOT,
    market_types=frozenset({MarketType.SWAP}),
    client_id_field="newClientOrderId",
    lookup_window_seconds=3 * _DAY,
    attached_stops=frozenset(),
    order_lists=None,
    stop_param=None,
    profit_param=None,
    triggers={},
    expiry=Expiry(
        time_in_force="GTD",
        param="goodTillDate",
        form=ExpiryForm.WHOLE_SECONDS_IN_MS,
        least_seconds=600,
        post_only=False,
    ),
    replace=True,
    sub_type="linear",
    notes="An id is refused as a duplicate only while its order is open. Stops are kept apart,"
    " and trade as an order of another id; trailing ones go by a percentage: refused. Post-only is"
    " a time in force there, so it goes with no other.",
    source="POST, GET, PUT and DELETE /fapi/v1/order; developers.binance.com: unfilled cancelled"
    " orders cannot be asked for after 3 days; goodTillDate keeps whole seconds, and is more than"
    " 600 seconds from now; recvWindow as ccxt sets it",
)

_USDM: Final = msgspec.structs.replace(_SWAP, exchange="binanceusdm", evidence=Evidence.WIRE)

VENUES: Final = (_SPOT, _SWAP, _USDM)
"""What is known of them, an entry for each that differs."""
