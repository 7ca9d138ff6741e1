"""Exchanges whose entries are read from ccxt and from documents, and not verified further.

What an entry leaves out stays at the safe default: an order is looked up by our id only where ccxt
sends that id, and no other, in the venue's own field; stops, trailing and attached ones too, ends
of orders and replacing are refused everywhere.
"""

from typing import Final

import msgspec

from fillgate.domain.orders import Side
from fillgate.plugins.ccxt.venues.venue import (
    ClientIdForm,
    Evidence,
    LookupWay,
    MarketType,
    Venue,
)

__all__ = ["VENUES"]

_SPOT: Final = frozenset({MarketType.SPOT})
_SWAP: Final = frozenset({MarketType.SWAP})
_BUY: Final = frozenset({Side.BUY})
_HOUR: Final = 3_600.0
_DAY: Final = 24 * _HOUR
# Where nobody says how long an order can be asked for, what the shortest of the others say.
_UNSAID: Final = 1 * _HOUR

_BROKER: Final = "Every order names ccxt as a broker in {}; it cannot be left out."


def _found(venue: Venue, window: float = _UNSAID) -> Venue:
    """Return an entry whose orders `fetch_order` and `cancel_order` find by our id."""
    return msgspec.structs.replace(
        venue,
        lookup=LookupWay.FETCH_ORDER,
        lookup_param=venue.client_id_param,
        cancel_param=venue.client_id_param,
        lookup_window_seconds=window,
    )


def _declared(exchange: str, field: str | None, /, param: str = "clientOrderId") -> Venue:
    return Venue(
        exchange=exchange,
        evidence=Evidence.DECLARED,
        client_id_param=param if field is not None else None,
        client_id_field=field,
    )


_replace: Final = msgspec.structs.replace

_BITGET: Final = _replace(
    _found(_declared("bitget", "clientOid")),
    request_expiry_seconds=30.0,
    source="bitget.com/api-doc: a request's time stamp is good for 30 seconds",
    attached_fees=_BROKER.format("its header X-CHANNEL-API-CODE"),
)
_GATE: Final = _replace(
    _found(_declared("gate", "text"), _HOUR),
    client_id_form=ClientIdForm.PREFIXED_T,
    cancel_param=None,
    dropped_headers=frozenset({"X-Gate-Channel-Id"}),
    request_expiry_seconds=60.0,
    notes="By its own id an order can be asked for until an hour after its end.",
    source="gate.com/docs: by the field text within an hour after the end of an order; a request's"
    " time stamp is good for 60 seconds, by the words of its error REQUEST_EXPIRED",
)
_MEXC: Final = _replace(
    _declared("mexc", "newClientOrderId"),
    request_expiry_seconds=5.0,
    attached_fees=_BROKER.format("its header source"),
    source="ccxt's features: orders of seven days; recvWindow as ccxt sets it",
)
_HTX: Final = _replace(
    _declared("htx", "client-order-id"),
    source="ccxt's features: cancelled orders can be asked for two hours",
)
_BINGX: Final = _replace(
    _declared("bingx", "newClientOrderId"),
    cancel_param="clientOrderId",
    duplicate_codes=frozenset({"101481", "109201"}),
    attached_fees=_BROKER.format("its header X-SOURCE-KEY"),
    notes="A lookup by our id alone would send the text None as the venue's: not used.",
)
_HYPERLIQUID: Final = _replace(
    _found(_declared("hyperliquid", "c")),
    client_id_form=ClientIdForm.HEX_128,
    serial=True,
    options={"builderFee": False, "refSet": True},
    skipped_methods=frozenset({"handle_builder_fee_approval", "set_ref"}),
    notes="By default ccxt has the account approve a fee for a builder, adds the builder to"
    " every order and sets a referrer, each with a signed request before the first order;"
    " none of it is done. A market order is a limit order at a price that ccxt takes from"
    " the price it is given: one is needed. ccxt rounds prices to five digits by itself.",
)
_PHEMEX: Final = _replace(
    _declared("phemex", "clOrdID"),
    cancel_param="clientOrderId",
    duplicate_codes=frozenset({"10001", "11033", "11085"}),
)
_WOO: Final = _replace(
    _found(_declared("woo", "clientOrderId")),
    duplicate_codes=frozenset({"302117"}),
    attached_fees=_BROKER.format("its field broker_id"),
)

VENUES: Final = (
    _replace(
        _declared("krakenfutures", "cliOrdId"),
        market_types=_SWAP,
        duplicate_codes=frozenset({"clientOrderIdAlreadyExist"}),
        notes="Quantities are contracts. Neither a lookup nor a cancel takes our id.",
    ),
    _replace(
        _BITGET,
        market_types=_SPOT,
        no_market=_BUY,
        notes="Before the first order ccxt asks what kind of account it is: one request more. A"
        " market order to buy is a quantity to ccxt and a cost to a unified account:"
        " refused.",
    ),
    _replace(
        _BITGET,
        market_types=_SWAP,
        notes="Stops are kept apart, and trailing ones go by a percentage: refused.",
    ),
    _replace(_GATE, market_types=_SPOT, market_buy_by_cost=True),
    _replace(
        _GATE,
        market_types=_SWAP,
        notes="By its own id an order can be asked for until an hour after its end. Quantities"
        " are whole contracts.",
    ),
    _replace(_found(_MEXC, 7 * _DAY), market_types=_SPOT),
    _replace(
        _MEXC,
        market_types=_SWAP,
        client_id_field="externalOid",
        notes="Quantities are contracts, and leave as binary floating-point numbers.",
    ),
    _replace(
        _found(_HTX, 2 * _HOUR),
        market_types=_SPOT,
        market_buy_by_cost=True,
        notes="Ids may repeat: the venue does not look, and finds the latest order of an id.",
    ),
    _replace(
        _HTX,
        market_types=_SWAP,
        client_id_param="client_order_id",
        client_id_field="client_order_id",
        attached_fees=_BROKER.format("its field channel_code"),
        notes="Quantities are contracts. ccxt hands `clientOrderId` on unread, and the venue"
        " does not know it; only the native key arrives.",
    ),
    _replace(_BINGX, market_types=_SPOT),
    _replace(_BINGX, market_types=_SWAP, client_id_field="clientOrderID"),
    _replace(
        _declared("bitfinex", None),
        serial=True,
        refuses_with=frozenset({500}),
        notes="A client order id is a number of 45 bits, which fillgate's does not fit. Refusals"
        " have the HTTP status 500, so one counts as such only if its body is the venue's own"
        ' list: "error", a code that is known, and a text.',
    ),
    _replace(
        _found(_declared("bitstamp", "client_order_id")),
        market_types=_SPOT,
        cancel_param=None,
    ),
    _replace(
        _declared("gemini", "client_order_id"),
        market_types=_SPOT,
        serial=True,
        no_market=frozenset(Side),
        notes="There are no market orders.",
    ),
    _replace(
        _declared("cryptocom", "client_oid", param="client_oid"),
        attached_fees=_BROKER.format("its field broker_id"),
        notes="ccxt drops `clientOrderId` and sends none; only the native key arrives. A lookup"
        " by our id alone would send an empty one as the venue's: not used.",
    ),
    _replace(
        _declared("deribit", "label", param="label"),
        order_method="GET",
        notes="ccxt hands `clientOrderId` on unread, and the venue does not know it; our id is"
        " the label. Orders are placed by GET, which HTTP clients send again by themselves"
        " when a connection breaks.",
    ),
    _replace(_HYPERLIQUID, market_types=_SPOT),
    _replace(_HYPERLIQUID, market_types=_SWAP),
    _replace(_PHEMEX, market_types=_SPOT),
    _replace(_PHEMEX, market_types=_SWAP),
    _WOO,
    _replace(
        _declared("whitebit", "clientOrderId"),
        serial=True,
        notes="Neither a lookup nor a cancel takes our id alone.",
    ),
    _replace(
        _declared("upbit", "identifier"),
        market_types=_SPOT,
        market_buy_by_cost=True,
        notes="A lookup by our id alone would send the text None as the venue's: not used.",
    ),
    _replace(
        _declared("bithumb", "client_order_id"),
        market_types=_SPOT,
        cancel_param="clientOrderId",
        market_buy_by_cost=True,
        attached_fees=_BROKER.format("its header OPEN-API-PARTNER"),
    ),
    _replace(
        _found(_declared("bitvavo", "clientOrderId")),
        market_types=_SPOT,
        notes="Orders need the setting `operatorId` in ccxt's options.",
    ),
    _replace(
        _declared("alpaca", "client_order_id"),
        market_types=_SPOT,
        dropped_headers=frozenset({"APCA-PARTNER-ID"}),
        notes="Neither a lookup nor a cancel takes our id.",
    ),
    _replace(
        _declared("coinbaseinternational", "label"),
        order_method="GET",
        notes="Orders are placed by GET, which HTTP clients send again by themselves when a"
        " connection breaks.",
    ),
)
"""What is known of them, an entry for each that differs."""
