"""Where orders come to the simulated market, and what becomes of them is heard.

Invariants:

1. Each request has a time of its own: `now` never gives one twice, and none goes back.
2. What happens to orders is heard once, in its order (`hear`): at the request that causes it, or
   when the market is brought up to date.
3. What follows from that for other orders (`follow`) is heard with it. What has to come to the
   market because of it comes there as soon as the market is done (`settle`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from fillgate.domain.clock import Clock
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order, Side
from fillgate.market.accounts import AccountKind
from fillgate.market.accounts.wallet import Holding
from fillgate.market.feeds.base import NoPrices
from fillgate.market.feeds.synthetic import SyntheticTerms
from fillgate.market.records import Record
from fillgate.market.rules import Refusal
from fillgate.market.step import Change
from fillgate.market.symbol_market import SymbolMarket
from fillgate.market.terms import Terms
from fillgate.market.venue import Venue
from fillgate.market.venue_order import VenueOrder
from fillgate.practice.errors import filter_failure, market_closed
from fillgate.practice.new_order import PREVENTION, NewOrder
from fillgate.practice.orders import Announced, Orders
from fillgate.practice.prices import Prices
from fillgate.practice.symbols import Symbols
from fillgate.practice.trades import Trades
from fillgate.practice.users import User
from fillgate.practice.views import NO_LIST, OrderView

__all__ = ["Desk", "News", "Rules", "terms_of"]


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """How the exchange behaves."""

    prices: SyntheticTerms = SyntheticTerms()
    maker: Decimal = Decimal("0.001")
    """Of the worth of what rested."""
    taker: Decimal = Decimal("0.001")


class News(msgspec.Struct, frozen=True, kw_only=True):
    """An order changed."""

    view: OrderView
    executions: int
    """How many of its trades are new."""
    is_new: bool
    cancel_id: str | None


def _is_rejected(held: VenueOrder) -> bool:
    return held.status is OrderStatus.REJECTED


class Desk:
    """The market of the exchange."""

    def __init__(
        self,
        clock: Clock,
        symbols: Symbols,
        terms: Terms,
        owned: Iterable[tuple[str, AccountKind, Mapping[str, Decimal]]],
        *,
        own_order: Callable[[Order], NewOrder] | None = None,
        is_refused: Callable[[VenueOrder], bool] = _is_rejected,
    ) -> None:
        """Open, with what accounts own at the beginning.

        Args:
            clock: tells the time, with which the market moves.
            symbols: what is listed.
            terms: of the market.
            owned: the accounts, of which kind they are and what they own.
            own_order: tells as what an order counts that the market itself places.
            is_refused: tells whether an order is none, as far as the exchange's rules go.
        """
        self.symbols = symbols
        self.trades = Trades()
        self.cancel_id: str | None = None
        """The client order id of the cancel that is at work."""
        self.hear: Callable[[News], None] = _nothing
        self.follow: Callable[[Sequence[OrderView]], None] = _nothing
        self.settle: Callable[[], None] = _nothing_at_all
        self.write_down: Callable[[Sequence[Record]], None] = _nothing
        """Takes in what happens, before it is heard."""
        self._clock = clock
        self._last = 0
        self._is_refused = is_refused
        self.state = terms.new_state()
        """All that is known of the market."""
        self.orders = Orders(self.state.orders, self.trades, own_order)
        self.venue = Venue(terms, self._write_down, lambda: self.state)
        """The market."""
        for name, kind, balances in owned:
            self.venue.open_account(name, kind, balances, self.now())
        self.venue.hear = self._changed

    # Time

    @property
    def last_now(self) -> int:
        """The time of the last request, Unix microseconds."""
        return self._last

    def now(self) -> int:
        """Return the time in Unix microseconds, later than it was before."""
        self._last = max(self._clock.now(), self._last + 1)
        return self._last

    def advance(self) -> int:
        """Let happen what happens up to now; return the time."""
        now = self.now()
        self.venue.advance_all(now)
        self.settle()
        return now

    # What happens

    def _write_down(self, records: Sequence[Record]) -> None:
        self.orders.arrive(records)
        self.trades.take_in(records, self.state.orders, self.orders.id_of)
        self.write_down(records)

    def _changed(self, changes: Sequence[Change]) -> None:
        refused = {each.held.pair for each in changes if each.held.status is OrderStatus.REJECTED}
        views: list[OrderView] = []
        for change in changes:
            held = change.held
            of_refused = held.pair is not None and held.pair in refused
            if not (self._is_refused(held) or of_refused):
                views.append(self._tell(change))
        self.follow(views)

    def _tell(self, change: Change) -> OrderView:
        by_client = self.cancel_id is not None
        view, is_new = self.orders.take(change.held, by_client=by_client)
        is_canceled = change.held.status is OrderStatus.CANCELED
        told = News(
            view=view,
            executions=change.executions,
            is_new=is_new,
            cancel_id=self.cancel_id if is_canceled else None,
        )
        self.hear(told)
        return view

    # The market

    def last_price(self, symbol: str) -> Decimal:
        """Return the last price.

        Raises:
            Refused: the symbol is not listed, or is closed.
        """
        self.symbols.find(symbol)
        try:
            quote = self.venue.quote(symbol, self.now())
        except NoPrices:
            raise market_closed() from None
        self.settle()
        return self.venue.listing(symbol).price(quote.last)

    def market(self, symbol: str) -> tuple[SymbolMarket, int]:
        """Return the market of a listed symbol, up to date, and the time.

        Raises:
            Refused: the symbol is not listed.
        """
        self.symbols.find(symbol)
        now = self.now()
        market = self.venue.market(symbol, now)
        self.settle()
        return market, now

    def quantity_worth(self, symbol: str, side: Side, worth: Decimal) -> Decimal:
        """Return what a market order can have for so much of the quote asset.

        Raises:
            Refused: that is less than the least quantity.
        """
        quantity = self.venue.quantity_worth(symbol, side, worth, self.now())
        if not quantity:
            raise filter_failure("LOT_SIZE")
        return quantity

    # Orders

    def announce(
        self, user: User, new: NewOrder, quantity: Decimal, list_id: int = NO_LIST
    ) -> Announced:
        """Give an order its id, and a client order id if it has none."""
        now = self.now()
        name = new.client_order_id or f"fg{now:020d}"
        return self.orders.announce(new.order(user.name, name, quantity), new, now, list_id)

    def send(self, *announced: Announced) -> VenueOrder:
        """Let an order come to the market, or two of which one cancels the other.

        Returns:
            The order, or the one of both that is refused.
        """
        first = announced[0]
        self.orders.expect(*announced)
        now = self.now()
        if len(announced) == 1:
            prevention = PREVENTION[first.asked.prevention]
            return self.venue.place(first.order, now, prevention=prevention)
        # Neither meets anybody at once.
        one, other = self.venue.place_pair(first.order, announced[1].order, now)
        return other if other.status is OrderStatus.REJECTED else one

    def cancel(self, view: OrderView, cancel_id: str) -> bool:
        """Cancel an order in the market, and with it what belongs to it.

        Returns:
            Whether it has ended by that.
        """
        now = self.now()
        # What happens until then nobody cancelled.
        self.venue.market(view.asked.symbol, now)
        before = self.state.orders[view.held.number].status
        self.cancel_id = cancel_id
        try:
            held = self.venue.cancel(view.held, now)
        finally:
            self.cancel_id = None
        self.settle()
        return not before.is_final and held.status is OrderStatus.CANCELED

    def replace(self, view: OrderView, order: Order, asked: NewOrder) -> OrderView | Refusal:
        """Give an order other terms in one step; one that ended meanwhile stays what it is.

        Returns:
            The order as it is then, or why it keeps the terms that it has.
        """
        answer = self.venue.replace(view.held, order, self.now())
        if isinstance(answer, Refusal):
            return answer
        if answer.order == order:
            self.orders.amend(view.order_id, asked)
        self.settle()
        return self.orders.view(view.order_id)

    # What accounts own

    def holdings(self, account: str) -> Sequence[Holding]:
        """Return what an account owns."""
        return self.state.ownership.account(account).holdings()


def terms_of(prices: Prices, symbols: Symbols, **more: Any) -> Terms:
    """Return the terms of a market of these symbols at these prices, with what is special."""
    listed = {name: each.amendment for name, each in symbols.by_name.items()}
    return Terms(lambda symbol, _: prices.feeds[symbol], amendments=listed, **more)


def _nothing(_told: object) -> None:
    pass


def _nothing_at_all() -> None:
    pass
