"""Cancelling and replacing orders over HTTP.

Invariant: what is answered as asked of the venue is durable; what is refused before that changed
nothing.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from fillgate.domain.errors import CodedError, UnknownAccount
from fillgate.domain.requests import RequestStatus
from fillgate.engine.engine import Engine
from fillgate.engine.requests.asker import Asker
from fillgate.engine.requests.outcomes import Outcome
from fillgate.service.asking_answers import CanceledOrder, CancelList, RequestAnswer
from fillgate.service.asking_bodies import CANCEL_ALL, REPLACE, terms_of
from fillgate.service.bodies import Bodies
from fillgate.service.credentials import Credentials
from fillgate.service.http import headers_of
from fillgate.service.keys import request_key
from fillgate.service.plain import plain
from fillgate.service.preferences import LONGEST_API_WAIT, wait_seconds
from fillgate.service.problems import Problem
from fillgate.service.queries import CancelQuery
from fillgate.service.shown import order_view
from fillgate.service.shown_requests import request_view
from fillgate.service.taking import API_SOURCE

__all__ = ["AskingApi"]

_FAILURES: Final[Mapping[RequestStatus, str]] = {
    RequestStatus.REJECTED: "REQUEST_REJECTED",
    RequestStatus.NOT_SENT: "REQUEST_NOT_SENT",
    RequestStatus.TOO_LATE: "TOO_LATE",
    RequestStatus.INEFFECTIVE: "INEFFECTIVE",
}
"""Outcomes that are problems for who waits, with the code of each."""


class AskingApi:
    """Handlers over one engine."""

    def __init__(self, engine: Engine, *, wait: float, credentials: Credentials) -> None:
        """Ask through `engine`.

        Args:
            wait: seconds that callers wait for an outcome, unless they say otherwise.
            credentials: what must not be written down.
        """
        self._engine = engine
        self._wait = wait
        self._credentials = credentials
        self._bodies = Bodies()

    async def cancel_order(self, request: Request, query: CancelQuery) -> Response | RequestAnswer:
        """Cancel an order."""
        identity = request.path_params["client_order_id"]
        asker, wait = self._asker(request, query.reason), self._seconds(request)
        try:
            outcome = await self._engine.requests.cancel(identity, asker, wait=wait)
        except CodedError as error:
            raise Problem(error.code, error.text) from None
        return _answer(outcome)

    async def replace_order(self, request: Request) -> Response | RequestAnswer:
        """Give an order another quantity or price, in one step at the venue."""
        identity = request.path_params["client_order_id"]
        body = REPLACE.read(await self._body(request))
        asker, wait = self._asker(request, body.reason), self._seconds(request)
        try:
            outcome = await self._engine.requests.replace(
                identity, terms_of(body), asker, wait=wait
            )
        except CodedError as error:
            raise Problem(error.code, error.text) from None
        return _answer(outcome)

    async def cancel_all(self, request: Request) -> CancelList:
        """Cancel all open orders, or those of an account or a symbol."""
        body = CANCEL_ALL.read(await self._body(request))
        if body.account is not None:
            try:
                self._engine.accounts.get(body.account)
            except UnknownAccount as error:
                raise Problem("UNKNOWN_ACCOUNT", str(error), field="account") from None
        asker = self._asker(request, body.reason)
        try:
            told = await self._engine.requests.cancel_all(
                msgspec.structs.replace(asker, key=None),
                account=body.account,
                symbol=body.symbol,
                wait=self._seconds(request),
            )
        except CodedError as error:
            raise Problem(error.code, error.text) from None
        return CancelList(orders=tuple(map(_canceled, told)))

    async def _body(self, request: Request) -> bytes:
        return await self._bodies.read(headers_of(request.scope), request.receive)

    def _asker(self, request: Request, reason: str | None) -> Asker:
        key = request_key(headers_of(request.scope), None)
        self._credentials.check_texts({"reason": reason, "Idempotency-Key": key})
        return Asker(source=API_SOURCE, actor=API_SOURCE, reason=reason, key=key)

    def _seconds(self, request: Request) -> float:
        prefer = headers_of(request.scope).get(b"prefer")
        return wait_seconds(prefer, default=self._wait, longest=LONGEST_API_WAIT)


def _answer(outcome: Outcome) -> Response | RequestAnswer:
    state, request, replayed = outcome
    code = _FAILURES.get(request.status)
    if code is not None:
        detail = request.text or f"the order is {state.status}"
        extra: dict[str, Any] = {"request": request.request}
        if request.code is not None:
            extra["reason"] = request.code
        raise Problem(code, detail, **extra)
    answer = RequestAnswer(
        request=request_view(request), order=order_view(state), replayed=replayed
    )
    if not request.is_open:
        return answer
    location = f"/api/v1/orders/{quote(state.order.client_order_id)}"
    content = msgspec.json.encode(plain(answer))
    return Response(content, 202, {"location": location}, "application/json")


def _canceled(told: Outcome | tuple[str, CodedError]) -> CanceledOrder:
    if isinstance(told, Outcome):
        state, request, _ = told
        return CanceledOrder(
            client_order_id=state.order.client_order_id,
            status=state.status,
            request=request_view(request),
        )
    identity, error = told
    return CanceledOrder(client_order_id=identity, code=error.code, reason=error.text)
