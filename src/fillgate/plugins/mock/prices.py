"""Where a mock account's prices come from: made, recorded, or borrowed from another account.

Invariants:

1. What a venue asks for prices never waits: recordings are read when the account is opened, and
   borrowed quotes are asked for before the venue is asked (`refresh`).
2. A symbol without a recording has no prices, and what cannot be borrowed becomes too old: nothing
   is traded on prices of another kind.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from fillgate.domain.errors import ConfigurationError, UnknownAccount
from fillgate.domain.market import MarketData
from fillgate.domain.orders import Side
from fillgate.market.feeds.base import Feed, Flow, Level, NoPrices, Quote, Watch
from fillgate.market.feeds.borrowed import BorrowedFeed
from fillgate.market.feeds.quoting import Quoting
from fillgate.market.feeds.recorded import RecordedFeed
from fillgate.market.feeds.recordings import BadRecording, Recording
from fillgate.market.feeds.synthetic import SyntheticFeed, SyntheticTerms
from fillgate.market.feeds.timeline import Timeline
from fillgate.market.listings import Listing, listing
from fillgate.plugins.base import PluginContext
from fillgate.plugins.mock.options import MockOptions
from fillgate.plugins.mock.terms import amended, synthetic_terms
from fillgate.recordings import SUFFIXES, load_recording

__all__ = ["BORROWED_EVERY", "Prices", "opened_prices"]

BORROWED_EVERY: Final = 1_000_000
"""Microseconds for which a borrowed quote is not asked for again, while orders only wait."""


class Prices(Protocol):
    """The feeds of one account."""

    def feed(self, symbol: str, listing: Listing) -> Feed:
        """Return the feed of a symbol."""
        ...

    async def refresh(self, symbols: Iterable[str], *, newer_than: int = 0) -> None:
        """Bring the prices of symbols up to date, where they have to be asked for.

        Args:
            symbols: that are about to be traded, or whose orders wait.
            newer_than: a quote that came this many microseconds ago or less is new enough.
        """
        ...


async def opened_prices(options: MockOptions, context: PluginContext, where: str) -> Prices:
    """Return the prices that an account's settings ask for.

    Raises:
        ConfigurationError: they ask for a recording that cannot be read, or for another account
            that does not exist.
    """
    if options.prices_from is not None:
        return _BorrowedPrices(options, context, where)
    if options.replay is None:
        return _MadePrices(synthetic_terms(options))
    try:
        return _RecordedPrices(options, context, await asyncio.to_thread(_recordings, options))
    except BadRecording as error:
        raise ConfigurationError(f"`{where}.replay`: {error}") from None


class _MadePrices:
    """Prices that are a function of seed and time."""

    def __init__(self, terms: SyntheticTerms) -> None:
        self._terms = terms

    def feed(self, symbol: str, listing: Listing) -> Feed:
        return SyntheticFeed(listing, self._terms)

    async def refresh(self, symbols: Iterable[str], *, newer_than: int = 0) -> None:
        """They are what they are."""


def _recordings(options: MockOptions) -> Mapping[str, Recording]:
    """Read the file, or all files of the folder, by the key of the market they are named after."""
    path = Path(options.replay or "")
    if not path.is_dir():
        return dict([_recording(path, options)])
    files = sorted(each for each in path.iterdir() if each.name.endswith(SUFFIXES))
    if not files:
        raise BadRecording(f"{path}: expected files named {', '.join(SUFFIXES)}, found none")
    return dict(_recording(file, options) for file in files)


def _recording(path: Path, options: MockOptions) -> tuple[str, Recording]:
    name = path.name
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    listed = amended(listing(name), options)
    quoting = Quoting(listed, synthetic_terms(options))
    return listed.key, load_recording(path, listed, quoting)


class _RecordedPrices:
    """Prices that were recorded."""

    def __init__(
        self, options: MockOptions, context: PluginContext, recordings: Mapping[str, Recording]
    ) -> None:
        self._terms = synthetic_terms(options)
        self._recordings = recordings
        begin = min(recording.quotes.times[0] for recording in recordings.values())
        now = begin if options.replay_start == "recorded" else context.clock.now()
        self._timeline = Timeline(begin, now, options.replay_speed)

    def feed(self, symbol: str, listing: Listing) -> Feed:
        recording = self._recordings.get(listing.key)
        if recording is None:
            names = ", ".join(sorted(self._recordings))
            return _Silence(f"There is no recording of {symbol}; there are those of {names}.")
        return RecordedFeed(recording, self._timeline, Quoting(listing, self._terms))

    async def refresh(self, symbols: Iterable[str], *, newer_than: int = 0) -> None:
        """They are what they are."""


class _Silence:
    """A feed that never has prices."""

    renews = True

    def __init__(self, words: str) -> None:
        self._words = words

    def instant(self, at: int) -> int:
        raise NoPrices(self._words)

    def quote(self, at: int) -> Quote:
        raise NoPrices(self._words)

    def next_instant(self, after: int, until: int, watches: Sequence[Watch]) -> int | None:
        return None

    def levels(self, side: Side, at: int) -> Iterator[Level]:
        raise NoPrices(self._words)

    def displayed(self, side: Side, ticks: int, at: int) -> int:
        raise NoPrices(self._words)

    def flow(self, at: int) -> Sequence[Flow]:
        return ()


class _BorrowedPrices:
    """Prices of another account's venue."""

    def __init__(self, options: MockOptions, context: PluginContext, where: str) -> None:
        assert options.prices_from is not None
        if context.quotes is None:
            raise ConfigurationError(f"`{where}.prices_from`: there are no other accounts here")
        try:
            context.quotes.check(options.prices_from)
        except UnknownAccount as error:
            raise ConfigurationError(f"`{where}.prices_from`: {error}") from None
        self._account = options.prices_from
        self._source = context.quotes
        self._context = context
        self._terms = synthetic_terms(options)
        self._stale_after = int(options.stale_seconds * 1_000_000)
        self._feeds: dict[str, BorrowedFeed] = {}
        self._asked: dict[str, int] = {}
        self._first: dict[str, tuple[int, MarketData]] = {}
        """Quotes of symbols that the venue has not been asked about yet."""

    def feed(self, symbol: str, listing: Listing) -> Feed:
        feed = self._feeds.get(symbol)
        if feed is None:
            quoting = Quoting(listing, self._terms)
            feed = BorrowedFeed(listing, quoting, stale_after=self._stale_after)
            self._feeds[symbol] = feed
            if symbol in self._first:
                feed.push(*self._first.pop(symbol))
        return feed

    async def refresh(self, symbols: Iterable[str], *, newer_than: int = 0) -> None:
        """Ask for quotes; one that does not come leaves the last one, which becomes too old."""
        now = self._context.clock.now()
        for symbol in symbols:
            if now - self._asked.get(symbol, -BORROWED_EVERY) > newer_than:
                self._asked[symbol] = now
                await self._ask(symbol)

    async def _ask(self, symbol: str) -> None:
        try:
            told = await self._source.fetch(self._account, symbol)
        except Exception as error:  # noqa: BLE001 - whatever it was, there is no quote
            self._context.logger.warning(
                "mock-quote-missing", source=self._account, symbol=symbol, error=str(error)
            )
            return
        feed, at = self._feeds.get(symbol), self._context.clock.now()
        if feed is None:
            self._first[symbol] = (at, told)
        else:
            feed.push(at, told)
