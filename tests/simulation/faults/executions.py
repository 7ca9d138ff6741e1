"""Faults of what is counted."""

from typing import Any, Final

import msgspec

from fillgate.domain.executions import Executed
from fillgate.domain.fills import Fill
from fillgate.engine.recorder import Job, Recorder
from tests.simulation.faults.catalogue import Catalogue, Patch

__all__ = ["FAULTS"]

FAULTS: Final = Catalogue()


@FAULTS("a fill that is told twice counts twice", 14)
def _(patch: Patch) -> None:
    def all_of_them(self: Executed, fills: tuple[Fill, ...]) -> Executed:
        identified = self.identified
        for fill in fills:
            identified = identified.with_fill(fill)
        return msgspec.structs.replace(self, identified=identified)

    patch.setattr(Executed, "with_fills", all_of_them)


@FAULTS("a total is counted on top of the fills", 14)
def _(patch: Patch) -> None:
    def sum_of_both(self: Executed) -> Any:
        total = self.identified
        for fill in (self.evidence,) if self.evidence.quantity else ():
            total = msgspec.structs.replace(
                total,
                quantity=total.quantity + fill.quantity,
                notional=total.notional + fill.notional,
            )
        return total

    patch.setattr(Executed, "total", property(sum_of_both))


@FAULTS("a position moves before its commit", 21)
def _(patch: Patch) -> None:
    append = Recorder._append

    def early(self: Recorder, job: Job) -> None:
        append(self, job)
        self._blotter.publish((), job.positions)

    patch.setattr(Recorder, "_append", early)


@FAULTS("a fill that the venue takes back stays", 13, 15)
def _(patch: Patch) -> None:
    patch.setattr(Executed, "amended_by", lambda self, *_, **__: self)
