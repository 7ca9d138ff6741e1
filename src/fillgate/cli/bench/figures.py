"""What a bench measured, and what follows from it. Nothing here reads a clock.

Invariants:

1. A run holds what was counted; all else is computed from it.
2. A ratio compares runs of the same round, which had the same machine at nearly the same time. What
   is told is the median of the rounds' ratios, not the ratio of medians.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from statistics import median

import msgspec

__all__ = ["Run", "Summary", "percentile", "summary_of"]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A load on a server, from its first request to its last answer, or until all orders ended."""

    variant: str
    concurrency: int
    round: int
    senders: int
    """How many processes sent."""
    right: int
    """How many answers were as they should be."""
    wrong: int
    examples: list[str]
    """Some of the wrong ones."""
    seconds: float
    """From the first request to the last answer."""
    settled_seconds: float
    """From the first request until no order was open."""
    p50_ms: float
    p99_ms: float
    server_cpu_seconds: float
    """Until no order was open."""
    server_cpu_answering: float
    """Until the last answer, in seconds."""
    loop_cpu_seconds: float
    """What its event loop's thread had of `server_cpu_seconds`."""
    sender_cpu_seconds: float
    others_cpu_seconds: float
    """What everything else on this machine used until the last answer."""
    flushes: int
    """Until no order was open; 0 for the echo."""

    @property
    def rate(self) -> float:
        """Right answers a second."""
        return self.right / self.seconds

    @property
    def settled_rate(self) -> float:
        """Orders that ended, a second."""
        return self.right / self.settled_seconds

    @property
    def server_us(self) -> float:
        """Microseconds of the server's processor time for each answer and all that follows it."""
        return self.server_cpu_seconds * 1e6 / self.right

    @property
    def loop_us(self) -> float:
        """What the server's event loop had of `server_us`; the rest is the journal's thread."""
        return self.loop_cpu_seconds * 1e6 / self.right

    @property
    def sender_us(self) -> float:
        """Microseconds of the senders' processor time for each answer."""
        return self.sender_cpu_seconds * 1e6 / self.right

    @property
    def flushes_each(self) -> float:
        """Flushes for each answer."""
        return self.flushes / self.right

    @property
    def server_busy(self) -> float:
        """How many cores the server kept busy on average."""
        return self.server_cpu_answering / self.seconds

    @property
    def sender_busy(self) -> float:
        """Which share of a core each sender kept busy on average."""
        return self.sender_cpu_seconds / self.seconds / self.senders

    @property
    def others_busy(self) -> float:
        """How many cores everything else kept busy on average."""
        return self.others_cpu_seconds / self.seconds


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The medians of all rounds of a variant at a concurrency; names as in `Run`."""

    variant: str
    concurrency: int
    senders: int
    rounds: int
    right: int
    """In all rounds."""
    rate: float
    settled_rate: float
    p50_ms: float
    p99_ms: float
    server_us: float
    loop_us: float
    sender_us: float
    flushes_each: float
    server_busy: float
    sender_busy: float
    others_busy: float
    rate_ratio: float
    """Its rate by that of the echo."""
    cpu_ratio: float
    """The echo's processor time a request by its own."""


def summary_of(runs: Sequence[Run], echoes: Sequence[Run]) -> Summary:
    """Return the medians of the rounds of a variant.

    Args:
        runs: of one variant at one concurrency, a round each.
        echoes: of the echo in the same rounds.
    """
    echo_of = {echo.round: echo for echo in echoes}
    pairs = [(run, echo_of[run.round]) for run in runs]

    def middle(figure: Callable[[Run], float]) -> float:
        return median(figure(run) for run in runs)

    return Summary(
        variant=runs[0].variant,
        concurrency=runs[0].concurrency,
        senders=runs[0].senders,
        rounds=len(runs),
        right=sum(run.right for run in runs),
        rate=middle(lambda run: run.rate),
        settled_rate=middle(lambda run: run.settled_rate),
        p50_ms=middle(lambda run: run.p50_ms),
        p99_ms=middle(lambda run: run.p99_ms),
        server_us=middle(lambda run: run.server_us),
        loop_us=middle(lambda run: run.loop_us),
        sender_us=middle(lambda run: run.sender_us),
        flushes_each=middle(lambda run: run.flushes_each),
        server_busy=middle(lambda run: run.server_busy),
        sender_busy=middle(lambda run: run.sender_busy),
        others_busy=middle(lambda run: run.others_busy),
        rate_ratio=median(run.rate / echo.rate for run, echo in pairs),
        cpu_ratio=median(echo.server_us / run.server_us for run, echo in pairs),
    )


def percentile(values: Iterable[int], share: float) -> int:
    """Return the least of the values that at least this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]
