"""How many orders a second a book takes, by how many rest in it.

Run as a program (`python -m tests.market.matching.bench`) this prints a table. Counted is the
processor time of the book alone: orders are made before. The book has as many orders before each
batch: what left meanwhile is replaced.
"""

import random
import time
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeVar

from fillgate.domain.orders import Side, TimeInForce
from fillgate.market.matching import BookOrder, OrderBook

__all__ = ["SPREADS", "Costs", "costs"]

SIZES: Final = (100, 1_000, 10_000, 100_000)
SPREADS: Final = {"one": 1, "some": 1_000, "each its own": 1 << 60}
"""By name, over how many prices a side the orders spread."""
BATCH: Final = 50
BATCHES: Final = 400
IOC: Final = TimeInForce.IOC
T = TypeVar("T")


class Costs(NamedTuple):
    """Seconds an order."""

    rest: float
    """Of a limit order that rests."""
    take: float
    """Of a limit order that is executed, for the average quantity of one that rests."""
    cancel: float

    @property
    def mixed(self) -> float:
        """Of a limit order, if three of four rest."""
        return (3 * self.rest + self.take) / 4


class Bench:
    """A book in which so many orders rest, and what comes to it."""

    def __init__(self, resting: int, spread: int) -> None:
        self._chance = random.Random(resting)
        self._spread = spread
        self._resting = resting
        self._number = 0
        self.book = OrderBook()
        self.fill_up()

    def fill_up(self) -> None:
        """Let orders rest until there are as many as there should be."""
        for order in self.resting(self._resting - len(self.book)):
            self.book.submit(order)

    def resting(self, count: int) -> list[BookOrder]:
        """Return orders that will rest."""
        return [self._order(-1) for _ in range(count)]

    def taking(self, count: int) -> list[BookOrder]:
        """Return orders that will be executed."""
        return [self._order(1) for _ in range(count)]

    def _order(self, sign: int) -> BookOrder:
        self._number += 1
        side = Side.BUY if self._number % 2 else Side.SELL
        distance = 1 + self._chance.randrange(self._spread)
        if sign > 0:
            distance = self._spread
        return BookOrder(
            self._number,
            1 + self._number % 7,
            side,
            side.sign * sign * distance,
            self._chance.randint(1, 100),
        )

    def some(self, count: int) -> list[int]:
        """Return the numbers of orders that rest, from everywhere in the book."""
        return self._chance.sample(tuple(self.book._resting), count)


def costs(resting: int, spread: int, batches: int = BATCHES) -> Costs:
    """Measure a book of so many orders."""
    bench = Bench(resting, spread)
    book, totals = bench.book, [0.0, 0.0, 0.0]
    for _ in range(batches):
        totals[0] += _seconds(book.submit, bench.resting(BATCH))
        numbers = bench.some(BATCH)
        totals[2] += _seconds(book.cancel, numbers)
        totals[1] += _seconds(
            lambda order: book.submit(order, time_in_force=IOC), bench.taking(BATCH)
        )
        bench.fill_up()
    rest, take, cancel = (total / batches / BATCH for total in totals)
    return Costs(rest, take, cancel)


def _seconds(call: Callable[[T], object], each: Sequence[T]) -> float:
    start = time.thread_time()
    for one in each:
        call(one)
    return time.thread_time() - start


def main() -> None:
    """Tell what it costs here."""
    columns = ("prices", "resting", "rest/s", "take/s", "cancel/s", "limit orders/s")
    print(("{:>14}" * 6).format(*columns))  # noqa: T201 - a program
    for name, spread in SPREADS.items():
        for resting in SIZES:
            cost = costs(resting, spread)
            rates = [f"{1 / each:,.0f}" for each in (*cost, cost.mixed)]
            print(("{:>14}" * 6).format(name, f"{resting:,}", *rates))  # noqa: T201


if __name__ == "__main__":
    main()
