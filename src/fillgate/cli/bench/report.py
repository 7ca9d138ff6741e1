"""What a bench found, as rows of text: for the terminal, for a page, as JSON.

Invariant: all three are made from the same figures; nothing is rounded before it is compared.
"""

import shlex
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any, Final, NamedTuple

import msgspec

from fillgate.cli.bench.figures import Run, Summary, percentile, summary_of
from fillgate.cli.bench.machine import Disk, Machine
from fillgate.cli.bench.rounds import ACKNOWLEDGED, ECHO, MORE_SENDERS, OUTCOME, Level, Plan

__all__ = ["COLUMNS", "Bench", "document_of", "facts_of", "markdown_of", "notes_of", "rows_of"]

COLUMNS: Final = (
    "at once",
    "answered with",
    "per s",
    "p50 ms",
    "p99 ms",
    "CPU µs",
    "flushes",
    "by CPU",
    "by rate",
    "server",
    "sender",
)
"""The headings of the table."""

_WORDS: Final = {
    ECHO: "bare echo",
    ACKNOWLEDGED: "acknowledgement",
    OUTCOME: "outcome",
    MORE_SENDERS: "bare echo, {senders} senders",
}
_GOALS: Final = {OUTCOME: 0.20, ACKNOWLEDGED: 0.30}
"""At least so much of the echo at the concurrency below."""
_GOAL_CONCURRENCY: Final = 32
_GOAL_FLUSHES: Final = 2
_GOAL_REST_MS: Final = 1.0
_BUSY_SENDER: Final = 0.9
_BUSY_MACHINE: Final = 0.95
_BUSY_OTHERS: Final = 0.1
_MILLI: Final = 1e-6


class Bench(NamedTuple):
    """All of a bench."""

    command: Sequence[str]
    machine: Machine
    disk: Disk
    plan: Plan
    levels: Sequence[Level]

    @property
    def runs(self) -> list[Run]:
        """Return all runs that count."""
        return [run for level in self.levels for run in level.runs]

    @property
    def flushes_ms(self) -> list[float]:
        """Return how long each flush of this disk took, in milliseconds."""
        return [time * _MILLI for level in self.levels for time in level.flushes_ns]

    def summaries(self) -> list[Summary]:
        """Return the medians of each variant at each concurrency, in the order of the runs."""
        return [summary for level in self.levels for summary in _summaries(level)]

    def is_well(self) -> bool:
        """Tell whether every answer was right and every order is in the journal."""
        return not any(run.wrong for run in self.runs) and all(map(_is_counted, self.levels))


def _summaries(level: Level) -> Iterator[Summary]:
    of: dict[str, list[Run]] = {}
    for run in level.runs:
        of.setdefault(run.variant, []).append(run)
    return (summary_of(runs, of[ECHO]) for runs in of.values())


def _is_counted(level: Level) -> bool:
    return level.orders == {"FILLED": level.sent}


def facts_of(bench: Bench) -> Iterator[tuple[str, str]]:
    """Return what the figures hang on, each with its name."""
    machine, plan = bench.machine, bench.plan
    packages = ", ".join(f"{name} {number}" for name, number in machine.packages.items())
    flushes = bench.flushes_ms
    yield "command", shlex.join(bench.command)
    yield "machine", f"{machine.processor}, {machine.cores} cores, {machine.kernel}"
    yield "versions", f"{packages}, SQLite {machine.sqlite}, {machine.python}"
    yield (
        "disk",
        (
            f"{bench.disk.file_system} on {bench.disk.device}; a flush of 4 KiB takes "
            f"{median(flushes):.3f} ms, 99 of 100 at most {_p99(flushes):.3f} ms"
        ),
    )
    yield "service", "fillgate serve with default settings, account mock"
    yield (
        "load",
        (
            f"{plan.senders} sending process{'es' if plan.senders > 1 else ''}, a symbol for each "
            f"connection; medians of {plan.rounds} rounds of at most {plan.seconds:g} s each"
        ),
    )
    yield (
        "others",
        (
            f"load {machine.load:.2f} before; meanwhile other processes kept "
            f"{median(run.others_busy for run in bench.runs):.2f} cores busy"
        ),
    )


def _p99(values: Sequence[float]) -> float:
    return percentile([round(value / _MILLI) for value in values], 0.99) * _MILLI


def rows_of(bench: Bench) -> Iterator[tuple[str, ...]]:
    """Return the table's rows; the cells are as in `COLUMNS`."""
    for each in bench.summaries():
        of_orders = each.variant in _GOALS
        yield (
            str(each.concurrency),
            _WORDS[each.variant].format(senders=each.senders),
            f"{each.rate:,.0f}",
            f"{each.p50_ms:.3f}",
            f"{each.p99_ms:.2f}",
            f"{each.server_us:.1f}",
            f"{each.flushes_each:.2f}" if of_orders else "",
            f"{each.cpu_ratio:.2f}" if each.variant != ECHO else "",
            f"{each.rate_ratio:.2f}" if each.variant != ECHO else "",
            f"{each.server_busy:.0%}",
            f"{each.sender_busy:.0%}",
        )


def notes_of(bench: Bench) -> Iterator[str]:
    """Return the verdicts on the goals, and what has to be known beside the figures."""
    of = {(each.variant, each.concurrency): each for each in bench.summaries()}
    for variant, goal in _GOALS.items():
        found = of.get((variant, _GOAL_CONCURRENCY))
        if found is not None:
            yield _ratio_verdict(found, goal)
    alone = of.get((OUTCOME, 1))
    if alone is not None:
        yield _latency_verdict(alone, median(bench.flushes_ms))
    for each in of.values():
        yield from _cautions(each, of[ECHO, each.concurrency], bench.machine.cores)
    yield from map(_count, bench.levels)


def _ratio_verdict(found: Summary, goal: float) -> str:
    words = _WORDS[found.variant]
    parts = [
        f"{ratio:.3f} by {name} ({_met(ratio >= goal)})"
        for ratio, name in ((found.cpu_ratio, "CPU"), (found.rate_ratio, "rate"))
    ]
    at = f"{words} at {found.concurrency} at once"
    return f"goal: {at}, at least {goal:.2f} of the bare echo: {', '.join(parts)}"


def _latency_verdict(found: Summary, flush_ms: float) -> str:
    most = _GOAL_FLUSHES * flush_ms + _GOAL_REST_MS
    met = _met(found.p50_ms <= most)
    return (
        f"goal: outcome at 1 at once, half of them within two flushes and 1 ms, here {most:.3f} ms"
        f": {found.p50_ms:.3f} ms ({met})"
    )


def _met(well: bool) -> str:
    return "met" if well else "not met"


def _cautions(each: Summary, echo: Summary, cores: int) -> Iterator[str]:
    words = f"{_WORDS[each.variant].format(senders=each.senders)} at {each.concurrency} at once"
    if each.sender_busy > _BUSY_SENDER:
        yield f"caution: {words}: the sender was busy all the time, and may have been the limit"
    busy = each.server_busy + each.sender_busy * each.senders + each.others_busy
    if busy > _BUSY_MACHINE * cores:
        yield f"caution: {words}: no core was idle; with more cores the rate may be higher"
    if each.others_busy > _BUSY_OTHERS * cores:
        yield (
            f"caution: {words}: other processes kept {each.others_busy:.2f} cores busy; "
            "measure on a quiet machine"
        )
    if each.variant == MORE_SENDERS:
        yield (
            f"sender: at {each.concurrency} at once {each.senders} sending processes get "
            f"{each.rate_ratio:.2f} times what {echo.senders} get from the bare echo; "
            f"each request costs a sender {echo.sender_us:.1f} µs"
        )
    if each.variant == ACKNOWLEDGED:
        yield (
            f"acknowledgement at {each.concurrency} at once: {each.rate:,.0f} a second; with what "
            f"follows until all orders have ended {each.settled_rate:,.0f} a second"
        )


def _count(level: Level) -> str:
    at = f"at {level.concurrency} at once"
    if _is_counted(level):
        return (
            f"count: {at} {level.sent:,} orders acknowledged, {level.sent:,} FILLED in the journal"
        )
    return f"WRONG: {at} {level.sent:,} orders acknowledged, in the journal {level.orders}"


def markdown_of(bench: Bench) -> Iterator[str]:
    """Return the lines of a page's part."""
    yield from ("| | |", "|---|---|")
    yield from (f"| {name} | {text} |" for name, text in facts_of(bench))
    yield from ("", f"| {' | '.join(COLUMNS)} |", "|--:|---" + "|--:" * (len(COLUMNS) - 2) + "|")
    yield from (f"| {' | '.join(row)} |" for row in rows_of(bench))
    yield ""
    yield from (f"- {note}" for note in notes_of(bench))


def document_of(bench: Bench) -> dict[str, Any]:
    """Return everything, each run included, as JSON has it."""
    return {
        "command": list(bench.command),
        "machine": msgspec.to_builtins(bench.machine),
        "disk": bench.disk._asdict(),
        "plan": msgspec.to_builtins(bench.plan),
        "flush_ms": {"p50": median(bench.flushes_ms), "p99": _p99(bench.flushes_ms)},
        "summaries": msgspec.to_builtins(bench.summaries()),
        "notes": list(notes_of(bench)),
        "levels": msgspec.to_builtins(bench.levels),
    }
