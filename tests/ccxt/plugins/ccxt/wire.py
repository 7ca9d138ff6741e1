"""The real ccxt, of which nothing leaves: what it would send is read, field by field."""

import json
import urllib.parse
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

import ccxt.async_support

from fillgate.domain.numbers import decimal_text
from fillgate.plugins.ccxt.venues import MarketType, Venue

__all__ = [
    "CLIENT_ORDER_ID",
    "Sent",
    "Wire",
    "market_of",
    "quantity_as",
    "quantity_of",
    "values_of",
    "wire_of",
]

CLIENT_ORDER_ID: Final = "fgab3d000012300"

_CREDENTIALS: Final = {
    "apiKey": "account-key",
    "secret": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0",
    "password": "password",
    "walletAddress": "0x" + "ab" * 20,
    "privateKey": "0x" + "11" * 32,
}

# What a user has to set besides, or what the credentials above do not tell.
_SETTINGS: Final[Mapping[str, Mapping[str, str]]] = {
    "bitvavo": {"operatorId": "1"},
    "coinbaseinternational": {"route": "deribit"},
}

# What ccxt asks about the account before its first order, by what its request has in it.
_ANSWERS: Final[Mapping[str, Any]] = {
    "bybit.com/v5/user/query-api": {"result": {"uta": 1, "unified": 0}},
    "bybit.com/v5/account/info": {"result": {"unifiedMarginStatus": 5}},
    "kucoin.com/api/ua/v1/account/mode": {"code": "200000", "data": {}},
    "bitget.com/api/v3/account/settings": {"code": "40084"},
    "gateio.ws/api/v4/account/detail": {"key": {"mode": 1}},
    "huobi.pro/v1/account/accounts": {"status": "ok", "data": [{"id": 5, "type": "spot"}]},
    "userAbstraction": {},
}

_ORDER_TYPES: Final = (
    "LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT",
    "TAKE_PROFIT_LIMIT",
)  # fmt: skip

# The venue's own name of a market, and ccxt's.
_MARKETS: Final[Mapping[tuple[str, MarketType], tuple[str, str]]] = {
    ("binance", MarketType.SPOT): ("BTCUSDT", "BTC/USDT"),
    ("binance", MarketType.SWAP): ("BTCUSDT", "BTC/USDT:USDT"),
    ("binanceusdm", MarketType.SWAP): ("BTCUSDT", "BTC/USDT:USDT"),
    ("okx", MarketType.SPOT): ("BTC-USDT", "BTC/USDT"),
    ("okx", MarketType.SWAP): ("BTC-USDT-SWAP", "BTC/USDT:USDT"),
    ("kraken", MarketType.SPOT): ("XXBTZUSD", "BTC/USD"),
    ("coinbase", MarketType.SPOT): ("BTC-USD", "BTC/USD"),
    ("kucoin", MarketType.SPOT): ("BTC-USDT", "BTC/USDT"),
    ("kucoin", MarketType.SWAP): ("XBTUSDTM", "BTC/USDT:USDT"),
    ("deribit", MarketType.SWAP): ("BTC-PERPETUAL", "BTC/USD:BTC"),
    ("hyperliquid", MarketType.SWAP): ("BTC", "BTC/USDC:USDC"),
    ("phemex", MarketType.SPOT): ("sBTCUSDT", "BTC/USDT"),
    ("upbit", MarketType.SPOT): ("KRW-BTC", "BTC/KRW"),
    ("bithumb", MarketType.SPOT): ("BTC", "BTC/KRW"),
}
_DEFAULTS: Final[Mapping[MarketType, tuple[str, str]]] = {
    MarketType.SPOT: ("BTCUSDT", "BTC/USDT"),
    MarketType.SWAP: ("BTCUSDT", "BTC/USDT:USDT"),
}

# Where ccxt counts digits and not steps, in numbers as it does; and where it multiplies contracts
# by their size before it looks at the step.
_PRECISIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "bithumb": {"amount": 4, "price": 5},
    "coinbaseinternational": {"amount": "0.0001", "price": "0.5"},
}


class Sent(NamedTuple):
    """A request that ccxt would have sent."""

    method: str
    address: str
    """Host and path."""
    fields: Mapping[str, Any]
    """Those of the query and of the body, as they are written."""
    headers: Mapping[str, Any]
    text: str
    """All of it, in lower case."""


class _Recorded(Exception):
    """Ends a call of ccxt where its answer would be read."""


class Wire:
    """One exchange of ccxt with one market, set up as the plugin sets it up."""

    def __init__(self, venue: Venue, market_type: MarketType) -> None:
        self.sent: list[Sent] = []
        """What left, but for what only asks about the account."""
        market = market_of(venue.exchange, market_type)
        self.symbol: str = market["symbol"]
        settings = {
            "defaultType": market_type.value,
            **({} if venue.sub_type is None else {"defaultSubType": venue.sub_type}),
            "warnOnFetchOpenOrdersWithoutSymbol": False,
            **venue.options,
            **_SETTINGS.get(venue.exchange, {}),
        }
        kind = getattr(ccxt.async_support, venue.exchange)
        self.exchange = kind({**_CREDENTIALS, "enableRateLimit": False, "options": settings})
        self.exchange.number = str
        self.exchange.headers = {
            key: value
            for key, value in self.exchange.headers.items()
            if key not in venue.dropped_headers
        }
        for method in venue.skipped_methods:
            assert hasattr(self.exchange, method), method
            setattr(self.exchange, method, _nothing)
        self.exchange.fetch = self._fetch
        self.exchange.set_markets([market])

    async def call(self, method: str, *given: Any) -> Sent:
        """Call a method of ccxt, and return the one request that it would have sent."""
        before = len(self.sent)
        try:
            await getattr(self.exchange, method)(*given)
        except _Recorded:
            pass
        else:
            raise AssertionError(f"{method} sent nothing")
        (sent,) = self.sent[before:]
        return sent

    async def _fetch(
        self, url: str, method: str = "GET", headers: Any = None, body: Any = None
    ) -> Any:
        address, _, query = url.removeprefix("https://").partition("?")
        for part, answer in _ANSWERS.items():
            if part in f"{url} {body}":
                return answer
        all_headers = self.exchange.prepare_request_headers(headers)
        text = f"{url} {body} {all_headers}".lower()
        self.sent.append(Sent(method, address, _fields(query) | _body(body), all_headers, text))
        raise _Recorded


async def _nothing(*_given: Any) -> bool:
    return True


_WIRES: Final[dict[tuple[str, MarketType], Wire]] = {}


def wire_of(venue: Venue, market_type: MarketType) -> Wire:
    """Return the wire of an exchange's market. Made once, for that takes ccxt a while."""
    key = (venue.exchange, market_type)
    if key not in _WIRES:
        _WIRES[key] = Wire(venue, market_type)
    return _WIRES[key]


def market_of(exchange: str, market_type: MarketType) -> dict[str, Any]:
    """Return a market as ccxt describes it, numbers as text."""
    identity, symbol = _MARKETS.get((exchange, market_type), _DEFAULTS[market_type])
    pair, _, settle = symbol.partition(":")
    base, quote = pair.split("/")
    swap = market_type is MarketType.SWAP
    return {
        "id": identity, "symbol": symbol, "base": base, "quote": quote, "settle": settle or None,
        "baseId": "0" if exchange == "hyperliquid" else base, "quoteId": quote,
        "settleId": settle or None, "type": str(market_type), "spot": not swap, "margin": False,
        "swap": swap, "future": False, "option": False, "active": True, "contract": swap,
        "linear": settle == quote if swap else None, "inverse": settle == base if swap else None,
        "contractSize": "0.001" if swap else None,
        "precision": _PRECISIONS.get(
            exchange, {"amount": "1" if swap else "0.0001", "price": "0.5", "cost": "0.01"}
        ),
        "limits": {"amount": {"min": "0.0001"}, "price": {}, "cost": {"min": "5"}},
        "info": {"orderTypes": list(_ORDER_TYPES)},
    }  # fmt: skip


def quantity_of(venue: Venue) -> str | Decimal:
    """Return two units, as ccxt takes them."""
    return quantity_as(venue, Decimal(2))


def quantity_as(venue: Venue, quantity: Decimal) -> str | Decimal:
    """Return a quantity as ccxt takes it."""
    return quantity if venue.decimal_quantity else decimal_text(quantity)


def values_of(fields: Any, key: str) -> Iterator[Any]:
    """Return every value that stands under a key, however deep."""
    if isinstance(fields, list):
        for each in fields:
            yield from values_of(each, key)
    if isinstance(fields, Mapping):
        if key in fields:
            yield fields[key]
        for each in fields.values():
            yield from values_of(each, key)


def _fields(query: str) -> dict[str, Any]:
    return dict(urllib.parse.parse_qsl(query, keep_blank_values=True))


def _body(body: Any) -> dict[str, Any]:
    if not body:
        return {}
    try:
        read = json.loads(body)
    except ValueError:
        return _fields(body)
    if isinstance(read, list):
        (read,) = read
    assert isinstance(read, dict)
    return read
