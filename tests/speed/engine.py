"""What an order costs from its reading to its recorded fill, but for HTTP and the disk.

    python -m tests.speed.engine

Signals with a key and an absolute quantity go through intake, lane, plan, checks, submission, the
mock account's book, and the recorder, into a journal in memory. So many are under way at a time,
each in a symbol of its own.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, cast

import uvloop

from fillgate.domain.signals import Action, Signal
from fillgate.engine.accounts import AccountSetup
from fillgate.engine.arrivals import Arrival
from fillgate.engine.clock import SystemClock
from fillgate.engine.engine import Engine
from fillgate.engine.settings import EngineSettings
from fillgate.engine.tasks import Tasks
from fillgate.plugins.base import PluginContext
from fillgate.plugins.mock import MockPlugin
from fillgate.plugins.registry import PluginRegistry
from fillgate.service.interpreter import settle_memory
from fillgate.service.logs import configure_logs, logger
from fillgate.testing import plugin_context
from tests.speed.memory_journal import MemoryJournal

__all__ = ["Rig", "opened"]

AT_ONCE = 32
_BODY = b'{"symbol": "S/USDT", "action": "buy", "quantity": "1", "id": "0"}'


class Rig:
    """An engine that takes orders as fast as it can."""

    def __init__(self, **options: Any) -> None:
        """Put it together.

        Args:
            options: the mock account's settings.
        """
        log = logger()
        self._clock = SystemClock()
        self._tasks = Tasks(log)
        context = PluginContext(self._clock, plugin_context().random, log, self._tasks.starter)
        registry = PluginRegistry()
        registry.register(MockPlugin("mock", context))
        self.journal = MemoryJournal()
        self.engine = Engine(
            cast("Any", self.journal),
            registry,
            {"mock": AccountSetup("mock", options)},
            settings=EngineSettings(),
            clock=self._clock,
            tasks=self._tasks,
            logger=log,
        )
        self._sent = 0
        self.statuses: dict[str, int] = {}
        """How many orders ended how."""

    async def start(self) -> None:
        """Open the door."""
        await self.engine.start()

    async def close(self) -> None:
        """Close it."""
        await self.engine.close()

    async def run(self, orders: int) -> float:
        """Send so many orders; return the CPU seconds of one."""
        arrivals = self._arrivals(orders)
        began = time.process_time()
        await asyncio.gather(*(self._send(arrivals) for _ in range(AT_ONCE)))
        return (time.process_time() - began) / orders

    def _arrivals(self, orders: int) -> Iterator[Arrival]:
        for number in range(self._sent, self._sent + orders):
            yield Arrival(
                source="speed",
                signal=Signal(
                    action=Action.SELL if number // AT_ONCE % 2 else Action.BUY,
                    symbol=f"S{number % AT_ONCE}/USDT",
                    quantity=Decimal(1),
                ),
                body=_BODY,
                received_at=self._clock.now(),
                key=f"k{number}",
                began=self._clock.monotonic(),
            )
        self._sent += orders

    async def _send(self, arrivals: Iterator[Arrival]) -> None:
        for arrival in arrivals:
            admission = await self.engine.intake.accept(arrival, wait=30)
            state = admission.ticket.state
            assert state is not None
            status = state.status.value
            self.statuses[status] = self.statuses.get(status, 0) + 1


async def opened(**options: Any) -> Rig:
    """Return a rig that takes orders."""
    rig = Rig(**options)
    await rig.start()
    return rig


async def measured(orders: int, rounds: int) -> None:
    """Print what an order costs, round after round, over a history that grows."""
    rig = await opened()
    await rig.run(orders // 10)
    settle_memory()
    costs = []
    for _ in range(rounds):
        cost = await rig.run(orders)
        costs.append(cost)
        total = sum(rig.statuses.values())
        say(f"{total:>9,} orders  {cost * 1e6:6.1f} us of CPU  {1 / cost:8,.0f} orders/CPU-s")
    say(f"   median          {sorted(costs)[rounds // 2] * 1e6:6.1f} us of CPU; {rig.statuses}")
    await rig.close()


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=20_000, help="in each round")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    configure_logs(level="warning", style="json")
    uvloop.run(measured(chosen.orders, chosen.rounds))


if __name__ == "__main__":
    main()
