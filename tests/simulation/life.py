"""The life of a history: its steps, then rest, then a look at everything."""

import hashlib
import shutil
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

from fillgate.testing.loop import Deadlock, NeverEnds
from tests.simulation import rest, watch, written
from tests.simulation.rest import found_at_rest, restless
from tests.simulation.steps import History
from tests.simulation.watch import Breach, Watch
from tests.simulation.world import World
from tests.simulation.written import changed_by_a_start, found_in_journal, orders_now

__all__ = ["CHECKED", "Outcome", "fresh_folder", "live", "look_at_all", "rest_and_look"]

_MOST_TURNS = 100_000
"""Fifty times as many callbacks as the longest histories take."""

CHECKED = watch.CHECKED | rest.CHECKED | written.CHECKED
"""The invariants that a history is held to."""


class Outcome(NamedTuple):
    """How a history went."""

    breaches: tuple[Breach, ...]
    trace: Sequence[str]
    turns: int
    """How many callbacks have run."""

    @property
    def digest(self) -> str:
        """The same for two runs that went the same way, and for no others."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()

    @property
    def broken(self) -> frozenset[int]:
        """The invariants that did not hold."""
        return frozenset(breach.number for breach in self.breaches)


@cache
def _workplace() -> Path:
    """Return where journals lie: in memory, where that can be had."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="fillgate-", dir=memory if memory.is_dir() else None))


@contextmanager
def fresh_folder() -> Iterator[Path]:
    """Give a folder for one world, and take it away."""
    folder = Path(tempfile.mkdtemp(dir=_workplace()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def live(history: History) -> Outcome:
    """Live a history to its end."""
    with fresh_folder() as folder:
        world = World(history.conditions, folder)
        watch = Watch(world)
        try:
            world.loop.run(_live(world, watch, history), most_turns=_MOST_TURNS)
        except (Deadlock, NeverEnds) as error:
            watch.breaches.append(Breach(24, f"{type(error).__name__}: {error}"))
        except Exception as error:  # noqa: BLE001 - whatever it was, it was not to be
            where = traceback.format_tb(error.__traceback__)[-1].strip()
            watch.breaches.append(Breach(25, f"{error!r} at {where}"))
        finally:
            world.close()
    unique = tuple(dict.fromkeys(watch.breaches))
    return Outcome(unique, world.trace, world.loop.turns)


async def _live(world: World, watch: Watch, history: History) -> None:
    await world.open()
    for step in history.steps:
        await world.do(step)
    await rest_and_look(world, watch)


async def rest_and_look(world: World, watch: Watch) -> None:
    """Heal everything, let all come to its end, and add what does not hold to the breaches."""
    await world.heal()
    await world.until(lambda: restless(world))
    world.send_again()
    await world.until(lambda: restless(world))
    await look_at_all(world, watch)
    before = await orders_now(world)
    await world.stop()
    await world.heal()
    await world.until(lambda: restless(world))
    await look_at_all(world, watch)
    watch.breaches += changed_by_a_start(before, await orders_now(world))
    await world.stop()


async def look_at_all(world: World, watch: Watch) -> None:
    """Add what does not hold at rest, and what was written wrongly, to the breaches."""
    for delivery in world.deliveries:
        world.note_status(delivery)
    watch.breaches += await found_at_rest(world)
    watch.breaches += await found_in_journal(world)
    journal = world.house.journal
    assert journal is not None
    heads = await journal.heads()
    world.tell("rests", *(f"{each.stream}:{each.hash.hex()}" for each in heads.values()))
