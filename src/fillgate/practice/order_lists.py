"""Order lists: one cancels the other (OCO), one triggers the others (OTO, OTOCO).

Invariants:

1. A list comes whole or not at all: where one of its orders is refused there is none of them.
2. Orders that wait come to the market once the working order is filled in whole, at the prices of
   that moment. What cannot be placed then is told of as REJECTED, with the reason; two of which one
   cancels the other come both, or neither does.
3. When the working order ends otherwise, those that wait end with it: CANCELED where a client
   cancelled, else EXPIRED. Of a pair the one that gives way to the other is EXPIRED.
4. A list is done when all of its orders have ended.

Source: Binance Spot API documentation, "Order lists". What becomes of waiting orders that cannot be
placed any more it does not say.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from fillgate.domain.life_cycle import OrderStatus
from fillgate.practice.checks import Checks, refusal_of, reject_reason, triggers
from fillgate.practice.desk import Desk, News
from fillgate.practice.errors import (
    Refused,
    duplicate_order,
    unknown_list,
    wrong_prices,
)
from fillgate.practice.new_list import Contingency, NewList, has_right_prices
from fillgate.practice.new_order import NewOrder
from fillgate.practice.orders import Announced
from fillgate.practice.pages import Page
from fillgate.practice.users import User
from fillgate.practice.views import NO_LIST, OrderView

__all__ = ["ListNews", "ListView", "OrderList", "OrderLists"]


class OrderList(msgspec.Struct, frozen=True, kw_only=True):
    """Orders that depend on each other."""

    list_id: int
    name: str
    """Its client order id."""
    account: str
    symbol: str
    contingency: Contingency
    working: int | None
    """Id of the order that the others wait for, or waited for."""
    others: tuple[int, ...]
    """One, or two of which one cancels the other."""
    created: int
    """Unix microseconds."""
    updated: int
    """When its status was told last, Unix microseconds."""
    is_done: bool = False

    @property
    def orders(self) -> tuple[int, ...]:
        """The ids of all its orders, the working one first."""
        return self.others if self.working is None else (self.working, *self.others)


class ListView(NamedTuple):
    """A list with its orders as they are, or were at a moment."""

    held: OrderList
    orders: Sequence[OrderView]
    ended: frozenset[int] = frozenset()
    """The ids of those that a cancel ended."""


class ListNews(NamedTuple):
    """A list began, or is done."""

    view: ListView


class OrderLists:
    """The lists of all accounts."""

    def __init__(self, desk: Desk, checks: Checks) -> None:
        """None so far; hears what happens to orders."""
        self.hear: Callable[[News | ListNews], None] = lambda _: None
        self._desk = desk
        self._checks = checks
        self._orders = desk.orders
        self._lists: dict[int, OrderList] = {}
        self._of_account: dict[str, list[int]] = {}
        self._open: dict[str, dict[int, None]] = {}
        self._names: dict[tuple[str, str], int] = {}
        self._due: deque[int] = deque()
        self._last_id = 0
        desk.follow = self._follow
        desk.settle = self._settle

    # New lists

    def place(self, user: User, new: NewList) -> ListView:
        """Take a list, and return it as it was when it came.

        Raises:
            Refused: with Binance's code; there is none of its orders.
        """
        self._check(user, new)
        working, others = self._announce(user, new)
        first = others if working is None else (working,)
        held = self._desk.send(*first)
        if held.status is OrderStatus.REJECTED:
            raise refusal_of(held)
        begun = self._begin(user, new, working, others)
        view = self._view(begun)
        self._look(begun)
        self._settle()
        return view

    def _check(self, user: User, new: NewList) -> None:
        symbol = new.orders[0].symbol
        open_lists = sum(self._lists[each].symbol == symbol for each in self._open_of(user.name))
        self._checks.check_filters(user, new.orders, open_lists)
        self._checks.check_names(user, [each.client_order_id for each in new.orders])
        known = self._names.get((user.name, new.name or ""))
        if known is not None and not self._lists[known].is_done:
            raise duplicate_order()
        if new.working is None and not has_right_prices(new.others, self._desk.last_price(symbol)):
            raise wrong_prices()

    def _announce(self, user: User, new: NewList) -> tuple[Announced | None, tuple[Announced, ...]]:
        self._last_id += 1
        announced = [self._announced(user, each) for each in new.orders]
        if new.working is None:
            return None, tuple(announced)
        return announced[0], tuple(announced[1:])

    def _announced(self, user: User, new: NewOrder) -> Announced:
        assert new.quantity is not None
        return self._desk.announce(user, new, new.quantity, self._last_id)

    def _begin(
        self, user: User, new: NewList, working: Announced | None, others: Sequence[Announced]
    ) -> OrderList:
        now = self._desk.now()
        begun = OrderList(
            list_id=others[0].list_id,
            name=new.name or f"fg{now:020d}",
            account=user.name,
            symbol=new.orders[0].symbol,
            contingency=new.contingency,
            working=None if working is None else working.order_id,
            others=tuple(each.order_id for each in others),
            created=others[0].created,
            updated=now,
        )
        self._lists[begun.list_id] = begun
        self._of_account.setdefault(user.name, []).append(begun.list_id)
        self._open.setdefault(user.name, {})[begun.list_id] = None
        self._names[user.name, begun.name] = begun.list_id
        if working is not None:
            for each in others:
                self._orders.wait(each.order_id)
                self._tell(each.order_id, is_new=True)
        self.hear(ListNews(self._view(begun)))
        return begun

    # What follows

    def _follow(self, views: Iterable[OrderView]) -> None:
        """Hear which orders changed in the market."""
        for list_id in dict.fromkeys(view.list_id for view in views):
            if list_id in self._lists:
                self._look(self._lists[list_id])

    def _look(self, held: OrderList) -> None:
        """See what follows from how the orders of a list stand."""
        waiting = self._waiting(held)
        if waiting and held.working is not None:
            working = self._orders.view(held.working).held.status
            if working is OrderStatus.FILLED and held.list_id not in self._due:
                self._due.append(held.list_id)
            elif working.is_final and working is not OrderStatus.FILLED:
                by_client = self._desk.cancel_id is not None
                self._end(waiting, OrderStatus.CANCELED if by_client else OrderStatus.EXPIRED)
        self._conclude(held)

    def _waiting(self, held: OrderList) -> list[Announced]:
        found = (self._orders.waiting(each) for each in held.others)
        return [each for each in found if each is not None]

    def _end(self, waiting: Iterable[Announced], status: OrderStatus, reason: str = "NONE") -> None:
        for each in waiting:
            self._orders.end(each, status, self._desk.now(), reason)
            self._tell(each.order_id)

    def _tell(self, order_id: int, *, is_new: bool = False) -> None:
        view = self._orders.view(order_id)
        is_canceled = view.held.status is OrderStatus.CANCELED
        cancel_id = self._desk.cancel_id if is_canceled else None
        self.hear(News(view=view, executions=0, is_new=is_new, cancel_id=cancel_id))

    def _conclude(self, held: OrderList) -> None:
        is_over = all(self._orders.view(each).held.status.is_final for each in held.orders)
        if is_over and not held.is_done:
            done = msgspec.structs.replace(held, is_done=True, updated=self._desk.now())
            self._lists[held.list_id] = done
            del self._open[held.account][held.list_id]
            self.hear(ListNews(self._view(done)))

    def _settle(self) -> None:
        """Let orders come to the market that have waited long enough."""
        while self._due:
            held = self._lists[self._due.popleft()]
            waiting = self._waiting(held)
            if waiting:
                self._release(waiting)
                self._conclude(self._lists[held.list_id])

    def _release(self, waiting: Sequence[Announced]) -> None:
        reason = self._why_not(waiting)
        if reason is None:
            refused = self._desk.send(*waiting)
            if refused.status is not OrderStatus.REJECTED:
                return
            reason = reject_reason(refused)
        self._end(waiting, OrderStatus.REJECTED, reason)

    def _why_not(self, waiting: Sequence[Announced]) -> str | None:
        asked = [each.asked for each in waiting]
        try:
            last = self._desk.last_price(asked[0].symbol)
        except Refused:
            # It is closed.
            return "NONE"
        return _fault_of(asked, last)

    # Cancels

    def cancel(self, view: ListView, cancel_id: str) -> ListView:
        """Cancel what is left of a list; return it as it is then.

        Raises:
            Refused: nothing is left (-2011).
        """
        held = view.held
        working = [each for each in self._view(held).orders if not each.held.status.is_final]
        in_market = [each for each in working if not each.waits]
        if not in_market or not self._desk.cancel(in_market[0], cancel_id):
            raise unknown_list()
        after = self._view(self._lists[held.list_id])
        ended = frozenset(each.order_id for each in working)
        return ListView(after.held, after.orders, ended)

    # Lookups

    def of_order(self, view: OrderView) -> ListView | None:
        """Return the list of an order; None if it belongs to none."""
        return None if view.list_id == NO_LIST else self._view(self._lists[view.list_id])

    def find(self, user: User, list_id: int | None, name: str | None) -> ListView | None:
        """Return the newest list that fits all that is given; None if there is none."""
        self._desk.advance()
        if list_id is None:
            list_id = self._names.get((user.name, name or ""))
        held = None if list_id is None else self._lists.get(list_id)
        if held is None or held.account != user.name or name not in {None, held.name}:
            return None
        return self._view(held)

    def open(self, user: User) -> list[ListView]:
        """Return the lists that are not done, oldest first."""
        self._desk.advance()
        return [self._view(self._lists[each]) for each in self._open_of(user.name)]

    def all(self, user: User, page: Page) -> list[ListView]:
        """Return a page of an account's lists, oldest first."""
        self._desk.advance()
        lists = self._lists
        found = page.of(
            self._of_account.get(user.name, []),
            at=lambda each: lists[each].created,
            name=lambda each: each,
        )
        return [self._view(lists[each]) for each in found]

    def _open_of(self, account: str) -> Sequence[int]:
        return tuple(self._open.get(account, ()))

    def _view(self, held: OrderList) -> ListView:
        return ListView(held, [self._orders.view(each) for each in held.orders])


def _fault_of(asked: Sequence[NewOrder], last: Decimal) -> str | None:
    """Return why orders cannot come to the market at a price; None if they can."""
    if len(asked) > 1:
        return None if has_right_prices(asked, last) else "OCO_BAD_PRICES"
    return "STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY" if triggers(asked[0], last) else None
