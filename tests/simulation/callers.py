"""Those who send signals, ask for cancels and replaces, and settle orders by hand.

They remember what they were answered, over all processes.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import OrderType
from fillgate.domain.signals import Action, Signal
from fillgate.engine.arrivals import Admission, Arrival
from fillgate.engine.intake import EngineUnavailable, KeyReused
from fillgate.engine.requests.asker import Asker
from fillgate.engine.requests.checks import RequestRefused, Terms
from fillgate.engine.requests.outcomes import Outcome
from fillgate.engine.requests.requests import OrderNotFound, Refusal
from fillgate.engine.resolution import NotResolvable, Resolution
from fillgate.journal.base import JournalUnavailable
from tests.simulation.places import ACCOUNTS, SYMBOLS
from tests.simulation.steps import Send
from tests.simulation.truth import Truth
from tests.simulation.venue import SETTLE_SECONDS
from tests.simulation.world import House, World

__all__ = ["Callers", "Delivery", "Question"]

_T = TypeVar("_T")

PRICE = Decimal(100)

_ENDINGS: tuple[tuple[type[Exception], str], ...] = (
    (EngineUnavailable, "turned away"),
    (JournalUnavailable, "turned away"),
    (KeyReused, "reused"),
    (RequestRefused, "refused"),
    (OrderNotFound, "not found"),
)


@dataclass(eq=False)
class Delivery:
    """One call of `accept` and what came of it."""

    name: str
    """Of the reading; it travels as the signal's strategy."""
    key: str | None
    signal: Signal
    by_fingerprint: bool
    last: bool = False
    """Delivered after all was healed."""
    task: "asyncio.Task[Admission] | None" = None
    admission: Admission | None = None
    ending: str = "pending"
    status: OrderStatus | None = None
    """The definite status that the caller saw."""

    @property
    def claim(self) -> str | None:
        """What it claims, as the checks name it."""
        return f"fingerprint {self.name}" if self.by_fingerprint else self.key

    def look(self) -> None:
        """Look at the definite outcome, if there is one."""
        if self.admission is None or self.status is not None:
            return
        state = self.admission.ticket.state
        if state is not None and not state.status.is_undecided:
            self.status = state.status


@dataclass(eq=False)
class Question:
    """One request about orders and what came of it."""

    identity: str | None
    """The order's; None for all orders."""
    terms: Terms | None
    """None to cancel."""
    key: str | None
    ending: str = "pending"
    outcomes: tuple[Outcome, ...] = ()
    refusals: tuple[Refusal, ...] = ()


class Callers:
    """All callers of all processes of a world."""

    def __init__(self, world: World) -> None:
        """Call the newest engine of a world."""
        self._world = world
        self.deliveries: list[Delivery] = []
        self.questions: list[Question] = []
        self.crashed_in_doubt: set[str] = set()
        """Names of signals that were turned away by a process that ended with writes in doubt."""
        self._persons: list[asyncio.Task[None]] = []
        world.ended = self._process_ended

    def _start(self, work: Coroutine[Any, Any, _T]) -> "asyncio.Task[_T]":
        return self._world.loop.start(work, process=self._world.house.process)

    def _process_ended(self, house: House) -> None:
        if house.engine is not None and house.engine.recorder.in_flight:
            away = (one.name for one in self.deliveries if one.ending == "turned away")
            self.crashed_in_doubt.update(away)
        self._persons.clear()
        for delivery in self.deliveries:
            delivery.look()
        self._cut_off(self.deliveries)
        self._cut_off(self.questions)

    def _cut_off(self, those: "Sequence[Delivery | Question]") -> None:
        for one in those:
            if one.ending == "pending":
                one.ending = "cut off"

    # Signals

    def send(self, step: Send) -> None:
        """Send a new signal."""
        name = f"s{len(self.deliveries)}"
        signal = Signal(
            action=Action.SELL if step.sell else Action.BUY,
            symbol=SYMBOLS[step.symbol],
            account=ACCOUNTS[step.account],
            order_type=OrderType.LIMIT,
            price=PRICE,
            quantity=Decimal(step.quantity),
            reduce_only=step.reduce_only,
            strategy=name,
        )
        self._world.venue.behaviours[name] = step.venue
        key = f"k{len(self.deliveries)}" if step.key else None
        for _ in range(step.copies):
            self._deliver(Delivery(name, key, signal, step.fingerprint), step.wait)

    def send_again(self, before: Delivery, wait: float, *, last: bool = False) -> None:
        """Deliver a signal once more."""
        again = Delivery(before.name, before.key, before.signal, before.by_fingerprint, last=last)
        self._deliver(again, wait)

    def send_otherwise(self, before: Delivery) -> None:
        """Send another signal under the key of an earlier one."""
        name = f"s{len(self.deliveries)}"
        signal = Signal(action=Action.BUY, symbol=SYMBOLS[0], quantity=Decimal(9), strategy=name)
        self._deliver(Delivery(name, before.key, signal, by_fingerprint=False), 0.0)

    def send_all_again(self) -> None:
        """Deliver once more what was turned away under a key or a fingerprint."""
        for before in tuple(self.deliveries):
            if before.ending == "turned away" and before.claim is not None:
                self.send_again(before, 0.0, last=True)

    def _deliver(self, delivery: Delivery, wait: float) -> None:
        self.deliveries.append(delivery)
        arrival = Arrival(
            source="test",
            signal=delivery.signal,
            body=delivery.name.encode(),
            received_at=self._world.clock.now(),
            key=delivery.key,
            fingerprint=delivery.by_fingerprint,
        )
        delivery.task = self._start(self._world.engine.intake.accept(arrival, wait=wait))
        delivery.task.add_done_callback(lambda _: self._delivered(delivery))

    def _delivered(self, delivery: Delivery) -> None:
        assert delivery.task is not None
        delivery.ending = _ending(delivery.task)
        if delivery.ending == "answered":
            delivery.admission = delivery.task.result()
            delivery.look()
            self._world.acknowledged(delivery.admission.ticket.number)
        self._world.tell(delivery.name, delivery.ending, delivery.status)

    # Requests

    def ask(self, question: Question, wait: float) -> None:
        """Cancel or replace an order, or cancel all of some."""
        self._ask(question, self._start(self._outcome(question, wait)))

    async def _outcome(self, question: Question, wait: float) -> Sequence[Outcome | Refusal]:
        assert question.identity is not None
        asker = Asker(source="somebody", actor="somebody", key=question.key)
        requests = self._world.engine.requests
        if question.terms is None:
            return (await requests.cancel(question.identity, asker, wait=wait),)
        return (await requests.replace(question.identity, question.terms, asker, wait=wait),)

    def cancel_all(self, account: str | None, symbol: str | None, wait: float) -> None:
        """Cancel all that is open."""
        asker = Asker(source="somebody", actor="somebody")
        work = self._world.engine.requests.cancel_all(
            asker, account=account, symbol=symbol, wait=wait
        )
        self._ask(Question(None, None, None), self._start(work))

    def _ask(self, question: Question, task: "asyncio.Task[Sequence[Outcome | Refusal]]") -> None:
        self.questions.append(question)

        def asked(task: "asyncio.Task[Sequence[Outcome | Refusal]]") -> None:
            question.ending = _ending(task)
            if question.ending == "answered":
                told = task.result()
                question.outcomes = tuple(one for one in told if isinstance(one, Outcome))
                question.refusals = tuple(one for one in told if not isinstance(one, Outcome))
                for outcome in question.outcomes:
                    self._world.admitted(outcome.request.request)
            what = [one.request.status for one in question.outcomes]
            self._world.tell("asked about", question.identity, question.ending, *what)

        task.add_done_callback(asked)

    # People

    def resolve(self, state: OrderState) -> None:
        """Let a person look at the venue and settle an order."""
        self._persons.append(self._start(self._resolve(state.order.client_order_id)))

    async def _resolve(self, identity: str) -> None:
        truth = self._world.venue.orders.get(identity)
        if truth is not None and self._world.venue.now < truth.sent + SETTLE_SECONDS:
            return
        try:
            await self._world.engine.resolve(identity, _finding(truth))
        except NotResolvable:
            self._world.tell(identity, "was settled before the person")

    @property
    def waiting(self) -> list[str]:
        """Who has no answer."""
        found = [one.name for one in self.deliveries if one.ending == "pending"]
        found += [
            f"a request about {one.identity}" for one in self.questions if one.ending == "pending"
        ]
        return found + ["a person" for task in self._persons if not task.done()]


def _ending(task: "asyncio.Task[Any]") -> str:
    if task.cancelled():
        return "cut off"
    error = task.exception()
    if error is None:
        return "answered"
    return next((name for kind, name in _ENDINGS if isinstance(error, kind)), repr(error))


def _finding(truth: Truth | None) -> Resolution:
    taken = truth if truth is not None and truth.taken else None
    return Resolution(
        status=taken.status if taken else OrderStatus.ABSENT,
        reason="asked at the venue",
        actor="person",
        order_id=taken.venue_id if taken else None,
        filled_quantity=taken.filled if taken else None,
        average_price=taken.average_price if taken else None,
    )
