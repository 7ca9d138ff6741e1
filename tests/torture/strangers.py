"""Others who trade on the same account of the venue: by hand, and by another fillgate."""

import asyncio
import random
from typing import Final

from fillgate.domain.ids import client_order_id
from tests.torture.processes import VenueUnderTest
from tests.torture.senders import Load

__all__ = ["OTHER_TAG", "Strangers"]

OTHER_TAG: Final = "0th3"
"""The tag of the other fillgate's ids. That the journal's own, a random one, is the same would be
one run in a million."""

_PAUSE: Final = (0.1, 0.6)


class Strangers:
    """Send orders to the venue, past the service."""

    def __init__(self, venue: VenueUnderTest, load: Load, dice: random.Random) -> None:
        self._venue = venue
        self._load = load
        self._dice = dice

    async def run(self, strangers: int) -> None:
        """Trade, with so many at once, until the load ends."""
        async with asyncio.TaskGroup() as group:
            for stranger in range(strangers):
                group.create_task(self._trade(stranger))

    async def _trade(self, stranger: int) -> None:
        number = 0
        while not self._load.is_ending:
            number += 1
            by_hand = f"somebody-{stranger}-{number}"
            by_program = client_order_id(OTHER_TAG, 1000 * stranger + number)
            identity = self._dice.choice((by_hand, by_program))
            await self._venue.trade(identity, self._dice, sorted(self._load.traded))
            await asyncio.sleep(self._dice.uniform(*_PAUSE))
