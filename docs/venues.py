"""The page about the exchanges that ccxt knows, made from the table itself."""

from collections.abc import Iterable, Iterator
from typing import Final

from docs.markdown import table
from docs.members import meanings
from fillgate.plugins.ccxt.venues import (
    LISTED,
    ClientIdForm,
    Evidence,
    ExpiryForm,
    LookupWay,
    MarketType,
    Venue,
)

__all__ = ["venues_page"]

_INTRODUCTION: Final = """
What the exchanges can do with orders through ccxt decides how an account there is dealt with. What
is not known of one is taken for the worst: an exchange that is not on this page is never asked for
an order by our id, so what it leaves unanswered stays UNKNOWN until a person decides. Market types
of one exchange that differ have a row each.
"""

_SUMMARY: Final = """
Looked up: whether an order whose answer is missing can be found by its client order id. Cancelled:
whether it can be cancelled by it, or only by the venue's own id. Replaced: whether a working order
is changed in one step. Stops, trailing, until, attached: whether the venue takes stop orders, stops
that follow the market at a distance in money, limit orders that are good till a time, and stops
that an order carries, so that what becomes of them is told under our id; else they are refused.
"""

_NO: Final = "no"


def venues_page() -> Iterator[str]:
    """Return the page's lines."""
    yield from ("# Venues", "", "Made from the table of the exchanges by `make docs`.")
    yield from _INTRODUCTION.splitlines()
    yield from ("", "## How sure an entry is", "")
    yield from table(("evidence", ""), meanings(Evidence))
    yield from ("## All of them", *_SUMMARY.splitlines(), "")
    head = ("exchange", "markets", "evidence", "looked up", "cancelled", "replaced", "stops",
            "trailing", "until", "attached")  # fmt: skip
    yield from table(head, (_row(venue) for venue in LISTED))
    yield from ("## Client order ids", "")
    yield from table(("form", ""), meanings(ClientIdForm))
    yield from table(("lookup", ""), meanings(LookupWay))
    yield from table(("good till a time", ""), meanings(ExpiryForm))
    yield from ("## One by one", "")
    for venue in LISTED:
        yield from (f"### {venue.exchange}: {_markets(venue.market_types)}", "")
        yield from table(("", ""), ((name, text) for name, text in _facts(venue) if text))


def _row(venue: Venue) -> tuple[str, ...]:
    return (
        venue.exchange,
        _markets(venue.market_types),
        str(venue.evidence),
        _NO if venue.lookup is LookupWay.NONE else "yes",
        _NO if venue.cancel_param is None else "yes",
        _yes_or_no(venue.replace),
        _stops(venue),
        _yes_or_no(venue.trail_param is not None),
        _yes_or_no(venue.expiry is not None),
        _markets(venue.attached_stops) or _NO,
    )


def _facts(venue: Venue) -> Iterator[tuple[str, str]]:
    yield "client order id", _client_id(venue)
    yield "looked up", _lookup(venue)
    yield "for how long", _window(venue)
    yield "cancelled by", _by_ours_or("the venue's id", venue.cancel_param)
    yield "a late order is refused", _seconds("after {}", venue.request_expiry_seconds)
    yield "refusals of a repeated id", ", ".join(f"`{e}`" for e in sorted(venue.duplicate_codes))
    yield "refuses with", " and ".join(f"HTTP {each}" for each in sorted(venue.refuses_with))
    yield "placed by", "" if venue.order_method == "POST" else f"HTTP {venue.order_method}"
    yield "one request at a time", "yes, for its nonces" if venue.serial else ""
    yield "market orders", _market_orders(venue)
    yield (
        "stops",
        " and ".join(
            f"`{each}`"
            for each in dict.fromkeys((venue.stop_param, venue.profit_param))
            if each is not None
        ),
    )
    yield "set off by", " or ".join(sorted(venue.triggers))
    yield "trailing stops", "" if venue.trail_param is None else f"`{venue.trail_param}`"
    yield "good till a time", _expiry(venue)
    yield "attached stops", _attached(venue)
    yield "one cancels the other", _pair(venue)
    yield "switched off", ", ".join(f"`{each}`" for each in _switched_off(venue))
    yield "told to the venue", venue.attached_fees or ""
    yield "besides", venue.notes or ""
    yield "from", venue.source or ""


def _client_id(venue: Venue) -> str:
    if venue.client_id_param is None:
        return "none is sent"
    return (
        f"`{venue.client_id_field}`, by ccxt's `{venue.client_id_param}`; written"
        f" {venue.client_id_form}"
    )


def _lookup(venue: Venue) -> str:
    match venue.lookup:
        case LookupWay.NONE:
            return _NO
        case LookupWay.FETCH_ORDER:
            return f"`fetch_order`, by ccxt's `{venue.lookup_param}`"
        case LookupWay.LISTS:
            lists = " and ".join(f"`{each}`" for each in venue.lists)
            by = "" if venue.lookup_param is None else f", by ccxt's `{venue.lookup_param}`"
            return lists + by


def _window(venue: Venue) -> str:
    if venue.lookup is LookupWay.NONE:
        return ""
    return _seconds("{}", venue.lookup_window_seconds) or "no limit is known"


def _stops(venue: Venue) -> str:
    if venue.stop_param is None:
        return _NO
    return "with a limit" if venue.stop_limit_only else "yes"


def _expiry(venue: Venue) -> str:
    expiry = venue.expiry
    if expiry is None:
        return ""
    least = f", more than {expiry.least_seconds} seconds from now" if expiry.least_seconds else ""
    alone = "" if expiry.post_only else ", not post-only"
    return (
        f"limit orders, by ccxt's `{expiry.param}` with `{expiry.time_in_force}`; written"
        f" {expiry.form}{least}{alone}"
    )


def _market_orders(venue: Venue) -> str:
    if venue.no_market:
        return f"refused: {' and '.join(sorted(venue.no_market))}"
    return "a buy is placed by its cost, so it needs a price" if venue.market_buy_by_cost else ""


def _attached(venue: Venue) -> str:
    if not venue.attached_stops:
        return ""
    if venue.order_lists is None:
        return "in the order"
    lists = venue.order_lists
    types = f"types `{lists.stop_loss}` and `{lists.take_profit}`"
    return f"a list, by ccxt's `{lists.with_one}` and `{lists.with_two}`; {types}"


def _pair(venue: Venue) -> str:
    if venue.order_lists is None:
        return ""
    lists = venue.order_lists
    types = f"types `{lists.maker}` and `{lists.stop_loss}`"
    return f"a list under our id, by ccxt's `{lists.pair}`; {types}"


def _switched_off(venue: Venue) -> Iterable[str]:
    return sorted({*venue.options, *venue.dropped_headers, *venue.skipped_methods})


def _by_ours_or(other: str, param: str | None) -> str:
    return other if param is None else f"our id, by ccxt's `{param}`, or by {other}"


def _seconds(text: str, seconds: float | None) -> str:
    if seconds is None:
        return ""
    for length, unit in ((86_400, "days"), (3_600, "hours"), (1, "seconds")):
        if seconds % length == 0:
            count = int(seconds / length)
            return text.format(f"{count} {unit.removesuffix('s') if count == 1 else unit}")
    return text.format(f"{seconds:g} seconds")


def _yes_or_no(value: bool) -> str:  # noqa: FBT001 - it is all there is
    return "yes" if value else _NO


def _markets(kinds: Iterable[MarketType]) -> str:
    return " and ".join(sorted(kinds))
