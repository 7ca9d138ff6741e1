"""The rounds of a bench: at each concurrency the variants in turn, again and again.

Invariants:

1. Each concurrency has a service, a journal and an echo of its own, new ones.
2. The variants of a round follow each other at once, so that what else the machine does hits all.
3. A run is over when nothing is left to do for it: no order of one run is worked on in the next.
"""

import math
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

import msgspec

from fillgate.cli.bench.figures import Run, percentile
from fillgate.cli.bench.load import Job, Sent, merged
from fillgate.cli.bench.probes import (
    COMMIT_LIMIT,
    CommitCounter,
    FlushProbe,
    loop_cpu,
    machine_busy,
    process_cpu,
)
from fillgate.cli.bench.senders import Senders, shares
from fillgate.cli.bench.service import EchoServer, MeasuredService
from fillgate.cli.child import ChildFailed

__all__ = [
    "ACKNOWLEDGED",
    "ECHO",
    "MORE_SENDERS",
    "ORDERS",
    "OUTCOME",
    "Level",
    "Plan",
    "measure_level",
]

ECHO: Final = "echo"
ACKNOWLEDGED: Final = "acknowledged"
OUTCOME: Final = "outcome"
ORDERS: Final = (ACKNOWLEDGED, OUTCOME)
"""Those that go to the service."""
MORE_SENDERS: Final = "echo, twice the senders"

_FLUSHES: Final = 50
_WARM_UP: Final = 0.5
_FIRST_GUESS: Final = 4000
_RESERVE: Final = 1.5
_MOST_WAITING: Final = 8000
"""More signals than `engine.max_waiting` are turned away; so many at most are sent at a time."""
_SETTLE_SECONDS: Final = 60.0
_QUIET_SECONDS: Final = 0.02
_LOOK_SECONDS: Final = 0.001
_NANO: Final = 1e-9
_MILLI: Final = 1e-6


class _Variant(NamedTuple):
    """What is sent and what should come back."""

    prefer: str | None
    status: int
    marker: str
    most: int = 200_000
    """The most requests in a run: they are all built before it."""


_VARIANTS: Final = {
    ECHO: _Variant(None, 200, '"action"'),
    ACKNOWLEDGED: _Variant("respond-async", 202, '"success":true', _MOST_WAITING),
    OUTCOME: _Variant(None, 200, '"status":"FILLED"'),
    MORE_SENDERS: _Variant(None, 200, '"action"'),
}


class _State(NamedTuple):
    """What stood where at a moment; times in nanoseconds."""

    at: int
    server: int
    """Processor time of the server."""
    loop: int
    """Processor time of its event loop."""
    machine: int
    """Processor time of all."""
    commits: int


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to measure."""

    concurrencies: list[int]
    """How many requests are on their way at a time."""
    rounds: int
    seconds: float
    """The most that a run sends."""
    senders: int
    """How many processes send."""
    journal: str | None = None
    """The journal behind whose history it is measured; None for a new one."""


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """All that was measured at a concurrency."""

    concurrency: int
    runs: list[Run]
    warm_up: list[Run]
    flushes_ns: list[int]
    """How long each flush of 4 KiB took, between the runs."""
    orders: dict[str, int]
    """How many orders the journal has in each status, after all runs."""

    @property
    def flush_p50_ms(self) -> float:
        """How long half of the flushes took at most."""
        return median(self.flushes_ns) * _MILLI

    @property
    def sent(self) -> int:
        """How many orders were acknowledged."""
        return sum(run.right for run in [*self.runs, *self.warm_up] if run.variant in ORDERS)


def measure_level(plan: Plan, concurrency: int, folder: Path, senders: Senders) -> Level:
    """Measure at a concurrency.

    Args:
        plan: what.
        concurrency: how many requests are on their way at a time.
        folder: a new one for all files.
        senders: running; twice as many as the plan names.

    Raises:
        ChildFailed: a server or a sender failed.
    """
    with ExitStack() as stack:
        measured = MeasuredService(folder)
        before = {} if plan.journal is None else measured.go_on_from(Path(plan.journal))
        service = stack.enter_context(measured)
        echo = stack.enter_context(EchoServer(folder))
        probe = stack.enter_context(FlushProbe(folder))
        bench = _Bench(plan, concurrency, service, echo, senders)
        warm_up = list(bench.warm_up())
        runs: list[Run] = []
        flushes: list[int] = []
        for number in range(1, plan.rounds + 1):
            flushes += probe.times(_FLUSHES)
            runs += bench.round(number)
        code = service.stop()
        if code != 0:
            raise ChildFailed(f"the service ended with exit code {code}")
    return Level(
        concurrency=concurrency,
        runs=runs,
        warm_up=warm_up,
        flushes_ns=flushes,
        orders=dict(Counter(service.orders()) - Counter(before)),
    )


class _Bench:
    """The running servers of a level."""

    def __init__(
        self,
        plan: Plan,
        concurrency: int,
        service: MeasuredService,
        echo: EchoServer,
        senders: Senders,
    ) -> None:
        self._plan = plan
        self._concurrency = concurrency
        self._service = service
        self._echo = echo
        self._senders = senders
        self._commits = CommitCounter(service.journal)
        self._each: dict[str, int] = {}
        self._variants = [ECHO, ACKNOWLEDGED, OUTCOME]
        if len(shares(concurrency, 2 * plan.senders)) > len(shares(concurrency, plan.senders)):
            self._variants.append(MORE_SENDERS)

    def warm_up(self) -> Iterator[Run]:
        """Run each variant once, and learn how many requests a run takes."""
        for name in self._variants:
            self._each[name] = self._limited(name, _FIRST_GUESS)
            run = self._run(name, 0, self._plan.seconds * _WARM_UP)
            self._each[name] = self._limited(name, run.rate * self._plan.seconds * _RESERVE)
            yield run

    def _limited(self, name: str, requests: float) -> int:
        return max(math.floor(min(requests, _VARIANTS[name].most) / self._concurrency), 1)

    def round(self, number: int) -> Iterator[Run]:
        """Run each variant once."""
        for name in self._variants:
            yield self._run(name, number, self._plan.seconds)

    def _run(self, name: str, number: int, seconds: float) -> Run:
        server = self._service if name in ORDERS else self._echo
        jobs = self._jobs(name, server.url, seconds)
        self._senders.prepare(jobs)
        before = self._state(server.pid)
        load = merged(self._senders.run(len(jobs)))
        answered = self._state(server.pid)
        if not load.latencies:
            raise ChildFailed(f"no answer was right; the first was {load.examples[0]}")
        return Run(
            variant=name,
            concurrency=self._concurrency,
            round=number,
            senders=len(jobs),
            **_answers(load),
            **_costs(load, before, answered),
            **self._wholes(name, load, before, answered),
        )

    def _wholes(self, name: str, load: Sent, before: _State, answered: _State) -> dict[str, Any]:
        """Return what a run took until no order was open."""
        settled = self._settled(answered) if name == ACKNOWLEDGED else answered
        end = load.end if settled is answered else settled.at
        flushes = (settled.commits - before.commits) % COMMIT_LIMIT
        return {
            "settled_seconds": (end - load.begin) * _NANO,
            "server_cpu_seconds": (settled.server - before.server) * _NANO,
            "loop_cpu_seconds": (settled.loop - before.loop) * _NANO,
            "flushes": flushes if name in ORDERS else 0,
        }

    def _state(self, pid: int) -> _State:
        try:
            return _State(
                at=time.perf_counter_ns(),
                server=process_cpu(pid),
                loop=loop_cpu(pid),
                machine=machine_busy(),
                commits=self._commits.read(),
            )
        except OSError as error:
            raise ChildFailed(f"a server cannot be looked at: {error}") from None

    def _settled(self, state: _State) -> _State:
        """Return the state when the last order had ended."""
        patience = time.monotonic() + _SETTLE_SECONDS
        while True:
            # Watching the journal costs the service nothing, asking it does.
            state = self._quiet(state)
            is_busy = self._service.is_busy()
            now = self._state(self._service.pid)
            # The last order may have ended just before it was asked for.
            if not is_busy and now.commits == state.commits:
                return state
            state = now
            if time.monotonic() > patience:
                raise ChildFailed(f"orders are still open after {_SETTLE_SECONDS:g} s")

    def _quiet(self, state: _State) -> _State:
        """Return the state after the last commit, once none has followed for a while."""
        while time.perf_counter_ns() - state.at < _QUIET_SECONDS / _NANO:
            time.sleep(_LOOK_SECONDS)
            now = self._state(self._service.pid)
            if now.commits != state.commits:
                state = now
        return state

    def _jobs(self, name: str, url: str, seconds: float) -> list[Job]:
        variant = _VARIANTS[name]
        senders = self._plan.senders * (2 if name == MORE_SENDERS else 1)
        return [
            Job(
                url=url,
                secret=self._service.secret,
                name=secrets.token_hex(6),
                connections=connections,
                each=self._each[name],
                seconds=seconds,
                prefer=variant.prefer,
                status=variant.status,
                marker=variant.marker,
            )
            for connections in shares(self._concurrency, senders)
        ]


def _answers(load: Sent) -> dict[str, Any]:
    return {
        "right": len(load.latencies),
        "wrong": load.wrong,
        "examples": load.examples,
        "seconds": (load.end - load.begin) * _NANO,
        "p50_ms": percentile(load.latencies, 0.5) * _MILLI,
        "p99_ms": percentile(load.latencies, 0.99) * _MILLI,
    }


def _costs(load: Sent, before: _State, answered: _State) -> dict[str, Any]:
    """Return what a run cost until the last answer."""
    server = answered.server - before.server
    others = answered.machine - before.machine - server - load.cpu
    return {
        "server_cpu_answering": server * _NANO,
        "sender_cpu_seconds": load.cpu * _NANO,
        "others_cpu_seconds": max(others, 0) * _NANO,
    }
