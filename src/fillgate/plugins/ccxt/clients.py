"""ccxt's exchanges, made so that they do what they are asked and no more.

This module imports ccxt: it is only to be imported when an account is opened.

Invariants:

1. Orders have an instance of their own: they never wait behind questions, not at the rate limiter
   either. Where the venue wants one request after another, they go before waiting questions.
2. Numbers are texts from the venue's JSON on; no float is made of an amount or a price.
3. Nothing is repeated (`maxRetriesOnFailure` is 0), and nothing is asked for that nobody asked for
   where ccxt lets one choose.
4. All instances of an account go by the same time (`venue_time`).
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import ccxt.pro
from ccxt import async_support

from fillgate.domain.clock import Clock
from fillgate.domain.errors import ConfigurationError
from fillgate.domain.nearest import nearest
from fillgate.plugins.ccxt.credentials import Credentials
from fillgate.plugins.ccxt.options import Options
from fillgate.plugins.ccxt.sessions import OpenSession
from fillgate.plugins.ccxt.traffic import read_well
from fillgate.plugins.ccxt.turns import Nonces, Turns
from fillgate.plugins.ccxt.values import exact_json
from fillgate.plugins.ccxt.venue_time import VenueTime
from fillgate.plugins.ccxt.venues import MarketType, Venue
from fillgate.plugins.ccxt.verdict import refuses_the_time

__all__ = ["Maker", "close", "exchange_class", "fee_attached", "hosts_of"]

_KEPT_BY_STREAMS: Final = 10_000
"""How many orders and trades a stream may be behind before ccxt drops the oldest."""

_COMMON: Final[Mapping[str, Any]] = {
    "maxRetriesOnFailure": 0,
    "warnOnFetchOpenOrdersWithoutSymbol": False,
    "ordersLimit": _KEPT_BY_STREAMS,
    "tradesLimit": _KEPT_BY_STREAMS,
}

# Binance's lists of currencies and margin pairs are private, and nothing here needs them.
_UNASKED: Final[Mapping[str, Any]] = {"fetchCurrencies": False, "fetchMargins": False}
_KINDS_OF_MARKETS: Final[Mapping[MarketType, frozenset[str]]] = {
    MarketType.SPOT: frozenset({"spot"}),
    MarketType.SWAP: frozenset({"swap", "linear"}),
}
_FEES: Final = ("builder", "feerecipient")


def exchange_class(name: str, where: str) -> type[Any]:
    """Return ccxt's class of an exchange, with streams where there are any.

    Raises:
        ConfigurationError: ccxt has no exchange of that name.
    """
    for package in (ccxt.pro, async_support):
        if name in package.exchanges:
            found: type[Any] = getattr(package, name)
            return found
    near = nearest(name, async_support.exchanges)
    hint = "" if near is None else f"; did you mean {near!r}?"
    msg = (
        f"`{where}.exchange`: expected one of the {len(async_support.exchanges)} exchanges of ccxt "
        f"{ccxt.__version__}, found {name!r}{hint}"
    )
    raise ConfigurationError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Makes instances for one account."""

    kind: type[Any]
    options: Options
    credentials: Credentials
    venue: Venue
    clock: Clock
    time: VenueTime
    turns: Turns
    nonces: Nonces

    def make(self, opened: OpenSession | None, *, for_orders: bool = False) -> Any:
        """Return an instance that sends through a session, or one only to be looked at.

        Raises:
            ConfigurationError: the exchange has no test network.
        """
        exchange = self.kind(
            {
                "session": None if opened is None else opened.session,
                "number": str,
                "enableRateLimit": True,
                "newUpdates": True,
                "options": self._options(),
                **self._pace(),
                **self.credentials.for_ccxt(),
            }
        )
        exchange.timeout_on_exit = 0
        _choose_markets(exchange, self.options.market_type)
        self._take_out(exchange)
        self._hand_in(exchange, for_orders=for_orders)
        if self.options.testnet:
            _use_test_network(exchange)
        return exchange

    def _pace(self) -> dict[str, float]:
        """Return how long ccxt waits from one request to the next, in its milliseconds."""
        interval = self.options.request_interval
        return {} if interval is None else {"rateLimit": interval * 1000}

    def _options(self) -> dict[str, Any]:
        unasked = _UNASKED if self.venue.exchange.startswith("binance") else {}
        kind = {"defaultType": self.options.market_type.value}
        if self.venue.sub_type is not None:
            kind["defaultSubType"] = self.venue.sub_type
        return {**_COMMON, **unasked, **kind, **self.options.options, **self.venue.options}

    def _take_out(self, exchange: Any) -> None:
        for key in self.venue.dropped_headers:
            exchange.headers.pop(key, None)
        for method in self.venue.skipped_methods:
            setattr(exchange, method, _done)

    def _hand_in(self, exchange: Any, *, for_orders: bool) -> None:
        """Give it time, exact numbers and turns from outside."""
        for unit in ("seconds", "milliseconds", "microseconds"):
            setattr(exchange, unit, getattr(self.time, unit))
        exchange.on_json_response = exact_json
        exchange.fetch = _noting(exchange.fetch)
        if self.venue.serial:
            nonce = exchange.nonce
            exchange.nonce = lambda: self.nonces.after(nonce())
            exchange.fetch2 = self._in_turn(exchange, for_orders=for_orders)
            exchange.enableRateLimit = False
        exchange.fetch2 = self._in_time(exchange)

    def _in_time(self, exchange: Any) -> Callable[..., Awaitable[Any]]:
        fetch = exchange.fetch2

        async def fetch_in_time(*given: Any, **named: Any) -> Any:
            if exchange.has.get("fetchTime"):
                await self.time.settle(exchange.fetch_time)
            try:
                return await fetch(*given, **named)
            except Exception as error:
                if refuses_the_time(error):
                    # What ccxt measured itself is of before.
                    exchange.options["timeDifference"] = 0
                    self.time.doubt()
                raise

        return fetch_in_time

    def _in_turn(self, exchange: Any, *, for_orders: bool) -> Callable[..., Awaitable[Any]]:
        fetch = exchange.fetch2

        async def fetch_in_turn(
            path: str,
            api: Any = "public",
            method: str = "GET",
            params: Any = None,
            config: Any = None,
        ) -> Any:
            params, config = params or {}, config or {}
            # Before the turn: who waits for the rate limiter makes nobody else wait.
            cost = exchange.calculate_rate_limiter_cost(api, method, path, params, config)
            await exchange.throttle(cost)
            async with self.turns.turn(order=for_orders):
                return await fetch(path, api, method, params, config)

        return fetch_in_turn


async def _done(*_: Any, **__: Any) -> bool:
    return True


def _noting(fetch: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def fetch_noting(
        url: str, method: str = "GET", headers: Any = None, body: Any = None
    ) -> Any:
        answer = await fetch(url, method, headers, body)
        read_well()
        return answer

    return fetch_noting


def _choose_markets(exchange: Any, market_type: MarketType) -> None:
    """Have only the markets of the account's type loaded, where ccxt lets one choose."""
    chosen = exchange.options.get("fetchMarkets")
    types = chosen.get("types") if isinstance(chosen, dict) else None
    if isinstance(types, list):
        wanted = [each for each in types if each in _KINDS_OF_MARKETS[market_type]]
        chosen["types"] = wanted or types


def _use_test_network(exchange: Any) -> None:
    if not exchange.urls.get("test"):
        raise ConfigurationError(
            f"`testnet`: {exchange.id} has no test network that ccxt knows; leave it out"
        )
    exchange.set_sandbox_mode(True)


def fee_attached(exchange: Any) -> str | None:
    """Return ccxt's option by which orders pay a fee to somebody besides the venue, if there is."""
    for key, value in exchange.options.items():
        if value and any(word in key.lower() for word in _FEES):
            return str(key)
    return None


def hosts_of(exchange: Any) -> frozenset[str]:
    """Return all hosts that an exchange's URLs name."""
    urls = {key: exchange.urls.get(key) for key in ("api", "test", "demo")}
    hosts = (urlsplit(exchange.implode_hostname(url)).hostname for url in _texts(urls))
    return frozenset(host for host in hosts if host)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)


async def close(exchange: Any) -> None:
    """Let go of an instance; its session stays."""
    await exchange.close()
