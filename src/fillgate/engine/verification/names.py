"""Keys and the venues' ids of orders: what the events tell against the tables that find them.

A key and its claim, an id and its row are written in one commit, and neither ever changes. So what
an event tells has its row as soon as the event can be read.
"""

from collections.abc import AsyncIterator
from typing import Final

from fillgate.domain.events import SignalAccepted
from fillgate.domain.order_state import OrderState
from fillgate.engine.claims import FINGERPRINT_PREFIX
from fillgate.engine.story import order_states
from fillgate.engine.verification.findings import UNREADABLE, Findings
from fillgate.engine.verification.source import Source
from fillgate.journal.many import Counts, ToldId, ToldKey
from fillgate.journal.venue_ids import new_venue_ids

__all__ = ["Names"]

_PAGE: Final = 1000


class Names:
    """What the events so far tell of keys and ids, and whether the tables have it."""

    def __init__(self, source: Source, findings: Findings) -> None:
        """Compare with `source`."""
        self._source = source
        self._findings = findings
        self._keys: list[ToldKey] = []
        self._ids: list[ToldId] = []
        self._told_keys = self._told_ids = 0

    def note_signal(self, position: int, event: SignalAccepted) -> None:
        """Take in a signal that was accepted."""
        key = event.key
        # Fingerprints are claimed for a while only.
        if key is not None and not key.startswith(FINGERPRINT_PREFIX):
            self._told_keys += 1
            self._keys.append(ToldKey(position, event.source, key, event.signal))

    def note_order(self, position: int, before: OrderState | None, after: OrderState) -> None:
        """Take in what an event made of an order."""
        if after.order_id is None:
            return
        for each in new_venue_ids(before, after):
            self._told_ids += 1
            told = ToldId(position, each.account, each.symbol, each.order_id, each.client_order_id)
            self._ids.append(told)

    async def compare(self) -> None:
        """Compare what was taken in since the last time."""
        keys, self._keys = self._keys, []
        for told, holder in zip(keys, await self._source.key_holders(keys), strict=True):
            if holder != told.signal:
                held = "no signal" if holder is None else f"signal {holder}"
                text = f"{held} holds its key {told.key!r} of {told.source}"
                self._findings.add("KEY_WRONG", f"signal {told.signal}", text)
        ids, self._ids = self._ids, []
        for each, name in zip(ids, await self._source.venue_id_holders(ids), strict=True):
            # Where a venue gives an id twice, the first order keeps it.
            if name != each.client_order_id and not await self._has(name, each):
                text = f"the index finds {name or 'no order'} by its id {each.order_id!r}"
                self._findings.add("VENUE_ID_WRONG", f"order {each.client_order_id}", text)

    async def _has(self, name: str | None, told: ToldId) -> bool:
        try:
            row = None if name is None else await self._source.find_order(name)
            states = {} if row is None else order_states(await self._source.story(row.signal))
        except (KeyError, *UNREADABLE):
            return False
        state = states.get(name or "")
        return state is not None and told.order_id in {state.order_id, *state.former_ids}

    async def find_spares(self, counts: Counts) -> None:
        """Look for rows that no event tells of, where there are more rows than were told of."""
        if counts.keys > self._told_keys:
            async for key in self._all_keys():
                if not await self._is_told(key):
                    text = f"its key {key.key!r} of {key.source} is claimed, no event tells of it"
                    self._findings.add("KEY_SPARE", f"signal {key.signal}", text)
        if counts.venue_ids > self._told_ids:
            async for each in self._all_ids():
                if not await self._has(each.client_order_id, each):
                    text = f"the index finds it by {each.order_id!r}, no event tells of that id"
                    self._findings.add("VENUE_ID_SPARE", f"order {each.client_order_id}", text)

    async def _is_told(self, key: ToldKey) -> bool:
        story = await self._findings.answer(self._source.story(key.signal)) or ()
        events = [record.event for record in story]
        accepted = [event for event in events if isinstance(event, SignalAccepted)]
        return any((event.source, event.key) == (key.source, key.key) for event in accepted)

    async def _all_keys(self) -> AsyncIterator[ToldKey]:
        last: ToldKey | None = None
        while page := await self._source.keys(after=last, limit=_PAGE):
            for key in page:
                yield key
            last = page[-1]

    async def _all_ids(self) -> AsyncIterator[ToldId]:
        last: ToldId | None = None
        while page := await self._source.venue_ids(after=last, limit=_PAGE):
            for each in page:
                yield each
            last = page[-1]
