"""The same world, driven by rules: hypothesis looks for the shortest way to break an invariant."""

import os
from collections.abc import Coroutine
from contextlib import ExitStack
from typing import Any, get_args

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.simulation import steps
from tests.simulation.draw import PAUSES
from tests.simulation.life import Life, fresh_folder
from tests.simulation.reactions import BEHAVIOURS, REACTIONS
from tests.simulation.steps import AnyStep, Behaviour, Conditions, Reaction

_WHICH = st.integers(0, 5)
_THEN = st.sampled_from(PAUSES)
_WAITS = st.sampled_from((0.0, 1.0, 20.0))
_DOWNTIMES = st.sampled_from((0.0, 1.0, 10.0))
_BEHAVIOURS = st.builds(
    Behaviour,
    name=st.sampled_from(sorted(BEHAVIOURS)),
    parts=st.integers(0, 3),
    latency=st.sampled_from((0.0, 0.2, 1.0)),
    rest=st.sampled_from((0.0, 0.001, 3.0)),
    stale=st.booleans(),
)
_SENDS = st.builds(
    steps.Send,
    symbol=st.integers(0, 1),
    account=st.integers(0, 1),
    sell=st.booleans(),
    quantity=st.integers(1, 4),
    reduce_only=st.booleans(),
    key=st.booleans(),
    wait=_WAITS,
    venue=_BEHAVIOURS,
    then=_THEN,
)
_TWINS = st.builds(
    steps.Send, fingerprint=st.just(True), copies=st.integers(1, 3), venue=_BEHAVIOURS, then=_THEN
)
_REACTIONS = st.builds(
    Reaction,
    name=st.sampled_from(sorted(REACTIONS)),
    latency=st.sampled_from((0.0, 0.2, 1.0)),
    fills=st.booleans(),
)
_CANCELS = st.builds(
    steps.Cancel,
    which=_WHICH,
    key=st.booleans(),
    copies=st.integers(1, 2),
    wait=_WAITS,
    venue=_REACTIONS,
    then=_THEN,
)
_REPLACES = st.builds(
    steps.Replace,
    which=_WHICH,
    more=st.integers(-1, 2),
    price=st.integers(0, 1),
    key=st.booleans(),
    wait=_WAITS,
    venue=_REACTIONS,
    then=_THEN,
)
_CANCEL_ALLS = st.builds(
    steps.CancelAll,
    account=st.sampled_from((None, 0, 1)),
    symbol=st.sampled_from((None, 0, 1)),
    wait=_WAITS,
    then=_THEN,
)
_PLACES = st.integers(0, 1)
_STRANGERS = st.builds(
    steps.Stranger,
    symbol=_PLACES,
    account=_PLACES,
    sell=st.booleans(),
    filled=st.booleans(),
    fillgate=st.booleans(),
    then=_THEN,
)
_STRIKES = st.builds(
    steps.Strike, kept=st.booleans(), outage=st.sampled_from((0.0, 1.0, 6.0)), then=_THEN
)
_CRASHES = st.builds(
    steps.Crash,
    where=st.sampled_from(get_args(steps.Where)),
    countdown=st.integers(0, 2),
    downtime=_DOWNTIMES,
    then=_THEN,
)
_LOOKUPS = st.builds(steps.Lookups, mode=st.sampled_from(get_args(steps.LookupMode)), then=_THEN)
_CONDITIONS = st.builds(
    Conditions,
    style=st.sampled_from(("in order", "nearly", "any")),
    seed=st.integers(0, 3),
    max_age=st.sampled_from((60.0, 4.0)),
    remembered_orders=st.sampled_from((10_000, 1)),
    tells=st.sampled_from(("totals", "fills", "last fill")),
    says_pending=st.booleans(),
    lists=st.booleans(),
    new_ids=st.booleans(),
)


class Machine(RuleBasedStateMachine):
    """One world, and what happens in it."""

    @initialize(conditions=_CONDITIONS)
    def begin(self, conditions: Conditions) -> None:
        self._stack = ExitStack()
        self._life = Life(conditions, self._stack.enter_context(fresh_folder()))
        self._run(self._life.open())

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self._life.world.loop.run(work, most_turns=100_000)

    def _do(self, step: AnyStep) -> None:
        self._run(self._life.do(step))

    @rule(step=_SENDS)
    def signal(self, step: steps.Send) -> None:
        self._do(step)

    @rule(step=_TWINS)
    def signals_by_fingerprint(self, step: steps.Send) -> None:
        self._do(step)

    @rule(step=st.builds(steps.Again, which=_WHICH, wait=_WAITS, then=_THEN))
    def signal_again(self, step: steps.Again) -> None:
        self._do(step)

    @rule(step=st.builds(steps.Otherwise, which=_WHICH, then=_THEN))
    def other_signal_under_a_key(self, step: steps.Otherwise) -> None:
        self._do(step)

    @rule(step=st.builds(steps.HangUp, which=_WHICH, then=_THEN))
    def caller_hangs_up(self, step: steps.HangUp) -> None:
        self._do(step)

    @rule(step=_CANCELS)
    def cancel(self, step: steps.Cancel) -> None:
        self._do(step)

    @rule(step=_REPLACES)
    def replace(self, step: steps.Replace) -> None:
        self._do(step)

    @rule(step=_CANCEL_ALLS)
    def cancel_all(self, step: steps.CancelAll) -> None:
        self._do(step)

    @rule(step=st.builds(steps.AskAgain, which=_WHICH, then=_THEN))
    def ask_again(self, step: steps.AskAgain) -> None:
        self._do(step)

    @rule(step=st.builds(steps.Bust, which=_WHICH, corrects=st.booleans(), then=_THEN))
    def venue_takes_a_fill_back(self, step: steps.Bust) -> None:
        self._do(step)

    @rule(step=st.builds(steps.LateFill, which=_WHICH, then=_THEN))
    def venue_fills_late(self, step: steps.LateFill) -> None:
        self._do(step)

    @rule(step=_STRANGERS)
    def stranger(self, step: steps.Stranger) -> None:
        self._do(step)

    @rule(step=st.builds(steps.Drift, symbol=_PLACES, account=_PLACES, then=_THEN))
    def position_drifts(self, step: steps.Drift) -> None:
        self._do(step)

    @rule(step=st.builds(steps.Fill, which=_WHICH, parts=st.integers(1, 2), then=_THEN))
    def fill(self, step: steps.Fill) -> None:
        self._do(step)

    @rule(step=st.builds(steps.VenueEnds, which=_WHICH, expires=st.booleans(), then=_THEN))
    def venue_ends_an_order(self, step: steps.VenueEnds) -> None:
        self._do(step)

    @rule(step=_LOOKUPS)
    def lookups(self, step: steps.Lookups) -> None:
        self._do(step)

    @rule(step=st.builds(steps.Person, which=_WHICH, then=_THEN))
    def person(self, step: steps.Person) -> None:
        self._do(step)

    @rule(step=_STRIKES)
    def commit_fails(self, step: steps.Strike) -> None:
        self._do(step)

    @rule(step=st.builds(steps.Health, then=_THEN))
    def health_changes(self, step: steps.Health) -> None:
        self._do(step)

    @rule(step=_CRASHES)
    def crash(self, step: steps.Crash) -> None:
        self._do(step)

    @rule(step=st.builds(steps.Restart, downtime=_DOWNTIMES))
    def restart(self, step: steps.Restart) -> None:
        self._do(step)

    @rule(step=st.builds(steps.Wait, then=st.sampled_from((3.0, 8.0, 40.0))))
    def time(self, step: steps.Wait) -> None:
        self._do(step)

    @invariant()
    def nothing_is_broken(self) -> None:
        assert not self._life.watch.breaches

    def teardown(self) -> None:
        try:
            self._run(self._life.rest())
            assert not self._life.watch.breaches
        finally:
            self._life.close()
            self._stack.close()


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=300 if os.environ.get("CI") else 60, stateful_step_count=15
)
