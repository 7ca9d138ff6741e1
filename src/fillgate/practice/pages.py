"""Which part of a list is asked for: by time, by id, and how much of it.

Invariant: only what is returned is looked at, and the few places that a search by halves looks at.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from fillgate.practice.parameters import Parameters

__all__ = ["Page", "read_page"]

_Item = TypeVar("_Item")
_USUAL, _MOST = 500, 1_000


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a list whose times and ids rise."""

    limit: int = _USUAL
    begin: int | None = None
    """Unix microseconds."""
    end: int | None = None
    """Unix microseconds; what happened then belongs to it."""
    from_id: int | None = None

    def of(
        self, items: Sequence[_Item], *, at: Callable[[_Item], int], name: Callable[[_Item], int]
    ) -> Sequence[_Item]:
        """Return the part: from its beginning on where one is given, else the last of the list.

        Args:
            items: the list.
            at: tells when an item was, Unix microseconds.
            name: tells its id.
        """
        first, beyond = 0, len(items)
        key: Callable[[Any], int] = at
        if self.begin is not None:
            first = bisect_left(items, self.begin, key=key)
        if self.end is not None:
            beyond = bisect_left(items, self.end + 1, key=key)
        if self.from_id is not None:
            key = name
            first = max(first, bisect_left(items, self.from_id, key=key))
        if self.begin is None and self.from_id is None:
            first = max(first, beyond - self.limit)
        return items[first : min(beyond, first + self.limit)]


def read_page(parameters: Parameters, id_name: str) -> Page:
    """Return the part that is asked for.

    Args:
        parameters: `startTime`, `endTime` in Unix milliseconds, `limit`.
        id_name: the parameter with the id from which on.

    Raises:
        Refused: one cannot be read.
    """
    begin, end = parameters.integer("startTime"), parameters.integer("endTime")
    return Page(
        limit=parameters.limit(_USUAL, _MOST),
        begin=None if begin is None else begin * 1000,
        end=None if end is None else end * 1000 + 999,
        from_id=parameters.integer(id_name),
    )
