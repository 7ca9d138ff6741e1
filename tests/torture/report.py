"""The printed result of a run."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from fillgate.domain.events import (
    Event,
    OrderNotSent,
    OrderUnanswered,
    RequestNotSent,
    RequestUnanswered,
)
from fillgate.domain.requests import Request
from tests.torture.askers import Asked
from tests.torture.checks import CHECKED
from tests.torture.evidence import Evidence
from tests.torture.run import Result
from tests.torture.story import counts, story_of

__all__ = ["report"]

_MOST_STORIES: Final = 5


def report(result: Result) -> str:
    """Return the result for people: figures, and the stories of what is wrong."""
    return "\n".join((*_figures(result), *_verdict(result)))


def _figures(result: Result) -> Iterator[str]:
    evidence = result.evidence
    sent = evidence.sent.values()
    sources = Counter(each.source for each in sent)
    taken = sum(each.is_acknowledged for each in sent)
    again = sum(each.tries - 1 for each in sent)
    fills = sum(len(order.fills) for order in evidence.book.orders.values())
    yield f"seed      {result.plan.seed}, {result.seconds:.0f} s"
    yield f"kills     {result.kills}; moments: {counts(result.moments)}"
    yield f"venue     started {result.venue_restarts + 1} times, {fills} fills"
    yield f"mischief  {counts(result.mischief)}"
    yield f"signals   {len(sent)} ({counts(sources)}), {taken} acknowledged, {again} sent again"
    yield f"sent      {len(evidence.sendings)} orders, {evidence.sendings_a_minute:.0f} a minute"
    yield f"unproven  {counts(Counter(_codes(evidence, OrderUnanswered, RequestUnanswered)))}"
    yield f"not sent  {counts(Counter(_codes(evidence, OrderNotSent, RequestNotSent)))}"
    yield f"requests  {len(evidence.asked)} ({counts(Counter(map(_kind, evidence.asked)))})"
    yield f"outcomes  {counts(Counter(map(_outcome, _requests(evidence))))}"
    noted = len(evidence.foreign_fills_seen)
    yield f"strangers {len(evidence.foreign)} orders, {noted} fills of theirs noted"
    yield f"troubles  {counts(result.troubles)}"
    yield f"orders    {counts(Counter(state.status for state in evidence.states.values()))}"
    denied = (state.code for state in evidence.states.values() if state.status == "DENIED")
    yield f"denied    {counts(Counter(map(str, denied)))}"
    yield f"faults    {counts(evidence.book.faults)}"
    yield f"checked   invariants {', '.join(map(str, CHECKED))}; {len(evidence.events)} events"


def _codes(evidence: Evidence, *kinds: type[Event]) -> Iterator[str]:
    """Tell how submissions and requests ended, by the events of these kinds."""
    for record in evidence.events:
        if isinstance(record.event, kinds):
            yield str(getattr(record.event, "code", ""))


def _kind(asked: Asked) -> str:
    return asked.kind


def _requests(evidence: Evidence) -> Iterator[Request]:
    for state in evidence.states.values():
        yield from state.requests


def _outcome(request: Request) -> str:
    return f"{request.kind} {request.status}"


def _verdict(result: Result) -> Iterator[str]:
    if not result.violations:
        yield "all of them held"
        return
    yield f"{len(result.violations)} violations"
    for violation in result.violations[:_MOST_STORIES]:
        yield story_of(result.evidence, violation)
