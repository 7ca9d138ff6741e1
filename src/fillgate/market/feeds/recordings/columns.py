"""The names of columns that recordings have, and what a table with them is.

Names are compared in lower case, with `_` for spaces, dots and dashes. Known are those that ccxt,
Binance (data.binance.vision), Databento, CoinAPI and Tardis write.
"""

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final

__all__ = ["BadColumns", "Field", "Kind", "find_columns"]


class BadColumns(ValueError):
    """The columns of a table do not say what it is. The message says what is missing."""


class Field(Enum):
    """What a column holds; its names, for time the better one first."""

    TIME = (
        # Where a receiver's time is beside the venue's, rows are in the order of the first.
        "ts_recv",
        "local_timestamp",
        "time_coinapi",
        "time_period_start",
        "open_time",
        "transact_time",
        "transaction_time",
        "ts_event",
        "time_exchange",
        "timestamp",
        "time",
        "datetime",
        "date",
        "ts",
        "event_time",
    )
    BID = ("bid", "bid_price", "best_bid", "best_bid_price", "bidprice", "bid_px", "bid_px_00")
    BID_SIZE = (
        "bid_size",
        "bid_qty",
        "bid_quantity",
        "bid_amount",
        "bid_volume",
        "best_bid_size",
        "best_bid_qty",
        "best_bid_quantity",
        "bidsize",
        "bidqty",
        "bidvolume",
        "bid_sz",
        "bid_sz_00",
    )
    ASK = tuple([name.replace("bid", "ask") for name in BID])
    ASK_SIZE = tuple([name.replace("bid", "ask") for name in BID_SIZE])
    LAST = ("last", "last_price", "lastprice")
    PRICE = ("price", "trade_price", "px")
    SIZE = ("size", "quantity", "qty", "amount", "trade_size")
    SIDE = ("side", "taker_side", "aggressor_side")
    BUYER_IS_MAKER = ("is_buyer_maker", "buyer_is_maker", "isbuyermaker")
    OPEN = ("open", "price_open", "open_price")
    HIGH = ("high", "price_high", "high_price")
    LOW = ("low", "price_low", "low_price")
    CLOSE = ("close", "price_close", "close_price")
    VOLUME = ("volume", "volume_traded", "base_volume", "vol")


class Kind(Enum):
    """What a table holds; the fields that it cannot do without."""

    QUOTES = (Field.TIME, Field.BID, Field.ASK)
    BARS = (Field.TIME, Field.OPEN, Field.HIGH, Field.LOW, Field.CLOSE)
    TRADES = (Field.TIME, Field.PRICE, Field.SIZE)


_OTHER: Final = {
    Kind.QUOTES: (Field.BID_SIZE, Field.ASK_SIZE, Field.LAST),
    Kind.BARS: (Field.VOLUME,),
    Kind.TRADES: (Field.SIDE, Field.BUYER_IS_MAKER),
}
_PUNCTUATION: Final = re.compile(r"[\s.\-]+")


def find_columns(names: Sequence[str]) -> tuple[Kind, Mapping[Field, int]]:
    """Return what a table with these columns is, and where it has which field.

    A table with a bid and an ask holds quotes, whatever else it has; one with an open and a close
    holds bars; one with prices and sizes, trades.

    Raises:
        BadColumns: it is none of them, or two columns are names of one thing.
    """
    places = _places(names)
    for kind in Kind:
        if all(_found(field, places) for field in kind.value):
            fields = (*kind.value, *_OTHER[kind])
            found = {field: _place(field, places, names) for field in fields}
            return kind, {field: place for field, place in found.items() if place is not None}
    wanted = "; or ".join(", ".join(field.name.lower() for field in kind.value) for kind in Kind)
    raise BadColumns(f"expected columns named {wanted}; found {', '.join(names) or 'none'}")


def _places(names: Sequence[str]) -> Mapping[str, int]:
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        plain = _PUNCTUATION.sub("_", name.strip().lower())
        if plain in places:
            raise BadColumns(f"expected each column once, found {name!r} twice")
        places[plain] = place
    return places


def _found(field: Field, places: Mapping[str, int]) -> list[int]:
    return [places[name] for name in field.value if name in places]


def _place(field: Field, places: Mapping[str, int], names: Sequence[str]) -> int | None:
    found = _found(field, places)
    if len(found) > 1 and field is not Field.TIME:
        both = " and ".join(repr(names[place]) for place in found)
        raise BadColumns(f"expected one column of the {field.name.lower()}, found {both}")
    return found[0] if found else None
