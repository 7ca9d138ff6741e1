"""What becomes of positions that have a margin: watched, liquidated, funded.

Invariant: who is liquidated loses the margin of what is closed, and no more (`accounts.margin`).
"""

from decimal import Decimal
from typing import Final

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import ZERO, decimal_text
from fillgate.domain.orders import Order, Side
from fillgate.market.accounts import MarginAccount, MarginTerms, Need
from fillgate.market.feeds.base import Component, Quote, Watch
from fillgate.market.records import Funded, Leveraged, Liquidated, Settled
from fillgate.market.rules import Refusal
from fillgate.market.step import Step
from fillgate.market.venue_order import VenueOrder

__all__ = [
    "change_leverage",
    "closing_order",
    "fund",
    "leverage_refusal",
    "set_leverage",
    "settle",
    "watch_position",
]

_LIQUIDATION: Final = "The position was liquidated."


def watch_position(step: Step, account: str) -> None:
    """Let a position with a margin be liquidated where that is used up."""
    symbol, listing = step.market.symbol, step.market.listing
    owner = step.state.ownership.account(account)
    if not isinstance(owner, MarginAccount):
        return
    held = owner.position(symbol)
    if not held.quantity:
        step.market.let_go(account)
        return
    price = owner.liquidation_price(symbol)
    if price is None:
        step.market.hold(account, None)
        return
    rises = held.quantity < 0
    ticks, exact = listing.ticks(price)
    step.market.hold(account, Watch(Component.MID, ticks + (rises and not exact), rises))


def closing_order(step: Step, account: str) -> VenueOrder:
    """End an account's orders in a symbol, and return the one that closes its position."""
    symbol = step.market.symbol
    for held in step.state.working(symbol):
        if held.order.account == account and not held.status.is_final:
            step.close(held, OrderStatus.CANCELED, _LIQUIDATION, with_others=False)
    position = step.state.position(account, symbol)
    number = step.state.next_number
    order = Order(
        client_order_id=f"liquidation-{number}",
        account=account,
        symbol=symbol,
        side=Side.SELL if position > 0 else Side.BUY,
        quantity=abs(position),
        reduce_only=True,
    )
    return step.told(Liquidated(at=step.at, number=number, order=order))


def settle(step: Step, account: str) -> None:
    """Let the insurance fund make up the account for what was closed, in whole or in part."""
    step.happen(Settled(at=step.at, account=account, symbol=step.market.symbol))


def set_leverage(step: Step, order: Order) -> None:
    """Let an order that is taken set the leverage of its symbol, if it asks for one.

    One that only reduces has none to ask for.
    """
    owner = step.state.ownership.account(order.account)
    if order.leverage is None or order.reduce_only or not isinstance(owner, MarginAccount):
        return
    _set(step, order.account, owner, order.leverage)


def change_leverage(
    step: Step, account: str, leverage: Decimal, terms: MarginTerms
) -> Refusal | None:
    """Set the leverage of a symbol without an order; return why it stays as it is, if it does."""
    owner = step.state.ownership.account(account)
    if not isinstance(owner, MarginAccount):
        return Refusal("INVALID_LEVERAGE", "Only what holds contracts has a leverage.")
    instrument = step.state.ownership.instrument(step.market.symbol)
    nothing = Need(instrument, Side.BUY, ZERO, ZERO, ZERO, leverage=leverage)
    refusal = leverage_refusal(leverage, terms)
    if refusal is None and (shortfall := owner.shortfall(nothing)) is not None:
        refusal = Refusal("INSUFFICIENT_FUNDS", str(shortfall))
    if refusal is None:
        _set(step, account, owner, leverage)
    return refusal


def leverage_refusal(leverage: Decimal, terms: MarginTerms) -> Refusal | None:
    """Return why there can be no such leverage; None if there can."""
    if 1 <= leverage <= terms.most:
        return None
    return Refusal("INVALID_LEVERAGE", f"Leverage must be 1 to {decimal_text(terms.most)}.")


def _set(step: Step, account: str, owner: MarginAccount, leverage: Decimal) -> None:
    symbol = step.market.symbol
    if leverage != owner.leverage(symbol):
        step.happen(Leveraged(at=step.at, account=account, symbol=symbol, leverage=leverage))
        watch_position(step, account)


def fund(step: Step, rate: Decimal, quote: Quote) -> None:
    """Let the holders of the contract pay each other, at the middle of bid and ask."""
    symbol = step.market.symbol
    price = step.market.listing.price(Component.MID.of(quote))
    for account, _ in step.state.holders(symbol):
        step.happen(Funded(at=step.at, account=account, symbol=symbol, rate=rate, price=price))
        # What was not free was taken from the margin.
        watch_position(step, account)
