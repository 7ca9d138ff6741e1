"""All that a bench found."""

from collections.abc import Sequence
from statistics import median
from typing import Final, NamedTuple

from fillgate.cli.bench.figures import Run, Summary, percentile, summary_of
from fillgate.cli.bench.machine import Disk, Machine
from fillgate.cli.bench.rounds import ACKNOWLEDGED, ECHO, MORE_SENDERS, OUTCOME, Level, Plan

__all__ = ["Findings", "words_of"]

_WORDS: Final = {
    ECHO: "bare echo",
    ACKNOWLEDGED: "acknowledgement",
    OUTCOME: "outcome",
    MORE_SENDERS: "echo, {senders} senders",
}
_MILLI: Final = 1e-6


class Findings(NamedTuple):
    """What was measured, where and how."""

    command: Sequence[str]
    machine: Machine
    disk: Disk
    plan: Plan
    levels: Sequence[Level]

    @property
    def runs(self) -> list[Run]:
        """All runs that count."""
        return [run for level in self.levels for run in level.runs]

    @property
    def flush_p50_ms(self) -> float:
        """How long half of the flushes of this disk took at most."""
        return median(self._flushes_ns) * _MILLI

    @property
    def flush_p99_ms(self) -> float:
        """How long 99 of 100 flushes of this disk took at most."""
        return percentile(self._flushes_ns, 0.99) * _MILLI

    @property
    def _flushes_ns(self) -> list[int]:
        return [time for level in self.levels for time in level.flushes_ns]

    def summaries(self) -> list[Summary]:
        """Return the medians of each variant at each concurrency, in the order of the runs."""
        return [summary for level in self.levels for summary in _summaries(level)]

    @property
    def others_busy(self) -> float:
        """How many cores everything else kept busy, at the median of all runs."""
        return median(run.others_busy for run in self.runs)


def _summaries(level: Level) -> list[Summary]:
    of: dict[str, list[Run]] = {}
    for run in level.runs:
        of.setdefault(run.variant, []).append(run)
    return [summary_of(runs, of[ECHO]) for runs in of.values()]


def words_of(summary: Summary) -> str:
    """Return what a variant is called in print."""
    return _WORDS[summary.variant].format(senders=summary.senders)
