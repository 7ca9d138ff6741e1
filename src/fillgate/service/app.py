"""The ASGI application: two hot doors for signals, everything else routed by Starlette."""

from collections.abc import Callable
from typing import Any, Final

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fillgate import __version__
from fillgate.domain.life_cycle import OrderStatus
from fillgate.engine.engine import Engine
from fillgate.service.auth import ApiDoor
from fillgate.service.exposition import Exposition
from fillgate.service.http import Receive, Scope, Send, headers_of
from fillgate.service.problem_log import API, OTHER, WEBHOOK, ProblemLog
from fillgate.service.problems import Problem
from fillgate.service.reading import ReadingApi
from fillgate.service.taking import OrderTaker, WebhookTaker

__all__ = ["Application"]

_WEBHOOK: Final = "/webhook/tradingview"
_ORDERS: Final = "/api/v1/orders"
_CODES: Final = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}


class Application:
    """What uvicorn calls for every request."""

    def __init__(
        self,
        engine: Engine,
        *,
        webhooks: WebhookTaker,
        orders: OrderTaker,
        reading: ReadingApi,
        door: ApiDoor,
        problems: ProblemLog,
    ) -> None:
        """Serve `engine` through these doors."""
        self._engine = engine
        self._webhooks = webhooks
        self._orders = orders
        self._door = door
        self._exposition = Exposition(engine)
        self._problems = problems
        self._routed = Starlette(
            routes=[
                *reading.routes(),
                Route("/metrics", self._metrics),
                Route("/health", self._health),
                Route("/live", self._live),
                Route("/ready", self._ready),
            ],
            exception_handlers={HTTPException: self._http_problem, Exception: _unforeseen},
        )
        # Symbols hold slashes and the like: a trailing one is part of a path, not a redirect.
        self._routed.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope."""
        if scope["type"] != "http":
            await self._routed(scope, receive, send)
            return
        try:
            await self._app(scope)(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - the last resort: a caller gets an answer
            door = WEBHOOK if scope["path"].startswith(_WEBHOOK) else API
            self._problems.fail(door, error, scope)
            detail = "something unforeseen went wrong; nothing is known of the outcome"
            await Problem("INTERNAL_ERROR", detail).reply().send(send)

    def _app(self, scope: Scope) -> Callable[[Scope, Receive, Send], Any]:
        path = scope["path"]
        if path == _WEBHOOK or path.startswith(_WEBHOOK + "/"):
            return self._webhooks
        if path == _ORDERS and scope["method"] == "POST":
            return self._orders
        return self._route

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._routed(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - Starlette has answered, and raises it all the same
            door = API if scope["path"].startswith("/api/") else OTHER
            self._problems.fail(door, error, scope)

    async def _metrics(self, request: Request) -> Response:
        try:
            self._door.check(headers_of(request.scope))
        except Problem as problem:
            self._problems.note(OTHER, problem, request.scope)
            return _as_response(problem)
        return await self._exposition.response(request)

    async def _live(self, _request: Request) -> Response:
        return _json({"status": "ok"})

    async def _ready(self, _request: Request) -> Response:
        unavailable = self._engine.intake.unavailable
        if unavailable is None:
            return _json({"status": "ok"})
        return _json({"status": "unavailable", "code": unavailable.code}, status=503)

    async def _health(self, _request: Request) -> Response:
        unavailable = self._engine.intake.unavailable
        accounts = {account.name: account.up for account in self._engine.accounts}
        unknown = sum(
            state.status is OrderStatus.UNKNOWN for state in self._engine.blotter.open_orders()
        )
        well = unavailable is None and all(accounts.values()) and not unknown
        return _json(
            {
                "status": "ok" if well else "degraded",
                "version": __version__,
                "accepting": unavailable is None,
                "reason": None if unavailable is None else unavailable.code,
                "accounts": accounts,
                "unknown_orders": unknown,
                "waiting_signals": self._engine.dispatcher.lanes.waiting,
            }
        )

    # A coroutine: a plain function would be run in a thread.
    async def _http_problem(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = _CODES.get(error.status_code, "INTERNAL_ERROR")
        # The path may end in a credential: it is not quoted.
        problem = Problem(code, f"{request.method} finds nothing here")
        self._problems.note(OTHER, problem, request.scope)
        reply = problem.reply()
        return Response(reply.body, reply.status, error.headers, "application/problem+json")


def _json(document: dict[str, Any], status: int = 200) -> Response:
    return Response(msgspec.json.encode(document), status, media_type="application/json")


_FAILURE: Final = Problem(
    "INTERNAL_ERROR", "something unforeseen went wrong; nothing is known of the outcome"
).reply()


def _as_response(problem: Problem) -> Response:
    reply = problem.reply()
    headers = {name.decode(): value.decode() for name, value in reply.headers}
    return Response(reply.body, reply.status, headers, "application/problem+json")


def _unforeseen(_request: Request, _error: Exception) -> Response:
    return Response(_FAILURE.body, _FAILURE.status, media_type="application/problem+json")
