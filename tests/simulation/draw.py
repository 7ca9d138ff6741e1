"""A history drawn from a seed."""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar, get_args

from tests.simulation.reactions import BEHAVIOURS, REACTIONS
from tests.simulation.schedule import STYLES
from tests.simulation.steps import (
    Again,
    AnyStep,
    AskAgain,
    Behaviour,
    Bust,
    Cancel,
    CancelAll,
    Conditions,
    Crash,
    Fill,
    HangUp,
    Heal,
    Health,
    History,
    LookupMode,
    Lookups,
    Otherwise,
    Person,
    Reaction,
    Replace,
    Restart,
    Send,
    SlowDisk,
    Strike,
    VenueEnds,
    Wait,
    Where,
)

__all__ = ["PAUSES", "draw_history"]

_T = TypeVar("_T")

PAUSES: Final = (0.0, 0.0, 0.0, 0.0002, 0.002, 0.3, 3.0)
_LONG_PAUSES: Final = (0.5, 3.0, 8.0, 40.0)
_MOST_STEPS: Final = 24


def draw_history(seed: int) -> History:
    """Return the history of a seed."""
    dice = random.Random(seed)
    conditions = Conditions(
        style=dice.choice(STYLES),
        seed=seed,
        max_age=dice.choice((60.0, 60.0, 4.0)),
        remembered_orders=dice.choice((1, 10_000)),
        tells=dice.choice(("totals", "fills", "last fill")),
        new_ids=dice.random() < 0.5,
    )
    names, weights = zip(*_STEPS.items(), strict=True)
    drawn = dice.choices(names, weights, k=dice.randint(3, _MOST_STEPS))
    return History(conditions=conditions, steps=tuple(draw(dice) for draw in drawn))


def _pause(dice: random.Random) -> float:
    return dice.choice(PAUSES)


def _which(dice: random.Random) -> int:
    return dice.randrange(20)


def _wait(dice: random.Random) -> float:
    return dice.choice((0.0, 0.0, 0.001, 1.0, 20.0))


def _send(dice: random.Random) -> Send:
    claims = dice.choice(("", "", "key", "key", "fingerprint"))
    return Send(
        symbol=dice.choice((0, 0, 1)),
        account=dice.choice((0, 0, 0, 1)),
        sell=dice.random() < 0.5,
        quantity=dice.randint(1, 4),
        reduce_only=dice.random() < 0.2,
        key=claims == "key",
        fingerprint=claims == "fingerprint",
        copies=dice.choice((1, 1, 2, 3)) if claims else 1,
        wait=_wait(dice),
        venue=_behaviour(dice),
        then=_pause(dice),
    )


def _behaviour(dice: random.Random) -> Behaviour:
    names, weights = zip(*((n, b.weight) for n, b in BEHAVIOURS.items()), strict=True)
    return Behaviour(
        name=dice.choices(names, weights)[0],
        parts=dice.choice((0, 1, 1, 2, 3)),
        latency=dice.choice((0.0, 0.001, 0.2, 1.0)),
        rest=dice.choice((0.0, 0.0, 0.0, 0.001, 0.5, 3.0)),
        stale=dice.random() < 0.3,
    )


def _reaction(dice: random.Random) -> Reaction:
    names, weights = zip(*((n, r.weight) for n, r in REACTIONS.items()), strict=True)
    return Reaction(
        name=dice.choices(names, weights)[0],
        latency=dice.choice((0.0, 0.001, 0.2, 1.0)),
        fills=dice.random() < 0.2,
    )


def _cancel(dice: random.Random) -> Cancel:
    return Cancel(
        which=_which(dice),
        key=dice.random() < 0.4,
        copies=dice.choice((1, 1, 2)),
        wait=_wait(dice),
        venue=_reaction(dice),
        then=_pause(dice),
    )


def _replace(dice: random.Random) -> Replace:
    return Replace(
        which=_which(dice),
        more=dice.choice((0, 1, 2, -1, -2)),
        price=dice.choice((0, 1)),
        key=dice.random() < 0.4,
        copies=dice.choice((1, 1, 2)),
        wait=_wait(dice),
        venue=_reaction(dice),
        then=_pause(dice),
    )


def _cancel_all(dice: random.Random) -> CancelAll:
    return CancelAll(
        account=dice.choice((None, 0, 1)),
        symbol=dice.choice((None, 0, 1)),
        wait=_wait(dice),
        then=_pause(dice),
    )


def _strike(dice: random.Random) -> Strike:
    outage = dice.choice((0.0, 0.05, 1.0, 6.0))
    return Strike(kept=dice.random() < 0.5, outage=outage, then=_pause(dice))


def _crash(dice: random.Random) -> Crash:
    return Crash(
        where=_one_of(dice, get_args(Where)),
        countdown=dice.choice((0, 0, 0, 1, 2, 4)),
        downtime=dice.choice((0.0, 0.0, 1.0, 10.0)),
        then=_pause(dice),
    )


def _one_of(dice: random.Random, those: Sequence[_T]) -> _T:
    return dice.choice(those)


_STEPS: Final[Mapping[Callable[[random.Random], AnyStep], int]] = {
    _send: 24,
    lambda dice: Again(which=_which(dice), wait=_wait(dice), then=_pause(dice)): 5,
    lambda dice: Otherwise(which=_which(dice), then=_pause(dice)): 2,
    lambda dice: HangUp(which=_which(dice), then=_pause(dice)): 1,
    _cancel: 9,
    _replace: 6,
    _cancel_all: 1,
    lambda dice: AskAgain(which=_which(dice), then=_pause(dice)): 2,
    lambda dice: Bust(which=_which(dice), corrects=dice.random() < 0.5, then=_pause(dice)): 1,
    lambda dice: Fill(which=_which(dice), parts=dice.choice((1, 2)), then=_pause(dice)): 5,
    lambda dice: VenueEnds(which=_which(dice), expires=dice.random() < 0.5, then=_pause(dice)): 2,
    lambda dice: Lookups(mode=_one_of(dice, get_args(LookupMode)), then=_pause(dice)): 3,
    lambda dice: Person(which=_which(dice), then=_pause(dice)): 2,
    _strike: 3,
    lambda dice: SlowDisk(latency=dice.choice((0.01, 0.5)), then=_pause(dice)): 1,
    lambda dice: Heal(then=_pause(dice)): 1,
    lambda dice: Health(then=_pause(dice)): 1,
    _crash: 5,
    lambda dice: Restart(downtime=dice.choice((0.0, 5.0)), then=_pause(dice)): 1,
    lambda dice: Wait(then=dice.choice(_LONG_PAUSES)): 5,
}
"""How each kind of step is drawn, and how often of all."""
