"""What is told of a run: figures for people, and the story of whatever is wrong."""

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from fillgate.domain.ids import order_of
from fillgate.journal.base import Recorded
from tests.torture.checks import Violation
from tests.torture.evidence import Evidence
from tests.torture.ledger import Line

__all__ = ["counts", "story_of"]

_LONGEST = 400


def counts(numbers: Mapping[str, int]) -> str:
    """Return counts as words, the largest first."""
    parts = [f"{number} {name}" for name, number in Counter(numbers).most_common()]
    return ", ".join(parts) or "none"


def story_of(evidence: Evidence, violation: Violation) -> str:
    """Return a violation with the journal's events and the ledger's lines of its signal."""
    return "\n".join(_lines(evidence, violation))


def _lines(evidence: Evidence, violation: Violation) -> Iterator[str]:
    identity, number = violation.client_order_id, violation.signal
    yield f"invariant {violation.invariant}: {violation.text}"
    if number is None and identity is not None and identity in evidence.states:
        number = evidence.states[identity].signal
    if identity is None and number is not None:
        ids = [state.order.client_order_id for state in evidence.planned.get(number, ())]
        identity = ids[0] if ids else None
    yield f"  signal {number}, order {identity}"
    for (source, key), signals in evidence.accepted.items():
        if number in {signal.signal for signal in signals} and key in evidence.sent:
            sent = evidence.sent[key]
            yield f"  sent by {source} as {key}, {sent.tries} times: {dict(sent.fields)}"
            for reply in sent.replies:
                yield f"    heard {reply.status} {reply.body.decode()[:_LONGEST]}"
    for record in evidence.events:
        if number is not None and record.signal == number:
            yield f"  journal {_told(record)}"
    for line in evidence.lines:
        if identity is not None and _is_about(line, identity, evidence):
            yield f"  ledger  {msgspec.json.encode(line).decode()}"


def _told(record: Recorded) -> str:
    told = msgspec.json.encode(record.event).decode()
    return f"{record.position} {record.at // 1000} {record.event.kind} {told[:_LONGEST]}"


def _is_about(line: Line, identity: str, evidence: Evidence) -> bool:
    order = evidence.book.find(identity)
    if order is not None and getattr(line, "order_id", None) == order.order_id:
        return True
    return order_of(getattr(line, "client_order_id", "")) == identity
