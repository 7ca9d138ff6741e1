"""From a table of quotes, trades or bars to a tape of ticks and lots.

Invariants:

1. What lies between two ticks is rounded against the trader: a bid down, an ask up; a trade so that
   it reaches fewer orders. Quantities are rounded down.
2. A tape is whole or there is none: the first row that is broken refuses the table.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Final, NamedTuple

from fillgate.domain.orders import Side
from fillgate.market.feeds.base import Flow, Quote
from fillgate.market.feeds.quoting import Quoting
from fillgate.market.feeds.recordings.bars import INSTANTS, Bar, offsets, quarters
from fillgate.market.feeds.recordings.columns import Field, Kind
from fillgate.market.feeds.recordings.rows import BadRecording, Row, Rows, Table
from fillgate.market.feeds.recordings.sides import TickRule, parse_buyer_is_maker, parse_side
from fillgate.market.feeds.recordings.steps import Price, Steps
from fillgate.market.feeds.recordings.tape import PrintTape, QuoteTape
from fillgate.market.listings import Listing

__all__ = ["Recording", "read_recording"]


class Recording(NamedTuple):
    """What a table says."""

    kind: Kind
    quotes: QuoteTape
    """As they were recorded; around each price where trades or bars were."""
    prints: PrintTape | None
    """What was taken; None where quotes alone were recorded, and where bars have no volume."""
    interval: int | None
    """How long a bar is, in microseconds; None where there are none."""
    rounded: int
    """How many prices lay between two ticks."""


def read_recording(table: Table, listing: Listing, quoting: Quoting) -> Recording:
    """Read a whole table.

    Args:
        table: quotes (time, bid, ask, bid size, ask size, last), trades (time, price, size, side)
            or bars (time, open, high, low, close, volume). Of quotes the sizes, of trades the side
            and of bars the volume may be missing. A bar's time is its beginning.
        listing: what the symbol is.
        quoting: who quotes around the prices of trades and bars.

    Raises:
        BadRecording: the table has no rows, or one cannot be read.
    """
    rows = Rows(table)
    recording = _READERS[rows.kind](rows, Steps(listing), quoting)
    if not recording.quotes:
        raise BadRecording(f"{table.name}: expected rows below the names of the columns")
    return recording


def _read_quotes(rows: Rows, steps: Steps, _quoting: Quoting) -> Recording:
    sizes = rows.has(Field.BID_SIZE)
    if sizes is not rows.has(Field.ASK_SIZE):
        raise BadRecording(f"{rows.name}: expected sizes of both the bid and the ask, or of none")
    tape, rounded = QuoteTape(sizes=sizes), 0
    for time, row in rows.in_order():
        bid, ask = row.read(Field.BID, steps.price), row.read(Field.ASK, steps.price)
        if bid.value >= ask.value:
            raise row.bad(
                Field.ASK, f"expected an ask above the bid {bid.value}, found {ask.value}"
            )
        rounded += bid.is_rounded + ask.is_rounded
        tape.append(time, _quote(row, bid.down, ask.up, steps))
        if sizes:
            lots = row.read(Field.BID_SIZE, steps.lots), row.read(Field.ASK_SIZE, steps.lots)
            tape.append_sizes(*lots)
    return Recording(Kind.QUOTES, tape, None, None, rounded)


def _quote(row: Row, bid: int, ask: int, steps: Steps) -> Quote:
    if not row.rows.has(Field.LAST):
        return Quote(bid, (bid + ask) // 2, ask)
    return Quote(bid, row.read(Field.LAST, steps.price).down, ask)


def _read_trades(rows: Rows, steps: Steps, quoting: Quoting) -> Recording:
    tape = QuoteTape(sizes=False)
    prints, rule, rounded = PrintTape(tape.times), TickRule(), 0
    side_of = _side_reader(rows)
    for time, row in rows.in_order():
        price, lots = row.read(Field.PRICE, steps.price), row.read(Field.SIZE, steps.lots)
        guess = rule.side(price.down)
        rounded += price.is_rounded
        tape.append(time, quoting.around(price.top, price.bottom))
        prints.append(time, _flow(side_of(row) or guess, price, lots))
    return Recording(Kind.TRADES, tape, prints, None, rounded)


def _side_reader(rows: Rows) -> Callable[[Row], Side | None]:
    if rows.has(Field.SIDE):
        return lambda row: row.read(Field.SIDE, parse_side)
    if rows.has(Field.BUYER_IS_MAKER):
        return lambda row: row.read(Field.BUYER_IS_MAKER, parse_buyer_is_maker)
    return lambda _row: None


def _flow(side: Side, price: Price, lots: int) -> Flow:
    """Return a trade; who buys reaches offers up to its price, who sells those down to it."""
    return Flow(side, price.down if side is Side.BUY else price.up, lots)


def _read_bars(rows: Rows, steps: Steps, quoting: Quoting) -> Recording:
    tape = QuoteTape(sizes=False)
    prints, rule, rounded = PrintTape(tape.times), TickRule(), 0
    has_volume = rows.has(Field.VOLUME)
    for time, row in rows.in_order():
        bar = _bar(row, steps)
        lots = row.read(Field.VOLUME, steps.lots) if has_volume else 0
        for price, quarter in zip(bar.in_order(), quarters(lots), strict=True):
            rounded += price.is_rounded
            tape.append(time, quoting.around(price.top, price.bottom))
            prints.append(time, _flow(rule.side(price.down), price, quarter))
    interval = _interval(rows, tape)
    _spread_out(tape, interval)
    return Recording(Kind.BARS, tape, prints if has_volume else None, interval, rounded)


def _bar(row: Row, steps: Steps) -> Bar:
    bar = Bar(
        row.read(Field.OPEN, steps.price),
        row.read(Field.HIGH, steps.price),
        row.read(Field.LOW, steps.price),
        row.read(Field.CLOSE, steps.price),
    )
    wrong = bar.wrong()
    if wrong is not None:
        raise row.bad(*wrong)
    return bar


def _interval(rows: Rows, tape: QuoteTape) -> int:
    """Return the smallest step between bars."""
    begun = tape.times[::INSTANTS]
    if len(begun) == 1:
        raise BadRecording(f"{rows.name}: expected at least two bars, to know how long one is")
    return min((after - before for before, after in pairwise(begun)), default=0)


def _spread_out(tape: QuoteTape, interval: int) -> None:
    """Give each price of a bar its own time."""
    for row, offset in enumerate(offsets(interval) * (len(tape) // INSTANTS)):
        tape.times[row] += offset


_READERS: Final[Mapping[Kind, Callable[[Rows, Steps, Quoting], Recording]]] = {
    Kind.QUOTES: _read_quotes,
    Kind.TRADES: _read_trades,
    Kind.BARS: _read_bars,
}
