"""Others who trade on the same account of the venue: by hand, and by another fillgate."""

import asyncio
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Final

import msgspec

from fillgate.domain.ids import client_order_id
from tests.torture import wire
from tests.torture.processes import VenueProcess
from tests.torture.wares import SYMBOLS

__all__ = ["OTHER_TAG", "Strangers"]

OTHER_TAG: Final = "0th3"
"""The tag of the other fillgate's ids. That the journal's own, a random one, is the same would be
one run in a million."""

_PAUSE: Final = (0.1, 0.6)


class Strangers:
    """Send orders to the venue, past the service."""

    def __init__(self, venue: VenueProcess, dice: random.Random) -> None:
        self._venue = venue
        self._dice = dice

    async def run(self, strangers: int, is_ending: Callable[[], bool]) -> None:
        """Trade, with so many at once, until it ends."""
        async with asyncio.TaskGroup() as group:
            for stranger in range(strangers):
                group.create_task(self._trade(stranger, is_ending))

    async def _trade(self, stranger: int, is_ending: Callable[[], bool]) -> None:
        number = 0
        while not is_ending():
            number += 1
            by_hand = f"somebody-{stranger}-{number}"
            by_program = client_order_id(OTHER_TAG, 1000 * stranger + number)
            await self._send(self._dice.choice((by_hand, by_program)))
            await asyncio.sleep(self._dice.uniform(*_PAUSE))

    async def _send(self, identity: str) -> None:
        limit = not self._dice.randrange(2)
        order = wire.New(
            client_order_id=identity,
            symbol=self._dice.choice(SYMBOLS),
            side=self._dice.choice(("buy", "sell")),
            order_type="limit" if limit else "market",
            quantity=Decimal(self._dice.randint(1, 5)),
            price=Decimal(self._dice.randint(90, 110)) if limit else None,
        )
        try:
            async with asyncio.timeout(1.0):
                await self._venue.ask(order)
        except (TimeoutError, OSError, EOFError, msgspec.DecodeError):
            # What the venue did with it stands in its ledger.
            return
