"""The markets of an open account: which is meant, its rules, and an order's numbers there.

Invariant: markets are loaded anew when a symbol is not found, at most once in `RELOAD_SECONDS`.
What is not found then is refused.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from fillgate.domain.clock import Clock
from fillgate.domain.errors import Denied
from fillgate.domain.numbers import NumberError, parse_decimal
from fillgate.domain.orders import Order
from fillgate.plugins.base import Instrument
from fillgate.plugins.ccxt.opened import Opened
from fillgate.plugins.ccxt.orders import Sizes

__all__ = ["RELOAD_SECONDS", "Markets"]

RELOAD_SECONDS: Final = 60.0
_ONE: Final = Decimal(1)


class Markets:
    """What is traded there."""

    def __init__(self, opened: Opened, clock: Clock) -> None:
        """Know the markets that were loaded."""
        self._opened = opened
        self._clock = clock
        self._loaded = clock.monotonic()

    async def find(self, symbol: str) -> str:
        """Return ccxt's symbol of the market that is meant.

        Raises:
            Denied: there is none, or it is not clear which.
            Exception: the markets could not be loaded anew.
        """
        try:
            return self._resolve(symbol)
        except Denied:
            if self._clock.monotonic() - self._loaded < RELOAD_SECONDS:
                raise
        self._loaded = self._clock.monotonic()
        await self._opened.load_markets()
        return self._resolve(symbol)

    def _resolve(self, symbol: str) -> str:
        named = self._opened.options.symbols.get(symbol, symbol)
        market = self._opened.markets.get(named)
        if market is None or market.get("type") != self._opened.options.market_type.value:
            text = f"{symbol} is no {self._opened.options.market_type} market there"
            raise Denied("UNKNOWN_SYMBOL", text)
        return named

    def contract_size(self, market: str) -> Decimal:
        """Return how much of the base one unit of the venue's quantities is."""
        found = self._opened.markets.get(market) or {}
        return _number(found.get("contractSize")) or _ONE if found.get("contract") else _ONE

    def sizes(self, order: Order, market: str) -> Sizes:
        """Return an order's numbers in the venue's units."""
        return Sizes(
            quantity=order.quantity,
            price=order.price,
            stop_price=order.stop_price,
            stop_loss=order.stop_loss,
            take_profit=order.take_profit,
            cost=order.quote_quantity,
        )

    def instruments(self) -> list[Instrument]:
        """Return the rules of the markets that are open."""
        kind = self._opened.options.market_type.value
        return [
            _instrument(symbol, market)
            for symbol, market in sorted(self._opened.markets.items())
            if market.get("type") == kind and market.get("active") is not False
        ]


def _number(value: Any) -> Decimal | None:
    try:
        return None if value is None else parse_decimal(value)
    except NumberError:
        return None


def _instrument(symbol: str, market: Mapping[str, Any]) -> Instrument:
    steps, limits = market.get("precision") or {}, market.get("limits") or {}
    return Instrument(
        symbol=symbol,
        base=str(market.get("base")),
        quote=str(market.get("quote")),
        quantity_step=_number(steps.get("amount")),
        price_step=_number(steps.get("price")),
        minimum_quantity=_number((limits.get("amount") or {}).get("min")),
        minimum_notional=_number((limits.get("cost") or {}).get("min")),
    )
