"""What must hold whatever happens: the invariants, their numbers, and the proofs that check each.

The one place where they are written down. `docs/reference/invariants.md` is made from this table;
a proof names what it checks by these numbers. A number is never given to another invariant.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from docs.markdown import table

__all__ = ["INVARIANTS", "PROOFS", "Proof", "invariants_page"]


class _Group(NamedTuple):
    title: str
    invariants: Mapping[int, str]


GROUPS: Final = (
    _Group(
        "Signals",
        {
            1: "What was acknowledged is in the journal, after any crash, with exactly one recorded"
            " outcome: one order that was sent or denied; or it waits in its lane.",
            2: "What was turned away leaves no order. Without a key it is never sent: only if the"
            " process died before the caller's refusal could be recorded can its order exist."
            " With a key it can be sent again, and is taken then.",
            3: "A key, or a fingerprint in its window, has at most one order. All deliveries under"
            " it are answered with that order; another reading under a used key is refused and"
            " never sent.",
            4: "An answer that was definite stays: no caller sees a definite status of an order"
            " and another delivery of the same signal another one.",
        },
    ),
    _Group(
        "Submissions",
        {
            5: "An order reaches its venue at most once, through time-outs, errors, crashes and"
            " restarts. Nothing is sent again.",
            6: "When the venue hears of an order, its SENDING is durable, and what the venue hears"
            " is what the journal holds.",
            7: "A lane has one submission on its way at a time.",
            8: "While an order is UNKNOWN, its lane lets through only what the venue enforces as"
            " reducing.",
            9: "No order is sent whose signal is older than the limit, or whose account is down.",
        },
    ),
    _Group(
        "Outcomes",
        {
            10: "The recorded ending is what happened: DENIED was never at the venue, REJECTED was"
            " refused there, ABSENT is not there; any other order is there, and has the status"
            " that it has there.",
            11: "UNKNOWN is left only by evidence: a report of the venue, a person, or absence that"
            " was looked up for long enough. A missing answer is never read as one, and a question"
            " that failed is never read as “not there”.",
            12: "No order is left UNKNOWN that the venue can answer for.",
        },
    ),
    _Group(
        "Executions",
        {
            13: "Every fill of the venue is counted once, by whatever ways and however often it is"
            " told: an order has executed what the venue executed, after its end too.",
            14: "Nothing is invented: no fill is in the journal that the venue does not have.",
            15: "Positions are the sums of the venue's fills: in the live view, in the journal, and"
            " when the journal is replayed from its beginning.",
        },
    ),
    _Group(
        "Cancels and replaces",
        {
            16: "A request reaches the venue at most once, under an id of its own, and is durable"
            " before it does.",
            17: "A request's recorded ending is what happened: DONE was done there, REJECTED was"
            " refused there in the venue's words, NOT_SENT never left. A missing answer is UNKNOWN"
            " until the order's state at the venue is known; “not found” proves nothing.",
            18: "An order stays what it is while a request is under way or its answer is missing;"
            " only a report of the venue ends it.",
            19: "A cancel never waits in the lane. An order that is not SENDING yet is cancelled"
            " here, and never sent.",
        },
    ),
    _Group(
        "Journal",
        {
            20: "The journal holds together: its chains are unbroken, and what its events replay to"
            " is what its rows, and the live view, say.",
            21: "Nothing is shown, answered or acted upon before it is durable.",
            22: "A commit in doubt is not guessed: if it turns out to be durable, its facts count"
            " once; if not, facts about orders are written again, a new signal leaves no trace.",
            23: "A start changes nothing that is settled: what is open is taken up, all else stays"
            " as it is.",
        },
    ),
    _Group(
        "Rest",
        {
            24: "Nothing stays behind: when nothing is under way, no lane is held or busy without"
            " an order that explains it, no claim of memory without its signal, no caller without"
            " an answer. Nothing waits for what never comes.",
            25: "Whatever venue, disk or caller do, nothing fails inside: every error is one that"
            " the interface names.",
        },
    ),
    _Group(
        "Streams and reconciliation",
        {
            26: "After a gap of a stream, or a start, everything that the venue can tell becomes"
            " known; what a stream, a poll and an answer all tell counts once.",
            27: "What we did not cause is shown and never touched: orders and fills of others are"
            " noted once each, and counted in the position where they are fills of ours.",
            28: "A difference that fills do not explain is shown and raised, never booked away; a"
            " question that failed is never read as “nothing there”.",
        },
    ),
)

INVARIANTS: Final[Mapping[int, str]] = {
    number: text for group in GROUPS for number, text in group.invariants.items()
}
"""All of them by number."""


class Proof(NamedTuple):
    """A program that tries to break invariants."""

    title: str
    place: str
    """Where it is, from the root of a clone."""
    checks: frozenset[int]


PROOFS: Final[Mapping[str, Proof]] = {}
"""The proofs by name."""


def invariants_page() -> Iterator[str]:
    """Return the page's lines."""
    yield from ("# Invariants", "", "Made from the proofs' table by `make docs`.", "")
    for group in GROUPS:
        yield from (f"## {group.title}", "")
        yield from table(
            ("", "what must hold", "checked by"),
            ((str(n), text, _checked_by(n)) for n, text in group.invariants.items()),
        )


def _checked_by(number: int) -> str:
    return ", ".join(name for name, proof in PROOFS.items() if number in proof.checks)
