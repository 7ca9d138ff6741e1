"""Which exchange is asked, and for which part of a list."""

from typing import Final

import msgspec

from fillgate.practice.calls import Call
from fillgate.practice.futures.errors import too_long
from fillgate.practice.futures.exchange import Futures
from fillgate.practice.pages import Page, read_page

__all__ = ["futures", "read_week"]

_WEEK: Final = 7 * 86_400_000_000


def futures(call: Call) -> Futures:
    """Return the futures exchange that a request came to."""
    assert isinstance(call.exchange, Futures)
    return call.exchange


def read_week(call: Call, id_name: str) -> Page:
    """Return the part of a list that is asked for: seven days from its beginning at the most.

    Args:
        call: what is asked.
        id_name: the parameter with the id from which on.

    Raises:
        Refused: a parameter cannot be read, or the times are further apart (-4165).
    """
    page = read_page(call.parameters, id_name)
    if page.begin is None:
        return page
    if page.end is not None and page.end - page.begin > _WEEK + 1_000:
        raise too_long()
    return page if page.end is not None else msgspec.structs.replace(page, end=page.begin + _WEEK)
