"""A market of an exchange, read from what ccxt tells of it.

Invariants:

1. Numbers stay what they are: a text or a whole number is read exactly, a binary floating-point
   number by its shortest text.
2. A market that cannot be read is not one to trade on: it is left out, never guessed.
3. Which markets count digits and which steps is ccxt's `precisionMode`; where ccxt itself goes by
   another rule for a venue, so does the table here.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from enum import IntEnum
from typing import Any, Final

import msgspec

from fillgate.domain.numbers import NumberError, divide, parse_decimal
from fillgate.plugins.base import Instrument
from fillgate.plugins.ccxt.steps import ANY, Step
from fillgate.plugins.ccxt.venues.venue import MarketType

__all__ = ["Market", "PrecisionMode", "instrument_of", "read_markets"]

_ONE: Final = Decimal(1)


class PrecisionMode(IntEnum):
    """How ccxt writes down the steps of a venue, by ccxt's numbers."""

    DECIMAL_PLACES = 2
    SIGNIFICANT_DIGITS = 3
    TICK_SIZE = 4


class Market(msgspec.Struct, frozen=True, kw_only=True):
    """What can be traded at a venue."""

    symbol: str
    """ccxt's unified symbol, `BTC/USDT` or `BTC/USDT:USDT`."""
    venue_symbol: str
    """The venue's own name of it."""
    market_type: MarketType
    base: str
    quote: str
    settle: str | None = None
    inverse: bool = False
    """A contract is worth an amount of the quote currency, and settled in the base currency."""
    contract_size: Decimal | None = None
    """How much a contract is, in the base currency (inverse: in the quote currency); None on
    spot."""
    in_contracts: bool = False
    """ccxt's quantities count contracts."""
    quantity_step: Step = ANY
    price_step: Step = ANY
    minimum_quantity: Decimal | None = None
    """In what ccxt's quantities count, as is the maximum."""
    maximum_quantity: Decimal | None = None
    minimum_notional: Decimal | None = None
    """The least that an order must be worth, in the quote currency."""
    order_types: frozenset[str] = frozenset()
    """The venue's own names of what can be placed, where it tells them by market."""


# Quantities that ccxt cuts to decimal places though it counts significant digits else.
_PLACES_OF_QUANTITIES: Final = frozenset({"bitfinex", "bithumb"})
# What ccxt sends is an amount, whatever a contract is.
_AMOUNTS: Final = frozenset({"deribit"})
# Price rules that are not in `precision`: five digits unless whole, and so many decimal places
# less those of the quantity (hyperliquid); eight places at most (bitfinex).
_PLACES_OF_HYPERLIQUID: Final = {MarketType.SPOT: 8, MarketType.SWAP: 6}
_SMALLEST_OF_BITFINEX: Final = Decimal("1e-8")


def read_markets(
    exchange: str, raw: Iterable[Mapping[str, Any]], mode: PrecisionMode
) -> Iterator[Market]:
    """Return the spot and perpetual markets that are active, as ccxt describes them.

    Args:
        exchange: ccxt's id of the exchange.
        raw: the values of ccxt's `markets`, best with `number` set to `str`.
        mode: the exchange's `precisionMode`.
    """
    for each in raw:
        market_type = _market_type(each)
        if market_type is None or each.get("active") is False:
            continue
        try:
            yield _read(exchange, each, market_type, mode)
        except (KeyError, TypeError, NumberError):
            continue


def instrument_of(market: Market) -> Instrument:
    """Return the rules of a market as every plugin tells them."""
    return Instrument(
        symbol=market.symbol,
        base=market.base,
        quote=market.quote,
        quantity_step=market.quantity_step.size,
        price_step=market.price_step.size,
        minimum_quantity=market.minimum_quantity,
        minimum_notional=market.minimum_notional,
    )


def _market_type(raw: Mapping[str, Any]) -> MarketType | None:
    if raw.get("spot") is True:
        return MarketType.SPOT
    return MarketType.SWAP if raw.get("swap") is True else None


def _read(
    exchange: str, raw: Mapping[str, Any], market_type: MarketType, mode: PrecisionMode
) -> Market:
    limits = raw.get("limits") or {}
    amount, cost = limits.get("amount") or {}, limits.get("cost") or {}
    size = _number(raw.get("contractSize")) if market_type is MarketType.SWAP else None
    if market_type is MarketType.SWAP and size is None:
        raise KeyError("contractSize")
    return Market(
        symbol=_text(raw["symbol"]),
        venue_symbol=_text(raw["id"]),
        market_type=market_type,
        base=_text(raw["base"]),
        quote=_text(raw["quote"]),
        settle=raw.get("settle"),
        inverse=raw.get("inverse") is True,
        contract_size=size,
        in_contracts=market_type is MarketType.SWAP and exchange not in _AMOUNTS,
        quantity_step=_quantity_step(exchange, raw, mode),
        price_step=_price_step(exchange, raw, market_type, mode),
        minimum_quantity=_number(amount.get("min")),
        maximum_quantity=_number(amount.get("max")),
        minimum_notional=_number(cost.get("min")),
        order_types=_order_types(raw.get("info")),
    )


def _order_types(info: object) -> frozenset[str]:
    told = info.get("orderTypes") if isinstance(info, Mapping) else None
    return frozenset(each for each in told if isinstance(each, str)) if told else frozenset()


def _quantity_step(exchange: str, raw: Mapping[str, Any], mode: PrecisionMode) -> Step:
    if exchange in _PLACES_OF_QUANTITIES:
        mode = PrecisionMode.DECIMAL_PLACES
    return _step(_precision(raw, "amount"), mode)


def _price_step(
    exchange: str, raw: Mapping[str, Any], market_type: MarketType, mode: PrecisionMode
) -> Step:
    if exchange == "hyperliquid":
        quantity = _precision(raw, "amount") or _ONE
        places = _ONE.scaleb(-_PLACES_OF_HYPERLIQUID[market_type])
        return Step(min(_ONE, divide(places, quantity)), digits=5, whole=True)
    step = _step(_precision(raw, "price"), mode)
    if exchange == "bitfinex":
        return msgspec.structs.replace(step, size=_SMALLEST_OF_BITFINEX)
    return step


def _precision(raw: Mapping[str, Any], of: str) -> Decimal | None:
    return _number((raw.get("precision") or {}).get(of), least=None)


def _step(precision: Decimal | None, mode: PrecisionMode) -> Step:
    if precision is None:
        return ANY
    match mode:
        case PrecisionMode.TICK_SIZE:
            return Step(precision) if precision > 0 else ANY
        case PrecisionMode.DECIMAL_PLACES:
            return Step(_ONE.scaleb(-int(precision)))
        case PrecisionMode.SIGNIFICANT_DIGITS:
            return Step(digits=int(precision))


def _number(value: Any, *, least: Decimal | None = Decimal(0)) -> Decimal | None:
    """Return a number as it is written; None for none, and for what is not above `least`."""
    if value is None:
        return None
    number = parse_decimal(repr(value) if isinstance(value, float) else value)
    return number if least is None or number > least else None


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(value)
    return value
