"""What a symbol is at the simulated venue: its base price, tick and currencies.

Invariants:

1. Any printable symbol is listed. Spellings of one market (`BTC/USDT`, `BTCUSDT`,
   `BINANCE:BTCUSDT.P`) have one key and therefore one price.
2. A listing depends on the symbol alone; no seed, no time.
"""

import functools
import re
from decimal import Decimal
from hashlib import blake2b
from typing import Final

import msgspec

from fillgate.domain.numbers import divide

__all__ = ["BadSymbol", "Listing", "listing"]

_LONGEST: Final = 64

# Rough prices in US dollars; only their size matters.
_FIAT: Final = {
    "USD": "1",
    "EUR": "1.08",
    "GBP": "1.27",
    "CHF": "1.12",
    "AUD": "0.66",
    "CAD": "0.73",
    "NZD": "0.6",
    "JPY": "0.0067",
    "TRY": "0.03",
    "BRL": "0.18",
}
_COINS: Final = {
    "USDT": "1",
    "USDC": "1",
    "FDUSD": "1",
    "BUSD": "1",
    "DAI": "1",
    "BTC": "60000",
    "XBT": "60000",
    "ETH": "3000",
    "BNB": "550",
    "SOL": "150",
    "LTC": "80",
    "BCH": "400",
    "AVAX": "30",
    "LINK": "15",
    "DOT": "6",
    "ADA": "0.45",
    "XRP": "0.6",
    "TRX": "0.12",
    "DOGE": "0.15",
    "SHIB": "0.00002",
    "PEPE": "0.00001",
}
_SHARES_AND_METALS: Final = {
    "AAPL": "200",
    "MSFT": "420",
    "NVDA": "120",
    "TSLA": "250",
    "AMZN": "180",
    "GOOGL": "170",
    "META": "500",
    "SPY": "550",
    "QQQ": "480",
    "XAU": "2400",
    "XAG": "30",
}
_FUTURES: Final = {
    "ES": "5500",
    "MES": "5500",
    "NQ": "19500",
    "MNQ": "19500",
    "YM": "40000",
    "RTY": "2100",
    "CL": "75",
    "NG": "2.5",
    "GC": "2400",
    "SI": "30",
}
_TICKS: Final = {"ES": "0.25", "MES": "0.25", "NQ": "0.25", "MNQ": "0.25", "YM": "1", "RTY": "0.1"}
_PRICES: Final = {
    asset: Decimal(price) for asset, price in (_FIAT | _COINS | _SHARES_AND_METALS).items()
}
# The longest first, so that a name is never cut in two by a shorter one.
_QUOTES: Final = sorted([*_FIAT, "USDT", "USDC", "FDUSD", "BUSD", "DAI", "BTC", "ETH"], key=len)[
    ::-1
]
_DOLLAR: Final = "USD"
_CONTRACT: Final = re.compile(r"([A-Z]{1,4}?)(?:[FGHJKMNQUVXZ][0-9]{1,4}|[12]!)")
_PERPETUAL: Final = re.compile(r"(?:\.P|[-_./]?PERP|[-_]SWAP)$")
_SEPARATORS: Final = re.compile(r"[-_/ .]")
_LARGEST_TICK: Final = -2
_SMALLEST_TICK: Final = -18


class BadSymbol(ValueError):
    """A text cannot be a symbol. The message says why."""


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What the venue knows of a symbol."""

    key: str
    """The same for all spellings of one market."""
    base: str
    quote: str
    """The currency of prices and fees."""
    tick: Decimal
    """The price step."""
    base_ticks: int
    """The price around which the market moves, in ticks."""
    dollars: Decimal
    """Rough worth of one unit of quantity, in US dollars; measures the size of orders."""


def check_symbol(symbol: str) -> None:
    """Refuse what cannot be a symbol.

    Raises:
        BadSymbol: it is empty, too long, or has characters that do not print.
    """
    if not symbol or not symbol.isprintable() or symbol != symbol.strip():
        msg = f"expected a symbol of printable characters, found {symbol[:_LONGEST]!r}"
        raise BadSymbol(msg)
    if len(symbol) > _LONGEST:
        msg = f"expected a symbol of at most {_LONGEST} characters, found {len(symbol)}"
        raise BadSymbol(msg)


@functools.lru_cache(maxsize=1024)
def listing(symbol: str) -> Listing:
    """Return what a symbol is.

    Raises:
        BadSymbol: it is empty, too long, or has characters that do not print.
    """
    check_symbol(symbol)
    key = _key(symbol)
    contract = _CONTRACT.fullmatch(key)
    if contract is not None and contract[1] in _FUTURES:
        return _future(key, contract[1])
    base, quote = _currencies(key)
    dollars = _PRICES.get(base) or _hashed_price(base)
    price = divide(dollars, _PRICES[quote])
    return _listed(key, base, quote, price=price, dollars=dollars, tick=_tick(price, base, quote))


def _key(symbol: str) -> str:
    text = symbol.upper()
    before, colon, after = text.partition(":")
    # `BTC/USDT:USDT` names the currency of settlement, `BINANCE:BTCUSDT` the exchange.
    if colon:
        text = before if "/" in before else after
    return _SEPARATORS.sub("", _PERPETUAL.sub("", text)) or text or symbol


def _currencies(key: str) -> tuple[str, str]:
    if key in _PRICES:
        return key, _DOLLAR
    for quote in _QUOTES:
        if key.endswith(quote) and len(key) > len(quote):
            return key.removesuffix(quote), quote
    return key, _DOLLAR


def _hashed_price(name: str) -> Decimal:
    digest = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")
    mantissa, size = digest % 900 + 100, digest % 3
    return Decimal(mantissa).scaleb(-size)


def _tick(price: Decimal, base: str, quote: str) -> Decimal:
    places = price.adjusted() - (5 if base in _FIAT and quote in _FIAT else 4)
    return Decimal(1).scaleb(max(_SMALLEST_TICK, min(_LARGEST_TICK, places)))


def _future(key: str, root: str) -> Listing:
    price = Decimal(_FUTURES[root])
    tick = Decimal(_TICKS.get(root, "0.01"))
    return _listed(key, root, _DOLLAR, price=price, dollars=price, tick=tick)


def _listed(
    key: str, base: str, quote: str, *, price: Decimal, dollars: Decimal, tick: Decimal
) -> Listing:
    ticks = max(1, int(divide(price, tick)))
    return Listing(key=key, base=base, quote=quote, tick=tick, base_ticks=ticks, dollars=dollars)
