"""Each check finds what it is for: the evidence of a run that held, with one thing changed."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

import msgspec
import pytest

from fillgate.domain.events import (
    OrderAbsent,
    OrderEvent,
    OrderIntended,
    OrderNotSent,
    OrderUnanswered,
    ServiceStarted,
    SignalAccepted,
    SubmissionAnswered,
)
from fillgate.domain.ids import client_order_id
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.requests import RequestStatus
from fillgate.journal.base import Recorded
from tests.e2e.sender import Reply
from tests.torture.checks import CHECKED, violations
from tests.torture.evidence import Evidence
from tests.torture.ledger import Accepted, Arrived, Canceled, Filled, Line, Replaced
from tests.torture.run import Result
from tests.torture.senders import Sent
from tests.torture.strangers import OTHER_TAG

Change = Callable[[Evidence], Evidence]


def with_lines(evidence: Evidence, change: Callable[[Line], list[Line]]) -> Evidence:
    return replace(evidence, lines=[new for line in evidence.lines for new in change(line)])


def without_event(evidence: Evidence, unwanted: Recorded) -> Evidence:
    return replace(evidence, events=[each for each in evidence.events if each is not unwanted])


def first_line(evidence: Evidence, wanted: Callable[[Line], bool]) -> Line:
    return next(line for line in evidence.lines if wanted(line))


def ours(evidence: Evidence, kind: type[Line]) -> Line:
    """Return the first line of a kind that is about an order of the journal."""
    ids = {state.order_id for state in evidence.states.values()} - {None}
    return first_line(
        evidence,
        lambda line: (
            isinstance(line, kind)
            and (
                getattr(line, "client_order_id", None) in evidence.states
                or getattr(line, "order_id", None) in ids
            )
        ),
    )


def dropped(evidence: Evidence, wanted: Callable[[Line], bool]) -> Evidence:
    unwanted = first_line(evidence, wanted)
    return with_lines(evidence, lambda line: [] if line is unwanted else [line])


def doubled(evidence: Evidence, wanted: Callable[[Line], bool]) -> Evidence:
    twice = first_line(evidence, wanted)
    return with_lines(evidence, lambda line: [line, line] if line is twice else [line])


def filled_order(evidence: Evidence) -> str:
    return next(i for i, state in evidence.states.items() if state.status is OrderStatus.FILLED)


def acknowledged(evidence: Evidence) -> Sent:
    return next(sent for sent in evidence.sent.values() if sent.is_acknowledged)


def with_reply(evidence: Evidence, key: str, **changes: object) -> Evidence:
    sent = copy.deepcopy(evidence.sent[key])
    old = next(reply for reply in sent.replies if "signal" in reply.json)
    sent.replies.append(Reply(200, {}, msgspec.json.encode(old.json | changes)))
    return replace(evidence, sent={**evidence.sent, key: sent})


def forget_an_acknowledged_signal(evidence: Evidence) -> Evidence:
    key = acknowledged(evidence).key
    for record in evidence.events:
        if isinstance(record.event, SignalAccepted) and record.event.key == f"id:{key}":
            return without_event(evidence, record)
    raise AssertionError


def turn_a_taken_signal_away(evidence: Evidence) -> Evidence:
    sent = copy.deepcopy(acknowledged(evidence))
    sent.replies, sent.troubles = [], ["OVERLOADED"]
    return replace(evidence, sent={**evidence.sent, sent.key: sent})


def answer_with_another_signal(evidence: Evidence) -> Evidence:
    return with_reply(evidence, acknowledged(evidence).key, signal=10**6)


def tell_another_ending(evidence: Evidence) -> Evidence:
    identity = filled_order(evidence)
    for sent in evidence.sent.values():
        if any(reply.json.get("client_order_id") == identity for reply in sent.replies):
            return with_reply(evidence, sent.key, status="REJECTED")
    raise AssertionError


def send_twice(evidence: Evidence) -> Evidence:
    return doubled(evidence, lambda line: isinstance(line, Arrived) and line.request == "new")


def send_something_else(evidence: Evidence) -> Evidence:
    other = ours(evidence, Accepted)
    assert isinstance(other, Accepted)
    wrong = msgspec.structs.replace(other, quantity=other.quantity + 1)
    return with_lines(evidence, lambda line: [wrong] if line is other else [line])


def conclusion_before_another(evidence: Evidence) -> Recorded:
    """Return a record that ends a submission whose lane sends another one before a restart."""
    answered: dict[str, Recorded] = {}
    for record in evidence.events:
        event = record.event
        if isinstance(event, ServiceStarted):
            # What was under way then is taken up otherwise.
            answered.clear()
        elif isinstance(event, SubmissionAnswered):
            answered[evidence.states[event.client_order_id].order.symbol] = record
        elif isinstance(event, OrderIntended) and event.sending and event.order.symbol in answered:
            return answered[event.order.symbol]
    raise AssertionError


def send_two_at_a_time(evidence: Evidence) -> Evidence:
    return without_event(evidence, conclusion_before_another(evidence))


def send_through_a_held_lane(evidence: Evidence) -> Evidence:
    answered = conclusion_before_another(evidence)
    assert isinstance(answered.event, SubmissionAnswered)
    identity = answered.event.client_order_id
    event = OrderUnanswered(client_order_id=identity, code="TIME_OUT", text="no answer")
    unanswered = msgspec.structs.replace(answered, event=event)
    events = [unanswered if each is answered else each for each in evidence.events]
    later = [each for each in events if not is_report_of(each, identity)]
    return replace(evidence, events=later)


def is_report_of(record: Recorded, identity: str) -> bool:
    event = record.event
    about = isinstance(event, OrderEvent) and event.client_order_id == identity
    return about and not isinstance(event, OrderIntended | OrderUnanswered)


def send_too_late(evidence: Evidence) -> Evidence:
    late = ours(evidence, Arrived)
    later = msgspec.structs.replace(late, at=late.at + 3_600_000)
    return with_lines(evidence, lambda line: [later] if line is late else [line])


def forget_an_order_at_the_venue(evidence: Evidence) -> Evidence:
    order = evidence.book.find(filled_order(evidence))
    assert order is not None
    return with_lines(
        evidence,
        lambda line: [] if getattr(line, "order_id", None) == order.order_id else [line],
    )


def call_it_absent(evidence: Evidence) -> Evidence:
    identity = filled_order(evidence)
    last = evidence.events[-1]
    absent = OrderAbsent(client_order_id=identity, asked=3)
    more = msgspec.structs.replace(last, event=absent, at=last.at + 10**6)
    return replace(evidence, events=[*evidence.events, more])


def call_it_not_sent(evidence: Evidence) -> Evidence:
    last, never = evidence.events[-1], {"code": "CONNECT_FAILED", "text": "nobody there"}
    event = OrderNotSent(client_order_id=filled_order(evidence), **never)
    return replace(evidence, events=[*evidence.events, msgspec.structs.replace(last, event=event)])


def leave_it_open(evidence: Evidence) -> Evidence:
    identity = filled_order(evidence)

    def is_kept(record: Recorded) -> bool:
        event = record.event
        about = isinstance(event, OrderEvent) and event.client_order_id == identity
        return not about or isinstance(event, OrderIntended)

    return replace(evidence, events=list(filter(is_kept, evidence.events)))


def fill_it_unheard(evidence: Evidence) -> Evidence:
    fill = ours(evidence, Filled)
    assert isinstance(fill, Filled)
    more = msgspec.structs.replace(fill, fill_id="77", quantity=Decimal(1))
    return with_lines(evidence, lambda line: [line, more] if line is fill else [line])


def invent_a_fill(evidence: Evidence) -> Evidence:
    fill = ours(evidence, Filled)
    return dropped(evidence, lambda line: line is fill)


def cancel_twice(evidence: Evidence) -> Evidence:
    return doubled(evidence, lambda line: isinstance(line, Arrived) and line.request == "cancel")


def cancel_only_here(evidence: Evidence) -> Evidence:
    return dropped(evidence, lambda line: isinstance(line, Canceled))


def replace_only_here(evidence: Evidence) -> Evidence:
    done = {
        request.request
        for state in evidence.states.values()
        for request in state.requests
        if request.status is RequestStatus.DONE
    }
    return dropped(evidence, lambda line: isinstance(line, Replaced) and line.request in done)


def send_what_was_called_off(evidence: Evidence) -> Evidence:
    identity = filled_order(evidence)
    changed = copy.copy(evidence)
    changed.__dict__["withdrawn"] = {identity}
    return changed


def find_something_in_the_journal(evidence: Evidence) -> Evidence:
    return replace(evidence, verification="a row differs")


def show_something_else(evidence: Evidence) -> Evidence:
    first, *rest = evidence.orders
    return replace(evidence, orders=[{**first, "filled_quantity": "1000"}, *rest])


def move_a_position(evidence: Evidence) -> Evidence:
    symbol = next(iter(evidence.positions))
    more = {symbol: evidence.positions[symbol] + 1}
    return replace(evidence, positions={**evidence.positions, **more})


def overlook_somebody_elses_order(evidence: Evidence) -> Evidence:
    arrived = Arrived(request="new", client_order_id="somebody-1", fault="")
    accepted = Accepted(
        client_order_id="somebody-1",
        order_id="v-somebody",
        symbol="A/USDT",
        side="buy",
        order_type="limit",
        quantity=Decimal(1),
    )
    return replace(evidence, lines=[*evidence.lines, arrived, accepted])


def take_somebody_elses_order_over(evidence: Evidence) -> Evidence:
    other = client_order_id(OTHER_TAG, 10**6)
    record = next(each for each in evidence.events if isinstance(each.event, OrderIntended))
    assert isinstance(record.event, OrderIntended)
    order = msgspec.structs.replace(record.event.order, client_order_id=other)
    event = msgspec.structs.replace(record.event, client_order_id=other, order=order)
    taken_over = msgspec.structs.replace(record, event=event)
    arrived = Arrived(request="new", client_order_id=other, fault="")
    return replace(
        evidence,
        events=[*evidence.events, taken_over],
        lines=[*evidence.lines, arrived],
    )


CHANGES: Final[Mapping[Change, int]] = {
    forget_an_acknowledged_signal: 1,
    turn_a_taken_signal_away: 2,
    answer_with_another_signal: 3,
    tell_another_ending: 4,
    send_twice: 5,
    send_something_else: 6,
    send_two_at_a_time: 7,
    send_through_a_held_lane: 8,
    send_too_late: 9,
    forget_an_order_at_the_venue: 10,
    call_it_absent: 11,
    call_it_not_sent: 11,
    leave_it_open: 12,
    fill_it_unheard: 13,
    invent_a_fill: 14,
    move_a_position: 15,
    cancel_twice: 16,
    cancel_only_here: 17,
    replace_only_here: 17,
    send_what_was_called_off: 19,
    overlook_somebody_elses_order: 27,
    take_somebody_elses_order_over: 27,
    find_something_in_the_journal: 20,
    show_something_else: 20,
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_is_found(change: Change, short_run: Result) -> None:
    found = {violation.invariant for violation in violations(change(short_run.evidence))}
    assert CHANGES[change] in found


def test_every_check_is_among_them() -> None:
    assert set(CHANGES.values()) == set(CHECKED)
