"""What lists can be asked for: the parameters of a query, as types, and their one reader.

Invariants:

1. A parameter's type says what it takes; reading and the published document come from it.
2. A parameter that the list does not know is refused: a misspelt filter would show everything.
3. What is given once only is not given twice: which one counts is not guessed.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any, Final, Generic, TypeVar, get_args, get_origin

import msgspec
from msgspec import Meta

from fillgate.costs import Key
from fillgate.domain.events import EVENT_TYPES
from fillgate.domain.life_cycle import OrderStatus
from fillgate.service.problems import Problem
from fillgate.service.shown import SIGNAL_STATES

__all__ = [
    "AccountQuery",
    "CancelQuery",
    "CostOrdersQuery",
    "CostsQuery",
    "EventsQuery",
    "OrdersQuery",
    "QueryReader",
    "SignalsQuery",
]

_MOST_ROWS: Final = 500
_SHOWN: Final = 40
_NUMBER: Final = re.compile("[1-9][0-9]{0,17}")

_Account = Annotated[str, Meta(description="Name of the account.")]
_Cursor = Annotated[
    str, Meta(description="The `next` of the page before.", pattern="^[A-Za-z0-9_-]+$")
]
_Limit = Annotated[int, Meta(ge=1, le=_MOST_ROWS, description="The most rows of a page.")]
_Statuses = Annotated[
    tuple[OrderStatus, ...],
    Meta(
        description="Only orders of these statuses: several with commas or by repeating the "
        "parameter, in upper or lower case."
    ),
]


class OrdersQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which orders to list."""

    account: _Account | None = None
    symbol: Annotated[str, Meta(description="The symbol, exactly.")] | None = None
    status: _Statuses = ()
    cursor: _Cursor | None = None
    limit: _Limit = 50


class SignalsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which signals to list."""

    source: Annotated[str, Meta(description="`tradingview` or `api`.")] | None = None
    state: (
        Annotated[
            str,
            Meta(description="What became of it.", extra_json_schema={"enum": list(SIGNAL_STATES)}),
        ]
        | None
    ) = None
    cursor: _Cursor | None = None
    limit: _Limit = 50


class CancelQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Why an order is cancelled."""

    reason: Annotated[str, Meta(description="Why; it stands in the order's story.")] | None = None


def _only(what: str) -> Meta:
    return Meta(description=f"Only events of this {what}; repeat the parameter for several.")


_Kind = Annotated[str, Meta(extra_json_schema={"enum": [kind.kind for kind in EVENT_TYPES]})]


class EventsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which events to follow, and from where on."""

    account: Annotated[tuple[str, ...], _only("account")] = ()
    symbol: Annotated[tuple[str, ...], _only("symbol")] = ()
    kind: Annotated[tuple[_Kind, ...], _only("kind")] = ()
    after: (
        Annotated[
            str,
            Meta(
                description="The `id` of the message that was received last, for those that can "
                "set no `Last-Event-ID`; or `start` for all that the journal holds. Without either "
                "only what happens from now on is told.",
                pattern="^[A-Za-z0-9_-]+$",
            ),
        ]
        | None
    ) = None
    follow: Annotated[
        bool, Meta(description="`false` ends the answer with what has happened until now.")
    ] = True


class CostsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Of which orders the costs are told, and by what."""

    account: _Account | None = None
    symbol: Annotated[str, Meta(description="The symbol, exactly.")] | None = None
    strategy: Annotated[str, Meta(description="The strategy, exactly.")] | None = None
    first: Annotated[date, Meta(description="The first day of signals, by UTC.")] | None = None
    last: Annotated[date, Meta(description="The last day of signals, by UTC.")] | None = None
    by: Annotated[
        tuple[Key, ...],
        Meta(
            description="What orders are grouped by: several with commas or by repeating the "
            "parameter. Without it there is a group for each currency."
        ),
    ] = ()


class CostOrdersQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Of which orders the costs are listed."""

    account: _Account | None = None
    symbol: Annotated[str, Meta(description="The symbol, exactly.")] | None = None
    strategy: Annotated[str, Meta(description="The strategy, exactly.")] | None = None
    first: Annotated[date, Meta(description="The first day of signals, by UTC.")] | None = None
    last: Annotated[date, Meta(description="The last day of signals, by UTC.")] | None = None
    cursor: _Cursor | None = None
    limit: _Limit = 50


class AccountQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which account is meant."""

    account: _Account | None = None


Query = TypeVar("Query", bound=msgspec.Struct)


class QueryReader(Generic[Query]):
    """Reads the parameters of a query into one type."""

    def __init__(self, kind: type[Query]) -> None:
        """Read into `kind`."""
        self._kind = kind
        self._types = {field.name: field.type for field in msgspec.structs.fields(kind)}

    def read(self, pairs: Iterable[tuple[str, str]]) -> Query:
        """Return the query that these names and values amount to.

        Raises:
            Problem: a name is not known or stands twice, or a value does not fit.
        """
        given: dict[str, list[str]] = {}
        for name, value in pairs:
            if name not in self._types:
                known = ", ".join(f"`{each}`" for each in self._types)
                raise _wrong(f"`{name[:_SHOWN]}` is not known here; known are {known}")
            given.setdefault(name, []).append(value)
        members = {name: _read(name, self._types[name], given[name]) for name in given}
        return self._kind(**members)


def _read(name: str, kind: Any, values: list[str]) -> Any:
    plain, meta = _taken_apart(kind)
    if get_origin(plain) is tuple:
        return _members(name, get_args(plain)[0], values)
    if len(values) > 1:
        raise _wrong(f"`{name}`: expected once, found {len(values)} times")
    if plain is int:
        return _number(name, meta, values[0])
    if plain is date:
        return _day(name, values[0])
    if plain is bool:
        return _one_of(name, ("true", "false"), values[0]) == "true"
    choices = (meta.extra_json_schema or {}).get("enum")
    if choices is not None:
        return _one_of(name, choices, values[0])
    if meta.pattern is not None and re.fullmatch(meta.pattern, values[0]) is None:
        assert meta.description is not None
        expected = meta.description[0].lower() + meta.description[1:].rstrip(".")
        raise _wrong(f"`{name}`: expected {expected}")
    return values[0]


def _taken_apart(kind: Any) -> tuple[Any, Meta]:
    """Return the type and the notes within `Annotated[...]` or `Annotated[...] | None`."""
    for part in (kind, *get_args(kind)):
        if get_origin(part) is Annotated:
            metas = (note for note in part.__metadata__ if isinstance(note, Meta))
            return get_args(part)[0], next(metas)
    raise TypeError(f"{kind} has no notes")


def _members(name: str, kind: Any, values: list[str]) -> tuple[str, ...]:
    if kind is str:
        return tuple(values)
    if get_origin(kind) is Annotated:
        choices = _taken_apart(kind)[1].extra_json_schema
        assert choices is not None
        return tuple(_one_of(name, choices["enum"], value) for value in values)
    words = [word.strip() for value in values for word in value.split(",")]
    for word in words:
        if word.upper() not in kind.__members__:
            known = ", ".join(member.value for member in kind)
            raise _wrong(f"`{name}`: expected {known}, found {word[:_SHOWN]!r}")
    return tuple(kind[word.upper()] for word in words)


def _one_of(name: str, choices: Sequence[str], text: str) -> str:
    if text not in choices:
        raise _wrong(f"`{name}`: expected {', '.join(choices)}, found {text[:_SHOWN]!r}")
    return text


def _number(name: str, meta: Meta, text: str) -> int:
    least, most = meta.ge, meta.le
    assert least is not None
    assert most is not None
    if _NUMBER.fullmatch(text) is None or not least <= int(text) <= most:
        raise _wrong(f"`{name}`: expected {least} to {most}, found {text[:_SHOWN]!r}")
    return int(text)


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        found = repr(text[:_SHOWN])
        raise _wrong(f"`{name}`: expected a day such as 2026-01-05, found {found}") from None


def _wrong(detail: str) -> Problem:
    return Problem("INVALID_PARAMETER", detail)
