"""Requests by HTTP.

Invariant: a request that is to go wrong after it was processed has been processed whole when its
answer is broken.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from fillgate.domain.clock import Clock
from fillgate.practice.breaking import Hanging, Reply, send_broken, send_reply
from fillgate.practice.calls import Call
from fillgate.practice.endpoints import Endpoint
from fillgate.practice.errors import Refused
from fillgate.practice.faults import Fault, Faults
from fillgate.practice.gate import Gate
from fillgate.practice.parameters import parameters_of
from fillgate.practice.rate_limits import TooMuch
from fillgate.practice.signing import signed_text

__all__ = ["Rest", "Surface"]

_encode: Final = msgspec.json.Encoder().encode


class Surface(NamedTuple):
    """One exchange behind the socket: its gate, and what can be asked there."""

    gate: Gate
    endpoints: Mapping[tuple[str, str], Endpoint]


class Rest:
    """The HTTP side, as an ASGI application."""

    def __init__(
        self, surfaces: Mapping[str, Surface], faults: Faults, hanging: Hanging, clock: Clock
    ) -> None:
        """Answer for exchanges.

        Args:
            surfaces: by how their paths begin; the first that fits counts, and "" fits all.
            faults: what goes wrong.
            hanging: holds requests without an answer.
            clock: delays answers.
        """
        self._surfaces = surfaces
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
            await self._hanging.let_be(self._clock.sleep(fault.delay_ms / 1000))
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
        path = request.url.path
        gate, endpoints = next(each for at, each in self._surfaces.items() if path.startswith(at))
        endpoint = endpoints.get((request.method, path))
        address = request.client.host if request.client else "127.0.0.1"
        weight = endpoint.weight if endpoint else 1
        used = gate.limits.take_weight(address, weight, gate.exchange.now())
        headers["X-MBX-USED-WEIGHT"] = headers["X-MBX-USED-WEIGHT-1M"] = str(used)
        if endpoint is None:
            raise Refused(-1020, f"There is no {request.method} {path} here.", 404)
        call = _call(gate, endpoint, request, body, headers)
        try:
            return gate.answer(endpoint, call)
        finally:
            if call.receipt is not None and fault is not None:
                call.receipt.fault = fault.fault


def _call(
    gate: Gate, endpoint: Endpoint, request: Request, body: str, headers: dict[str, str]
) -> Call:
    query = request.scope["query_string"].decode("latin-1")
    parameters = parameters_of(query, body)
    key = request.headers.get("x-mbx-apikey")
    user = gate.who(endpoint, key, signed_text(query, body), parameters)
    call = gate.call(parameters, user, "REST")
    for interval, count in gate.count_orders(endpoint, call).items():
        headers[f"X-MBX-ORDER-COUNT-{interval}"] = str(count)
    return call
