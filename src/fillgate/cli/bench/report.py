"""What a bench found, as rows of text for the terminal and for a page, and as JSON.

Invariant: all are made from the same figures; nothing is rounded before it is compared.
"""

import shlex
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec

from fillgate.cli.bench.figures import Summary
from fillgate.cli.bench.findings import Findings, words_of
from fillgate.cli.bench.rounds import ECHO, ORDERS
from fillgate.cli.bench.verdicts import cautions_of, faults_of, goals_of, remarks_of

__all__ = [
    "COLUMNS",
    "document_of",
    "facts_of",
    "goal_rows_of",
    "markdown_of",
    "notes_of",
    "rows_of",
]

COLUMNS: Final = (
    "at once",
    "answered with",
    "per s",
    "p50 ms",
    "p99 ms",
    "CPU us",
    "flushes",
    "by CPU",
    "by rate",
    "server",
    "sender",
)
"""The headings of the table."""

_GOAL_COLUMNS: Final = ("goal", "measured", "")


def facts_of(found: Findings) -> Iterator[tuple[str, str]]:
    """Return what the figures hang on, each with its name."""
    machine, plan = found.machine, found.plan
    packages = ", ".join(f"{name} {number}" for name, number in machine.packages.items())
    disk = f"{found.disk.file_system} on {found.disk.device}; a flush of 4 KiB takes"
    senders = f"{plan.senders} sending process{'es' if plan.senders > 1 else ''}"
    yield ("command", shlex.join(found.command))
    yield ("machine", f"{machine.processor}, {machine.cores} cores, {machine.kernel}")
    yield ("versions", f"{packages}, SQLite {machine.sqlite}, {machine.python}")
    yield ("disk", f"{disk} {found.flush_p50_ms:.3f} ms (p50), {found.flush_p99_ms:.3f} ms (p99)")
    yield (
        "service",
        "fillgate serve, default settings (log level info, to a file), account mock",
    )
    yield ("load", f"{senders}, a symbol for each connection")
    yield ("rounds", f"medians of {plan.rounds}, each of at most {plan.seconds:g} s")
    yield (
        "others",
        f"load {machine.load:.2f} before; {found.others_busy:.2f} cores busy meanwhile",
    )


def rows_of(found: Findings) -> Iterator[tuple[str, ...]]:
    """Return the table's rows; the cells are as in `COLUMNS`."""
    return map(_row, found.summaries())


def _row(each: Summary) -> tuple[str, ...]:
    of_orders = each.variant in ORDERS
    return (
        str(each.concurrency),
        words_of(each),
        f"{each.rate:,.0f}",
        f"{each.p50_ms:.3f}",
        f"{each.p99_ms:.2f}",
        f"{each.server_us:.1f}",
        f"{each.flushes_each:.2f}" if of_orders else "",
        f"{each.cpu_ratio:.3f}" if of_orders else "",
        f"{each.rate_ratio:.3f}" if each.variant != ECHO else "",
        f"{each.server_busy:.0%}",
        f"{each.sender_busy:.0%}",
    )


def goal_rows_of(found: Findings) -> Iterator[tuple[str, str, str]]:
    """Return each goal, what was measured, and whether it is met."""
    for goal in goals_of(found):
        yield (goal.words, goal.measured, "met" if goal.met else "not met")


def notes_of(found: Findings) -> Iterator[str]:
    """Return the sentences below the tables."""
    yield "by CPU, by rate: as a part of the bare echo; server, sender: cores that it kept busy"
    yield from remarks_of(found)
    yield from (f"caution: {text}" for text in cautions_of(found))
    yield from (f"WRONG: {text}" for text in faults_of(found))


def markdown_of(found: Findings) -> Iterator[str]:
    """Return the lines of a page's part."""
    yield from _markdown_table(("", ""), facts_of(found), "--")
    yield from _markdown_table(COLUMNS, rows_of(found), ">-" + ">" * (len(COLUMNS) - 2))
    yield from _markdown_table(_GOAL_COLUMNS, goal_rows_of(found), "->-")
    yield from (f"- {note}" for note in notes_of(found))


def _markdown_table(
    head: Sequence[str], rows: Iterable[Sequence[str]], sides: str
) -> Iterator[str]:
    """Return the lines of a table, none without rows; `sides` has a > for a column of numbers."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if lines:
        yield f"| {' | '.join(head)} |"
        yield f"|{'|'.join('--:' if side == '>' else '---' for side in sides)}|"
        yield from (*lines, "")


def document_of(found: Findings) -> dict[str, Any]:
    """Return everything, each run included, as JSON has it."""
    return {
        "command": list(found.command),
        "machine": msgspec.to_builtins(found.machine),
        "disk": found.disk._asdict(),
        "plan": msgspec.to_builtins(found.plan),
        "flush_ms": {"p50": found.flush_p50_ms, "p99": found.flush_p99_ms},
        "summaries": msgspec.to_builtins(found.summaries()),
        "goals": [goal._asdict() for goal in goals_of(found)],
        "cautions": list(cautions_of(found)),
        "faults": list(faults_of(found)),
        "levels": msgspec.to_builtins(found.levels),
    }
