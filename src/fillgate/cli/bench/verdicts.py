"""What the figures of a bench say: the goals, the sender, the machine, the count of the orders."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from fillgate.cli.bench.figures import Summary
from fillgate.cli.bench.findings import Findings, words_of
from fillgate.cli.bench.rounds import ACKNOWLEDGED, ECHO, MORE_SENDERS, OUTCOME, Level

__all__ = ["Goal", "cautions_of", "faults_of", "goals_of", "remarks_of"]

_GOALS: Final = ((OUTCOME, 0.20), (ACKNOWLEDGED, 0.30))
"""At least so much of the echo at the concurrency below."""
_GOAL_CONCURRENCY: Final = 32
_GOAL_FLUSHES: Final = 2
_GOAL_REST_MS: Final = 1.0

_BUSY_SENDER: Final = 0.9
_BUSY_MACHINE: Final = 0.95
_BUSY_OTHERS: Final = 0.1


class Goal(NamedTuple):
    """A goal and what was measured."""

    words: str
    measured: str
    met: bool


def goals_of(found: Findings) -> Iterator[Goal]:
    """Return the goals of those concurrencies that were measured."""
    of = {(each.variant, each.concurrency): each for each in found.summaries()}
    for variant, least in _GOALS:
        summary = of.get((variant, _GOAL_CONCURRENCY))
        if summary is not None:
            yield from _ratio_goals(summary, least)
    for level in found.levels:
        if level.concurrency == 1:
            yield _latency_goal(of[OUTCOME, 1], level.flush_p50_ms)


def _latency_goal(summary: Summary, flush_ms: float) -> Goal:
    most = _GOAL_FLUSHES * flush_ms + _GOAL_REST_MS
    words = f"{_place(summary)}: p50 within two flushes of this disk and 1 ms: {most:.3f} ms"
    return Goal(words, f"{summary.p50_ms:.3f} ms", summary.p50_ms <= most)


def _ratio_goals(summary: Summary, least: float) -> Iterator[Goal]:
    for ratio, name in ((summary.cpu_ratio, "CPU"), (summary.rate_ratio, "rate")):
        words = f"{_place(summary)}: by {name} at least {least:.2f} of the bare echo"
        yield Goal(words, f"{ratio:.3f}", ratio >= least)


def remarks_of(found: Findings) -> Iterator[str]:
    """Return what the table does not hold."""
    late = _at_each(found, ACKNOWLEDGED, lambda each: f"{each.settled_rate:,.0f}")
    yield f"acknowledged, and the order behind it ended, in a second: {late}"
    loop = _at_each(found, OUTCOME, lambda each: f"{each.loop_us:.0f}")
    yield f"of an outcome's CPU us the event loop takes {loop}; the journal's thread takes the rest"
    cost = _at_each(found, ECHO, lambda each: f"{each.sender_us:.0f}")
    yield f"a request to the bare echo costs the sender, in CPU us: {cost}"
    doubled = _at_each(found, MORE_SENDERS, lambda each: f"{each.rate_ratio:.2f}")
    if doubled:
        yield f"twice the senders get from the bare echo so many times as much: {doubled}"
    if not any(faults_of(found)):
        orders = sum(level.sent for level in found.levels)
        yield f"{orders:,} orders acknowledged, and as many FILLED in the journals"


def _at_each(found: Findings, variant: str, told: Callable[[Summary], str]) -> str:
    """Return a figure of a variant at each concurrency; empty if it was not run."""
    runs = [each for each in found.summaries() if each.variant == variant]
    return ", ".join(f"{told(each)} ({each.concurrency} at once)" for each in runs)


def cautions_of(found: Findings) -> Iterator[str]:
    """Return what may have spoilt the figures, and which."""
    summaries = found.summaries()
    for words, spoils in _CAUTIONS:
        spoilt = [each for each in summaries if spoils(each, found.machine.cores)]
        if spoilt:
            places = "all of them" if len(spoilt) == len(summaries) else _places(spoilt)
            yield f"{words}: {places}"


def _places(spoilt: Sequence[Summary]) -> str:
    of: dict[str, list[str]] = {}
    for each in spoilt:
        of.setdefault(words_of(each), []).append(str(each.concurrency))
    return "; ".join(f"{name} ({', '.join(at)} at once)" for name, at in of.items())


def _no_core_idle(each: Summary, cores: int) -> bool:
    busy = each.server_busy + each.sender_busy * each.senders + each.others_busy
    return busy > _BUSY_MACHINE * cores


_CAUTIONS: Final[Sequence[tuple[str, Callable[[Summary, int], bool]]]] = (
    (
        "the sender was busy all the time and may have been the limit",
        lambda each, _: each.sender_busy > _BUSY_SENDER,
    ),
    ("no core was idle; with more cores the rate may be higher", _no_core_idle),
    (
        "other processes kept more than a tenth of the machine busy; a quiet one may give more",
        lambda each, cores: each.others_busy > _BUSY_OTHERS * cores,
    ),
)


def _place(each: Summary) -> str:
    return f"{words_of(each)}, {each.concurrency} at once"


def faults_of(found: Findings) -> Iterator[str]:
    """Return what was wrong with answers and journals; nothing if all was well."""
    for level in found.levels:
        at = f"{level.concurrency} at once"
        wrong = [run for run in [*level.warm_up, *level.runs] if run.wrong]
        if wrong:
            many = sum(run.wrong for run in wrong)
            yield f"{at}: {many} answers were wrong, the first of them: {wrong[0].examples[0]}"
        if not _is_counted(level):
            yield f"{at}: {level.sent:,} orders were acknowledged, the journal has {level.orders}"


def _is_counted(level: Level) -> bool:
    return level.orders == {"FILLED": level.sent}
