"""Requests by WebSocket (`/ws-api/v3`): the same as by HTTP, and what becomes of an account.

Invariant: each request that is answered is answered once, under its own id.
"""

from typing import Any, Final

import msgspec
from starlette.websockets import WebSocket

from fillgate.domain.clock import Clock
from fillgate.practice.connections import Connection
from fillgate.practice.endpoints import METHODS, Endpoint, Security
from fillgate.practice.errors import Refused, mandatory, unknown_method
from fillgate.practice.faults import WS, Fault, FaultKind, Faults
from fillgate.practice.gate import Gate
from fillgate.practice.hub import Hub
from fillgate.practice.parameters import Parameters
from fillgate.practice.signing import signed_fields

__all__ = ["WsApi"]

_SUBSCRIBE: Final = "userDataStream.subscribe.signature"
_UNSUBSCRIBE: Final = "userDataStream.unsubscribe"
_SUBSCRIPTION: Final = Endpoint(lambda _: None, 2, Security.SIGNED)


class _Message(msgspec.Struct):
    method: str
    id: str | int | None = None
    params: dict[str, Any] = {}


class WsApi:
    """Serves connections to `/ws-api/v3`."""

    def __init__(self, gate: Gate, hub: Hub, faults: Faults, clock: Clock) -> None:
        """Answer for an exchange."""
        self._gate = gate
        self._hub = hub
        self._faults = faults
        self._clock = clock

    async def serve(self, socket: WebSocket) -> None:
        """Serve one connection until it ends."""
        await socket.accept()
        connection = Connection(socket)
        self._hub.connections.add(connection)
        try:
            await connection.run(lambda text: self._hear(connection, text))
        finally:
            self._hub.forget(connection)

    async def _hear(self, connection: Connection, text: str) -> None:
        try:
            message = msgspec.json.decode(text, type=_Message)
        except msgspec.MsgspecError:
            refused = Refused(-1135, "Invalid JSON Request")
            connection.tell({"id": None, "status": 400, "error": refused.body})
            return
        fault = self._faults.draw(WS, message.method)
        status, body = self._answered(connection, message, fault)
        if fault is not None and fault.delay_ms:
            await self._clock.sleep(fault.delay_ms / 1000)
        answer = {"id": message.id, "status": status, **body}
        if message.params.get("returnRateLimits") is not False:
            answer["rateLimits"] = self._gate.limits.limits.describe()
        if fault is None:
            connection.tell(answer)
        else:
            _tell_broken(connection, fault, answer)

    def _answered(
        self, connection: Connection, message: _Message, fault: Fault | None
    ) -> tuple[int, dict[str, Any]]:
        if fault is not None and not fault.manner.processed:
            return 200, {"result": None}
        try:
            return self._result(connection, message, fault)
        except Refused as refused:
            return refused.status, {"error": refused.body}

    def _result(
        self, connection: Connection, message: _Message, fault: Fault | None
    ) -> tuple[int, dict[str, Any]]:
        parameters = Parameters(message.params)
        if message.method == _UNSUBSCRIBE:
            self._hub.leave_user(connection, parameters.integer("subscriptionId"))
            return 200, {"result": {}}
        subscribes = message.method == _SUBSCRIBE
        endpoint = _SUBSCRIPTION if subscribes else METHODS.get(message.method)
        if endpoint is None:
            raise unknown_method()
        now = self._gate.exchange.now()
        self._gate.limits.take_weight(connection.address, endpoint.weight, now)
        signed, key = signed_fields(parameters.values), parameters.values.get("apiKey")
        if endpoint.security is not Security.NONE and key is None:
            raise mandatory("apiKey")
        user = self._gate.who(endpoint, key, signed, parameters)
        if subscribes:
            assert user is not None
            number = self._hub.listen_to_user(user.name, connection)
            return 200, {"result": {"subscriptionId": number}}
        call = self._gate.call(parameters, user, WS)
        self._gate.count_orders(endpoint, call)
        try:
            body, status = self._gate.answer(endpoint, call)
        finally:
            if call.receipt is not None and fault is not None:
                call.receipt.fault = fault.fault
        return status, {"result": body} if status < 400 else {"error": body}  # noqa: PLR2004


def _tell_broken(connection: Connection, fault: Fault, answer: dict[str, Any]) -> None:
    if fault.fault is FaultKind.HANG:
        return
    if fault.fault in {FaultKind.RESET, FaultKind.DROP}:
        connection.drop()
    elif fault.answer is None:
        connection.tell(answer)
    else:
        status, body = fault.answer
        error = msgspec.json.decode(body)
        connection.tell({"id": answer["id"], "status": status, "error": error})
