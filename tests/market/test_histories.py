"""Whole histories of the venue: whoever looks when, whatever restarts, the same happens."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import ZERO
from fillgate.domain.orders import Order, OrderType, Side, TimeInForce
from fillgate.market.accounts import MarginTerms
from fillgate.market.feeds.base import Watch
from fillgate.market.feeds.path import GRID
from fillgate.market.feeds.synthetic import SyntheticFeed, SyntheticTerms
from fillgate.market.fees import FeeSchedule, FeeTier
from fillgate.market.listings import Listing, listing
from fillgate.market.records import Filled, Record
from fillgate.market.state import VenueState
from fillgate.market.terms import Terms
from fillgate.market.venue import Venue
from fillgate.market.venue_order import VenueOrder

START = 1_767_225_600_000_000 + 123_457
T = OrderType
SYMBOLS = ("BTCUSDT", "ETHUSDT")
# Wild enough to go through every kind of price within seconds.
WILD = SyntheticTerms(volatility=Decimal(10), jumps_per_day=Decimal(1000), activity=Decimal(40))


class SlowFeed(SyntheticFeed):
    """A feed at whose every instant something might happen."""

    def next_instant(self, after: int, until: int, watches: Sequence[Watch]) -> int | None:
        following = (after // GRID + 1) * GRID
        return following if following <= until else None


class Action(NamedTuple):
    """Something that a client does, so long after the last one."""

    pause: int
    kind: str
    account: str
    symbol: str
    side: Side
    order_type: OrderType
    points: int
    lots: int
    fields: dict[str, Any]
    target: int


PAUSES = st.sampled_from([0, 1, GRID // 3, GRID, 5 * GRID, 60 * GRID])
FLAGS = st.sampled_from(
    [
        {},
        {},
        {"reduce_only": True},
        {"post_only": True},
        {"time_in_force": TimeInForce.IOC},
        {"time_in_force": TimeInForce.FOK},
        {"time_in_force": TimeInForce.GTD},
        {"brackets": True},
    ]
)
ACTIONS = st.lists(
    st.builds(
        Action,
        pause=PAUSES,
        kind=st.sampled_from(["place"] * 6 + ["cancel", "replace", "look"]),
        account=st.sampled_from(["m", "m", "other"]),
        symbol=st.sampled_from(SYMBOLS),
        side=st.sampled_from(Side),
        order_type=st.sampled_from(OrderType),
        points=st.integers(-40, 40),
        lots=st.integers(1, 4),
        fields=FLAGS,
        target=st.integers(0, 20),
    ),
    min_size=1,
    max_size=25,
)


class House:
    """A venue with a ledger in memory."""

    def __init__(self, feed: type[SyntheticFeed]) -> None:
        self.feed = feed
        self.written: list[Sequence[Record]] = []
        self.failing = False
        self.open()

    def open(self) -> None:
        fees = FeeSchedule([FeeTier(maker=Decimal("-0.0001"), taker=Decimal("0.0005"))])
        self.terms = Terms(self.make_feed, fees=fees, margin=MarginTerms(leverage=Decimal(3)))
        self.venue = Venue(self.terms, self.write, self.read)

    def make_feed(self, symbol: str, listing: Listing) -> SyntheticFeed:
        return self.feed(listing, WILD)

    def write(self, records: Sequence[Record]) -> None:
        if self.failing:
            raise OSError("disk full")
        self.written.append(tuple(records))

    def read(self) -> VenueState:
        state = self.terms.new_state()
        for records in self.written:
            for record in records:
                state.apply(record)
        return state

    def do(self, action: Action, number: int, now: int) -> object:
        if action.kind == "place":
            return self.venue.place(made(self.venue, action, f"o{number}", now), now)
        if action.kind == "look" or not self.venue.state.orders:
            return self.venue.quote(action.symbol, now)
        orders = self.venue.state.orders
        held = orders[action.target % len(orders) + 1]
        if action.kind == "cancel":
            return self.venue.cancel(held, now)
        changed = made(self.venue, action, f"o{number}", now)
        terms = {
            name: getattr(changed, name)
            for name in ("price", "stop_price", "trail")
            if getattr(held.order, name) is not None and getattr(changed, name) is not None
        }
        order = msgspec.structs.replace(
            held.order, client_order_id=f"o{number}", quantity=changed.quantity, **terms
        )
        return self.venue.replace(held, order, now)


def made(venue: Venue, action: Action, name: str, now: int) -> Order:
    listed = listing(action.symbol)
    last = venue.quote(action.symbol, now).last
    price = listed.price(last + last * action.points // 10_000)
    fields = dict(action.fields)
    if fields.pop("brackets", False):
        stops = (listed.price(last * 98 // 100), listed.price(last * 102 // 100))
        fields["stop_loss"], fields["take_profit"] = stops[:: action.side.sign]
    if fields.get("time_in_force") is TimeInForce.GTD:
        fields["expire_time"] = now // 1000 + 700
    if action.order_type in {T.LIMIT, T.STOP_LIMIT}:
        fields["price"] = price
    if action.order_type in {T.STOP, T.STOP_LIMIT, T.STOP_LOSS, T.TAKE_PROFIT}:
        fields["stop_price"] = price
    if action.order_type is T.OCO:
        away = action.side.sign * (last * (abs(action.points) + 1) // 10_000)
        fields["price"], fields["stop_price"] = (
            listed.price(last - away),
            listed.price(last + away),
        )
    if action.order_type is T.TRAILING_STOP:
        fields["trail"] = listed.price(last * (abs(action.points) + 1) // 10_000)
    return Order(
        client_order_id=name,
        account=action.account,
        symbol=action.symbol,
        side=action.side,
        order_type=action.order_type,
        quantity=Decimal(action.lots),
        **fields,
    )


def known(state: VenueState) -> tuple[object, ...]:
    return (state.orders, state.arrivals, state.open, state.positions, state.touched)


@settings(max_examples=150, deadline=None)
@given(ACTIONS)
def test_nothing_depends_on_which_instants_are_looked_at(actions: list[Action]) -> None:
    quick, slow = House(SyntheticFeed), House(SlowFeed)
    now = START
    for number, action in enumerate(actions):
        now += action.pause
        assert quick.do(action, number, now) == slow.do(action, number, now)
    for house in (quick, slow):
        house.venue.advance_all(now + 40 * GRID)
    assert known(quick.venue.state) == known(slow.venue.state)
    assert sorted_by_time(quick.written) == sorted_by_time(slow.written)


def sorted_by_time(written: list[Sequence[Record]]) -> list[Sequence[Record]]:
    """Symbols are brought up to date one after the other."""
    return sorted(written, key=lambda records: (records[0].at, str(records[0])))


@pytest.mark.parametrize("restarts", [False, True])
def test_what_was_displayed_to_who_queued_is_gone_when_nobody_does(restarts: bool) -> None:
    house, price = House(SyntheticFeed), Decimal("30370.21")
    terms: dict[str, Any] = {"account": "m", "symbol": "BTCUSDT", "quantity": Decimal(2)}
    queued = house.venue.place(
        Order(client_order_id="a", side=Side.BUY, order_type=T.LIMIT, price=price, **terms), START
    )
    assert queued.status is OrderStatus.NEW
    assert queued.ahead > 0
    house.venue.cancel(queued, START)
    if restarts:
        house.open()
    sold = house.venue.place(Order(client_order_id="b", side=Side.SELL, **terms), START)
    assert price not in {fill.price for fill in sold.fills}
    assert min(fill.price for fill in sold.fills) < price


@settings(max_examples=150, deadline=None)
@given(ACTIONS, st.data())
def test_failed_writes_and_restarts_change_nothing(
    actions: list[Action], data: st.DataObject
) -> None:
    plain, tried = House(SyntheticFeed), House(SyntheticFeed)
    now = START
    for number, action in enumerate(actions):
        now += action.pause
        if data.draw(st.booleans()):
            tried.open()
        tried.failing = data.draw(st.booleans())
        try:
            answer = tried.do(action, number, now)
        except OSError:
            tried.failing = False
            answer = tried.do(action, number, now)
        tried.failing = False
        assert answer == plain.do(action, number, now)
        assert known(tried.venue.state) == known(tried.read())
    assert known(tried.venue.state) == known(plain.venue.state)


@settings(max_examples=150, deadline=None)
@given(ACTIONS)
def test_what_holds_of_every_execution(actions: list[Action]) -> None:
    house = House(SyntheticFeed)
    now = START
    for number, action in enumerate(actions):
        now += action.pause
        house.do(action, number, now)
    house.venue.advance_all(now + 40 * GRID)
    orders = house.venue.state.orders
    for held in orders.values():
        check_order(held)
    check_counterparties(house.written, orders)
    check_reduce_only(house.written, orders)


def check_order(held: VenueOrder) -> None:
    order = held.order
    assert held.filled_quantity == sum(fill.quantity for fill in held.fills) <= order.quantity
    assert (held.status is OrderStatus.FILLED) == (held.filled_quantity == order.quantity > 0)
    assert len({fill.fill_id for fill in held.fills}) == len(held.fills)
    if order.time_in_force is TimeInForce.FOK and order.order_type in {T.MARKET, T.LIMIT}:
        assert held.filled_quantity in {0, order.quantity}
    for fill in held.fills:
        assert fill.quantity > 0
        beyond = held.triggered and order.order_type is T.OCO
        if order.price is not None and not held.former and not beyond:
            assert (order.price - fill.price) * order.side.sign >= 0


def check_counterparties(written: list[Sequence[Record]], orders: dict[int, VenueOrder]) -> None:
    """What one of two clients buys the other sells, at one price and one time."""
    between = [
        (each.at, min(each.number, each.against), each.fill.price, each.maker, signed(each, orders))
        for records in written
        for each in records
        if isinstance(each, Filled) and each.against
    ]
    assert sum(quantity for *_, quantity in between) == 0
    assert len([each for each in between if each[3]]) * 2 == len(between)


def signed(record: Filled, orders: dict[int, VenueOrder]) -> Decimal:
    return record.fill.quantity * orders[record.number].order.side.sign


def check_reduce_only(written: list[Sequence[Record]], orders: dict[int, VenueOrder]) -> None:
    """A reduce-only order brings a position nearer to flat, never beyond it."""
    positions: dict[tuple[str, str], Decimal] = {}
    for records in written:
        for each in records:
            if not isinstance(each, Filled):
                continue
            order = orders[each.number].order
            key = (order.account, order.symbol)
            before = positions.get(key, ZERO)
            after = positions[key] = before + signed(each, orders)
            if order.reduce_only:
                assert before * after >= 0
                assert abs(after) < abs(before)
