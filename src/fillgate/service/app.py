"""The ASGI application: two hot doors for signals, everything else routed by Starlette."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fillgate.service.api import ORDERS_PATH, WEBHOOK_PATH
from fillgate.service.http import Receive, Scope, Send
from fillgate.service.problem_log import ProblemLog
from fillgate.service.problems import Problem
from fillgate.service.taking import OrderTaker, WebhookTaker

__all__ = ["Application"]

_CODES: Final = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}


class Application:
    """What uvicorn calls for every request."""

    def __init__(
        self,
        *,
        webhooks: WebhookTaker,
        orders: OrderTaker,
        routes: Sequence[Route],
        problems: ProblemLog,
    ) -> None:
        """Serve through these doors.

        Args:
            webhooks: takes alerts.
            orders: takes orders.
            routes: all else, and the methods that the doors do not take (`operations.routes`).
            problems: takes note of what is refused, and of what fails.
        """
        self._webhooks = webhooks
        self._orders = orders
        self._problems = problems
        self._routed = Starlette(
            routes=routes,
            exception_handlers={HTTPException: self._http_problem, Exception: _unforeseen},
        )
        # Symbols hold slashes and the like: a trailing one is part of a path, not a redirect.
        self._routed.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope."""
        if scope["type"] != "http":
            await self._routed(scope, receive, send)
            return
        door = self._app(scope)
        try:
            await door(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - the last resort: a caller gets an answer
            self._problems.fail(error, scope)
            detail = "something unforeseen went wrong; nothing is known of the outcome"
            problem = Problem("INTERNAL_ERROR", detail)
            await problem.reply(webhook=door is self._webhooks).send(send)

    def _app(self, scope: Scope) -> Callable[[Scope, Receive, Send], Any]:
        path = scope["path"]
        if path == WEBHOOK_PATH or path.startswith(WEBHOOK_PATH + "/"):
            return self._webhooks
        if path == ORDERS_PATH and scope["method"] == "POST":
            return self._orders
        return self._route

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._routed(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - Starlette has answered, and raises it all the same
            self._problems.fail(error, scope)

    # A coroutine: a plain function would be run in a thread.
    async def _http_problem(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = _CODES.get(error.status_code, "INTERNAL_ERROR")
        # The path may end in a credential: it is not quoted.
        detail = f"{request.method} finds nothing here"
        if error.headers is not None and "Allow" in error.headers:
            detail = f"expected one of {error.headers['Allow']}, found {request.method}"
        problem = Problem(code, detail)
        self._problems.note(problem, request.scope)
        reply = problem.reply()
        return Response(reply.body, reply.status, error.headers, "application/problem+json")


_FAILURE: Final = Problem(
    "INTERNAL_ERROR", "something unforeseen went wrong; nothing is known of the outcome"
).reply()


def _unforeseen(_request: Request, _error: Exception) -> Response:
    return Response(_FAILURE.body, _FAILURE.status, media_type="application/problem+json")
