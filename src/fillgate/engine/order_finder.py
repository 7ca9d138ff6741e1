"""Which of our orders a venue means: in memory, else in the journal.

Invariants:

1. An order that memory forgot is restored from its story before anything is recorded of it.
2. Of an order that is in memory the journal is not asked: memory is never behind it.
3. "Not ours" is not said while it cannot be known: an order on its way has no id of the venue yet.
"""

import asyncio
from collections.abc import Collection, Sequence

from fillgate.domain.ids import made_from, order_of, tag_of
from fillgate.domain.order_state import OrderState
from fillgate.engine.blotter import Blotter
from fillgate.engine.recorder import Recorder
from fillgate.engine.story import order_states
from fillgate.journal.base import Journal
from fillgate.journal.index import OrderRow

__all__ = ["OrderFinder"]


class OrderFinder:
    """Finds orders by our ids and by the venues'."""

    def __init__(
        self, journal: Journal, recorder: Recorder, blotter: Blotter, *, tags: Collection[str]
    ) -> None:
        """Look into memory, then into `journal`; ids with any of `tags` are ours."""
        self._journal = journal
        self._recorder = recorder
        self._blotter = blotter
        self._tags = frozenset(tags)
        self._recalling = asyncio.Lock()

    def is_ours(self, client_order_id: str | None) -> bool:
        """Tell whether an id was minted for this journal."""
        return client_order_id is not None and tag_of(client_order_id) in self._tags

    def protects_ours(self, client_order_id: str | None) -> bool:
        """Tell whether an id was made by the venue from one of ours, as for attached stops."""
        return client_order_id is not None and self.is_ours(made_from(client_order_id))

    def other_installation(self, client_order_id: str | None) -> str | None:
        """Return the tag of the other fillgate that minted an id; None if none did."""
        tag = None if client_order_id is None else tag_of(client_order_id)
        return None if tag in self._tags else tag

    def is_open_question(self, account: str, symbol: str, client_order_id: str | None) -> bool:
        """Tell whether what a venue names may be an order whose id there is not known yet."""
        if client_order_id is not None:
            return False
        states = (*self._blotter.open_orders(), *self._recorder.reserved())
        return any(
            state.standing.is_undecided
            and (state.order.account, state.order.symbol) == (account, symbol)
            for state in states
        )

    async def find(
        self, account: str, symbol: str, *, client_order_id: str | None, order_id: str
    ) -> OrderState | None:
        """Return the order that a venue means, restored to memory; None if none is known.

        Raises:
            JournalUnavailable: the journal cannot be read.
        """
        if client_order_id is not None:
            identity = order_of(client_order_id)
            state = self._recorder.latest(identity)
            if state is None and self.is_ours(identity):
                state = await self.recall(identity)
            if state is not None:
                return state
        return await self._find_by_order_id(account, symbol, order_id)

    async def _find_by_order_id(
        self, account: str, symbol: str, order_id: str
    ) -> OrderState | None:
        for state in (*self._recorder.reserved(), *self._blotter.open_orders()):
            order = state.order
            if (order.account, order.symbol) == (account, symbol) and (
                order_id == state.order_id or order_id in state.former_ids
            ):
                return state
        row = await self._journal.find_by_order_id(account, symbol, order_id)
        return None if row is None else await self.recall(row.client_order_id)

    async def read(self, client_order_id: str) -> OrderState | None:
        """Return an order as it is, from memory or from the journal; None if there is none."""
        state = self._blotter.order(client_order_id)
        if state is not None:
            return state
        row = await self._journal.find_order(client_order_id)
        if row is None:
            return None
        return order_states(await self._journal.story(row.signal)).get(client_order_id)

    async def read_all(self, rows: Sequence[OrderRow]) -> Sequence[OrderState]:
        """Return the orders of these rows of the index, from memory or from the journal."""
        states = {row.client_order_id: self._blotter.order(row.client_order_id) for row in rows}
        missing = [row for row in rows if states[row.client_order_id] is None]
        stories = await self._journal.stories([row.signal for row in missing])
        for row, story in zip(missing, stories, strict=True):
            states[row.client_order_id] = order_states(story).get(row.client_order_id)
        return [state for state in states.values() if state is not None]

    async def recall(self, client_order_id: str) -> OrderState | None:
        """Return an order with everything recorded of it, in memory from now on.

        Raises:
            JournalUnavailable: the journal cannot be read.
        """
        state = self._recorder.latest(client_order_id)
        if state is not None:
            return state
        # One at a time: what somebody records of an order meanwhile would be missing in a reading
        # that began before.
        async with self._recalling:
            state = self._recorder.latest(client_order_id)
            if state is None:
                state = await self.read(client_order_id)
                if state is not None and self._recorder.latest(client_order_id) is None:
                    self._blotter.restore([state], ())
        return self._recorder.latest(client_order_id)
