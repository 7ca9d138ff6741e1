"""Prices that somebody can move by hand: made or recorded ones, until a price is set.

Invariants:

1. What was before a time stays as it was: a price that is set counts from then on, until another
   one is set or the symbol is let go.
2. A price that was set stands still: nobody trades outside. Its offers are those of the made depth,
   anew every quarter of a second where the prices below are made.
3. A closed symbol has no prices: nothing is traded on it.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import Final

from fillgate.domain.orders import Side
from fillgate.market.feeds.base import Feed, Flow, Level, NoPrices, Quote, Watch
from fillgate.market.feeds.path import GRID
from fillgate.market.feeds.quoting import Quoting
from fillgate.market.feeds.recorded import RecordedFeed
from fillgate.market.feeds.recordings import Recording
from fillgate.market.feeds.synthetic import SyntheticFeed, SyntheticTerms
from fillgate.market.feeds.timeline import Timeline
from fillgate.market.listings import Listing, listing
from fillgate.practice.symbols import Symbols
from fillgate.recordings import SUFFIXES, load_recording

__all__ = ["MovableFeed", "Prices", "recordings_of"]

_LEVELS: Final = 100


class _Below(Enum):
    """Where no price is set."""

    SHOWN = "shown"
    """The prices of the feed below are shown."""
    CLOSED = "closed"
    """There are none."""


class MovableFeed:
    """The market of one symbol, whose price can be set; a `Feed`."""

    def __init__(self, below: Feed, quoting: Quoting) -> None:
        """Show another feed's prices.

        Args:
            below: that feed.
            quoting: quotes around prices that are set.
        """
        self._below = below
        self._quoting = quoting
        self._times: list[int] = [0]
        self._set: list[Quote | _Below] = [_Below.SHOWN]
        """From each time on: what was set."""

    @property
    def renews(self) -> bool:
        """Whether at each instant everything is offered anew."""
        return self._below.renews

    # What is set

    def set_price(self, at: int, ticks: int) -> None:
        """Let the price be this from a time on, later than all that was set before."""
        self._put(at, self._quoting.around(ticks))

    def close(self, at: int) -> None:
        """Have no prices from a time on."""
        self._put(at, _Below.CLOSED)

    def let_go(self, at: int) -> None:
        """Show the other feed's prices again from a time on."""
        self._put(at, _Below.SHOWN)

    def _put(self, at: int, value: "Quote | _Below") -> None:
        assert at > self._times[-1]
        self._times.append(at)
        self._set.append(value)

    # What a feed tells

    def _index(self, at: int) -> int:
        return bisect_right(self._times, at) - 1

    def instant(self, at: int) -> int:
        """Return the instant since which the quote stands."""
        index = self._index(at)
        begin, value = self._times[index], self._set[index]
        if value is _Below.CLOSED:
            raise NoPrices("The symbol is closed.")
        if value is _Below.SHOWN:
            return max(begin, self._below.instant(at))
        return max(begin, at - at % GRID) if self.renews else begin

    def quote(self, at: int) -> Quote:
        """Return the quote that is current at a time."""
        value = self._set[self._index(at)]
        if value is _Below.CLOSED:
            raise NoPrices("The symbol is closed.")
        return self._below.quote(at) if value is _Below.SHOWN else value

    def next_instant(self, after: int, until: int, watches: Sequence[Watch]) -> int | None:
        """Return the first instant in (after, until] that matters to those who wait for these."""
        index = self._index(after)
        while index < len(self._times) and self._times[index] <= until:
            last = index + 1 == len(self._times)
            end = until if last else min(until, self._times[index + 1] - 1)
            found = self._next_within(index, max(after, self._times[index] - 1), end, watches)
            if found is not None:
                return found
            index += 1
        return None

    def _next_within(
        self, index: int, after: int, until: int, watches: Sequence[Watch]
    ) -> int | None:
        begin, value = self._times[index], self._set[index]
        if value is _Below.CLOSED:
            return None
        if value is _Below.SHOWN:
            begins = after < begin <= until and self._matters(begin, watches)
            return begin if begins else self._below.next_instant(after, until, watches)
        first = max(begin, after + 1)
        if first > begin:
            first = first + -first % GRID if self.renews else until + 1
        return first if first <= until and self._matters(begin, watches) else None

    def _matters(self, at: int, watches: Sequence[Watch]) -> bool:
        try:
            quote = self.quote(at)
        except NoPrices:
            return False
        return not self.renews or any(watch.holds(quote) for watch in watches)

    def levels(self, side: Side, at: int) -> Iterator[Level]:
        """Return what is offered on a side at a time, the best price first."""
        index = self._index(at)
        value = self._set[index]
        if isinstance(value, _Below):
            self.quote(at)
            return self._below.levels(side, at)
        return islice(self._quoting.levels(side, value, self._number(index, at)), _LEVELS)

    def displayed(self, side: Side, ticks: int, at: int) -> int:
        """Return how many lots are offered at exactly this price."""
        index = self._index(at)
        value = self._set[index]
        if isinstance(value, _Below):
            self.quote(at)
            return self._below.displayed(side, ticks, at)
        return self._quoting.displayed(side, value, ticks, self._number(index, at))

    def _number(self, index: int, at: int) -> int:
        return at // GRID if self.renews else index

    def flow(self, at: int) -> Sequence[Flow]:
        """Return what is taken outside at exactly this instant."""
        return self._below.flow(at) if self._set[self._index(at)] is _Below.SHOWN else ()


class Prices:
    """The feeds of all symbols."""

    def __init__(
        self,
        symbols: Symbols,
        terms: SyntheticTerms,
        recordings: Mapping[str, Recording] | None = None,
        now: int = 0,
    ) -> None:
        """Make prices, or play recordings; a symbol without one has none then.

        Args:
            symbols: what is listed.
            terms: how made prices go.
            recordings: by symbol; None for made prices.
            now: when they begin to be played.
        """
        self._terms = terms
        self._recordings = recordings
        begins = [each.quotes.times[0] for each in (recordings or {}).values()]
        self._timeline = Timeline(min(begins, default=0), now)
        self.feeds = {name: self._feed(_listing(symbols, name)) for name in symbols.by_name}
        """By symbol."""

    def _feed(self, listed: Listing) -> MovableFeed:
        quoting = Quoting(listed, self._terms)
        if self._recordings is None:
            return MovableFeed(SyntheticFeed(listed, self._terms), quoting)
        recording = self._recordings.get(listed.key)
        if recording is None:
            feed = MovableFeed(SyntheticFeed(listed, self._terms), quoting)
            feed.close(1)
            return feed
        return MovableFeed(RecordedFeed(recording, self._timeline, quoting), quoting)


def recordings_of(
    path: Path, symbols: Symbols, terms: SyntheticTerms, *, listed_only: bool = False
) -> dict[str, Recording]:
    """Read a recording, or all of a folder; each file is named after its symbol.

    Args:
        path: of the file or the folder.
        symbols: what is listed.
        terms: how much is offered beside what is recorded.
        listed_only: leave out what is named after other symbols.

    Raises:
        BadRecording: one cannot be read.
        Refused: one is named after a symbol that is not listed.
    """
    paths = sorted(path.iterdir()) if path.is_dir() else [path]
    found: dict[str, Recording] = {}
    for each in paths:
        name = next((each.name.removesuffix(s) for s in SUFFIXES if each.name.endswith(s)), None)
        if name is not None and listed_only and listing(name).key not in symbols.by_name:
            continue
        if name is not None:
            listed = _listing(symbols, listing(name).key)
            found[listed.key] = load_recording(each, listed, Quoting(listed, terms))
    return found


def _listing(symbols: Symbols, name: str) -> Listing:
    return listing(name).amended(symbols.find(name).amendment)
