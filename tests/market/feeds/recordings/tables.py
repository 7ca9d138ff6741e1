"""Tables and tapes for tests, from text."""

from decimal import Decimal

from fillgate.market.feeds.quoting import Quoting, QuotingTerms
from fillgate.market.feeds.recordings import Recording, Table, read_recording
from fillgate.market.listings import Amendment, Listing, listing

__all__ = ["BEGIN", "LISTED", "QUOTING", "SECOND", "read", "table"]

LISTED: Listing = listing("BTCUSDT").amended(Amendment(tick=Decimal("0.1"), lot=Decimal("0.01")))
QUOTING = Quoting(LISTED, QuotingTerms(spread=Decimal("0.002")))
BEGIN = 1_704_067_200_000_000
SECOND = 1_000_000


def table(text: str, name: str = "file.csv") -> Table:
    """Return a table; the first line names the columns, spaces part them."""
    lines = [line.split() for line in text.strip().splitlines()]
    return Table(name, lines[0], enumerate(lines[1:], start=2))


def read(text: str) -> Recording:
    """Return what a table says; a time of +7 is seven seconds after BEGIN."""
    name, columns, rows, unit = table(text)
    shifted = [
        (line, [str(BEGIN // SECOND + int(cell[1:])) if cell[0] == "+" else cell for cell in cells])
        for line, cells in rows
    ]
    return read_recording(Table(name, columns, shifted, unit), LISTED, QUOTING)
