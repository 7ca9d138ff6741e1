"""What must be true after a run, by the numbers of the invariants' page."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from fillgate.domain.events import OrderAbsent, OrderNotSent, OrderRejected, SignalAccepted
from fillgate.domain.ids import order_of
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import Order
from fillgate.domain.requests import Request, RequestKind, RequestStatus
from fillgate.journal.base import Recorded
from tests.torture.book import Book, VenueOrder
from tests.torture.cancel_checks import wrong_cancels
from tests.torture.evidence import Evidence
from tests.torture.lane_checks import overtakings
from tests.torture.ledger import Accepted, Arrived
from tests.torture.senders import Sent

__all__ = ["CHECKED", "Violation", "violations"]


@dataclass(frozen=True)
class Violation:
    """Something that must not be."""

    invariant: int
    text: str
    signal: int | None = None
    client_order_id: str | None = None


def _acknowledged(evidence: Evidence) -> Iterator[Violation]:
    """1: what was acknowledged has exactly one recorded outcome."""
    for sent in evidence.sent.values():
        signals = evidence.accepted.get((sent.source, sent.key), ())
        if not sent.is_acknowledged:
            continue
        if not signals:
            yield Violation(1, f"{sent.key} was acknowledged and is not in the journal")
        for signal in signals:
            orders = evidence.planned.get(signal.signal, ())
            if len(orders) != 1:
                text = f"{sent.key} was acknowledged and has {len(orders)} orders"
                yield Violation(1, text, signal.signal)
    for number in evidence.waiting:
        yield Violation(1, "it waits for ever", number)


def _turned_away(evidence: Evidence) -> Iterator[Violation]:
    """2: what was turned away for want of room left nothing."""
    for sent in evidence.sent.values():
        is_turned_away = not sent.replies and set(sent.troubles) <= _WITHOUT_A_TRACE
        for signal in evidence.accepted.get((sent.source, sent.key), ()):
            if is_turned_away:
                yield Violation(2, f"{sent.key} was turned away, and taken", signal.signal)


def _keys(evidence: Evidence) -> Iterator[Violation]:
    """3: a key has one order, and every delivery under it is answered with that one."""
    for (source, key), signals in evidence.accepted.items():
        if len(signals) > 1:
            numbers = [signal.signal for signal in signals]
            yield Violation(3, f"{source} {key} was taken {len(signals)} times: {numbers}")
        sent = evidence.sent.get(key)
        if sent is None or sent.source != source:
            yield Violation(3, f"nobody sent {source} {key}", signals[0].signal)
        else:
            yield from _told(sent, {signal.signal for signal in signals})
    for number, orders in evidence.planned.items():
        if len(orders) > 1:
            yield Violation(3, f"{len(orders)} orders of one signal", number)


def _told(sent: Sent, signals: set[int]) -> Iterator[Violation]:
    for reply in sent.replies:
        told = reply.json.get("signal")
        if told is not None and told not in signals:
            yield Violation(3, f"{sent.key} was answered with signal {told}, not {signals}", told)
    ids = {reply.json.get("client_order_id") for reply in sent.replies} - {None}
    if len(ids) > 1:
        yield Violation(3, f"{sent.key} was answered with several orders: {ids}", min(signals))


_WITHOUT_A_TRACE: Final = {"OVERLOADED", "DRAINING", "refused"}
_DEFINITE: Final = {OrderStatus.FILLED, OrderStatus.REJECTED, OrderStatus.DENIED}


def _definite_answers(evidence: Evidence) -> Iterator[Violation]:
    """4: an answer that was definite stays."""
    for sent in evidence.sent.values():
        for reply in sent.replies:
            told = reply.json.get("order_status") or reply.json.get("status")
            state = evidence.states.get(str(reply.json.get("client_order_id")))
            if told in _DEFINITE and state is not None and state.status != told:
                text = f"{sent.key} was told {told}, and it is {state.status}"
                yield Violation(4, text, state.signal, state.order.client_order_id)


def _arrivals(evidence: Evidence) -> Iterator[Violation]:
    """5 and 16: everything reaches the venue at most once."""
    for (request, identity), times in evidence.book.arrivals.items():
        if times > 1:
            number, name = 5 if request == "new" else 16, order_of(identity)
            state = evidence.states.get(name)
            text = f"the venue got {request} {identity} {times} times"
            yield Violation(number, text, None if state is None else state.signal, name)


def _durable_first(evidence: Evidence) -> Iterator[Violation]:
    """6: SENDING was durable first, and the venue heard what the journal holds."""
    for request, identity in evidence.book.arrivals:
        if request != "new" or identity in evidence.foreign:
            continue
        state = evidence.states.get(identity)
        if state is None or not state.sending:
            text = "the venue has an order whose SENDING is not in the journal"
            yield Violation(6, text, None if state is None else state.signal, identity)
            continue
        venues, intent = evidence.book.find(identity), evidence.intents.get(identity)
        ours = None if intent is None else _terms(intent.order)
        if venues is not None and ours != _terms(venues.accepted):
            text = f"the journal has {ours}, the venue {_terms(venues.accepted)}"
            yield Violation(6, text, state.signal, identity)


def _terms(order: Order | Accepted) -> tuple[object, ...]:
    return (order.symbol, str(order.side), str(order.order_type), order.quantity, order.price)


_ON_ITS_WAY: Final = 1.0
"""Seconds that an order may take from the last look at its age to the venue."""

_AT_THE_VENUE: Final = frozenset(
    {
        OrderStatus.NEW,
        OrderStatus.PARTIALLY_FILLED,
        OrderStatus.FILLED,
        OrderStatus.CANCELED,
    }
)


def _lanes(evidence: Evidence) -> Iterator[Violation]:
    """7 and 8: a lane sends one at a time, and nothing while it is held."""
    for number, text, state in overtakings(evidence.events):
        yield Violation(number, text, state.signal, state.order.client_order_id)


def _in_time(evidence: Evidence) -> Iterator[Violation]:
    """9: nothing is sent whose signal is too old."""
    taken = {
        record.signal: record.at // 1000
        for record in evidence.events
        if isinstance(record.event, SignalAccepted)
    }
    for line in evidence.lines:
        if isinstance(line, Arrived) and line.request == "new":
            state = evidence.states.get(line.client_order_id)
            age = 0.0 if state is None else (line.at - taken.get(state.signal, line.at)) / 1000
            if state is not None and age > evidence.max_age + _ON_ITS_WAY:
                yield Violation(9, f"sent after {age} s", state.signal, line.client_order_id)


def _endings(evidence: Evidence) -> Iterator[Violation]:
    """10 and 19: the recorded ending is what happened."""
    for identity, state in evidence.states.items():
        if identity not in evidence.withdrawn:
            text = _untrue(evidence, identity, state)
            if text is not None:
                yield Violation(10, text, state.signal, identity)
        elif evidence.book.arrivals["new", identity]:
            text = "cancelled before it left, and it came to the venue"
            yield Violation(19, text, state.signal, identity)


def _untrue(evidence: Evidence, identity: str, state: OrderState) -> str | None:
    """Return what is not true of an order's ending, if anything is not."""
    if state.standing in _AT_THE_VENUE:
        return _untrue_there(evidence.book, identity, state)
    return _untrue_nowhere(evidence.book, identity, state)


def _untrue_there(book: Book, identity: str, state: OrderState) -> str | None:
    times, venues = book.accepted[identity], book.find(identity)
    if venues is None or times != 1:
        return f"{state.standing} here, accepted {times} times at the venue"
    ours = (state.standing, state.order_id, state.order.quantity, state.order.price)
    theirs = (venues.status, venues.order_id, venues.quantity, venues.price)
    return None if ours == theirs else f"{_words(ours)} here, {_words(theirs)} at the venue"


def _words(facts: tuple[object, ...]) -> str:
    return " ".join(map(str, facts))


def _untrue_nowhere(book: Book, identity: str, state: OrderState) -> str | None:
    if book.accepted[identity]:
        return f"{state.standing} here, accepted at the venue"
    if state.standing is OrderStatus.REJECTED and identity not in book.refused:
        return "REJECTED here, and the venue never refused it"
    if state.standing is OrderStatus.DENIED and book.arrivals["new", identity]:
        return "DENIED here, and it came to the venue"
    return None


def _evidence_for_endings(evidence: Evidence) -> Iterator[Violation]:
    """11: nothing is called ABSENT while the venue has it, REJECTED that it did not refuse, or
    not sent that came there.

    What is called so may be mended later; it was wrong all the same. (The venue hides nothing for
    as long as it is looked up.)
    """
    for record in evidence.events:
        text = _without_evidence(evidence, record)
        if text is not None:
            identity = getattr(record.event, "client_order_id", None)
            yield Violation(11, text, record.signal, identity)


def _without_evidence(evidence: Evidence, record: Recorded) -> str | None:
    match record.event:
        case OrderAbsent(client_order_id=identity):
            venues = evidence.book.find(identity)
            if venues is not None and venues.created < record.at // 1000:
                return "called ABSENT, and it was there"
        case OrderRejected(client_order_id=identity):
            if identity not in evidence.book.refused:
                return "called REJECTED, and the venue did not refuse it"
        case OrderNotSent(client_order_id=identity):
            if evidence.book.arrivals["new", identity]:
                return "called not sent, and it came to the venue"
    return None


def _undecided(evidence: Evidence) -> Iterator[Violation]:
    """12: nothing is left open that the venue can answer for."""
    for identity, state in evidence.states.items():
        if state.status.is_undecided:
            yield Violation(12, f"it is {state.status} for ever", state.signal, identity)
        for request in state.requests:
            if request.is_open:
                text = f"the {request.kind} {request.request} is {request.status} for ever"
                yield Violation(12, text, state.signal, identity)


def _requests(evidence: Evidence) -> Iterator[Violation]:
    """16 and 17: a request was durable first, and its recorded ending is what happened."""
    known = {each.request for state in evidence.states.values() for each in state.requests}
    for kind, identity in evidence.book.arrivals:
        if kind != "new" and identity not in known:
            text = f"the venue got {kind} {identity}, which is not in the journal"
            yield Violation(16, text, None, order_of(identity))
    for asked in evidence.asked:
        for identity in asked.told - known:
            text = f"a {asked.kind} was answered with {identity}, which is not in the journal"
            yield Violation(16, text, None, asked.identity)
        if len(asked.told) > 1:
            text = f"one {asked.kind} was answered with several requests: {asked.told}"
            yield Violation(16, text, None, asked.identity)
    for identity, state in evidence.states.items():
        for request in state.requests:
            untrue = None if identity in evidence.withdrawn else _untold(evidence, state, request)
            if untrue is not None:
                text = f"{request.kind} {request.request} is {request.status} here, and {untrue}"
                yield Violation(17, text, state.signal, identity)


def _untold(evidence: Evidence, state: OrderState, request: Request) -> str | None:
    """Return what is not true of a request's ending, if anything is not."""
    book = evidence.book
    arrived = book.arrivals[str(request.kind), request.request]
    done = request.request in book.done
    if request.status is RequestStatus.DONE:
        venues = book.find(state.order.client_order_id)
        canceled = request.kind is RequestKind.CANCEL and venues is not None and venues.canceled
        return None if done or canceled else "the venue never did it"
    if request.status is RequestStatus.NOT_SENT and arrived:
        return "it came to the venue"
    return "the venue did it" if done and not request.is_open else None


def _unnamed_cancels(evidence: Evidence) -> Iterator[Violation]:
    """16 and 17, where requests have no ids at the venue."""
    if evidence.names_requests:
        return
    for number, text, identity in wrong_cancels(evidence.states, evidence.book):
        yield Violation(number, text, None, identity)


def _foreign(evidence: Evidence) -> Iterator[Violation]:
    """27: orders and fills of others are noted once each, never touched, and never ours."""
    orders, fills = evidence.foreign_orders_seen, evidence.foreign_fills_seen
    for identity in evidence.foreign:
        if identity in evidence.states:
            yield Violation(27, "an order of somebody else was taken over", None, identity)
        order = evidence.book.find(identity)
        if order is None:
            continue
        if order.canceled or len(order.client_ids) > 1:
            yield Violation(27, "an order of somebody else was touched", None, identity)
        seen = orders[order.order_id]
        if seen > 1 or (order.is_open and not seen):
            yield Violation(27, f"an order of somebody else was noted {seen} times", None, identity)
        for fill in order.fills:
            times = fills[order.order_id, fill.fill_id]
            if times != 1:
                text = f"the fill {fill.fill_id} of somebody else was noted {times} times"
                yield Violation(27, text, None, identity)


Executions = Mapping[tuple[str, str], tuple[Decimal, Decimal]]


def _fills(evidence: Evidence) -> Iterator[Violation]:
    """13 and 14: every fill of the ledger is in the journal once, and no other."""
    for identity, state in evidence.states.items():
        venues = evidence.book.find(identity)
        theirs = {} if venues is None else _executions_there(venues)
        ours = {
            (state.order_id or "", fill.fill_id): (fill.quantity, fill.price)
            for fill in state.executed.fills
        }
        for number, text in _differences(ours, theirs):
            yield Violation(number, text, state.signal, identity)
        total = sum((quantity for quantity, _ in theirs.values()), Decimal(0))
        if state.executed.total.quantity != total:
            text = f"executed {state.executed.total.quantity} here, {total} at the venue"
            yield Violation(13, text, state.signal, identity)


def _executions_there(order: VenueOrder) -> Executions:
    return {(order.order_id, fill.fill_id): (fill.quantity, fill.price) for fill in order.fills}


def _differences(ours: Executions, theirs: Executions) -> Iterator[tuple[int, str]]:
    for key in theirs.keys() - ours.keys():
        yield 13, f"the fill {key} of {theirs[key]} is not in the journal"
    for key in ours.keys() - theirs.keys():
        yield 14, f"the fill {key} of {ours[key]} is not in the ledger"
    for key in ours.keys() & theirs.keys():
        if ours[key] != theirs[key]:
            yield 13, f"the fill {key} is {ours[key]} here and {theirs[key]} in the ledger"


def _positions(evidence: Evidence) -> Iterator[Violation]:
    """15: positions are the sums of the venue's fills."""
    ours, theirs = evidence.positions, evidence.book.positions
    for symbol in sorted(ours.keys() | theirs.keys()):
        if ours.get(symbol, 0) != theirs.get(symbol, 0):
            text = f"{symbol}: {ours.get(symbol, 0)} here, {theirs.get(symbol, 0)} at the venue"
            yield Violation(15, text)


def _whole(evidence: Evidence) -> Iterator[Violation]:
    """20: the journal holds together, and the live view is what its events give."""
    if evidence.verification:
        yield Violation(20, f"the journal: {evidence.verification}")
    shown = {order["client_order_id"]: order for order in evidence.orders}
    for identity in shown.keys() ^ evidence.states.keys():
        yield Violation(20, "it is in the journal or in the API, not in both", None, identity)
    for identity in shown.keys() & evidence.states.keys():
        state, order = evidence.states[identity], shown[identity]
        ours = (order["status"], Decimal(order["filled_quantity"]))
        if ours != (state.status, state.executed.total.quantity):
            events = (state.status, state.executed.total.quantity)
            text = f"the API says {_words(ours)}, the events {_words(events)}"
            yield Violation(20, text, state.signal, identity)


_CHECKS: Final[Mapping[Callable[[Evidence], Iterator[Violation]], tuple[int, ...]]] = {
    _acknowledged: (1,),
    _turned_away: (2,),
    _keys: (3,),
    _definite_answers: (4,),
    _arrivals: (5, 16),
    _durable_first: (6,),
    _lanes: (7, 8),
    _in_time: (9,),
    _endings: (10, 19),
    _evidence_for_endings: (11,),
    _undecided: (12,),
    _requests: (16, 17),
    _unnamed_cancels: (16, 17),
    _fills: (13, 14),
    _foreign: (27,),
    _positions: (15,),
    _whole: (20,),
}

CHECKED: Final = tuple(sorted({number for numbers in _CHECKS.values() for number in numbers}))
"""The numbers of the invariants that are checked."""


def violations(evidence: Evidence) -> list[Violation]:
    """Return all that must not be."""
    return [violation for check in _CHECKS for violation in check(evidence)]
