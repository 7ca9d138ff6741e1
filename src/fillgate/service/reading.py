"""The reading half of /api/v1: orders, signals, positions, quotes, accounts; and settling orders.

Readers of memory and journal; only `resolve_order` changes anything, through the engine.
"""

import asyncio
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fillgate.domain.errors import UnknownAccount
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import NumberError, parse_decimal
from fillgate.engine.engine import Engine
from fillgate.engine.resolution import NotResolvable, Resolution
from fillgate.journal.base import OrderQuery, SignalQuery, SignalState
from fillgate.service.auth import ApiDoor
from fillgate.service.bodies import Bodies
from fillgate.service.cursors import decode_cursor, encode_cursor
from fillgate.service.http import ClientGone, headers_of
from fillgate.service.problem_log import API, ProblemLog
from fillgate.service.problems import Problem
from fillgate.service.views import (
    account_view,
    order_view,
    plain,
    position_view,
    record_view,
    signal_view,
)
from fillgate.signals.json_text import parse_object
from fillgate.signals.refusals import Refusal

__all__ = ["ReadingApi"]

_MOST_ROWS: Final = 500
_QUOTE_SECONDS: Final = 5.0
_FINDING_FIELDS: Final = frozenset(
    {"status", "reason", "order_id", "filled_quantity", "average_price"}
)

_STATES: Final = frozenset(
    {
        None,
        SignalState.WAITING,
        SignalState.PLANNED,
        SignalState.REFUSED,
        SignalState.DUPLICATE,
    }
)
_NUMBER: Final = re.compile("[1-9][0-9]{0,17}")
_SHOWN: Final = 40

T = TypeVar("T")


class ReadingApi:
    """Handlers over one engine."""

    def __init__(self, engine: Engine, door: ApiDoor, problems: ProblemLog) -> None:
        """Serve what `engine` knows to those whom `door` lets in."""
        self._engine = engine
        self._problems = problems
        self._bodies = Bodies()
        self._door = door

    def routes(self) -> list[Route]:
        """Return the routes of all handlers."""
        table: tuple[tuple[str, str, Callable[[Request], Any]], ...] = (
            ("GET", "/api/v1/orders", self.list_orders),
            ("GET", "/api/v1/orders/{client_order_id}", self.show_order),
            ("POST", "/api/v1/orders/{client_order_id}/resolve", self.resolve_order),
            ("GET", "/api/v1/signals", self.list_signals),
            ("GET", "/api/v1/signals/{number}", self.show_signal),
            ("GET", "/api/v1/positions", self.list_positions),
            ("GET", "/api/v1/ticker/{symbol:path}", self.show_ticker),
            ("GET", "/api/v1/accounts", self.list_accounts),
        )
        return [Route(path, self._guarded(handler), methods=[m]) for m, path, handler in table]

    def _guarded(self, handler: Callable[[Request], Any]) -> Callable[[Request], Any]:
        async def guarded(request: Request) -> Response:
            try:
                self._door.check(dict(request.scope["headers"]))
                return _json(await handler(request))
            except Problem as problem:
                self._problems.note(API, problem, request.scope)
                reply = problem.reply()
                headers = {name.decode(): value.decode() for name, value in reply.headers}
                return Response(reply.body, reply.status, headers, "application/problem+json")
            except ClientGone:
                return Response(status_code=400)  # nobody is there to read it

        return guarded

    async def list_orders(self, request: Request) -> Any:
        """Return a page of orders, newest first."""
        cursor = request.query_params.get("cursor")
        query = OrderQuery(
            account=request.query_params.get("account"),
            symbol=request.query_params.get("symbol"),
            statuses=_statuses(request),
            before=None if cursor is None else _pair(decode_cursor(cursor, 2)),
            limit=_limit(request),
        )
        page = await self._engine.journal.orders(query)
        states = [await self._engine.order(row.client_order_id) for row in page.rows]
        last = page.rows[-1] if page.more else None
        return {
            "orders": [order_view(state) for state in states if state is not None],
            "next": None if last is None else encode_cursor((last.signal, last.leg)),
        }

    async def show_order(self, request: Request) -> Any:
        """Return an order with its whole story, from the signal's bytes on."""
        identity = request.path_params["client_order_id"]
        state = await self._engine.order(identity)
        if state is None:
            raise Problem("NOT_FOUND", f"no order has the client_order_id {identity!r}")
        return order_view(state) | await self._story(state.signal)

    async def resolve_order(self, request: Request) -> Any:
        """Settle an order that is UNKNOWN or ABSENT by what a person found out."""
        identity = request.path_params["client_order_id"]
        body = await self._bodies.read(headers_of(request.scope), request.receive)
        try:
            state = await self._engine.resolve(identity, _resolution(body))
        except KeyError:
            raise Problem("NOT_FOUND", f"no order has the client_order_id {identity!r}") from None
        except NotResolvable as error:
            conflict = error.code == "ORDER_NOT_UNKNOWN"
            code = "NOT_RESOLVABLE" if conflict else "INVALID_FIELD"
            raise Problem(code, error.text, reason=error.code) from None
        return order_view(state)

    async def list_signals(self, request: Request) -> Any:
        """Return a page of signals, newest first, refused ones among them."""
        cursor = request.query_params.get("cursor")
        query = SignalQuery(
            source=request.query_params.get("source"),
            state=_state(request),
            before=None if cursor is None else decode_cursor(cursor, 1)[0],
            limit=_limit(request),
        )
        page = await self._engine.journal.signals(query)
        last = page.rows[-1] if page.more else None
        return {
            "signals": [signal_view(row) for row in page.rows],
            "next": None if last is None else encode_cursor((last.number,)),
        }

    async def show_signal(self, request: Request) -> Any:
        """Return a signal with its whole story."""
        text = request.path_params["number"]
        number = int(text) if _NUMBER.fullmatch(text) else 0
        row = await self._engine.journal.find_signal(number)
        if row is None:
            raise Problem("NOT_FOUND", f"no signal has the number {text[:_SHOWN]!r}")
        return signal_view(row) | await self._story(number)

    async def _story(self, signal: int) -> dict[str, Any]:
        body = await self._engine.journal.body(signal)
        story = await self._engine.journal.story(signal)
        return {
            "body": None if body is None else body.decode(errors="backslashreplace"),
            "story": [record_view(record) for record in story],
        }

    async def list_positions(self, request: Request) -> Any:
        """Return all positions, with what open orders may still add and take."""
        blotter = self._engine.blotter
        account = request.query_params.get("account")
        return {
            "positions": [
                position_view(position, blotter.working(position.account, position.symbol))
                for position in blotter.positions()
                if account is None or position.account == account
            ]
        }

    async def show_ticker(self, request: Request) -> Any:
        """Return a quote of the default account, or of the one named by `account`."""
        account = request.query_params.get("account")
        try:
            async with asyncio.timeout(_QUOTE_SECONDS):
                data = await self._engine.registry.fetch_data(
                    request.path_params["symbol"], account
                )
        except UnknownAccount as error:
            raise Problem("NOT_FOUND", str(error)) from None
        except TimeoutError:
            raise Problem("VENUE_UNAVAILABLE", f"no quote within {_QUOTE_SECONDS:g} s") from None
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises: there is no quote
            raise Problem("VENUE_UNAVAILABLE", f"{type(error).__name__}: {error}") from None
        return plain(data)

    async def list_accounts(self, request: Request) -> Any:
        """Return all accounts with their health and capabilities."""
        accounts = self._engine.accounts
        return {
            "accounts": [
                account_view(account, default=account.name == accounts.default)
                for account in accounts
            ]
        }


def _json(document: Any) -> Response:
    return Response(msgspec.json.encode(document), media_type="application/json")


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", "50")
    if _NUMBER.fullmatch(text) is None or not 1 <= int(text) <= _MOST_ROWS:
        detail = f"`limit`: expected 1 to {_MOST_ROWS}, found {text[:_SHOWN]!r}"
        raise Problem("INVALID_PARAMETER", detail)
    return int(text)


def _state(request: Request) -> str | None:
    state = request.query_params.get("state")
    if state not in _STATES:
        known = ", ".join(sorted(filter(None, _STATES)))
        detail = f"`state`: expected {known}, found {state!r}"
        raise Problem("INVALID_PARAMETER", detail)
    return state


def _statuses(request: Request) -> tuple[OrderStatus, ...]:
    names = [
        name.strip().upper()
        for value in request.query_params.getlist("status")
        for name in value.split(",")
    ]
    for name in names:
        if name not in OrderStatus.__members__:
            known = ", ".join(OrderStatus.__members__)
            raise Problem("INVALID_PARAMETER", f"`status`: expected {known}, found {name!r}")
    return tuple(OrderStatus(name) for name in names)


def _pair(place: tuple[int, ...]) -> tuple[int, int]:
    return (place[0], place[1])


def _resolution(body: bytes) -> Resolution:
    try:
        members = parse_object(body)
    except Refusal as refusal:
        raise Problem(str(refusal.code), refusal.reason, field=refusal.field) from None
    for name in members:
        if name not in _FINDING_FIELDS:
            known = ", ".join(sorted(_FINDING_FIELDS))
            raise Problem("UNKNOWN_FIELD", f"{name!r}: known fields are {known}", field=name)
    return Resolution(
        status=_member(members, "status", OrderStatus),
        reason=_member(members, "reason", str),
        actor="api",
        order_id=_member(members, "order_id", str, optional=True),
        filled_quantity=_number(members, "filled_quantity"),
        average_price=_number(members, "average_price"),
    )


def _member(
    members: dict[str, Any], name: str, kind: Callable[[str], T], *, optional: bool = False
) -> T:
    value = members.get(name)
    if value is None and optional:
        return None  # type: ignore[return-value]  # the caller says that it takes None
    if value is None:
        raise Problem("MISSING_FIELD", f"`{name}` is needed", field=name)
    try:
        if type(value) is not str:
            raise ValueError  # noqa: TRY301 - one way out for all wrong values
        return kind(value)
    except ValueError:
        detail = f"`{name}`: expected a text that fits, found {value!r}"
        raise Problem("INVALID_FIELD", detail, field=name) from None


def _number(members: dict[str, Any], name: str) -> Decimal | None:
    value = members.get(name)
    if value is None:
        return None
    try:
        number = parse_decimal(value)
    except NumberError as error:
        raise Problem("INVALID_FIELD", f"`{name}`: {error}", field=name) from None
    if number < 0:
        raise Problem("INVALID_FIELD", f"`{name}`: expected no negative number", field=name)
    return number
