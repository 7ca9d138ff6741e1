"""Faults of signals and their keys."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from fillgate.engine import dispatcher
from fillgate.engine.arrivals import Arrival
from fillgate.engine.intake import Intake
from fillgate.engine.tickets import Ticket
from fillgate.journal.base import Done, Write
from fillgate.journal.claims import ClaimTable
from fillgate.journal.sqlite import SqliteJournal
from tests.simulation.faults.catalogue import Catalogue, Patch

__all__ = ["FAULTS"]

FAULTS: Final = Catalogue()


@FAULTS("a key is claimed after its order was sent", 3)
def _(patch: Patch) -> None:
    append = SqliteJournal.append

    def later(self: SqliteJournal, write: Write, done: Done) -> None:
        append(self, msgspec.structs.replace(write, claim=None), done)
        if write.claim is not None:
            claim = Write(entries=(), signal=write.signal, claim=write.claim)
            loop = asyncio.get_running_loop()
            loop.call_later(0.5, append, self, claim, lambda outcome: None)

    patch.setattr(SqliteJournal, "append", later)


@FAULTS("a start forgets which keys were used", 3)
def _(patch: Patch) -> None:
    load = ClaimTable.load

    def forget(self: ClaimTable) -> None:
        self._cursor.execute("DELETE FROM keys; DELETE FROM fingerprints")
        load(self)

    patch.setattr(ClaimTable, "load", forget)


@FAULTS("another signal under a used key is sent", 3)
def _(patch: Patch) -> None:
    patch.setattr("fillgate.engine.intake._digest", lambda signal: b"")
    find = Intake._claim_key

    def keyless(self: Intake, arrival: Arrival) -> tuple[str | None, int | None]:
        key, expires = find(self, arrival)
        return (key and f"{key} {arrival.signal.quantity}"), expires

    patch.setattr(Intake, "_claim_key", keyless)


@FAULTS("a signal is acknowledged before it is durable", 1, 21)
def _(patch: Patch) -> None:
    admit = Intake._admit

    def at_once(self: Intake, ticket: Ticket, arrival: Arrival, expires: int | None) -> None:
        admit(self, ticket, arrival, expires)
        ticket.admitted.open(ticket)

    patch.setattr(Intake, "_admit", at_once)


@FAULTS("what was turned away without a key is sent after all", 2)
def _(patch: Patch) -> None:
    patch.setattr(dispatcher, "disowned", lambda ticket: None)


@FAULTS("a start forgets the signals that wait", 1)
def _(patch: Patch) -> None:
    async def none(self: SqliteJournal) -> Sequence[Any]:
        return ()

    patch.setattr(SqliteJournal, "waiting_signals", none)
