"""When an order ends by itself, as ccxt's params.

Invariant: an order never ends later than it says, but for its way to the venue where that counts
the seconds from there.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from fillgate.domain.errors import Denied
from fillgate.domain.orders import Order, TimeInForce
from fillgate.plugins.ccxt.venues import ExpiryForm, Venue

__all__ = ["expiry_of"]

_MS: Final = 1000
_YEAR_10000: Final = 253_402_300_800_000


def expiry_of(order: Order, venue: Venue, now: int) -> dict[str, Any]:
    """Return the params that say when an order ends; none if it does not end by itself.

    Args:
        order: an order that may be placed with its `time_in_force`.
        venue: the exchange's entry in the table.
        now: the time at the venue, Unix milliseconds.

    Raises:
        Denied: INVALID_EXPIRE_TIME, it ends too soon for the venue or there is no such time.
    """
    if order.time_in_force is not TimeInForce.GTD:
        return {}
    assert venue.expiry is not None
    end, least = order.expire_time, venue.expiry.least_seconds
    if end is None or not now + least * _MS < end < _YEAR_10000:
        found = "there is none" if end is None else f"{end} is {(end - now) / _MS:g} s away"
        raise Denied(
            "INVALID_EXPIRE_TIME",
            f"{venue.exchange} takes an expire_time of more than {least} s from now, before the"
            f" year 10000; {found}",
        )
    return {
        "timeInForce": venue.expiry.time_in_force,
        venue.expiry.param: _FORMS[venue.expiry.form](end, now),
    }


def _iso(end: int, _now: int) -> str:
    text = datetime.fromtimestamp(end // _MS, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{end % _MS:03}Z"


_FORMS: Final[Mapping[ExpiryForm, Callable[[int, int], int | str]]] = {
    ExpiryForm.SECONDS: lambda end, _: end // _MS,
    ExpiryForm.WHOLE_SECONDS_IN_MS: lambda end, _: end // _MS * _MS,
    ExpiryForm.ISO_8601: _iso,
    ExpiryForm.SECONDS_LEFT: lambda end, now: (end - now) // _MS,
}
