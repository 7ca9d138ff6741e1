"""The book of resting orders, against a walk over the grid."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fillgate.market.book import Book
from fillgate.market.listings import listing
from fillgate.market.path import GRID, PricePath
from fillgate.market.quotes import Market

START = 7_000_000_000  # in grid steps
STEP = 4_400_000_000  # about what this path moves from one instant of the grid to the next

# Some end at an instant of the grid.
LIFETIMES = st.integers(1, 400 * GRID) | st.integers(1, 400).map(lambda steps: steps * GRID)


def make_market(seed: int) -> Market:
    return Market(listing("BTCUSDT"), PricePath(seed, "BTCUSDT", Decimal("0.2")), Decimal(0))


def slow_events(
    market: Market, watches: list[tuple[int, bool]], ends: dict[int, int], length: int
) -> list[tuple[int, int, bool]]:
    """Return (time, number, expires) of all that happens, by looking at every instant."""
    events: list[tuple[int, int, bool]] = []
    waiting = dict(enumerate(watches))
    times = {(START + index) * GRID for index in range(1, length + 1)} | set(ends.values())
    for time in sorted(time for time in times if time <= (START + length) * GRID):
        for number, end in sorted(ends.items()):
            if number in waiting and end == time:
                events.append((time, number, True))
                del waiting[number]
        if time % GRID:
            continue
        here = market.path.on_grid(time // GRID)
        for number, (position, rises) in sorted(waiting.items()):
            if here >= position if rises else here <= position:
                events.append((time, number, False))
                del waiting[number]
    return events


@given(
    seed=st.integers(0, 100),
    offsets=st.lists(st.tuples(st.integers(-40, 40), st.booleans()), max_size=12),
    lifetimes=st.dictionaries(st.integers(0, 11), LIFETIMES, max_size=5),
    looks=st.lists(st.integers(0, 300), max_size=8),
)
def test_orders_fire_when_a_walk_says_so_however_often_somebody_looks(
    seed: int, offsets: list[tuple[int, bool]], lifetimes: dict[int, int], looks: list[int]
) -> None:
    market = make_market(seed)
    here = market.path.on_grid(START)
    watches = [(here + offset * STEP, rises) for offset, rises in offsets]
    ends = {
        number: START * GRID + life for number, life in lifetimes.items() if number < len(watches)
    }
    book = Book(market, START * GRID)
    for number, (position, rises) in enumerate(watches):
        book.watch(number, position, rises=rises)
    for number, end in ends.items():
        book.expire(number, end)
    seen: list[tuple[int, int, bool]] = []
    for look in [*sorted(looks), 300]:
        while (moment := book.next_moment((START + look) * GRID)) is not None:
            for number in moment.numbers:
                seen.append((moment.at, number, moment.expires))
                book.discard(number)
    assert seen == slow_events(market, watches, ends, 300)
    assert bool(book) == (len(seen) < len(watches))


def test_a_discarded_order_neither_fires_nor_expires() -> None:
    book = Book(make_market(0), START * GRID)
    book.watch(1, 0, rises=True)
    book.watch(1, 0, rises=False)
    book.expire(1, START * GRID + 5)
    book.discard(1)
    book.discard(2)
    assert not book
    assert book.next_moment((START + 10_000) * GRID) is None


def test_time_that_goes_back_changes_nothing() -> None:
    book = Book(make_market(0), START * GRID)
    book.watch(1, -(1 << 60), rises=True)
    assert book.next_moment((START - 50) * GRID) is None
    moment = book.next_moment((START + 50) * GRID)
    assert moment is not None
    assert moment.at == (START + 1) * GRID


def test_an_order_does_not_fire_at_the_instant_at_which_it_expires() -> None:
    for lifetime, expires in ((GRID, True), (GRID + 1, False)):
        book = Book(make_market(0), START * GRID)
        book.watch(1, -(1 << 60), rises=True)
        book.expire(1, START * GRID + lifetime)
        moment = book.next_moment((START + 5) * GRID)
        assert moment == ((START + 1) * GRID, [1], expires)
