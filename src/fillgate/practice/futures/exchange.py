"""The futures exchange itself: perpetual contracts over the simulated market.

Invariants:

1. An order that asks for other terms keeps its id, its client order id and what was executed; it
   has the old terms or the new ones, never neither (`amend`).
2. A FOK order that cannot be filled, and a post-only order that would take, are refused and leave
   nothing behind.
3. What the exchange itself places, to liquidate, is told as an order of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

import msgspec

from fillgate.domain.clock import Clock
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import ZERO, divide
from fillgate.domain.orders import TimeInForce
from fillgate.market.accounts import AccountKind, MarginAccount, MarginTerms
from fillgate.market.accounts.wallet import Holding
from fillgate.market.feeds.base import Component, NoPrices
from fillgate.market.fees import FeeSchedule, FeeTier
from fillgate.market.records import Record
from fillgate.market.rules import Refusal
from fillgate.market.venue_order import VenueOrder
from fillgate.practice.desk import Desk, terms_of
from fillgate.practice.errors import Refused, no_such_order, order_refused
from fillgate.practice.exchange import Exchange, Rules
from fillgate.practice.futures.errors import (
    bad_leverage,
    cannot_post,
    cannot_reduce,
    closed_symbol,
    duplicate_id,
    lower_leverage,
    no_margin,
    not_at_once,
    only_limit,
    same_terms,
    too_little_leverage,
)
from fillgate.practice.futures.filters import check_filters
from fillgate.practice.futures.listen_keys import ListenKeys
from fillgate.practice.futures.new_order import NewContractOrder, liquidation
from fillgate.practice.futures.positions import MAINTENANCE, Position, Wallet
from fillgate.practice.futures.profits import Profits
from fillgate.practice.new_order import PREVENTION, Kind, NewOrder
from fillgate.practice.prices import Prices
from fillgate.practice.receipts import Receipts
from fillgate.practice.symbols import Symbols
from fillgate.practice.users import MARGIN_ASSETS, User, Users
from fillgate.practice.views import OrderView

__all__ = ["FUNDING", "HIGHEST_LEVERAGE", "RULES", "Futures"]

FUNDING: Final = Decimal("0.0001")
"""What longs pay shorts every eight hours, of the worth of their positions."""
HIGHEST_LEVERAGE: Final = 125
RULES: Final = Rules(maker=Decimal("0.0002"), taker=Decimal("0.0005"))
"""What executions cost, in the margin asset."""
_LEVERAGE: Final = Decimal(20)

_TERMS: Final[Mapping[str, Any]] = {
    "fees": FeeSchedule([FeeTier(maker=RULES.maker, taker=RULES.taker)]),
    "margin": MarginTerms(
        leverage=_LEVERAGE, most=Decimal(HIGHEST_LEVERAGE), maintenance=MAINTENANCE
    ),
    "funding": FUNDING,
    "prevention": PREVENTION["NONE"],
}
"""What is special of the market."""

_REFUSALS: Final[Mapping[str, Callable[[], Refused]]] = {
    "INSUFFICIENT_FUNDS": no_margin,
    "POST_ONLY_WOULD_CROSS": cannot_post,
    "REDUCE_ONLY_REJECTED": cannot_reduce,
    "NO_PRICES": closed_symbol,
}
"""What the market's refusals are on Binance."""


def _is_refused(held: VenueOrder) -> bool:
    if held.status is OrderStatus.REJECTED:
        return True
    at_once = held.order.time_in_force is TimeInForce.FOK
    return at_once and held.status.is_final and not held.filled_quantity


class Futures(Exchange):
    """Takes orders for contracts, and is asked."""

    name = "futures"

    def __init__(
        self, clock: Clock, users: Users, prices: Prices, *, symbols: Symbols, receipts: Receipts
    ) -> None:
        """Open, with what the users' wallets hold at the beginning.

        Args:
            clock: tells the time, with which the market moves.
            users: who may trade.
            prices: what the market outside offers.
            symbols: the contracts that are listed.
            receipts: take in all requests for orders, of the other exchange too.
        """
        desk = Desk(
            clock,
            symbols,
            terms_of(prices, symbols, **_TERMS),
            [(each.name, AccountKind.MARGIN, each.margin) for each in users.all],
            own_order=liquidation,
            is_refused=_is_refused,
        )
        super().__init__(desk, users, prices, RULES, receipts)
        self.profits = Profits()
        self.listen_keys = ListenKeys()
        self.amending: int | None = None
        """The id of the order that gets other terms now."""
        desk.write_down = self._write_down

    def _write_down(self, records: Sequence[Record]) -> None:
        self.profits.take_in(records, self._desk.state.orders, self._orders.id_of)

    # Orders

    def check(self, user: User, new: NewOrder) -> Decimal:
        """Refuse an order that cannot be placed as it is; return its quantity.

        Raises:
            Refused: with Binance's code.
        """
        assert isinstance(new, NewContractOrder)
        symbol, mark = self.symbols.find(new.symbol), self.mark_price(new.symbol)
        working = sum(1 for _ in self._orders.index.working(user.name, new.symbol))
        check_filters(new, symbol, mark, working)
        if new.client_order_id and self._orders.index.is_working(user.name, new.client_order_id):
            raise duplicate_id()
        assert new.quantity is not None
        return new.quantity

    def place(self, user: User, new: NewOrder) -> OrderView:
        """Take an order, and return what it is then.

        Raises:
            Refused: with Binance's code; there is no such order.
        """
        known = self._desk.announce(user, new, self.check(user, new))
        held = self._desk.send(known)
        if _is_refused(held):
            raise _refused(held.code, held.text) if held.code else not_at_once()
        return self._orders.view(known.order_id)

    def amend(self, view: OrderView, quantity: Decimal, price: Decimal) -> OrderView:
        """Give a working order other terms in one step, and return what it is then.

        It is cancelled instead where so much of it is executed already, or where it is post-only
        and would take: as Binance documents it.

        Raises:
            Refused: it keeps the terms that it has.
        """
        held, asked = view.held, view.asked
        assert isinstance(asked, NewContractOrder)
        if held.status.is_final:
            raise no_such_order()
        if asked.kind is not Kind.LIMIT:
            raise only_limit()
        if (held.order.quantity, held.order.price) == (quantity, price):
            raise same_terms()
        wanted = msgspec.structs.replace(asked, quantity=quantity, price=price, prevention="NONE")
        symbol = self.symbols.find(asked.symbol)
        check_filters(wanted, symbol, self.mark_price(asked.symbol), amends=True)
        if quantity <= held.filled_quantity:
            return self.ended(view)
        answer = self._amended(view, wanted)
        if isinstance(answer, OrderView):
            return answer
        if answer.code == "POST_ONLY_WOULD_CROSS":
            return self.ended(view)
        raise _refused(*answer)

    def _amended(self, view: OrderView, wanted: NewContractOrder) -> OrderView | Refusal:
        assert wanted.quantity is not None
        order = msgspec.structs.replace(
            view.held.order, quantity=wanted.quantity, price=wanted.price
        )
        self.amending = view.order_id
        try:
            answer = self._desk.replace(view, order, wanted)
        finally:
            self.amending = None
        if isinstance(answer, OrderView) and answer.held.order != order:
            # It ended meanwhile.
            raise no_such_order()
        return answer

    def ended(self, view: OrderView) -> OrderView:
        """Cancel a working order, and return it.

        Raises:
            Refused: it has ended (-2011).
        """
        self.cancel(view)
        return self._orders.view(view.order_id)

    # What accounts hold

    def mark_price(self, symbol: str) -> Decimal:
        """Return the price at which positions are valued: the middle of bid and ask.

        Raises:
            Refused: the symbol is not listed, or has no prices now (-4141).
        """
        self.symbols.find(symbol)
        try:
            quote = self.prices.feeds[symbol].quote(self.now())
        except NoPrices:
            raise closed_symbol() from None
        return self._desk.venue.listing(symbol).price(Component.MID.of(quote))

    def positions(self, user: User, symbol: str | None = None) -> list[Position]:
        """Return what an account has in a symbol, or in all.

        Raises:
            Refused: the symbol is not listed.
        """
        names = self.symbols.by_name if symbol is None else (self.symbols.find(symbol).name,)
        self.advance()
        return [self.position(user.name, name) for name in names]

    def position(self, account: str, symbol: str) -> Position:
        """Return what an account has in a symbol, as it was brought up to date last."""
        owner = self._margin_account(account)
        held = owner.position(symbol)
        mark = divide(held.cost, abs(held.quantity)) if held.quantity else ZERO
        with suppress(Refused):
            mark = self.mark_price(symbol)
        return Position(
            symbol=self.symbols.find(symbol),
            held=held,
            leverage=owner.leverage(symbol),
            mark=mark,
            liquidation=owner.liquidation_price(symbol),
            locked=owner.locked(symbol),
            updated=self._desk.state.touched.get(symbol, 0) // 1000,
        )

    def _margin_account(self, name: str) -> MarginAccount:
        owner = self._desk.state.ownership.account(name)
        assert isinstance(owner, MarginAccount)
        return owner

    def wallets(self, account: str) -> list[Wallet]:
        """Return what an account owns of each asset that secures positions."""
        positions = [self.position(account, name) for name in self.symbols.by_name]
        holdings = {each.asset: each for each in self._desk.holdings(account)}
        return [
            _wallet(holdings.get(asset, Holding(asset, ZERO, ZERO)), positions)
            for asset in MARGIN_ASSETS
        ]

    def set_leverage(self, user: User, symbol: str, leverage: int) -> None:
        """Set the leverage of a symbol's position and orders.

        Raises:
            Refused: there is no such leverage, or it cannot be afforded.
        """
        if not 1 <= leverage <= HIGHEST_LEVERAGE:
            raise bad_leverage(leverage)
        [now] = self.positions(user, symbol)
        if now.held.quantity and leverage < now.leverage:
            raise lower_leverage()
        to = Decimal(leverage)
        if self._desk.venue.change_leverage(user.name, symbol, to, self.now()) is not None:
            raise too_little_leverage()


def _wallet(holding: Holding, positions: Sequence[Position]) -> Wallet:
    return Wallet(
        asset=holding.asset,
        total=holding.total,
        locked=holding.locked,
        profit=sum((each.profit for each in positions), ZERO),
        maintenance=sum((each.maintenance for each in positions), ZERO),
        of_positions=sum((each.held.margin for each in positions), ZERO),
    )


def _refused(code: str, text: str) -> Refused:
    refused = _REFUSALS.get(code)
    return order_refused(text) if refused is None else refused()
