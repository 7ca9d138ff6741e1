"""Requests by HTTP.

Invariant: a request that is to go wrong after it was processed has been processed whole when its
answer is broken.
"""

from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from fillgate.domain.clock import Clock
from fillgate.practice.breaking import Hanging, Reply, send_broken, send_reply
from fillgate.practice.calls import Call
from fillgate.practice.endpoints import ENDPOINTS, Endpoint
from fillgate.practice.errors import Refused
from fillgate.practice.faults import Fault, Faults
from fillgate.practice.gate import Gate
from fillgate.practice.parameters import parameters_of
from fillgate.practice.rate_limits import TooMuch
from fillgate.practice.signing import signed_text

__all__ = ["Rest"]

_encode: Final = msgspec.json.Encoder().encode


class Rest:
    """The HTTP side, as an ASGI application."""

    def __init__(self, gate: Gate, faults: Faults, hanging: Hanging, clock: Clock) -> None:
        """Answer for an exchange."""
        self._gate = gate
        self._faults = faults
        self._hanging = hanging
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        body = (await request.body()).decode("utf-8", "replace")
        fault = self._faults.draw(request.method, request.url.path)
        reply = self._reply(request, body, fault)
        if fault is not None and fault.delay_ms:
            await self._clock.sleep(fault.delay_ms / 1000)
        if fault is None:
            await send_reply(reply, send)
        else:
            await send_broken(fault, reply, self._hanging, scope=scope, receive=receive, send=send)

    def _reply(self, request: Request, body: str, fault: Fault | None) -> Reply:
        headers: dict[str, str] = {}
        if fault is not None and not fault.manner.processed:
            return Reply(200, b"", headers)
        try:
            document, status = self._answered(request, body, headers, fault)
        except Refused as refused:
            if isinstance(refused, TooMuch):
                headers["Retry-After"] = str(refused.seconds)
            document, status = refused.body, refused.status
        return Reply(status, _encode(document), headers)

    def _answered(
        self, request: Request, body: str, headers: dict[str, str], fault: Fault | None
    ) -> tuple[Any, int]:
        endpoint = ENDPOINTS.get((request.method, request.url.path))
        address = request.client.host if request.client else "127.0.0.1"
        now = self._gate.exchange.now()
        used = self._gate.limits.take_weight(address, endpoint.weight if endpoint else 1, now)
        headers["X-MBX-USED-WEIGHT"] = headers["X-MBX-USED-WEIGHT-1M"] = str(used)
        if endpoint is None:
            raise Refused(-1020, f"There is no {request.method} {request.url.path} here.", 404)
        call = self._call(endpoint, request, body, headers)
        try:
            return self._gate.answer(endpoint, call)
        finally:
            if call.receipt is not None and fault is not None:
                call.receipt.fault = fault.fault

    def _call(
        self, endpoint: Endpoint, request: Request, body: str, headers: dict[str, str]
    ) -> Call:
        query = request.scope["query_string"].decode("latin-1")
        parameters = parameters_of(query, body)
        key = request.headers.get("x-mbx-apikey")
        user = self._gate.who(endpoint, key, signed_text(query, body), parameters)
        call = self._gate.call(parameters, user, "REST")
        for interval, count in self._gate.count_order(endpoint, call).items():
            headers[f"X-MBX-ORDER-COUNT-{interval}"] = str(count)
        return call
