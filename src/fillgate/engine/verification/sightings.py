"""What was noticed at venues: what the events leave of it against the table.

A sighting may be replaced by a later event, and the table may be ahead of the events that are read.
So one that does not fit is kept, and looked at again when more events are read.
"""

from collections import defaultdict

from fillgate.domain.events import Event
from fillgate.engine.verification.findings import Findings
from fillgate.engine.verification.source import Source
from fillgate.journal.sightings import FIRST_SEEN, sightings_of

__all__ = ["Sightings"]


class Sightings:
    """What the events so far leave, as far as the table does not have it."""

    def __init__(self, source: Source, findings: Findings) -> None:
        """Compare with `source`."""
        self._source = source
        self._findings = findings
        self._expected: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        """By account and kind, then by subject."""
        self._accounts: set[str] = set()
        """Those whose first event was read: that one stays."""

    def note(self, event: Event, at: int) -> None:
        """Take in an event that did not happen to an order."""
        for each in sightings_of(event, at):
            if each.kind == FIRST_SEEN:
                if each.account in self._accounts:
                    continue
                self._accounts.add(each.account)
            self._expected[each.account, each.kind][each.subject] = each.value

    async def compare(self) -> bool:
        """Drop what the table has; tell whether that was all."""
        for (account, kind), expected in list(self._expected.items()):
            found = await self._source.sightings(account, kind, list(expected))
            for subject, value in found.items():
                if expected[subject] == value:
                    del expected[subject]
            if not expected:
                del self._expected[account, kind]
        return not self._expected

    async def conclude(self) -> None:
        """Note a finding for each that is left."""
        for (account, kind), expected in self._expected.items():
            found = await self._source.sightings(account, kind, list(expected))
            for subject, value in expected.items():
                place = f"sighting {account} {kind} {subject}".strip()
                text = f"the index says {found.get(subject)!r}, the events give {value!r}"
                self._findings.add("SIGHTING_WRONG", place, text)
