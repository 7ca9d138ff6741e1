"""The venue against a slow one that looks at every instant of the grid."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import ZERO
from fillgate.domain.orders import Order, OrderType, Side, TimeInForce
from fillgate.market.listings import BadSymbol, listing
from fillgate.market.path import GRID, PricePath
from fillgate.market.quotes import Market, Quote
from fillgate.market.records import Arrived, Record
from fillgate.market.rules import Refusal
from fillgate.market.slippage import Impact
from fillgate.market.state import VenueState
from fillgate.market.venue import Terms, Venue
from fillgate.market.venue_order import VenueOrder

START = 1_767_225_600_000_000 + 123_457
LENGTH = 120 * GRID
S, T, F = OrderStatus, OrderType, TimeInForce
BUY, SELL = Side.BUY, Side.SELL
TERMS = Terms(
    seed=0,
    # Wild enough to go through every kind of price within seconds.
    volatility=Decimal(10),
    spread=Decimal("0.0002"),
    impact=Decimal("0.001"),
    fee=ZERO,
)
MARKET = Market(
    listing("BTCUSDT"), PricePath(0, listing("BTCUSDT").key, TERMS.volatility), TERMS.spread
)
HERE = MARKET.price(MARKET.quote(START).last)


def make_order(**fields: Any) -> Order:
    basis: dict[str, Any] = {"client_order_id": "a", "account": "m", "symbol": "BTCUSDT"}
    return Order(**{**basis, "side": BUY, "quantity": Decimal(1), **fields})


def limit(price: Decimal, **fields: Any) -> Order:
    return make_order(order_type=T.LIMIT, price=price, **fields)


def no_sink(records: Sequence[Record]) -> None:
    pass


def make_venue(sink: Callable[[Sequence[Record]], None] = no_sink, **terms: Any) -> Venue:
    basis = {name: getattr(TERMS, name) for name in TERMS.__struct_fields__}
    return Venue(Terms(**{**basis, **terms}), VenueState(), sink)


@dataclass(frozen=True)
class NewTerms:
    """What a replace asks for, as far as the order has such terms."""

    quantity: Decimal
    price: Decimal
    stop_price: Decimal

    def on(self, order: Order, **fields: Any) -> Order:
        for name in ("price", "stop_price"):
            if getattr(order, name) is not None:
                fields[name] = getattr(self, name)
        return msgspec.structs.replace(order, quantity=self.quantity, **fields)


@dataclass
class Row:
    """An order of the slow venue."""

    order: Order
    since: int
    entry: int | None = None
    triggered: bool = False
    status: OrderStatus = S.NEW
    updated: int = 0
    fill: tuple[Decimal, Decimal, int] | None = None

    @property
    def waits_for_stop(self) -> bool:
        return self.order.order_type not in {T.MARKET, T.LIMIT} and not self.triggered

    @property
    def end(self) -> int:
        order = self.order
        return order.expire_time * 1000 if order.expire_time else 1 << 62


@dataclass
class SlowVenue:
    """The rules in the plainest words, one instant after the other."""

    rows: list[Row] = field(default_factory=list)
    position: Decimal = ZERO
    now: int = START

    def go_to(self, now: int) -> None:
        instants = range(self.now // GRID * GRID + GRID, now + 1, GRID)
        ends = [row.end for row in self.rows if self.now < row.end <= now]
        for time in sorted({*instants, *ends}):
            for row in list(self.rows):
                if row.status is S.NEW and row.end == time:
                    self.close(row, time, S.EXPIRED)
            for row in list(self.rows):
                if time % GRID == 0 and row.status is S.NEW and row.since < time:
                    self.look(row, time, resting=True)
        self.now = now

    def place(self, order: Order, now: int) -> None:
        self.go_to(now)
        row = Row(order, since=now, updated=now)
        self.rows.append(row)
        idle = order.reduce_only and not self.reducible(order.side)
        if idle or self.has_stops_on_the_wrong_side(order, now):
            self.close(row, now, S.REJECTED)
        else:
            self.look(row, now, resting=False)

    @staticmethod
    def has_stops_on_the_wrong_side(order: Order, now: int) -> bool:
        entry = order.price or order.stop_price or MARKET.price(MARKET.quote(now).last)
        losses = [] if order.stop_loss is None else [(entry - order.stop_loss) * order.side.sign]
        gains = [] if order.take_profit is None else [(order.take_profit - entry) * order.side.sign]
        return any(distance <= 0 for distance in losses + gains)

    def cancel(self, number: int, now: int) -> None:
        self.go_to(now)
        row = self.rows[number - 1]
        if row.status is S.NEW:
            self.close(row, now, S.CANCELED)

    def replace(self, number: int, terms: NewTerms, now: int) -> None:
        self.go_to(now)
        row = self.rows[number - 1]
        order = terms.on(row.order)
        if row.status is not S.NEW or self.has_stops_on_the_wrong_side(order, now):
            return
        if order.reduce_only and not self.reducible(order.side):
            return
        row.order, row.since, row.updated = order, now, now
        self.look(row, now, resting=False)

    def look(self, row: Row, time: int, *, resting: bool) -> None:
        bid, last, ask = (MARKET.price(ticks) for ticks in MARKET.quote(time))
        order = row.order
        if row.waits_for_stop:
            assert order.stop_price is not None
            above = (order.side is BUY) != (order.order_type is T.TAKE_PROFIT)
            if not (last >= order.stop_price if above else last <= order.stop_price):
                return
            row.triggered, row.updated = True, time
            resting = False
        price = self.taker_price(order, MARKET.quote(time))
        if order.price is not None:
            reached = ask <= order.price if order.side is BUY else bid >= order.price
            allowed = price <= order.price if order.side is BUY else price >= order.price
            if not (reached if resting else allowed):
                if order.time_in_force in {F.IOC, F.FOK}:
                    self.close(row, time, S.EXPIRED)
                return
            price = order.price if resting else price
        self.fill(row, time, price)

    @staticmethod
    def taker_price(order: Order, quote: Quote) -> Decimal:
        dollars = MARKET.listing.dollars
        ticks = Impact(TERMS.impact).taker_price(quote, order.side, order.quantity, dollars)
        return MARKET.price(ticks)

    def reducible(self, side: Side) -> Decimal:
        return max(ZERO, -self.position * side.sign)

    def fill(self, row: Row, time: int, price: Decimal) -> None:
        order = row.order
        quantity = order.quantity
        if order.reduce_only:
            quantity = min(quantity, self.reducible(order.side))
        if quantity:
            row.fill = (quantity, price, time // 1000)
            self.position += quantity * order.side.sign
        self.close(row, time, S.FILLED if quantity == order.quantity else S.CANCELED)
        number = self.rows.index(row) + 1
        for stop, order_type in (
            (order.stop_loss, T.STOP_LOSS),
            (order.take_profit, T.TAKE_PROFIT),
        ):
            if stop is not None:
                side = SELL if order.side is BUY else BUY
                child = make_order(
                    side=side,
                    order_type=order_type,
                    stop_price=stop,
                    quantity=order.quantity,
                    reduce_only=True,
                )
                self.rows.append(Row(child, since=time, entry=number, updated=time))

    def close(self, row: Row, time: int, status: OrderStatus) -> None:
        row.status, row.updated = status, time
        for other in self.rows:
            if row.entry is not None and other.entry == row.entry and other.status is S.NEW:
                other.status, other.updated = S.CANCELED, time

    def told(self) -> list[tuple[Any, ...]]:
        return [
            (row.order.side, row.order.order_type, row.status, row.updated, row.fill)
            for row in self.rows
        ]


def told(venue: Venue) -> list[tuple[Any, ...]]:
    return [
        (held.order.side, held.order.order_type, held.status, held.updated, fill_of(held))
        for held in venue.state.orders.values()
    ]


def fill_of(held: VenueOrder) -> tuple[Decimal, Decimal, int] | None:
    if not held.fills:
        return None
    [fill] = held.fills
    return fill.quantity, fill.price, fill.timestamp


@dataclass(frozen=True)
class Action:
    """Something that somebody does at a time; a mere look without any of these."""

    at: int
    order: Order | None = None
    cancels: int | None = None
    replaces: tuple[int, NewTerms] | None = None


def prices(low: int = -80, high: int = 80) -> st.SearchStrategy[Decimal]:
    """Prices so many basis points off, not all of them on a tick."""
    return st.integers(low, high).map(lambda points: HERE * (1 + Decimal(points) / 10_000))


QUANTITIES = st.sampled_from([Decimal("0.5"), Decimal(1), Decimal(3)])


@st.composite
def orders(draw: st.DrawFn, at: int) -> Order:
    order_type = draw(st.sampled_from(sorted(set(T) - {T.TRAILING_STOP})))
    side = draw(st.sampled_from(Side))
    fields: dict[str, Any] = {"order_type": order_type, "side": side}
    if order_type in {T.LIMIT, T.STOP_LIMIT}:
        fields["price"] = draw(prices())
        fields["time_in_force"] = draw(st.sampled_from([None, F.GTC, F.IOC, F.FOK]))
    if order_type not in {T.LIMIT, T.MARKET}:
        fields["stop_price"] = draw(prices())
    kind = draw(st.sampled_from(["plain", "reduces", "bracket", "bracket", "ends"]))
    if kind == "reduces":
        fields["reduce_only"] = True
    elif kind == "bracket":
        below, above = draw(prices(-250, 50)), draw(prices(-50, 250))
        stops = (below, above) if side is BUY else (above, below)
        fields["stop_loss"], fields["take_profit"] = stops
        if draw(st.booleans()):
            del fields[draw(st.sampled_from(["stop_loss", "take_profit"]))]
    elif kind == "ends":
        fields["time_in_force"] = F.GTD
        lifetime = draw(st.integers(1, LENGTH // 1000))
        # Some end at an instant of the grid.
        end = at // 1000 + lifetime
        fields["expire_time"] = end // 250 * 250 + 250 if draw(st.booleans()) else end + 1
    return make_order(quantity=draw(QUANTITIES), **fields)


@st.composite
def scripts(draw: st.DrawFn) -> list[Action]:
    actions: list[Action] = []
    times = draw(st.lists(st.integers(0, LENGTH), min_size=1, max_size=12))
    for time in sorted(times):
        at = START + time
        what = draw(st.integers(0, 4)) if actions else 4
        if what == 0:
            actions.append(Action(at, cancels=draw(st.integers(1, len(actions)))))
        elif what == 1:
            terms = NewTerms(draw(QUANTITIES), draw(prices()), draw(prices()))
            actions.append(Action(at, replaces=(draw(st.integers(1, len(actions))), terms)))
        else:
            actions.append(Action(at, order=draw(orders(at))))
    # And long enough afterwards for brackets to end.
    return [*actions, Action(START + 8 * LENGTH)]


def perform(venue: Venue, action: Action) -> None:
    if action.order is not None:
        venue.place(action.order, action.at)
    elif action.cancels is not None and action.cancels in venue.state.orders:
        venue.cancel(venue.state.orders[action.cancels], action.at)
    elif action.replaces is not None and action.replaces[0] in venue.state.orders:
        number, terms = action.replaces
        held = venue.state.orders[number]
        # A name that no other request has, and this one has again if it is made again.
        name = f"r{len(venue.state.arrivals)}"
        venue.replace(held, terms.on(held.order, client_order_id=name), action.at)
    else:
        venue.advance("BTCUSDT", action.at)


@given(scripts(), st.lists(st.integers(0, 8 * LENGTH), max_size=10))
def test_it_does_what_the_slow_venue_does_whoever_looks_when(
    script: list[Action], looks: list[int]
) -> None:
    slow = SlowVenue()
    for action in script:
        if action.order is not None:
            slow.place(action.order, action.at)
        elif action.cancels is not None and action.cancels <= len(slow.rows):
            slow.cancel(action.cancels, action.at)
        elif action.replaces is not None and action.replaces[0] <= len(slow.rows):
            slow.replace(*action.replaces, action.at)
        else:
            slow.go_to(action.at)
    looked_at = make_venue()
    for action in sorted([*script, *(Action(START + look) for look in looks)], key=lambda a: a.at):
        perform(looked_at, action)
    left_alone = make_venue()
    for action in script:
        perform(left_alone, action)
    assert told(left_alone) == slow.told()
    assert looked_at.state.orders == left_alone.state.orders
    assert left_alone.state.position("BTCUSDT") == slow.position


class FaultyDisk:
    """Keeps what is written, and fails when it is told to."""

    def __init__(self, faults: set[int]) -> None:
        self.lines: list[list[Record]] = []
        self._faults = faults
        self._writes = 0

    def write(self, records: Sequence[Record]) -> None:
        self._writes += 1
        if self._writes in self._faults:
            raise OSError("disk full")
        self.lines.append(list(records))

    def venue(self) -> Venue:
        state = VenueState()
        for line in self.lines:
            state.apply(line)
        return Venue(TERMS, state, self.write)


@given(scripts(), st.sets(st.integers(1, 30), max_size=8), st.sets(st.integers(0, 12)))
def test_failed_writes_and_restarts_change_nothing(
    script: list[Action], faults: set[int], restarts: set[int]
) -> None:
    untroubled = make_venue()
    disk = FaultyDisk(faults)
    venue = disk.venue()
    for index, action in enumerate(script):
        perform(untroubled, action)
        while True:
            try:
                perform(venue, action)
                break
            except OSError:
                assert venue.state.orders == disk.venue().state.orders
        if index in restarts:
            venue = disk.venue()
    assert venue.state.orders == untroubled.state.orders
    assert disk.venue().state.orders == untroubled.state.orders


def low_price_that_comes_soon() -> tuple[Decimal, int]:
    """Return the lowest price of the first seconds after START, and when it is asked."""
    instants = range(START // GRID * GRID + GRID, START + LENGTH, GRID)
    lowest = min(instants, key=lambda time: MARKET.quote(time).ask)
    return MARKET.price(MARKET.quote(lowest).ask), lowest


@pytest.mark.parametrize("restarts", [False, True])
def test_what_fires_at_one_instant_does_so_even_if_only_half_of_it_could_be_written(
    restarts: bool,
) -> None:
    price, lowest = low_price_that_comes_soon()
    disk = FaultyDisk(faults={4})
    venue = disk.venue()
    for _ in range(2):
        venue.place(limit(price), START)
    with pytest.raises(OSError, match="disk full"):
        venue.advance("BTCUSDT", START + LENGTH)
    assert [held.status for held in venue.state.orders.values()] == [S.FILLED, S.NEW]
    venue = disk.venue() if restarts else venue
    venue.advance("BTCUSDT", START + LENGTH)
    assert [held.updated for held in venue.state.orders.values()] == [lowest, lowest]


@pytest.mark.parametrize("restarts", [False, True])
def test_protection_begins_after_the_instant_of_the_entry(restarts: bool) -> None:
    price, lowest = low_price_that_comes_soon()
    tick = Decimal("0.01")
    disk = FaultyDisk(set())
    venue = disk.venue()
    # The last price is below the ask, so at the entry's instant this stop is reached already.
    venue.place(limit(price, stop_loss=price - tick), START)
    venue.advance("BTCUSDT", lowest)
    assert len(venue.state.orders) == 2
    venue = disk.venue() if restarts else venue
    venue.advance("BTCUSDT", lowest)
    assert list(venue.state.open["BTCUSDT"]) == [2]
    venue.advance("BTCUSDT", START + 1000 * LENGTH)
    assert venue.state.orders[2].status is S.FILLED
    assert venue.state.orders[2].updated > lowest


def test_an_entry_that_fills_at_once_is_protected_by_a_pair() -> None:
    venue = make_venue(volatility=ZERO)
    entry = venue.place(
        make_order(side=SELL, stop_loss=Decimal(61000), take_profit=Decimal(50000)), START
    )
    assert entry.status is S.FILLED
    loss, profit = venue.state.open["BTCUSDT"].values()
    assert [loss.order_id, profit.order_id] == ["mock-2", "mock-3"]
    assert [loss.order.client_order_id, profit.order.client_order_id] == ["a-sl", "a-tp"]
    assert [loss.order.order_type, profit.order.order_type] == [T.STOP_LOSS, T.TAKE_PROFIT]
    for held in (loss, profit):
        assert (held.order.side, held.order.quantity) == (BUY, entry.order.quantity)
        assert (held.order.parent, held.order.reduce_only, held.entry) == ("a", True, 1)
    venue.cancel(profit, START + 5)
    assert venue.state.open == {}
    assert {held.status for held in (venue.state.orders[2], venue.state.orders[3])} == {S.CANCELED}


@pytest.mark.parametrize(("stop", "status"), [("stop_loss", "sl"), ("take_profit", "tp")])
def test_one_stop_alone_is_no_pair(stop: str, status: str) -> None:
    venue = make_venue()
    price = HERE * 2 if stop == "take_profit" else HERE / 2
    venue.place(make_order(**{stop: price}), START)
    [held] = venue.state.open["BTCUSDT"].values()
    assert held.order.client_order_id == f"a-{status}"


def test_an_entry_that_is_cancelled_leaves_nothing_to_protect() -> None:
    venue = make_venue(volatility=ZERO)
    entry = venue.place(limit(HERE / 2, stop_loss=HERE / 4), START)
    assert venue.cancel(entry, START + 1).status is S.CANCELED
    assert len(venue.state.orders) == 1


def test_protection_ends_without_opening_a_position() -> None:
    venue = make_venue()
    venue.place(make_order(stop_loss=HERE / 2, take_profit=HERE * Decimal("1.001")), START)
    venue.place(make_order(client_order_id="b", side=SELL), START + 1)
    venue.advance("BTCUSDT", START + 100_000 * GRID)
    assert [held.status for held in venue.state.orders.values()] == [
        S.FILLED,
        S.CANCELED,
        S.CANCELED,
        S.FILLED,
    ]
    assert venue.state.position("BTCUSDT") == 0


def test_a_symbol_that_cannot_be_one_leaves_no_trace() -> None:
    lines: list[Sequence[Record]] = []
    venue = make_venue(lines.append)
    with pytest.raises(BadSymbol):
        venue.place(make_order(symbol="\n"), START)
    with pytest.raises(BadSymbol):
        venue.quote("", START)
    assert not lines
    assert venue.state.next_number == 1


def test_a_refusal_from_outside_comes_first() -> None:
    venue = make_venue()
    held = venue.place(make_order(quantity=ZERO), START, Refusal("NO_MONEY", "None left."))
    assert (held.status, held.code, held.text) == (S.REJECTED, "NO_MONEY", "None left.")


def test_what_happens_in_one_step_is_written_as_one() -> None:
    lines: list[Sequence[Record]] = []
    venue = make_venue(lines.append)
    venue.place(make_order(stop_loss=HERE / 2, take_profit=HERE * 2), START)
    [line] = lines
    assert isinstance(line[0], Arrived)
    assert len(line) == 4


def test_the_same_id_works_again_under_another_number() -> None:
    venue = make_venue()
    one, two = venue.place(make_order(), START), venue.place(make_order(), START)
    assert [one.order_id, two.order_id] == ["mock-1", "mock-2"]
    assert venue.state.position("BTCUSDT") == 2
    assert venue.find("a", None, "BTCUSDT", START) == two
    assert venue.find("a", "mock-1", "BTCUSDT", START) == one


@pytest.mark.parametrize(
    ("client_order_id", "order_id", "symbol"),
    [("b", None, "BTCUSDT"), ("a", "mock-2", "BTCUSDT"), ("a", None, "BTC/USDT"), ("a", "", "X")],
)
def test_a_lookup_finds_what_fits_in_everything(
    client_order_id: str, order_id: str | None, symbol: str
) -> None:
    venue = make_venue()
    venue.place(make_order(), START)
    assert venue.find("a", "mock-1", "BTCUSDT", START) is not None
    assert venue.find(client_order_id, order_id, symbol, START) is None


def test_symbols_do_not_wait_for_each_other() -> None:
    venue = make_venue()
    other = venue.market("ETHUSDT")
    for symbol, market in (("BTCUSDT", MARKET), ("ETHUSDT", other)):
        low = market.price(market.quote(START).bid) * Decimal("0.998")
        venue.place(limit(low, symbol=symbol), START)
    venue.advance("ETHUSDT", START + 10_000 * GRID)
    assert {symbol: len(held) for symbol, held in venue.state.open.items()} == {"BTCUSDT": 1}
    venue.advance_all(START + 10_000 * GRID)
    assert venue.state.open == {}


def test_markets_that_are_not_kept_are_the_same_when_they_come_again() -> None:
    venue = make_venue()
    before = venue.quote("FIRST", START)
    for number in range(1100):
        venue.quote(f"S{number}", START)
    assert venue.quote("FIRST", START) == before
