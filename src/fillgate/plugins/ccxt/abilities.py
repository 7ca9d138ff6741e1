"""What an account can do: the table of exchanges, and what ccxt says of its exchange.

Invariant: something is declared only if the table does not forbid it and ccxt says that it is so; a
silent ccxt is a no.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from fillgate.domain.capabilities import Capabilities
from fillgate.domain.orders import OrderType, Side, TimeInForce
from fillgate.plugins.ccxt.venues import LookupWay, MarketType, Venue

__all__ = ["NO_KEYS", "Abilities", "abilities_of", "capabilities_of"]

NO_KEYS: Final = Capabilities(order_types=frozenset(), instruments=True)
"""What an account without keys can do: it has quotes."""


class Abilities(msgspec.Struct, frozen=True, kw_only=True):
    """What ccxt can do at an exchange with one type of markets."""

    order_types: frozenset[OrderType]
    time_in_force: frozenset[TimeInForce] = frozenset()
    post_only: bool = False
    reduce_only: bool = False
    hedged: bool = False
    """An order may name the side of its position."""
    leverage: bool = False
    """An order may carry its leverage."""
    margin_mode: bool = False
    by_cost: frozenset[Side] = frozenset()
    """Sides whose market orders may be placed by what they cost or earn."""
    attached_stops: bool = False


def abilities_of(
    venue: Venue, market_type: MarketType, has: Mapping[str, Any], features: Any
) -> Abilities:
    """Return what can be done.

    Args:
        venue: the exchange's entry in the table.
        market_type: the account's.
        has: ccxt's `has` of the exchange.
        features: ccxt's `features` of the exchange; may be anything.
    """
    create = _create_order(features, market_type)
    in_force = create.get("timeInForce") or {}
    is_swap = market_type is MarketType.SWAP
    return Abilities(
        order_types=_order_types(venue),
        time_in_force=frozenset(
            {TimeInForce.GTC, *(each for each in _OF_CCXT if in_force.get(each.value))}
            | ({TimeInForce.GTD} if venue.expiry is not None else set())
        ),
        post_only=bool(in_force.get("PO")),
        reduce_only=is_swap and bool(has.get("createReduceOnlyOrder")),
        hedged=is_swap and bool(create.get("hedged")),
        leverage=is_swap and bool(create.get("leverage")),
        margin_mode=is_swap and bool(create.get("marginMode")),
        by_cost=frozenset() if is_swap else _by_cost(has),
        attached_stops=market_type in venue.attached_stops,
    )


_OF_CCXT: Final = (TimeInForce.IOC, TimeInForce.FOK)


def _create_order(features: Any, market_type: MarketType) -> Mapping[str, Any]:
    found = features if isinstance(features, Mapping) else {}
    path = ("spot",) if market_type is MarketType.SPOT else ("swap", "linear")
    for key in (*path, "createOrder"):
        inner = found.get(key)
        found = inner if isinstance(inner, Mapping) else {}
    return found


def _order_types(venue: Venue) -> frozenset[OrderType]:
    types = {OrderType.LIMIT}
    if len(venue.no_market) < len(Side):
        types.add(OrderType.MARKET)
    if venue.stop_param is not None:
        types.add(OrderType.STOP_LIMIT)
        if not venue.stop_limit_only:
            types |= {OrderType.STOP, OrderType.STOP_LOSS}
    if venue.profit_param is not None:
        types.add(OrderType.TAKE_PROFIT)
    if venue.trail_param is not None:
        types.add(OrderType.TRAILING_STOP)
    if venue.order_lists is not None:
        types.add(OrderType.OCO)
    return frozenset(types)


def _by_cost(has: Mapping[str, Any]) -> frozenset[Side]:
    named = {
        Side.BUY: "createMarketBuyOrderWithCost",
        Side.SELL: "createMarketSellOrderWithCost",
    }
    return frozenset(side for side, name in named.items() if has.get(name))


def capabilities_of(
    venue: Venue, market_type: MarketType, abilities: Abilities, has: Mapping[str, Any]
) -> Capabilities:
    """Return what fillgate may ask of the account."""
    lookup = venue.lookup is not LookupWay.NONE and venue.client_id_param is not None
    return Capabilities(
        order_types=abilities.order_types,
        time_in_force=abilities.time_in_force,
        attached_stops=abilities.attached_stops,
        quote_quantity=Side.BUY in abilities.by_cost,
        reduce_only=abilities.reduce_only,
        post_only=abilities.post_only,
        fetch_order=lookup,
        settle_seconds=venue.settle_seconds,
        lookup_window_seconds=venue.lookup_window_seconds,
        request_expiry_seconds=venue.request_expiry_seconds,
        cancel_order=bool(has.get("cancelOrder")),
        replace_order=venue.replace and bool(has.get("editOrder")),
        open_orders=bool(has.get("fetchOpenOrders")),
        fills=bool(has.get("fetchMyTrades")),
        positions=market_type is MarketType.SWAP and bool(has.get("fetchPositions")),
        balances=bool(has.get("fetchBalance")),
        instruments=True,
        stream_reports=bool(has.get("watchOrders")),
        stream_data=bool(has.get("watchTicker")),
    )
