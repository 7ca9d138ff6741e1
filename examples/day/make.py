"""Makes the day of this folder: bars of a made market, and the alerts of a strategy on them.

    python examples/day/make.py

The market is the one that fillgate makes (`fillgate.market.feeds.synthetic`), seed 5; the strategy,
two moving averages that cross, is there to have something to replay and is not meant to earn.
"""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple

from fillgate.domain.numbers import decimal_text
from fillgate.market.feeds.path import GRID
from fillgate.market.feeds.synthetic import SyntheticFeed, SyntheticTerms
from fillgate.market.listings import listing

__all__ = ["alerts", "bars"]

START: Final = 1_767_571_200_000_000
"""2026-01-05T00:00Z in microseconds."""
MINUTE: Final = 60_000_000
SYMBOL: Final = "BTC/USDT"
_FAST, _SLOW = 20, 90
_QUANTITY: Final = "0.25"


class Bar(NamedTuple):
    """A minute of the market."""

    time: int
    """When it began, Unix microseconds."""
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


def bars() -> Iterator[Bar]:
    """Return the bars of the day."""
    listed = listing(SYMBOL)
    terms = SyntheticTerms(seed=5, volatility=Decimal("0.6"), jumps_per_day=Decimal(2))
    feed = SyntheticFeed(listed, terms)
    for begin in range(START, START + 1440 * MINUTE, MINUTE):
        instants = range(begin, begin + MINUTE, GRID)
        lasts = [feed.quote(at).last for at in instants]
        traded = sum(flow.lots for at in instants for flow in feed.flow(at))
        first, high, low, last = map(listed.price, (lasts[0], max(lasts), min(lasts), lasts[-1]))
        yield Bar(begin, first, high, low, last, listed.quantity(traded))


def alerts(day: list[Bar]) -> Iterator[dict[str, object]]:
    """Return an alert for each crossing of the two averages, a second after the bar's end."""
    closes = [bar.close for bar in day]
    above = None
    for count in range(_SLOW, len(day)):
        fast = sum(closes[count - _FAST : count]) / _FAST
        slow = sum(closes[count - _SLOW : count]) / _SLOW
        was, above = above, fast > slow
        if was is None or was is above:
            continue
        yield {
            "time": _iso(day[count - 1].time + MINUTE + 1_000_000),
            "alert": {
                "id": f"cross-{count}",
                "strategy": "crossing averages",
                "symbol": SYMBOL,
                "action": "buy" if above else "sell",
                "quantity": _QUANTITY,
                "price": decimal_text(closes[count - 1]),
            },
        }


def _iso(time: int) -> str:
    return datetime.fromtimestamp(time / 1e6, UTC).isoformat(timespec="seconds")


def main() -> None:
    """Write the files."""
    folder, day = Path(__file__).parent, list(bars())
    with (folder / "BTCUSDT.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(Bar._fields)
        rows.writerows((_iso(bar.time), *map(decimal_text, bar[1:])) for bar in day)
    lines = [json.dumps(alert, separators=(",", ":")) for alert in alerts(day)]
    (folder / "alerts.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
