"""What the plugin takes for granted of ccxt: a new release that changes any of it fails here.

One table. A fact says what it is, how it is found out, what it has to be, and what depends on it.
"""

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from importlib import import_module
from typing import Any, Final, NamedTuple

import ccxt.async_support
import ccxt.pro
import pytest
from ccxt.async_support.base.ws.client import Client

from fillgate.plugins.ccxt.markets import PrecisionMode, read_markets
from fillgate.plugins.ccxt.venues import LISTED, Evidence, MarketType
from tests.ccxt.plugins.ccxt.wire import market_of

Exchange: Final = ccxt.async_support.Exchange
IDS: Final = sorted({each.exchange for each in LISTED})
VERIFIED: Final = sorted(
    {each.exchange for each in LISTED if each.evidence in {Evidence.WIRE, Evidence.PRACTICE}}
)
AIOHTTP: Final = import_module("aiohttp")
ERRORS: Final = import_module("ccxt.base.errors")
STEPS: Final = import_module("ccxt.base.decimal_to_precision")

_MADE: Final[dict[str, Any]] = {}


def made(exchange: str) -> Any:
    if exchange not in _MADE:
        _MADE[exchange] = getattr(ccxt.async_support, exchange)()
    return _MADE[exchange]


class Fact(NamedTuple):
    what: str
    found: Callable[..., Any]
    expected: Any
    depends: str
    of: tuple[Any, ...] = ()
    """What `found` is asked about."""


# By the class above it. Whatever is not here ends UNKNOWN.
TREE: Final[Mapping[str, str]] = {
    "ExchangeError": "BaseError", "AuthenticationError": "ExchangeError",
    "PermissionDenied": "AuthenticationError", "AccountNotEnabled": "PermissionDenied",
    "AccountSuspended": "AuthenticationError", "ArgumentsRequired": "ExchangeError",
    "BadRequest": "ExchangeError", "BadSymbol": "BadRequest",
    "OperationRejected": "ExchangeError", "NoChange": "OperationRejected",
    "MarginModeAlreadySet": "NoChange", "MarketClosed": "OperationRejected",
    "ManualInteractionNeeded": "OperationRejected", "RestrictedLocation": "OperationRejected",
    "InsufficientFunds": "ExchangeError", "InvalidAddress": "ExchangeError",
    "AddressPending": "InvalidAddress", "InvalidOrder": "ExchangeError",
    "OrderNotFound": "InvalidOrder", "OrderNotCached": "InvalidOrder",
    "OrderImmediatelyFillable": "InvalidOrder", "OrderNotFillable": "InvalidOrder",
    "DuplicateOrderId": "InvalidOrder", "ContractUnavailable": "InvalidOrder",
    "NotSupported": "ExchangeError", "InvalidProxySettings": "ExchangeError",
    "ExchangeClosedByUser": "ExchangeError", "OperationFailed": "BaseError",
    "NetworkError": "OperationFailed", "DDoSProtection": "NetworkError",
    "RateLimitExceeded": "NetworkError", "ExchangeNotAvailable": "NetworkError",
    "OnMaintenance": "ExchangeNotAvailable", "InvalidNonce": "NetworkError",
    "ChecksumError": "InvalidNonce", "RequestTimeout": "NetworkError",
    "BadResponse": "OperationFailed", "NullResponse": "BadResponse",
    "CancelPending": "OperationFailed", "UnsubscribeError": "BaseError",
}  # fmt: skip

# What bitfinex refuses with HTTP 500, and what ccxt makes of it.
REFUSALS_OF_BITFINEX: Final = (
    (10001, "Invalid order: not enough exchange balance for 1 BTCUSD", "InsufficientFunds"),
    (10020, "amount: invalid", "BadRequest"),
    (10100, "apikey: invalid", "AuthenticationError"),
    (10114, "nonce: small", "InvalidNonce"),
    (20060, "maintenance", "OnMaintenance"),
    (10000, "unknown", "ExchangeError"),
)

# A refused time as venues tell of it, all of which ccxt takes for one.
FAPI: Final = "https://fapi.binance.com/fapi/v1/order"
REFUSED_TIMES: Final[tuple[tuple[str, str, Any], ...]] = (
    ("binance", "https://api.binance.com/api/v3/order", {"code": -1021, "msg": "recvWindow"}),
    ("binance", FAPI, {"code": -1021, "msg": "outside of the recvWindow"}),
    ("bybit", "", {"retCode": 10002, "retMsg": "invalid request"}),
    ("okx", "", {"code": "50102", "msg": "Timestamp request expired"}),
    ("kraken", "", {"error": ["EAPI:Invalid nonce"]}),
    ("kucoin", "", {"code": "400002", "msg": "KC-API-TIMESTAMP Invalid"}),
    ("bitget", "", {"code": "40008", "msg": "Request timestamp expired"}),
    ("mexc", "", {"code": 700003, "msg": "outside of the recvWindow"}),
)

LISTING: Final = ("symbol", "since", "limit", "params")
SIGNATURES: Final[Mapping[str, tuple[str, ...]]] = {
    "create_order": ("symbol", "type", "side", "amount", "price", "params"),
    "edit_order": ("id", "symbol", "type", "side", "amount", "price", "params"),
    "cancel_order": ("id", "symbol", "params"),
    "fetch_order": ("id", "symbol", "params"),
    "fetch_orders": LISTING,
    "fetch_open_orders": LISTING,
    "fetch_closed_orders": LISTING,
    "fetch_canceled_and_closed_orders": LISTING,
    "fetch_my_trades": LISTING,
    "fetch_ticker": ("symbol", "params"),
    "fetch_positions": ("symbols", "params"),
    "fetch_balance": ("params",),
    "load_markets": ("reload", "params"),
}
HOOKS: Final[Mapping[str, tuple[str, ...]]] = {
    "fetch": ("url", "method", "headers", "body"),
    "on_rest_response": (
        "code", "reason", "url", "method", "response_headers", "response_body", "request_headers",
        "request_body",
    ),
    "handle_errors": (
        "statusCode", "statusText", "url", "method", "responseHeaders", "responseBody", "response",
        "requestHeaders", "requestBody",
    ),
    "set_markets": ("markets", "currencies"),
    "set_sandbox_mode": ("enabled",),
    "close": ("clean_instance_data",),
}  # fmt: skip

CAN: Final = (
    "createOrder", "cancelOrder", "fetchOpenOrders", "fetchMyTrades", "fetchBalance", "fetchTicker",
)  # fmt: skip


def parameters(exchange: type, method: str) -> tuple[str, ...]:
    return tuple(inspect.signature(getattr(exchange, method)).parameters)[1:]


def kinds() -> Iterator[type]:
    yield from (type(made(each)) for each in IDS)


def odd_signatures(method: str) -> Mapping[str, tuple[str, ...]]:
    expected = SIGNATURES[method]
    taken = {each.__name__: parameters(each, method) for each in kinds()}
    return {
        name: names
        for name, names in taken.items()
        if names[: len(expected)] != expected[: len(names)]
    }


def type_source(exchange: str) -> str:
    return inspect.getsource(type(made(exchange)))


def has_own_steps(kind: type) -> bool:
    methods = ("amount_to_precision", "price_to_precision")
    return any(getattr(kind, each) is not getattr(Exchange, each) for each in methods)


def refusal_of(exchange: str, url: str, response: Any, status: int) -> str:
    body = json.dumps(response)
    try:
        made(exchange).handle_errors(status, "", url, "POST", {}, body, response, {}, "")
    except ERRORS.BaseError as error:
        return type(error).__name__
    return "none"


def addresses_of_streams(exchange: str) -> str:
    return str(getattr(ccxt.pro, exchange)().urls["api"]["ws"])


def number_as_text() -> tuple[Any, ...]:
    exchange = Exchange()
    exchange.number = str
    row = {"price": "0.10", "amount": 12}
    order = exchange.safe_order({"id": "1", "amount": "0.30", "price": "0.1", "filled": "0.10"})
    return (
        exchange.parse_number("0.10"),
        exchange.safe_number(row, "price"),
        exchange.number_to_string(Decimal("1e-8")),
        order["amount"],
        order["filled"],
        order["remaining"],
    )


def markets_as_text() -> list[Any]:
    exchange = Exchange()
    exchange.number = str
    exchange.set_markets([market_of("okx", kind) for kind in MarketType])
    read = read_markets("okx", exchange.markets.values(), PrecisionMode(exchange.precisionMode))
    return [(each.symbol, each.quantity_step.size, each.contract_size) for each in read]


async def _requests_of_one_order(exchange: str) -> int:
    """How often ccxt sends an order whose answer does not come."""
    counted = 0

    async def fetch(*_given: Any) -> Any:
        nonlocal counted
        counted += 1
        raise ERRORS.NetworkError("cut off")

    venue = getattr(ccxt.async_support, exchange)({"apiKey": "k", "secret": "s"})
    venue.fetch = fetch
    venue.set_markets([market_of(exchange, MarketType.SPOT)])
    with pytest.raises(ERRORS.NetworkError):
        await venue.create_order("BTC/USDT", "limit", "buy", "1", "5")
    return counted


def _of_errors() -> Iterator[Fact]:
    for name, above in TREE.items():
        yield Fact(
            f"the class above {name}",
            lambda name: getattr(ERRORS, name).__mro__[1].__name__,
            above,
            "what a refusal or an error means for the order",
            of=(name,),
        )
    yield Fact(
        "classes of errors that are not in the tree",
        lambda: (
            {name for name, kind in vars(ERRORS).items() if inspect.isclass(kind)}
            - {*TREE, "BaseError"}
        ),
        set(),
        "nothing: they end UNKNOWN; look whether they should",
    )

    for code, words, name in REFUSALS_OF_BITFINEX:
        yield Fact(
            f"bitfinex's {code} in HTTP 500",
            refusal_of,
            name,
            "that such a refusal is one, though its status is a server's error",
            of=("bitfinex", "", ["error", code, words], 500),
        )
    for exchange, url, body in REFUSED_TIMES:
        yield Fact(
            f"a time that {exchange} refuses at {url or 'any address'}",
            refusal_of,
            "InvalidNonce",
            "that the venue's clock is asked for before the next request",
            of=(exchange, url, body, 400),
        )


def _of_calls() -> Iterator[Fact]:
    for method in SIGNATURES:
        yield Fact(
            f"exchanges with other parameters of {method}",
            odd_signatures,
            {},
            "how the plugin calls it",
            of=(method,),
        )
    for method, names in HOOKS.items():
        yield Fact(
            f"parameters of {method}",
            lambda method: parameters(Exchange, method),
            names,
            "the plugin calls or overrides it, to see what is sent and what came",
            of=(method,),
        )


def _of_abilities() -> Iterator[Fact]:
    for each in IDS:
        yield Fact(
            f"the exchange {each}",
            lambda each: hasattr(ccxt.async_support, each),
            True,
            "accounts of that exchange; its entry among the venues",
            of=(each,),
        )
    for each in VERIFIED:
        yield Fact(
            f"what {each} can",
            lambda each: [flag for flag in CAN if made(each).has[flag] is True],
            list(CAN),
            "what its accounts are said to be able to do",
            of=(each,),
        )
    for venue in LISTED:
        yield Fact(
            f"methods of {venue.exchange} that are called or replaced",
            lambda venue: [
                inspect.iscoroutinefunction(getattr(made(venue.exchange), method, None))
                for method in (*venue.lists, *venue.skipped_methods)
            ],
            [True] * (len(venue.lists) + len(venue.skipped_methods)),
            "lookups by lists; and that nobody else is paid or named",
            of=(venue,),
        )


def _of_options() -> Iterator[Fact]:
    for venue in LISTED:
        yield Fact(
            f"options and headers of {venue.exchange} that name ccxt",
            lambda venue: (
                [key in type_source(venue.exchange) for key in venue.options],
                venue.dropped_headers <= set(made(venue.exchange).headers),
            ),
            ([True] * len(venue.options), True),
            "fees and names of others are switched off by them",
            of=(venue,),
        )
    for exchange, window in (("binance", 10_000), ("bybit", 5_000), ("mexc", 5_000)):
        yield Fact(
            f"recvWindow of {exchange}",
            lambda exchange: made(exchange).options["recvWindow"],
            window,
            "after how long the venue itself refuses an order (request_expiry_seconds)",
            of=(exchange,),
        )
    for each in IDS:
        yield Fact(
            f"maxRetriesOnFailure of {each}",
            lambda each: made(each).options.get("maxRetriesOnFailure", 0),
            0,
            "an order is sent once",
            of=(each,),
        )


def _of_numbers() -> Iterator[Fact]:
    steps = "steps of prices and quantities"
    modes = ("DECIMAL_PLACES", "SIGNIFICANT_DIGITS", "TICK_SIZE")
    yield Fact("modes of precision", lambda: [getattr(STEPS, m) for m in modes], [2, 3, 4], steps)
    yield Fact(
        "exchanges that count digits",
        lambda: {each for each in IDS if made(each).precisionMode != STEPS.TICK_SIZE},
        {"bitfinex", "bithumb"},
        steps,
    )
    yield Fact(
        "exchanges that go by steps of their own",
        lambda: {kind.__name__ for kind in kinds() if has_own_steps(kind)},
        {"bitfinex", "bithumb", "hyperliquid"},
        "the table of special rules in markets.py",
    )
    yield Fact(
        "numbers as text",
        number_as_text,
        ("0.10", "0.10", "0.00000001", "0.30", "0.10", "0.2"),
        "no number passes through a float",
    )
    yield Fact(
        "markets with numbers as text",
        markets_as_text,
        [("BTC/USDT", Decimal("0.0001"), None), ("BTC/USDT:USDT", Decimal(1), Decimal("0.001"))],
        "symbols and steps",
    )


def _of_http() -> Iterator[Fact]:
    yield Fact(
        "the attribute by which aiohttp sends again",
        lambda: "self._retry_connection" in inspect.getsource(AIOHTTP.ClientSession),
        True,
        "an order that is placed by GET is sent once: the plugin switches it off",
    )
    yield Fact(
        "fetch asks on_rest_response for the text",
        lambda: "= self.on_rest_response(" in inspect.getsource(Exchange.fetch),
        True,
        "what the venue answered is seen before ccxt reads it",
    )
    yield Fact(
        "fetch goes through the session's methods",
        lambda: "getattr(final_session, method.lower())" in inspect.getsource(Exchange.fetch),
        True,
        "the session is the plugin's own, with its resolver and without retries",
    )


def _of_addresses() -> Iterator[Fact]:
    yield Fact(
        "the verified that have a sandbox",
        lambda: {each for each in VERIFIED if made(each).urls.get("test")},
        {"binance", "binanceusdm", "bybit", "okx"},
        "accounts that practise",
    )
    for exchange, part in STREAMS:
        yield Fact(
            f"{part} among the streams of {exchange}",
            lambda exchange, part: part in addresses_of_streams(exchange),
            True,
            "reports of orders; ccxt tells one kind of stream from another by its address",
            of=(exchange, part),
        )


STREAMS: Final = (
    ("binance", "wss://stream.binance.com:9443/ws"),
    ("binance", "wss://ws-api.binance.com:443/ws-api/v3"),
    ("bybit", "wss://stream.{hostname}/v5/"),
    ("okx", "wss://ws.okx.com:443/ws/v5"),
    ("kraken", "wss://ws-auth.kraken.com/v2"),
    ("coinbase", "wss://advanced-trade-ws.coinbase.com"),
    ("kucoin", "wss://wsapi-push.kucoin.com"),
)

FACTS: Final = (
    *_of_errors(),
    *_of_calls(),
    *_of_abilities(),
    *_of_options(),
    *_of_numbers(),
    *_of_http(),
    *_of_addresses(),
)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.what)
def test_ccxt_is_still_what_the_plugin_takes_it_for(fact: Fact) -> None:
    found = fact.found(*fact.of)
    assert found == fact.expected, (
        f"{fact.what}: found {found!r}, expected {fact.expected!r}. On it depends: {fact.depends}."
    )


async def test_an_order_without_an_answer_is_sent_once() -> None:
    assert await _requests_of_one_order("binance") == 1


async def test_a_session_of_one_s_own_is_used_and_left_open() -> None:
    async with AIOHTTP.ClientSession() as session:
        exchange = ccxt.async_support.binance({"session": session})
        assert exchange.session is session
        session._retry_connection = False
        await exchange.close()
        assert not session.closed


def test_messages_of_streams_are_read_by_one_method_that_can_be_replaced() -> None:
    """The plugin reads them itself, exactly, and hands them on as this method does."""

    source = inspect.getsource(Client.handle_text_or_binary_message)
    for name in ("decompressBinary", "on_message_callback(self, "):
        assert name in source, name
    assert "self.handle_text_or_binary_message(" in inspect.getsource(Client.handle_message)
