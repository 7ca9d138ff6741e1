"""How each step happens: one function a kind, and one table of them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, TypeVar

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import Order, Side
from fillgate.engine.requests.checks import Terms
from tests.simulation import steps
from tests.simulation.callers import PRICE, Callers, Question
from tests.simulation.places import ACCOUNTS, SYMBOLS
from tests.simulation.steps import AnyStep
from tests.simulation.world import World

__all__ = ["happen"]

_T = TypeVar("_T")
_Happening = Callable[[World, Callers, Any], None]
_WORKING: Final = frozenset({OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED})


async def happen(world: World, callers: Callers, step: AnyStep) -> None:
    """Let a step happen, and time go by after it."""
    await world.reopen_if_dead()
    world.tell("step", step)
    if isinstance(step, steps.Restart):
        world.downtime = step.downtime
        await world.stop()
    else:
        _HAPPENINGS[type(step)](world, callers, step)
    await asyncio.sleep(step.then)
    await world.reopen_if_dead()


def _one(those: Sequence[_T], which: int) -> _T | None:
    return those[which % len(those)] if those else None


# Callers


def _send(world: World, callers: Callers, step: steps.Send) -> None:
    callers.send(step)


def _again(world: World, callers: Callers, step: steps.Again) -> None:
    claiming = [one for one in callers.deliveries if one.claim is not None]
    if (before := _one(claiming, step.which)) is not None:
        callers.send_again(before, step.wait)


def _otherwise(world: World, callers: Callers, step: steps.Otherwise) -> None:
    keyed = [one for one in callers.deliveries if one.key is not None]
    if (before := _one(keyed, step.which)) is not None:
        callers.send_otherwise(before)


def _hang_up(world: World, callers: Callers, step: steps.HangUp) -> None:
    pending = [one.task for one in callers.deliveries if one.ending == "pending"]
    if (task := _one(pending, step.which)) is not None:
        task.cancel()


def _named(world: World, which: int, *, working: bool = False) -> str | None:
    """Return the id of an order, or of a signal that waits.

    Of those that are open, or `working` at the venue, if there are any.
    """
    waiting = [str(ticket.client_order_id) for ticket in world.engine.dispatcher.waiting()]
    states = world.engine.recorder.open_orders()
    at_work = [state.order.client_order_id for state in states if state.standing in _WORKING]
    is_open = [*(state.order.client_order_id for state in states), *waiting]
    return _one((at_work if working else []) or is_open or list(world.disk.durable.orders), which)


def _cancel(world: World, callers: Callers, step: steps.Cancel) -> None:
    if (identity := _named(world, step.which)) is not None:
        world.venue.reactions.setdefault(identity, []).append(step.venue)
        key = f"r{len(callers.questions)}" if step.key else None
        for _ in range(step.copies):
            callers.ask(Question(identity, None, key), step.wait)


def _replace(world: World, callers: Callers, step: steps.Replace) -> None:
    identity = _named(world, step.which, working=True)
    known = None if identity is None else world.engine.recorder.latest(identity)
    if identity is None or known is None:
        return
    world.venue.reactions.setdefault(identity, []).append(step.venue)
    terms = Terms(
        quantity=known.order.quantity + step.more if step.more else None,
        price=PRICE + step.price if step.price else None,
    )
    key = f"r{len(callers.questions)}" if step.key else None
    for _ in range(step.copies):
        callers.ask(Question(identity, terms, key), step.wait)


def _cancel_all(world: World, callers: Callers, step: steps.CancelAll) -> None:
    account = None if step.account is None else ACCOUNTS[step.account]
    symbol = None if step.symbol is None else SYMBOLS[step.symbol]
    callers.cancel_all(account, symbol, step.wait)


def _ask_again(world: World, callers: Callers, step: steps.AskAgain) -> None:
    keyed = [one for one in callers.questions if one.key is not None]
    if (before := _one(keyed, step.which)) is not None:
        callers.ask(Question(before.identity, before.terms, before.key), 0.0)


def _person(world: World, callers: Callers, step: steps.Person) -> None:
    doubtful = [state for state in world.engine.blotter.open_orders() if _is_doubtful(state)]
    if (state := _one(doubtful, step.which)) is not None:
        callers.resolve(state)


def _is_doubtful(state: OrderState) -> bool:
    return state.status in {OrderStatus.UNKNOWN, OrderStatus.ABSENT}


# The venue


def _fill(world: World, callers: Callers, step: steps.Fill) -> None:
    if (truth := _one(world.venue.working(), step.which)) is not None:
        world.venue.fill(truth, step.parts)


def _bust(world: World, callers: Callers, step: steps.Bust) -> None:
    filled = [truth for truth in world.venue.working() if truth.own_fills]
    if (truth := _one(filled, step.which)) is not None:
        world.venue.take_back(truth, half=step.corrects)


def _late_fill(world: World, callers: Callers, step: steps.LateFill) -> None:
    ended = world.venue.ended() if world.venue.lists else []
    if (truth := _one(ended, step.which)) is not None:
        world.venue.fill_late(truth)


def _stranger(world: World, callers: Callers, step: steps.Stranger) -> None:
    if not world.venue.lists:
        return
    number = len(world.venue.strangers)
    order = Order(
        client_order_id=f"fgzzzz{number:07}00" if step.fillgate else f"theirs-{number}",
        account=ACCOUNTS[step.account],
        symbol=SYMBOLS[step.symbol],
        side=Side.SELL if step.sell else Side.BUY,
        quantity=Decimal(2),
    )
    world.venue.trade(order, filled=step.filled)


def _drift(world: World, callers: Callers, step: steps.Drift) -> None:
    world.venue.drift[ACCOUNTS[step.account], SYMBOLS[step.symbol]] += 1


def _venue_ends(world: World, callers: Callers, step: steps.VenueEnds) -> None:
    if (truth := _one(world.venue.working(), step.which)) is not None:
        world.venue.end(truth, OrderStatus.EXPIRED if step.expires else OrderStatus.CANCELED)


def _lookups(world: World, callers: Callers, step: steps.Lookups) -> None:
    world.venue.lookups = step.mode


def _health(world: World, callers: Callers, step: steps.Health) -> None:
    world.venue.healthy = not world.venue.healthy


# The disk and the process


def _strike(world: World, callers: Callers, step: steps.Strike) -> None:
    world.disk.fault = "kept" if step.kept else "lost"
    world.disk.outage = step.outage


def _slow_disk(world: World, callers: Callers, step: steps.SlowDisk) -> None:
    world.disk.latency = step.latency


def _heal(world: World, callers: Callers, step: steps.Heal) -> None:
    world.disk.heal()


def _crash(world: World, callers: Callers, step: steps.Crash) -> None:
    world.downtime = step.downtime
    match step.where:
        case "now":
            world.die()
        case "before the commit" | "after the commit":
            world.disk.crashes[step.where] = step.countdown
        case "before the venue" | "at the venue":
            world.crashes[step.where] = step.countdown


def _wait(world: World, callers: Callers, step: steps.Wait) -> None:
    """Let nothing happen."""


_HAPPENINGS: Final[Mapping[type[steps.Step], _Happening]] = {
    steps.Send: _send,
    steps.Again: _again,
    steps.Otherwise: _otherwise,
    steps.HangUp: _hang_up,
    steps.Cancel: _cancel,
    steps.Replace: _replace,
    steps.CancelAll: _cancel_all,
    steps.AskAgain: _ask_again,
    steps.Person: _person,
    steps.Fill: _fill,
    steps.Bust: _bust,
    steps.LateFill: _late_fill,
    steps.Stranger: _stranger,
    steps.Drift: _drift,
    steps.VenueEnds: _venue_ends,
    steps.Lookups: _lookups,
    steps.Health: _health,
    steps.Strike: _strike,
    steps.SlowDisk: _slow_disk,
    steps.Heal: _heal,
    steps.Crash: _crash,
    steps.Wait: _wait,
}
