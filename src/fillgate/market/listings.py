"""What a symbol is at the simulated venue: its base price, steps and currencies.

Invariants:

1. Any printable symbol is listed. Spellings of one market (`BTC/USDT`, `BTCUSDT`,
   `BINANCE:BTCUSDT.P`) have one key and therefore one price.
2. A listing depends on the symbol, and on the account's own table of instruments (`amended`); not
   on a seed or the time.
3. Ticks and lots are exact: what is no whole number of them is told so, never rounded in silence.
"""

import functools
import re
from decimal import Decimal
from hashlib import blake2b
from typing import Final

import msgspec

from fillgate.domain.numbers import ZERO, canonical, divide, divide_whole, multiply

__all__ = ["Amendment", "BadSymbol", "Listing", "listing"]

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
_SMALLEST_LOT: Final = -18
_CENT: Final = -2


class BadSymbol(ValueError):
    """A text cannot be a symbol. The message says why."""


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What the venue knows of a symbol."""

    key: str
    """The same for all spellings of one market."""
    base: str
    quote: str
    """The currency of prices and fees."""
    perpetual: bool
    """Whether the symbol names a contract rather than the asset itself."""
    tick: Decimal
    """The price step."""
    lot: Decimal
    """The quantity step."""
    minimum_notional: Decimal = ZERO
    """The least that an order must be worth, in the quote currency."""
    base_ticks: int
    """The price around which the market moves, in ticks."""
    dollars: Decimal
    """Rough worth of one unit of quantity, in US dollars; measures the size of orders."""

    def price(self, ticks: int) -> Decimal:
        """Return a number of ticks as a price."""
        return canonical(multiply(Decimal(ticks), self.tick))

    def ticks(self, price: Decimal) -> tuple[int, bool]:
        """Return a price in whole ticks, rounded down, and whether that was exact."""
        return _steps(price, self.tick)

    def quantity(self, lots: int) -> Decimal:
        """Return a number of lots as a quantity."""
        return canonical(multiply(Decimal(lots), self.lot))

    def lots(self, quantity: Decimal) -> tuple[int, bool]:
        """Return a quantity in whole lots, rounded down, and whether that was exact."""
        return _steps(quantity, self.lot)

    def amended(self, by: "Amendment") -> "Listing":
        """Return the listing with what an account says of it, where it says something."""
        tick = by.tick or self.tick
        price = self.price(self.base_ticks)
        return msgspec.structs.replace(
            self,
            tick=tick,
            lot=by.lot or self.lot,
            minimum_notional=self.minimum_notional
            if by.minimum_notional is None
            else by.minimum_notional,
            perpetual=self.perpetual if by.perpetual is None else by.perpetual,
            base_ticks=max(1, int(divide(price, tick))),
        )


class Amendment(msgspec.Struct, frozen=True, kw_only=True):
    """What an account says of a symbol; None leaves it as it is listed."""

    tick: Decimal | None = None
    lot: Decimal | None = None
    minimum_notional: Decimal | None = None
    perpetual: bool | None = None
    """Whether it is a contract, where its name does not say so."""


def _steps(value: Decimal, step: Decimal) -> tuple[int, bool]:
    steps, rest = divide_whole(value, step)
    # It is rounded towards zero.
    return int(steps) - (rest < 0), not rest


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
    perpetual, key = _key(symbol)
    contract = _CONTRACT.fullmatch(key)
    if contract is not None and contract[1] in _FUTURES:
        return _future(key, contract[1])
    base, quote = _currencies(key)
    dollars = _PRICES.get(base) or _hashed_price(base)
    price = divide(dollars, _PRICES[quote])
    tick = _tick(price, base, quote)
    return Listing(
        key=key,
        base=base,
        quote=quote,
        perpetual=perpetual,
        tick=tick,
        lot=_lot(dollars),
        base_ticks=max(1, int(divide(price, tick))),
        dollars=dollars,
    )


def _key(symbol: str) -> tuple[bool, str]:
    """Return whether a symbol names a contract, and what all spellings of its market share."""
    text = symbol.upper()
    before, colon, after = text.partition(":")
    # `BTC/USDT:USDT` names the currency of settlement, `BINANCE:BTCUSDT` the exchange.
    settled = bool(colon) and "/" in before
    if colon:
        text = before if settled else after
    plain = _PERPETUAL.sub("", text)
    return settled or plain != text, _SEPARATORS.sub("", plain) or text or symbol


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


def _lot(dollars: Decimal) -> Decimal:
    """Return a power of ten of units worth a cent or a little less, and at most one unit."""
    return Decimal(1).scaleb(max(_SMALLEST_LOT, min(0, _CENT - dollars.adjusted() - 1)))


def _future(key: str, root: str) -> Listing:
    price = Decimal(_FUTURES[root])
    tick = Decimal(_TICKS.get(root, "0.01"))
    return Listing(
        key=key,
        base=root,
        quote=_DOLLAR,
        perpetual=True,
        tick=tick,
        lot=Decimal(1),
        base_ticks=int(divide(price, tick)),
        dollars=price,
    )
