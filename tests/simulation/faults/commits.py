"""Faults around commits that fail."""

from typing import Final

import msgspec

from fillgate.engine.recorder import Recorder
from fillgate.journal.base import Done, Lost, Write
from fillgate.journal.sqlite import SqliteJournal
from fillgate.journal.writer import Batch
from tests.simulation.faults.catalogue import Catalogue, Patch

__all__ = ["FAULTS"]

FAULTS: Final = Catalogue()


@FAULTS("a commit in doubt counts as lost", 20, 22)
def _(patch: Patch) -> None:
    def lost(self: SqliteJournal, batch: Batch) -> None:
        for pending in batch:
            self._tell_this(pending, Lost("the commit failed"))
        self._lose_waiting("the commit before it failed")

    def decided(self: SqliteJournal, batch: Batch, *, durable: bool) -> None:
        self._fault = None
        self._gather()

    patch.setattr(SqliteJournal, "doubted", lost)
    patch.setattr(SqliteJournal, "decided", decided)


@FAULTS("a commit in doubt counts as durable", 1, 21, 20)
def _(patch: Patch) -> None:
    def kept(self: SqliteJournal, batch: Batch) -> None:
        for pending in batch:
            self._tell_this(pending, pending.outcome)
        self._lose_waiting("the commit before it failed")

    def decided(self: SqliteJournal, batch: Batch, *, durable: bool) -> None:
        self._fault = None
        self._gather()

    patch.setattr(SqliteJournal, "doubted", kept)
    patch.setattr(SqliteJournal, "decided", decided)


@FAULTS("facts of a lost commit are not written again", 10, 12, 13, 24)
def _(patch: Patch) -> None:
    patch.setattr(Recorder, "_keep_for_later", lambda self, job, reason: None)


@FAULTS("an order's row is not brought up to date", 20)
def _(patch: Patch) -> None:
    append = SqliteJournal.append

    def rowless(self: SqliteJournal, write: Write, done: Done) -> None:
        rows = write.order_rows if write.signal_row is not None else ()
        append(self, msgspec.structs.replace(write, order_rows=rows), done)

    patch.setattr(SqliteJournal, "append", rowless)
