"""A market that plays a recording: of quotes, of trades, or of OHLCV bars.

Every recorded row is an instant; rows that fall on one microsecond of the venue's time are one, and
of their quotes the last counts. Where quotes were recorded with their sizes these are what is
offered, and only growth is new; else a made depth stands around them.

Invariants:

1. There are prices from the first recorded quote to the last one, and none after.
2. A quote is what was known at its time: nothing looks ahead.
3. The same recording, timeline and terms give the same answers, in whatever order is asked.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

from fillgate.domain.orders import Side
from fillgate.market.feeds.base import Flow, Lack, Level, NoPrices, Quote, Watch
from fillgate.market.feeds.quoting import Quoting
from fillgate.market.feeds.recordings.extremes import Extremes
from fillgate.market.feeds.recordings.reading import Recording
from fillgate.market.feeds.recordings.tape import PrintTape
from fillgate.market.feeds.recordings.times import time_text
from fillgate.market.feeds.timeline import Timeline

__all__ = ["STALE_BARS", "RecordedFeed"]

STALE_BARS: Final = 5
"""Bars that may be missing before prices count as stale, unless a limit is given."""


class RecordedFeed:
    """The recorded market of one symbol; a `Feed`."""

    def __init__(
        self,
        recording: Recording,
        timeline: Timeline,
        quoting: Quoting,
        *,
        trades: Recording | None = None,
        stale_after: int | None = None,
    ) -> None:
        """Play a recording.

        Args:
            recording: whose quotes count.
            timeline: when it is played.
            quoting: offers what was not recorded.
            trades: recorded beside quotes: what was taken.
            stale_after: microseconds of recorded time after which a quote is too old; None: never
                for quotes and trades, for bars after `STALE_BARS` of them.
        """
        self._tape = recording.quotes
        self._prints = recording.prints if trades is None else trades.prints
        self._timeline = timeline
        self._quoting = quoting
        self._stale_after = stale_after
        if stale_after is None and recording.interval is not None:
            self._stale_after = STALE_BARS * recording.interval
        self.renews = self._tape.sizes is None
        times = self._tape.times
        self._span = timeline.venue(times[0]), timeline.venue(times[-1])

    @cached_property
    def _extremes(self) -> Extremes:
        return Extremes(self._tape)

    @property
    def _own_prints(self) -> PrintTape | None:
        """The prints that are no rows of the tape."""
        prints = self._prints
        return None if prints is None or prints.times is self._tape.times else prints

    def instant(self, at: int) -> int:
        """Return the instant of the last row, of quotes or trades, at or before a time.

        Raises:
            NoPrices: the first quote comes later.
        """
        instant = self._timeline.venue(self._tape.times[self._row(at)])
        prints = self._own_prints
        if prints is not None:
            row = self._last(prints.times, min(at, self._span[1]))
            if row >= 0:
                instant = max(instant, self._timeline.venue(prints.times[row]))
        return instant

    def quote(self, at: int) -> Quote:
        """Return the last quote at or before a time.

        Raises:
            NoPrices: the first quote comes later, the last one is past, or this one is too old.
        """
        return self._tape.quote(self._tradable_row(at))

    def _row(self, at: int) -> int:
        row = self._last(self._tape.times, at)
        if row < 0:
            begin = time_text(self._tape.times[0])
            raise NoPrices(f"The recording begins at {begin}, which is not yet.", Lack.NONE_YET)
        return row

    def _last(self, times: Sequence[int], at: int) -> int:
        """Return the last row at or before a time; -1 if there is none."""
        return bisect_right(times, self._timeline.recorded(at)) - 1

    def _tradable_row(self, at: int) -> int:
        row = self._row(at)
        if at > self._span[1]:
            raise NoPrices(
                f"The recording has ended at {time_text(self._tape.times[-1])}.", Lack.OVER
            )
        age, limit = self._age(row, at), self._stale_after
        if limit is not None and age > limit:
            raise NoPrices.stale(age, limit)
        return row

    def _age(self, row: int, at: int) -> int:
        return self._timeline.recorded(at) - self._tape.times[row]

    def next_instant(self, after: int, until: int, watches: Sequence[Watch]) -> int | None:
        """Return the first instant in (after, until] at which one of these holds.

        With recorded sizes, and with trades beside quotes, the first instant of all.
        """
        if self.renews and not watches:
            return None
        after, until = max(after, self._span[0] - 1), min(until, self._span[1])
        quoted = self._next_quote(after, until, watches)
        traded = self._next_print(after, until if quoted is None else quoted)
        return quoted if traded is None else traded

    def _next_quote(self, after: int, until: int, watches: Sequence[Watch]) -> int | None:
        row, last = self._last(self._tape.times, after) + 1, self._last(self._tape.times, until)
        found = row if row <= last else None
        if self.renews:
            found = self._extremes.first(row, last, watches)
        return None if found is None else self._timeline.venue(self._tape.times[found])

    def _next_print(self, after: int, until: int) -> int | None:
        """Return the next print that meets a quote that may be traded on."""
        prints = self._own_prints
        if prints is None:
            return None
        for row in range(self._last(prints.times, after) + 1, self._last(prints.times, until) + 1):
            at = self._timeline.venue(prints.times[row])
            limit = self._stale_after
            if limit is None or self._age(self._row(at), at) <= limit:
                return at
        return None

    def levels(self, side: Side, at: int) -> Iterator[Level]:
        """Return the recorded size of a side; where none was recorded, a made depth."""
        row = self._tradable_row(at)
        quote, sizes = self._tape.quote(row), self._tape.sizes
        if sizes is None:
            return self._quoting.levels(side, quote, row)
        lots = sizes[side][row]
        return iter((Level(quote.best(side), lots),) if lots else ())

    def displayed(self, side: Side, ticks: int, at: int) -> int:
        """Return how many lots are offered at a price: those that `levels` has there.

        Where no sizes were recorded, those of the made depth.
        """
        row = self._tradable_row(at)
        quote, sizes = self._tape.quote(row), self._tape.sizes
        if sizes is None:
            return self._quoting.displayed(side, quote, ticks, row)
        return sizes[side][row] if ticks == quote.best(side) else 0

    def flow(self, at: int) -> Sequence[Flow]:
        """Return the prints of exactly this instant."""
        prints = self._prints
        if prints is None:
            return ()
        rows = range(self._last(prints.times, at - 1) + 1, self._last(prints.times, at) + 1)
        return [flow for flow in map(prints.flow, rows) if flow.lots]
