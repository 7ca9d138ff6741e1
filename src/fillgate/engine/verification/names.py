"""Keys and the venues' ids of orders: what the events tell against the tables that find them.

A key and its claim, an id and its row are written in one commit, and neither ever changes. So what
an event tells has its row as soon as the event can be read.
"""

from collections.abc import AsyncIterator
from typing import Final

from msgspec.structs import astuple

from fillgate.domain.events import CancelRequested, Event, ReplaceRequested, SignalAccepted
from fillgate.domain.order_state import OrderState
from fillgate.engine.claims import FINGERPRINT_PREFIX
from fillgate.engine.requests.keys import KEY as REQUEST_PREFIX
from fillgate.engine.story import order_states
from fillgate.engine.verification.findings import UNREADABLE, Findings
from fillgate.engine.verification.source import Source
from fillgate.journal.many import Counts, ToldId, ToldKey
from fillgate.journal.venue_ids import new_venue_ids

__all__ = ["Names"]

_PAGE: Final = 1000

Change = tuple[OrderState | None, OrderState]
_Name = tuple[str, str]
"""(source, key), as claimed."""


class Names:
    """What the events so far tell of keys and ids, and whether the tables have it."""

    def __init__(self, source: Source, findings: Findings) -> None:
        """Compare with `source`."""
        self._source = source
        self._findings = findings
        self._keys: list[ToldKey] = []
        self._ids: list[ToldId] = []
        self._told_keys = self._told_ids = 0

    def note(self, position: int, event: Event, change: Change | None) -> None:
        """Take in an event, and what it made of an order if it happened to one."""
        if isinstance(event, SignalAccepted):
            self._note_key(position, _key_of_signal(event), event.signal)
        elif change is not None:
            before, after = change
            if isinstance(event, CancelRequested | ReplaceRequested):
                self._note_key(position, _key_of_request(event), after.signal)
            for each in new_venue_ids(before, after) if after.order_id is not None else ():
                self._told_ids += 1
                self._ids.append(ToldId(position, *astuple(each)))

    def _note_key(self, position: int, name: _Name | None, signal: int) -> None:
        if name is not None:
            self._told_keys += 1
            self._keys.append(ToldKey(position, *name, signal))

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
        return any(_key_of(record.event) == (key.source, key.key) for record in story)

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


def _key_of_signal(event: SignalAccepted) -> _Name | None:
    # Fingerprints are claimed for a while only.
    if event.key is None or event.key.startswith(FINGERPRINT_PREFIX):
        return None
    return event.source, event.key


def _key_of_request(event: CancelRequested | ReplaceRequested) -> _Name | None:
    return None if event.key is None else (event.actor, REQUEST_PREFIX + event.key)


def _key_of(event: Event) -> _Name | None:
    match event:
        case SignalAccepted():
            return _key_of_signal(event)
        case CancelRequested() | ReplaceRequested():
            return _key_of_request(event)
    return None
