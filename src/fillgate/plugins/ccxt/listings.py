"""What an open account can trade: which market a symbol means, its rules, and an order's numbers.

Invariants:

1. Markets are loaded anew when a symbol is not found, at most once in `RELOAD_SECONDS`. What is
   not found then is refused.
2. Quantities of orders and of reports are in base units, on inverse markets in contracts: one unit
   for each market, so that what was not sent by this process can be read too.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from fillgate.domain.clock import Clock
from fillgate.domain.errors import Denied
from fillgate.domain.numbers import ZERO, decimal_text
from fillgate.domain.orders import Order, QuantityUnit
from fillgate.plugins.base import Instrument
from fillgate.plugins.ccxt.markets import Market, PrecisionMode, instrument_of
from fillgate.plugins.ccxt.opened import Opened
from fillgate.plugins.ccxt.sizing import Sized, sized
from fillgate.plugins.ccxt.symbols import SymbolTable

__all__ = ["RELOAD_SECONDS", "Listings"]

RELOAD_SECONDS: Final = 60.0
_ONE: Final = Decimal(1)


class Listings:
    """What is traded there."""

    def __init__(self, opened: Opened, clock: Clock) -> None:
        """Know the markets that were loaded.

        Raises:
            ConfigurationError: a symbol of the settings means a market that is not there.
        """
        self._opened = opened
        self._clock = clock
        self._loaded = clock.monotonic()
        self._table = _table(opened)

    async def find(self, symbol: str) -> Market:
        """Return the market that is meant.

        Raises:
            Denied: there is none, or it is not clear which.
            Exception: the markets could not be loaded anew.
        """
        try:
            return self._table.resolve(symbol)
        except Denied:
            if self._clock.monotonic() - self._loaded < RELOAD_SECONDS:
                raise
        self._loaded = self._clock.monotonic()
        await self._opened.load_markets()
        self._table = _table(self._opened)
        return self._table.resolve(symbol)

    def unit(self, symbol: str) -> Decimal:
        """Return how much of our unit one of ccxt's units of quantity is (ccxt's symbol)."""
        market = self._table.markets.get(symbol)
        return _ONE if market is None else _unit(market)

    def sized(self, order: Order, market: Market) -> Sized:
        """Return an order's numbers in the venue's units and steps.

        Raises:
            Denied: they cannot be, with the arithmetic.
        """
        if order.quantity_unit is QuantityUnit.CONTRACTS and _unit(market) != _ONE:
            raise Denied(
                "UNSUPPORTED_QUANTITY",
                f"quantities of {market.symbol} are counted in {market.base} here, of which a "
                f"contract is {decimal_text(_unit(market))}; send a quantity of {market.base}",
            )
        if order.quote_quantity is not None:
            return _of_cost(order.quote_quantity, market)
        return sized(order, market)

    def instruments(self) -> Sequence[Instrument]:
        """Return the rules of all markets, by ccxt's symbols."""
        return [instrument_of(market) for _, market in sorted(self._table.markets.items())]


def _table(opened: Opened) -> SymbolTable:
    return SymbolTable(
        opened.options.exchange,
        opened.markets,
        market_type=opened.options.market_type,
        mode=PrecisionMode(opened.questions.precisionMode),
        overrides=opened.options.symbols,
        other_prefixes=opened.options.charts,
    )


def _unit(market: Market) -> Decimal:
    counts_base = not market.in_contracts or market.inverse or market.contract_size is None
    return _ONE if counts_base or market.contract_size is None else market.contract_size


def _of_cost(cost: Decimal, market: Market) -> Sized:
    least = market.minimum_notional
    if cost <= ZERO or (least is not None and cost < least):
        raise Denied(
            "MINIMUM_NOTIONAL",
            f"{decimal_text(cost)} {market.quote}, and {market.symbol} takes at least "
            f"{decimal_text(least or ZERO)} {market.quote}",
        )
    return Sized(quantity=ZERO)
