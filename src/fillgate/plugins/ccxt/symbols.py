"""A symbol as people and charts write it, to the one market of the account that it means.

Invariants:

1. A symbol means exactly one market, or is Denied with what it could have meant. What is nearly
   right is never taken: no `1000PEPE` for `PEPE`, no perpetual for a spot pair.
2. All markets of an account are of one type. Whatever names another (`.P` on an account for spot,
   a dated or continuous future) is refused.
3. The configuration's own table goes first; what it names has to be there.
4. A lookup costs the same however many markets there are.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from fillgate.domain.errors import ConfigurationError, Denied
from fillgate.domain.nearest import nearest
from fillgate.plugins.ccxt.markets import Market, PrecisionMode, read_markets
from fillgate.plugins.ccxt.prefixes import DELAYED, prefixes_of
from fillgate.plugins.ccxt.venues.venue import MarketType

__all__ = ["SymbolTable"]

_MOST_CANDIDATES: Final = 8
_LONGEST: Final = 64
# Shorter beginnings of a name are the coin of too many.
_SHORTEST: Final = 2
_SEPARATORS: Final = str.maketrans("", "", "-_/")
_PREFIX: Final = re.compile(r"([A-Z0-9_]+):(.+)")
_PERPETUAL: Final = re.compile(r"(.+?)(?:\.P|[-_./]?(?:PERP|PERPETUAL|SWAP))")
_CONTINUOUS: Final = re.compile(r".+[0-9]!")
# A month's letter and a year (BTCUSDZ2026, BTCH27), or a date (BTC-USDT-261225, BTCUSDT_20261225).
_DATED: Final = re.compile(r"[A-Z0-9]+?(?:[FGHJKMNQUVXZ](?:20)?[0-9]{2}|[-_](?:20)?[0-9]{6})")
# Names that some charts and venues have for a coin, and what ccxt calls it.
_ALIASES: Final = {"XBT": "BTC", "XDG": "DOGE"}
_THOUSANDS: Final = ("1000", "10000", "1000000", "1M", "K")


class SymbolTable:
    """The markets of one account, by all their names. Made once for loaded markets."""

    def __init__(
        self,
        exchange: str,
        raw: Mapping[str, Mapping[str, Any]],
        *,
        market_type: MarketType,
        mode: PrecisionMode,
        overrides: Mapping[str, str] | None = None,
        other_prefixes: Iterable[str] = (),
    ) -> None:
        """Index the markets.

        Args:
            exchange: ccxt's id of the exchange.
            raw: ccxt's `markets`, by unified symbol.
            market_type: what the account trades on.
            mode: the exchange's `precisionMode`.
            overrides: symbols of the configuration, and the market that each means.
            other_prefixes: prefixes of other exchanges whose charts may send for this account.

        Raises:
            ConfigurationError: an override names a market that is not there.
        """
        self.exchange = exchange
        self.market_type = market_type
        self._own_prefixes = prefixes_of(exchange)
        self._prefixes = self._own_prefixes | {each.upper() for each in other_prefixes}
        self._markets: dict[str, Market] = {}
        self._by_name: dict[str, set[str]] = {}
        self._by_base: dict[str, list[str]] = {}
        self._others: dict[str, str] = {}
        self._coins = {str(each.get(side)) for each in raw.values() for side in ("base", "quote")}
        self._add_markets(raw, mode)
        self._add_others(raw.values())
        self._overrides = self._read_overrides(overrides or {})

    @property
    def markets(self) -> Mapping[str, Market]:
        """The markets, by ccxt's unified symbol."""
        return self._markets

    def resolve(self, text: str) -> Market:
        """Return the market that a symbol means.

        Raises:
            Denied: UNKNOWN_SYMBOL, AMBIGUOUS_SYMBOL, WRONG_MARKET_TYPE, OTHER_EXCHANGE,
                DELAYED_FEED, CONTINUOUS_FUTURE or DATED_FUTURE; the text says what would be right.
        """
        written = text.upper()
        if len(written) > _LONGEST:
            raise self._unknown(written[:_LONGEST], written[:_LONGEST])
        overridden = self._overrides.get(written)
        if overridden is not None:
            return overridden
        name = self._without_prefix(written)
        overridden = self._overrides.get(name)
        if overridden is not None:
            return overridden
        if _CONTINUOUS.fullmatch(name):
            raise Denied(
                "CONTINUOUS_FUTURE",
                f"{written} is a chart of one contract after another, which nobody trades;"
                f" {self._instead(name.rstrip('!0123456789'))}",
            )
        found = self._found(name)
        if len(found) == 1:
            return self._markets[found.pop()]
        raise self._ambiguous(written, found) if found else self._unknown(written, name)

    def _found(self, name: str) -> set[str]:
        """Return what a name stands for: the whole name before that of a perpetual, then aliases.

        A market's own symbol settles it, whatever else has the name.
        """
        if name in self._markets:
            return {name}
        for each in self._spellings(name):
            found = self._by_name.get(each)
            if found:
                return set(found)
        return set()

    def _spellings(self, name: str) -> Iterator[str]:
        yield name
        perpetual = _PERPETUAL.fullmatch(name)
        if perpetual is not None and self.market_type is MarketType.SWAP:
            yield _plain(perpetual[1])
            yield from self._aliases(_plain(perpetual[1]))
        elif ":" not in name and self._others.get(name, _SPOT) is _SPOT:
            yield _plain(name)
            yield from self._aliases(_plain(name))

    def _aliases(self, plain: str) -> Iterator[str]:
        for alias, coin in _ALIASES.items():
            if alias in self._coins:
                continue
            if plain.startswith(alias):
                yield coin + plain.removeprefix(alias)
            if plain.endswith(alias):
                yield plain.removesuffix(alias) + coin

    def _without_prefix(self, written: str) -> str:
        parts = _PREFIX.fullmatch(written)
        if parts is None:
            return written
        prefix, name = parts.groups()
        live = next((prefix.removesuffix(end) for end in DELAYED if prefix.endswith(end)), prefix)
        if live != prefix:
            raise Denied(
                "DELAYED_FEED",
                f"{prefix} is a delayed feed: its prices are minutes old; use a chart of"
                f" {live}:{name}",
            )
        if prefix not in self._prefixes:
            raise Denied(
                "OTHER_EXCHANGE",
                f"{written} is a chart of {prefix}, and the account trades at {self.exchange}"
                f" ({', '.join(sorted(self._own_prefixes))}); use a chart of its own, or allow the"
                " prefix in the account's settings",
            )
        return name

    def _ambiguous(self, written: str, found: set[str]) -> Denied:
        return Denied("AMBIGUOUS_SYMBOL", f"{written} could be {_listed(sorted(found))}")

    def _unknown(self, written: str, name: str) -> Denied:
        perpetual = _PERPETUAL.fullmatch(name)
        plain = name if perpetual is None else perpetual[1]
        other = self._others.get(name)
        if other is None and perpetual is not None and self.market_type is MarketType.SPOT:
            other = _SWAP
        if other is None and _DATED.fullmatch(name):
            other = _FUTURE
        code = _CODES[other]
        what = (
            f"{self.exchange} has no {self.market_type} market {written}"
            if other is None
            else f"{written} is {other}"
        )
        if code == "WRONG_MARKET_TYPE":
            what += f", and the account's market type is {self.market_type}"
        return Denied(code, f"{what}; {self._instead(plain)}")

    def _instead(self, name: str) -> str:
        candidates = self._like(_plain(name.partition(":")[0]))
        if candidates:
            return f"there is {_listed(candidates)}"
        return f"none of its {len(self._markets)} is like it"

    def _like(self, plain: str) -> list[str]:
        """Return markets of the coin that a name begins with, or of the one most like it."""
        base = next((plain.removesuffix(each) for each in self._quotes if plain.endswith(each)), "")
        for each in (base, plain):
            if found := self._of_base(each):
                return sorted(found, key=lambda symbol: _plain_pair(symbol) != plain)
        for end in range(len(plain), _SHORTEST, -1):
            if plain[:end] in self._by_base:
                return self._by_base[plain[:end]]
        near = nearest(base or plain, self._by_base)
        return [] if near is None else self._by_base[near]

    def _of_base(self, base: str) -> list[str]:
        more = [each + base for each in _THOUSANDS]
        fewer = [base.removeprefix(each) for each in _THOUSANDS if base.startswith(each)]
        bases = (base, _ALIASES.get(base, base), *more, *fewer)
        return [symbol for each in dict.fromkeys(bases) for symbol in self._by_base.get(each, ())]

    def _add_markets(self, raw: Mapping[str, Mapping[str, Any]], mode: PrecisionMode) -> None:
        quotes = set()
        for market in read_markets(self.exchange, raw.values(), mode):
            if market.market_type is not self.market_type:
                continue
            self._markets[market.symbol] = market
            self._by_base.setdefault(market.base.upper(), []).append(market.symbol)
            quotes.add(market.quote.upper())
            for name in _names(market):
                self._by_name.setdefault(name, set()).add(market.symbol)
        self._quotes = sorted(quotes, key=len, reverse=True)

    def _add_others(self, raw: Iterable[Mapping[str, Any]]) -> None:
        for each in raw:
            kind = next((text for text, is_it in _KINDS if is_it(each)), None)
            if kind is None or each["symbol"] in self._markets:
                continue
            for name in (str(each["symbol"]).upper(), str(each["id"]).upper()):
                if name not in self._by_name:
                    self._others[name] = kind

    def _read_overrides(self, overrides: Mapping[str, str]) -> dict[str, Market]:
        findings = []
        read = {}
        for name, target in overrides.items():
            market = self._markets.get(target)
            if market is None:
                findings.append(
                    f"symbols.{name}: {self.exchange} has no active {self.market_type} market"
                    f" {target}; {self._instead(target.upper())}"
                )
            else:
                read[name.upper()] = market
        if findings:
            raise ConfigurationError(*findings)
        return read


# In this order; the first that fits is told.
_INACTIVE: Final = "not active"
_SPOT: Final = "a spot market"
_SWAP: Final = "a perpetual"
_FUTURE: Final = "a dated future"
_OPTION: Final = "an option"
_KINDS: Final[tuple[tuple[str, Callable[[Mapping[str, Any]], bool]], ...]] = (
    (_INACTIVE, lambda each: each.get("active") is False),
    (_SPOT, lambda each: each.get("spot") is True),
    (_SWAP, lambda each: each.get("swap") is True),
    (_FUTURE, lambda each: each.get("future") is True),
    (_OPTION, lambda each: each.get("option") is True),
)


_CODES: Final[Mapping[str | None, str]] = {
    None: "UNKNOWN_SYMBOL",
    _INACTIVE: "UNKNOWN_SYMBOL",
    _SPOT: "WRONG_MARKET_TYPE",
    _SWAP: "WRONG_MARKET_TYPE",
    _FUTURE: "DATED_FUTURE",
    _OPTION: "WRONG_MARKET_TYPE",
}


def _names(market: Market) -> set[str]:
    own = market.venue_symbol.upper()
    pair = (market.base + market.quote).upper()
    return {market.symbol.upper(), own, _plain(own), _plain(pair)}


def _plain(name: str) -> str:
    return name.translate(_SEPARATORS)


def _plain_pair(symbol: str) -> str:
    return _plain(symbol.partition(":")[0]).upper()


def _listed(symbols: list[str]) -> str:
    shown = ", ".join(symbols[:_MOST_CANDIDATES])
    rest = len(symbols) - _MOST_CANDIDATES
    return f"{shown} and {rest} more" if rest > 0 else shown
