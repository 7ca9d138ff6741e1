"""The paths of the bridge, as an ASGI application.

Invariants:

1. A request is checked before it is read, and read before anything is asked of the account.
2. No answer holds a credential of this process, whatever a venue said.
3. A failure of ours is an answer: Unknown for what acts, an error for what asks.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from fillgate.bridge.account import Account
from fillgate.bridge.doors import Door
from fillgate.bridge.endings import act_ending, order_ending
from fillgate.bridge.orders import check_complete, read_order
from fillgate.bridge.questions import Questions
from fillgate.bridge.refusals import STATUSES, Refusal
from fillgate.bridge.reports import ReportStreams
from fillgate.bridge.submissions import Key, Submissions
from fillgate.bridge.telling import Telling
from fillgate.domain.capabilities import Capabilities
from fillgate.domain.errors import NotSent
from fillgate.domain.logger import Logger
from fillgate.domain.orders import Order
from fillgate.plugins.ccxt_http.answers import BrokenAnswer
from fillgate.plugins.ccxt_http.protocol import (
    ACTS,
    HEALTH,
    QUESTIONS,
    REPORTS,
    TICKER,
    VERSION,
    WEBHOOK,
    Act,
    CancelAsked,
    Health,
    ReplaceAsked,
    decode,
)
from fillgate.service.bodies import Bodies
from fillgate.service.http import ClientGone, Receive, Reply, Scope, Send, headers_of
from fillgate.service.problems import Problem

__all__ = ["BridgeApplication"]

_OK: Final = 200
_DOWN: Final = 503


class BridgeApplication:
    """What uvicorn calls for every request."""

    def __init__(
        self,
        account: Account,
        door: Door,
        submissions: Submissions,
        streams: ReportStreams,
        *,
        place: Mapping[str, object],
        late_seconds: float,
        telling: Telling,
        logger: Logger,
    ) -> None:
        """Answer for an account.

        Args:
            account: the one.
            door: says who may ask.
            submissions: what was sent.
            streams: sends reports.
            place: the account's `exchange` and `testnet`, where it has such.
            late_seconds: how old a request may be.
            telling: takes credentials out of what is told.
            logger: hears what fails.
        """
        self._account = account
        self._door = door
        self._submissions = submissions
        self._streams = streams
        self._questions = Questions(account, submissions)
        self._place_here = place
        self._late_seconds = late_seconds
        self._telling = telling
        self._logger = logger
        self._bodies = Bodies()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope."""
        try:
            if scope["path"] == REPORTS and scope["method"] == "GET":
                await self._follow(scope, receive, send)
                return
            reply = await self._reply(scope, receive)
        except ClientGone:
            return
        except Refusal as refusal:
            reply = Refusal(refusal.code, self._telling.text(refusal.text)).reply()
        except Problem as problem:
            reply = Refusal(problem.code, problem.detail).reply()
        except Exception as error:
            self._logger.error("bridge-failed", path=scope["path"], exc_info=error)  # noqa: TRY400 - no logging
            reply = _failed()
        await reply._replace(body=self._telling.body(reply.body)).send(send)

    async def _follow(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._door.check_question(_target(scope), headers_of(scope))
        plugin = self._account.plugin
        if not plugin.capabilities.stream_reports:
            raise Refusal("NOT_SUPPORTED", "the account streams no reports")
        await self._streams.send(plugin, receive, send)

    async def _reply(self, scope: Scope, receive: Receive) -> Reply:
        path, method = scope["path"], scope["method"]
        if path == WEBHOOK or path in ACTS:
            _check_method(method, "POST")
            body = await self._bodies.read(headers_of(scope), receive)
            place = self._place if path == WEBHOOK else self._act
            return await place(scope, body)
        if path == HEALTH or path in QUESTIONS or path.startswith(TICKER):
            _check_method(method, "GET")
            return await self._told(scope)
        raise Refusal("NOT_FOUND", f"{method} finds nothing here")

    async def _told(self, scope: Scope) -> Reply:
        path = scope["path"]
        if path == HEALTH:
            return await self._health(scope)
        if path in QUESTIONS:
            self._door.check_question(_target(scope), headers_of(scope))
            return Reply(_OK, await self._questions.answer(path, scope["query_string"]))
        symbol = unquote(scope["raw_path"].decode("latin-1")).removeprefix(TICKER)
        return Reply(_OK, await self._questions.quote(symbol))

    async def _health(self, scope: Scope) -> Reply:
        headers = headers_of(scope)
        if self._door.is_signed(headers):
            self._door.check_question(_target(scope), headers)
        await self._account.look()
        reason = self._account.reason
        said = Health(
            status="ok" if reason is None else "down",
            protocol=VERSION,
            capabilities=self._capabilities,
            message=None if reason is None else self._telling.text(reason),
        )
        return Reply(_OK if reason is None else _DOWN, msgspec.json.encode(said))

    @property
    def _capabilities(self) -> Capabilities:
        return self._account.capabilities(late_seconds=self._late_seconds)

    async def _place(self, scope: Scope, body: bytes) -> Reply:
        self._door.check_order(headers_of(scope), body)
        received = read_order(body, self._account.name, self._place_here)
        ended, replayed = await self._submissions.once(
            Key("execute_order", received.order.client_order_id),
            received.order,
            received.signed_at,
            about=(received.order.client_order_id,),
            check_time=self._door.check_time,
            work=lambda: self._execute(received.order),
        )
        told = order_ending(ended, replayed=replayed, redact=self._telling.text)
        return Reply(_OK, msgspec.json.encode(told))

    async def _execute(self, order: Order) -> object:
        return await self._open("execute_order")(order)

    async def _act(self, scope: Scope, body: bytes) -> Reply:
        act = ACTS[scope["path"]]
        at = self._door.check_request("POST", _target(scope), headers_of(scope), body)
        asked = self._asked(act, body)
        ended, replayed = await self._submissions.once(
            Key(act.method, asked.request_id),
            asked,
            at,
            about={asked.client_order_id, asked.request_id},
            check_time=self._door.check_time,
            work=lambda: self._do(act.method, asked),
        )
        told = act_ending(ended, replayed=replayed, redact=self._telling.text)
        return Reply(_OK, msgspec.json.encode(told))

    def _asked(self, act: Act, body: bytes) -> CancelAsked | ReplaceAsked:
        try:
            asked = decode(act.asked, body, strict=True)
        except BrokenAnswer as error:
            raise Refusal("MALFORMED", f"{act.method} cannot be read: {error}") from None
        if isinstance(asked, CancelAsked):
            return asked
        check_complete(asked.order)
        order = msgspec.structs.replace(asked.order, account=self._account.name)
        return msgspec.structs.replace(asked, order=order)

    async def _do(self, method: str, asked: msgspec.Struct) -> object:
        keywords = {name: getattr(asked, name) for name in asked.__struct_fields__}
        return await self._open(method)(**keywords)

    def _open(self, method: str) -> Callable[..., Awaitable[object]]:
        try:
            plugin = self._account.plugin
        except Refusal as refusal:
            raise NotSent(refusal.code, refusal.text) from None
        if method != "execute_order" and not getattr(plugin.capabilities, method):
            raise NotSent("NOT_SUPPORTED", f"the account has no {method}")
        found: Callable[..., Coroutine[Any, Any, object]] = getattr(plugin, method)
        return found


def _check_method(method: str, expected: str) -> None:
    if method != expected:
        raise Refusal("METHOD_NOT_ALLOWED", f"expected {expected}, found {method}")


def _target(scope: Scope) -> bytes:
    path: bytes = scope["raw_path"]
    query: bytes = scope["query_string"]
    return path + b"?" + query if query else path


def _failed() -> Reply:
    text = "something unforeseen went wrong; nothing is known of the outcome"
    # Without an ending: it is not known whether anything was sent.
    told = {"code": "INTERNAL_ERROR", "message": text}
    return Reply(STATUSES["INTERNAL_ERROR"], msgspec.json.encode(told))
