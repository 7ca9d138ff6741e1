"""From the bytes of a request to the answer: the two doors through which signals come.

    bytes -> authenticate -> read -> check -> engine.accept -> wait -> reply

Invariants:

1. Nothing is answered as accepted that is not durable.
2. A refusal of an authenticated request is kept as a signal with its reason; one without a valid
   credential leaves no trace but a count.
3. Credentials are cut from a body before it is handed on; a signal that holds one elsewhere is
   refused (`credentials`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final
from urllib.parse import quote

import msgspec

from fillgate.domain.clock import Clock
from fillgate.domain.errors import UnknownAccount
from fillgate.engine.arrivals import Admission, Arrival
from fillgate.engine.engine import Engine
from fillgate.engine.intake import EngineUnavailable, KeyReused
from fillgate.journal.base import JournalUnavailable
from fillgate.meters import SignalOutcome
from fillgate.service.auth import SIGNATURE, ApiDoor, WebhookDoor
from fillgate.service.bodies import Bodies
from fillgate.service.credentials import Credentials
from fillgate.service.http import ClientGone, Receive, Reply, Scope, Send, headers_of
from fillgate.service.keys import request_key
from fillgate.service.preferences import LONGEST_API_WAIT, LONGEST_WEBHOOK_WAIT, wait_seconds
from fillgate.service.problem_log import ProblemLog
from fillgate.service.problems import PROBLEMS, Problem
from fillgate.service.views import Answer, answer_of
from fillgate.signals.alert_text import parse_alert
from fillgate.signals.api import read_order
from fillgate.signals.checks import check_confidence, check_fresh
from fillgate.signals.received import Received
from fillgate.signals.refusals import Refusal
from fillgate.signals.repair import words_of_repairs
from fillgate.signals.webhook import alert_of

__all__ = ["API_SOURCE", "WEBHOOK_SOURCE", "OrderTaker", "SignalRules", "WebhookTaker"]

WEBHOOK_SOURCE: Final = "tradingview"
API_SOURCE: Final = "api"

_AHEAD_SECONDS: Final = 30.0
_REPLAYED: Final = (b"idempotent-replayed", b"true")

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRules:
    """What signals have to keep to, and how long their senders wait."""

    min_confidence: Decimal
    max_age: float
    """Seconds."""
    wait: float
    """Seconds, unless the sender says otherwise."""
    secrets: Sequence[str] = field(repr=False)
    """Credentials to cut from bodies wherever they stand."""


class _Refused(Exception):
    """An authenticated request is refused, which is kept as a signal."""

    def __init__(self, problem: Problem, repairs: tuple[str, ...] = ()) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.repairs = repairs


class _Taker:
    """What both doors share."""

    source: str
    webhook: bool
    longest_wait: float

    def __init__(
        self, engine: Engine, rules: SignalRules, clock: Clock, problems: ProblemLog
    ) -> None:
        self._engine = engine
        self._rules = rules
        self._credentials = Credentials(rules.secrets)
        self._bodies = Bodies()
        self._clock = clock
        self._problems = problems
        self._meters = engine.meters.source(self.source)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            reply = await self._reply(scope, receive)
        except Problem as problem:
            self._count(problem, scope)
            reply = problem.reply(webhook=self.webhook)
        except ClientGone:
            return
        await reply.send(send)

    async def _reply(self, scope: Scope, receive: Receive) -> Reply:
        headers = headers_of(scope)
        if scope["method"] != "POST":
            raise Problem("METHOD_NOT_ALLOWED", f"expected POST, found {scope['method']}")
        body = await self._bodies.read(headers, receive)
        try:
            arrival = self._arrival(scope, headers, body)
            wait = wait_seconds(
                headers.get(b"prefer"), default=self._rules.wait, longest=self.longest_wait
            )
            return self._answer(await self._admission(arrival, wait))
        except _Refused as refused:
            raise await self._kept(refused, body) from None

    def _arrival(self, scope: Scope, headers: dict[bytes, bytes], body: bytes) -> Arrival:
        received_at, began = self._clock.now(), self._clock.monotonic()
        received = self._received(scope, headers, body)
        return Arrival(
            source=self.source,
            signal=received.signal,
            body=self._credentials.cut(body),
            repairs=received.repairs,
            received_at=received_at,
            key=self._key(headers, received),
            fingerprint=self.webhook,
            began=began,
        )

    def _received(self, scope: Scope, headers: dict[bytes, bytes], body: bytes) -> Received:
        """Authenticate a request and read its body.

        Raises:
            Problem: it has no valid credential.
            _Refused: it has, and its body is not what it should be.
        """
        raise NotImplementedError

    def _key(self, headers: dict[bytes, bytes], received: Received) -> str | None:
        try:
            key = request_key(headers, received.id)
            self._credentials.check(received, key)
        except Problem as problem:
            raise _Refused(problem) from None
        return key

    async def _admission(self, arrival: Arrival, wait: float) -> Admission:
        intake = self._engine.intake
        stale = self._staleness(arrival)
        try:
            if stale is None:
                return await intake.accept(arrival, wait=wait)
            # Too old to be a first delivery. A repeated one gets the stored outcome, however late.
            known = await intake.find(arrival, wait=wait)
        except EngineUnavailable as error:
            raise Problem(error.code, error.text) from None
        except JournalUnavailable as error:
            raise Problem("JOURNAL_UNAVAILABLE", str(error)) from None
        except KeyReused as error:
            raise _Refused(Problem(error.code, error.text)) from None
        except UnknownAccount as error:
            raise _Refused(Problem("UNKNOWN_ACCOUNT", str(error), field="account")) from None
        if known is None:
            raise _Refused(stale)
        return known

    def _staleness(self, arrival: Arrival) -> Problem | None:
        try:
            check_fresh(arrival.signal, arrival.received_at, self._rules.max_age, _AHEAD_SECONDS)
        except Refusal as refusal:
            return _problem_of(refusal)
        return None

    def _answer(self, admission: Admission) -> Reply:
        answer = answer_of(
            admission.ticket, replayed=admission.replayed, suspected=admission.suspected
        )
        headers = (_REPLAYED,) if admission.replayed else ()
        state = admission.ticket.state
        if state is None or state.status.is_undecided:
            location = _location(answer, planned=state is not None)
            return Reply(202, _encode(answer), headers=(*headers, location))
        if answer.status in _FAILURES:
            return _failure(answer, webhook=self.webhook, headers=headers)
        return Reply(200, _encode(answer), headers=headers)

    async def _kept(self, refused: _Refused, body: bytes) -> Problem:
        """Keep an authenticated refusal in the journal."""
        problem = refused.problem
        number = await self._engine.intake.refuse(
            source=self.source,
            code=problem.code,
            reason=self._credentials.cut_reason(problem.detail),
            body=self._credentials.cut(body),
            received_at=self._clock.now(),
            repairs=refused.repairs,
        )
        problem.extra["signal"] = number
        return problem

    def _count(self, problem: Problem, scope: Scope) -> None:
        self._problems.note(problem, scope)
        if "signal" in problem.extra:
            self._meters.signals[SignalOutcome.REFUSED] += 1
        elif problem.kind.status == 503:  # noqa: PLR2004 - turned away for want of room
            self._meters.signals[SignalOutcome.UNAVAILABLE] += 1


class WebhookTaker(_Taker):
    """Takes TradingView alerts: `POST /webhook/tradingview`, with or without a token behind."""

    source = WEBHOOK_SOURCE
    webhook = True
    longest_wait = LONGEST_WEBHOOK_WAIT

    def __init__(
        self,
        engine: Engine,
        rules: SignalRules,
        clock: Clock,
        problems: ProblemLog,
        door: WebhookDoor,
    ) -> None:
        """Let in what `door` lets in."""
        super().__init__(engine, rules, clock, problems)
        self._door = door

    def _received(self, scope: Scope, headers: dict[bytes, bytes], body: bytes) -> Received:
        authenticated = self._authenticated_outside(scope, headers, body)
        try:
            text = parse_alert(body)
        except Refusal as refusal:
            problem = _problem_of(refusal)
            raise (_Refused(problem) if authenticated else problem) from None
        secret = text.members.get("secret")
        if not authenticated or secret is not None:
            self._door.check_secret(secret if isinstance(secret, str) else None)
        try:
            received = alert_of(text)
            check_confidence(received.signal, self._rules.min_confidence)
        except Refusal as refusal:
            raise _Refused(_problem_of(refusal), words_of_repairs(text.repairs)) from None
        return received

    def _authenticated_outside(
        self, scope: Scope, headers: dict[bytes, bytes], body: bytes
    ) -> bool:
        """Check the credentials in header and path; tell whether there was one."""
        signature = headers.get(SIGNATURE)
        if signature is not None:
            self._door.check_signature(signature, body)
            if len(headers) < len(scope["headers"]):
                self._check_each_signature(scope, body)
        token = scope["path"].removeprefix("/webhook/tradingview").removeprefix("/")
        if token:
            self._door.check_token(token)
        return bool(signature is not None or token)

    def _check_each_signature(self, scope: Scope, body: bytes) -> None:
        """Check all, for some header stands there more than once."""
        for name, value in scope["headers"]:
            if name == SIGNATURE:
                self._door.check_signature(value, body)


class OrderTaker(_Taker):
    """Takes orders of programs: `POST /api/v1/orders`."""

    source = API_SOURCE
    webhook = False
    longest_wait = LONGEST_API_WAIT

    def __init__(
        self,
        engine: Engine,
        rules: SignalRules,
        clock: Clock,
        problems: ProblemLog,
        door: ApiDoor,
    ) -> None:
        """Let in what `door` lets in."""
        super().__init__(engine, rules, clock, problems)
        self._door = door

    def _received(self, scope: Scope, headers: dict[bytes, bytes], body: bytes) -> Received:
        self._door.check(headers)
        try:
            return read_order(body)
        except Refusal as refusal:
            raise _Refused(_problem_of(refusal)) from None


_FAILURES: Final = {"REJECTED": "REJECTED", "DENIED": "DENIED", "ABSENT": "ABSENT"}
"""Statuses that are problems for who waits, with the kind of problem each is."""


def _failure(answer: Answer, *, webhook: bool, headers: tuple[tuple[bytes, bytes], ...]) -> Reply:
    members = msgspec.to_builtins(answer)
    for name in ("success", "order_id", "error", "code", "status"):
        members.pop(name)
    problem = Problem(
        answer.code or answer.status,
        answer.error or f"the order is {answer.status}",
        kind=PROBLEMS[_FAILURES[answer.status]],
        order_status=answer.status,
        **members,
    )
    return problem.reply(webhook=webhook, headers=headers)


def _location(answer: Answer, *, planned: bool) -> tuple[bytes, bytes]:
    if answer.client_order_id is None or not planned:
        return (b"location", b"/api/v1/signals/%d" % answer.signal)
    return (b"location", f"/api/v1/orders/{quote(answer.client_order_id)}".encode())


def _problem_of(refusal: Refusal) -> Problem:
    return Problem(str(refusal.code), refusal.reason, field=refusal.field)
