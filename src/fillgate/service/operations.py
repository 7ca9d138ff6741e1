"""What an operation of the HTTP API is, and how a table of them becomes routes.

Invariants:

1. Routes, the published document and its pages come from one table (`api`): what is served is
   documented, and the other way round.
2. What an operation takes and answers is what its handler's annotations say.
3. A method that a path does not take is 405, with all those that it takes.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from inspect import getdoc
from typing import Any, Final, get_args, get_type_hints

import msgspec
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fillgate.journal.base import JournalUnavailable
from fillgate.service.auth import ApiDoor
from fillgate.service.http import ClientGone, Reply
from fillgate.service.plain import plain
from fillgate.service.problem_log import ProblemLog
from fillgate.service.problems import Problem
from fillgate.service.queries import QueryReader

__all__ = ["JSON", "Access", "Answered", "Operation", "routes"]

JSON: Final = "application/json"

Handler = Callable[..., Awaitable[Any]]


class OrderIdConvertor(StringConvertor):
    """Takes ids of orders in paths: not the names of what can be done with all of them."""

    regex = "(?!cancel-all(?:/|$))[^/]+"


register_url_convertor("order", OrderIdConvertor())


class Access(Enum):
    """Who may ask."""

    OPEN = "open"
    API_KEY = "api key"
    WEBHOOK = "webhook"
    WEBHOOK_TOKEN = "webhook token"  # noqa: S105 - not one


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One way in which an operation answers that is no problem."""

    status: int = 200
    body: Any = None
    """Its type; None for text."""
    media_type: str = JSON
    item: Any = None
    """The type of the data of each message, where it is a stream of them."""
    or_else: tuple[str, ...] = ()
    """Other media types of the same content, for those who ask for them by `Accept`."""
    text: str
    """What it means."""
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    """As Starlette writes it: `{name}`, `{name:path}`."""
    handler: Handler
    """A method of a class; its docstring says what the operation does."""
    group: str
    name: str = ""
    """Its id in the document; the handler's name without one."""
    title: str = ""
    """What it does, in one sentence; the first of the handler's docstring without one."""
    access: Access = Access.API_KEY
    problems: Sequence[str] = ()
    """The codes of the problems that it can answer with, besides those of its access."""
    answers: tuple[Answered, ...] = ()
    """What it answers with; what the handler returns, with 200, if nothing is given."""
    body: Any = None
    """The type of the body it takes."""
    headers: tuple[str, ...] = ()
    """Headers that it looks at, besides credentials."""
    open_ended: bool = False
    """Whether a venue's own codes are among its problems."""
    notes: str = ""
    """What else who calls it should know, as Markdown."""
    example: str = ""
    """Shell commands that show it."""
    routed: bool = True
    """False for the hot doors, which `app` calls itself."""
    query: type[msgspec.Struct] | None = field(init=False)

    def __post_init__(self) -> None:
        """Look at what the handler takes."""
        object.__setattr__(self, "query", get_type_hints(self.handler).get("query"))

    @property
    def id(self) -> str:
        """Its stable name."""
        return self.name or self.handler.__name__

    @property
    def summary(self) -> str:
        """What it does, in one sentence."""
        return self.title or (getdoc(self.handler) or "").partition("\n")[0]

    @property
    def template(self) -> str:
        """The path as OpenAPI writes it."""
        return re.sub(r":\w+(?=\})", "", self.path)

    @property
    def returned(self) -> Any:
        """The type that the handler answers with."""
        kind = get_type_hints(self.handler)["return"]
        kinds = [each for each in get_args(kind) if each is not Response]
        return kinds[0] if kinds else kind


def routes(
    operations: Sequence[Operation],
    owners: Sequence[object],
    door: ApiDoor,
    problems: ProblemLog,
) -> list[Route]:
    """Return the routes of a table.

    Args:
        operations: the table.
        owners: an instance of each class that has handlers.
        door: lets in those who may use what is not open.
        problems: takes note of what is refused.
    """
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        by_path.setdefault(operation.path, {})[operation.method] = operation
    return [
        Route(path, _endpoint(methods, owners, door, problems), methods=list(methods))
        for path, methods in by_path.items()
    ]


def _endpoint(
    methods: Mapping[str, Operation],
    owners: Sequence[object],
    door: ApiDoor,
    problems: ProblemLog,
) -> Callable[[Request], Awaitable[Response]]:
    calls = {
        method: _call(operation, owners, door)
        for method, operation in methods.items()
        if operation.routed
    }

    async def endpoint(request: Request) -> Response:
        try:
            return await calls["GET" if request.method == "HEAD" else request.method](request)
        except Problem as error:
            problem = error
        except JournalUnavailable as error:
            problem = Problem("JOURNAL_UNAVAILABLE", str(error))
        except ClientGone:
            return Response(status_code=400)  # nobody is there to read it
        problems.note(problem, request.scope)
        return _response_of(problem.reply())

    return endpoint


def _call(
    operation: Operation, owners: Sequence[object], door: ApiDoor
) -> Callable[[Request], Awaitable[Response]]:
    handler = _bound(operation.handler, owners)
    reader = None if operation.query is None else QueryReader(operation.query)

    async def call(request: Request) -> Response:
        if operation.access is Access.API_KEY:
            door.check(dict(request.scope["headers"]))
        given = () if reader is None else (reader.read(request.query_params.multi_items()),)
        answer = await handler(request, *given)
        if isinstance(answer, Response):
            return answer
        return Response(msgspec.json.encode(plain(answer)), media_type=JSON)

    return call


def _bound(handler: Handler, owners: Sequence[object]) -> Handler:
    for owner in owners:
        if getattr(type(owner), handler.__name__, None) is handler:
            bound: Handler = getattr(owner, handler.__name__)
            return bound
    raise LookupError(f"nobody has {handler.__qualname__}")


def _response_of(reply: Reply) -> Response:
    """Return a reply as Starlette sends it."""
    headers = {name.decode(): value.decode() for name, value in reply.headers}
    return Response(reply.body, reply.status, headers, reply.content_type.decode())
