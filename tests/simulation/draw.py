"""A history drawn from a seed."""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Generic, TypeVar, get_args

from tests.simulation import steps
from tests.simulation.reactions import BEHAVIOURS, REACTIONS
from tests.simulation.schedule import STYLES
from tests.simulation.steps import AnyStep, Behaviour, Conditions, History, Reaction

__all__ = ["PAUSES", "draw_history"]

_T = TypeVar("_T")

PAUSES: Final = (0.0, 0.0, 0.0, 0.0002, 0.002, 0.3, 3.0)
_CALM: Final = (PAUSES, (0.0, 0.002, 0.3, 3.0), (0.3, 3.0))
_PACES: Final = (PAUSES, (0.0, 0.0002, 0.002), *_CALM)
_ABOUT_REQUESTS: Final = 0.4
_LONG_PAUSES: Final = (0.5, 3.0, 8.0, 40.0)
_WAITS: Final = (0.0, 0.0, 0.001, 1.0, 20.0)
_LATENCIES: Final = (0.0, 0.001, 0.2, 1.0)
_RESTS: Final = (0.0, 0.0, 0.0, 0.0, 3.0, 0.001, 0.5)
_MOST_STEPS: Final = 24
_TASTES: Final = (0, 1, 1, 4)


def draw_history(seed: int) -> History:
    """Return the history of a seed.

    Each has tastes of its own: some kinds of steps, of behaviours and of reactions come often, some
    never. A history of all kinds of things would have too few of one kind together.
    """
    dice = random.Random(seed)
    conditions = Conditions(
        style=dice.choice(STYLES),
        seed=seed,
        max_age=dice.choice((60.0, 60.0, 4.0)),
        remembered_orders=dice.choice((1, 10_000)),
        tells=dice.choice(("totals", "fills", "last fill")),
        says_pending=dice.random() < 0.5,
        lists=dice.random() < 0.4,
        new_ids=dice.random() < 0.5,
    )
    drawing = _Drawing(dice)
    drawn = (drawing.step() for _ in range(dice.randint(3, _MOST_STEPS)))
    return History(conditions=conditions, steps=tuple(drawn))


class _Taste(Generic[_T]):
    """Things with weights to the taste of one history; the first one is in every history."""

    def __init__(self, dice: random.Random, weights: Mapping[_T, int]) -> None:
        self._dice = dice
        self._things = tuple(weights)
        self._weights = [weight * dice.choice(_TASTES) for weight in weights.values()]
        self._weights[0] = self._weights[0] or weights[self._things[0]]

    def draw(self) -> _T:
        return self._dice.choices(self._things, self._weights)[0]


class _Drawing:
    """Draws the steps of one history."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        about_requests = dice.random() < _ABOUT_REQUESTS
        self._kinds = _Taste(dice, _WEIGHTS_OF_REQUESTS if about_requests else _WEIGHTS)
        self._behaviours = _Taste(dice, {name: kind.weight for name, kind in BEHAVIOURS.items()})
        self._reactions = _Taste(dice, {name: kind.weight for name, kind in REACTIONS.items()})
        self._pauses: Sequence[float] = dice.choice(_CALM if about_requests else _PACES)
        self._latencies = _LATENCIES[:2] if about_requests else _LATENCIES
        self._rests = _RESTS[:5] if about_requests else _RESTS
        self._places = dice.choice((1, 2, 2))
        self._parts = dice.choice(((0,), (0, 0, 2), (0, 1, 1, 2, 3))[: 3 - about_requests])

    def step(self) -> AnyStep:
        return self._kinds.draw()(self)

    def _is(self, chance: float) -> bool:
        return self._dice.random() < chance

    def _one_of(self, *those: _T) -> _T:
        return self._dice.choice(those)

    def _which(self) -> int:
        return self._dice.randrange(20)

    def _then(self) -> float:
        return self._one_of(*self._pauses)

    def _wait(self) -> float:
        return self._one_of(*_WAITS)

    def _place(self) -> int:
        return self._dice.randrange(self._places)

    # Callers

    def send(self) -> AnyStep:
        claims = self._one_of("", "", "key", "key", "fingerprint")
        return steps.Send(
            symbol=self._place(),
            account=self._place(),
            sell=self._is(0.5),
            quantity=self._one_of(1, 2, 3, 4),
            reduce_only=self._is(0.2),
            key=claims == "key",
            fingerprint=claims == "fingerprint",
            copies=self._one_of(1, 1, 2, 3) if claims else 1,
            wait=self._wait(),
            venue=self._behaviour(),
            then=self._then(),
        )

    def _behaviour(self) -> Behaviour:
        return Behaviour(
            name=self._behaviours.draw(),
            parts=self._one_of(*self._parts),
            latency=self._one_of(*self._latencies),
            rest=self._one_of(*self._rests),
            stale=self._is(0.3),
        )

    def again(self) -> AnyStep:
        return steps.Again(which=self._which(), wait=self._wait(), then=self._then())

    def otherwise(self) -> AnyStep:
        return steps.Otherwise(which=self._which(), then=self._then())

    def hang_up(self) -> AnyStep:
        return steps.HangUp(which=self._which(), then=self._then())

    def cancel(self) -> AnyStep:
        return steps.Cancel(
            which=self._which(),
            key=self._is(0.4),
            copies=self._one_of(1, 1, 2),
            wait=self._wait(),
            venue=self._reaction(),
            then=self._then(),
        )

    def replace(self) -> AnyStep:
        return steps.Replace(
            which=self._which(),
            more=self._one_of(0, 1, 2, -1, -2),
            price=self._one_of(0, 1),
            key=self._is(0.4),
            copies=self._one_of(1, 1, 2),
            wait=self._wait(),
            venue=self._reaction(),
            then=self._then(),
        )

    def _reaction(self) -> Reaction:
        return Reaction(
            name=self._reactions.draw(),
            latency=self._one_of(*_LATENCIES),
            fills=self._is(0.2),
        )

    def cancel_all(self) -> AnyStep:
        return steps.CancelAll(
            account=self._one_of(None, self._place()),
            symbol=self._one_of(None, self._place()),
            wait=self._wait(),
            then=self._then(),
        )

    def ask_again(self) -> AnyStep:
        return steps.AskAgain(which=self._which(), then=self._then())

    def person(self) -> AnyStep:
        return steps.Person(which=self._which(), then=self._then())

    # The venue

    def bust(self) -> AnyStep:
        return steps.Bust(which=self._which(), corrects=self._is(0.5), then=self._then())

    def fill(self) -> AnyStep:
        return steps.Fill(which=self._which(), parts=self._one_of(1, 2), then=self._then())

    def late_fill(self) -> AnyStep:
        return steps.LateFill(which=self._which(), then=self._then())

    def stranger(self) -> AnyStep:
        return steps.Stranger(
            symbol=self._place(),
            account=self._place(),
            sell=self._is(0.5),
            filled=self._is(0.7),
            fillgate=self._is(0.3),
            then=self._then(),
        )

    def drift(self) -> AnyStep:
        return steps.Drift(symbol=self._place(), account=self._place(), then=self._then())

    def venue_ends(self) -> AnyStep:
        return steps.VenueEnds(which=self._which(), expires=self._is(0.5), then=self._then())

    def lookups(self) -> AnyStep:
        return steps.Lookups(mode=self._one_of(*get_args(steps.LookupMode)), then=self._then())

    def health(self) -> AnyStep:
        return steps.Health(then=self._then())

    # The disk and the process

    def strike(self) -> AnyStep:
        outage = self._one_of(0.0, 0.05, 1.0, 6.0)
        return steps.Strike(kept=self._is(0.5), outage=outage, then=self._then())

    def slow_disk(self) -> AnyStep:
        return steps.SlowDisk(latency=self._one_of(0.01, 0.5), then=self._then())

    def heal(self) -> AnyStep:
        return steps.Heal(then=self._then())

    def crash(self) -> AnyStep:
        return steps.Crash(
            where=self._one_of(*get_args(steps.Where)),
            countdown=self._one_of(0, 0, 0, 1, 2, 4),
            downtime=self._one_of(0.0, 0.0, 1.0, 10.0),
            then=self._then(),
        )

    def restart(self) -> AnyStep:
        return steps.Restart(downtime=self._one_of(0.0, 5.0), then=self._then())

    def time(self) -> AnyStep:
        return steps.Wait(then=self._one_of(*_LONG_PAUSES))


_WEIGHTS: Final[Mapping[Callable[[_Drawing], AnyStep], int]] = {
    _Drawing.send: 24,
    _Drawing.again: 5,
    _Drawing.otherwise: 2,
    _Drawing.hang_up: 1,
    _Drawing.cancel: 9,
    _Drawing.replace: 9,
    _Drawing.cancel_all: 2,
    _Drawing.ask_again: 2,
    _Drawing.person: 2,
    _Drawing.bust: 1,
    _Drawing.fill: 5,
    _Drawing.late_fill: 4,
    _Drawing.stranger: 2,
    _Drawing.drift: 1,
    _Drawing.venue_ends: 2,
    _Drawing.lookups: 3,
    _Drawing.health: 1,
    _Drawing.strike: 3,
    _Drawing.slow_disk: 1,
    _Drawing.heal: 1,
    _Drawing.crash: 5,
    _Drawing.restart: 1,
    _Drawing.time: 5,
}
"""How often each kind of step comes, over all histories but those about requests."""

_WEIGHTS_OF_REQUESTS: Final[Mapping[Callable[[_Drawing], AnyStep], int]] = {
    _Drawing.send: 8,
    _Drawing.replace: 10,
    _Drawing.cancel: 8,
    _Drawing.ask_again: 3,
    _Drawing.fill: 4,
    _Drawing.bust: 2,
    _Drawing.late_fill: 3,
    _Drawing.venue_ends: 1,
    _Drawing.lookups: 3,
    _Drawing.strike: 2,
    _Drawing.crash: 5,
    _Drawing.restart: 1,
    _Drawing.time: 5,
}
"""As `_WEIGHTS`, for histories of a few orders of which much is asked."""
