"""What must hold whatever happens: the invariants, their numbers, and the proofs that check each.

The one place where they are written down. `docs/reference/invariants.md` is made from this table;
a proof names what it checks by these numbers. A number is never given to another invariant.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from docs.markdown import table

__all__ = ["INVARIANTS", "PROOFS", "Proof", "invariants_page", "proof"]


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
    text: str
    checks: frozenset[int]


_SIMULATED: Final = frozenset({*range(1, 29)})
_SIMULATION: Final = """
The engine and its journal under a clock and a scheduler of its own. A seed draws what callers,
venue, disk and processes do, and in which order everything happens that may happen in any: 10,000
histories in CI. The same seed always goes the same way; one that breaks something is shrunk to the
few steps that do. By hand: `python -m tests.simulation --seeds 10000-20000`.
"""
_STATE_MACHINE: Final = """
The same world, driven by rules instead of a seed: 300 runs in CI, in which hypothesis looks for the
shortest way to break something.
"""
_TORTURE: Final = """
The real service as a process, and a venue with a ledger of its own as another: both are lied to,
cut off and killed. `make torture`; a short run in CI. And with the real ccxt at the practice
exchange: `make torture-ccxt`.
"""
_HISTORIES: Final = """
Histories over a real file in real time, with a disk that is full or fails.
"""

PROOFS: Final = (
    Proof("simulation", "tests/simulation", _SIMULATION, _SIMULATED),
    Proof("state machine", "tests/simulation/test_state_machine.py", _STATE_MACHINE, _SIMULATED),
    Proof(
        "torture",
        "tests/torture",
        _TORTURE,
        frozenset({*range(1, 18), 19, 20, 27}),
    ),
    Proof(
        "histories",
        "tests/engine/histories",
        _HISTORIES,
        frozenset({1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 13, 15, 20, 24}),
    ),
)
"""The proofs. A test of each holds it to what it says here."""


def proof(title: str) -> Proof:
    """Return the proof of this title."""
    return next(each for each in PROOFS if each.title == title)


def invariants_page() -> Iterator[str]:
    """Return the page's lines."""
    yield from ("# Invariants", "", "Made from the table of the proofs by `make docs`.", "")
    yield "What must hold whatever happens, by number, and which proof tries to break it. Each of"
    yield "them can fail: it finds faults that are planted in the running code."
    yield ""
    for group in GROUPS:
        yield from (f"## {group.title}", "")
        rows = ((str(n), text, _checked_by(n)) for n, text in group.invariants.items())
        yield from table(("", "what must hold", "proofs"), rows)
    yield from ("## The proofs", "")
    rows = ((each.title, f"`{each.place}`", " ".join(each.text.split())) for each in PROOFS)
    yield from table(("proof", "place", ""), rows)


def _checked_by(number: int) -> str:
    return ", ".join(each.title for each in PROOFS if number in each.checks)
