"""Faults of what venues tell by themselves."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from fillgate.domain.events import Event, PositionDiffered
from fillgate.domain.order_state import OrderState
from fillgate.engine.foreign import Foreign
from fillgate.engine.reconciliation.comparison import Run
from fillgate.engine.reconciliation.positions import PositionComparison
from fillgate.engine.reports import Reports
from fillgate.plugins.base import VenueFill
from tests.simulation.faults.catalogue import Catalogue, Patch

__all__ = ["FAULTS"]

FAULTS: Final = Catalogue()


@FAULTS("a fill that comes after the end of its order is dropped", 13, 15, 24)
def _(patch: Patch) -> None:
    take = Reports._take_fill_for

    def unless_ended(self: Reports, state: OrderState, told: VenueFill, channel: str) -> Any:
        known = self._recorder.latest(state.order.client_order_id) or state
        return None if known.standing.is_final else take(self, state, told, channel)

    patch.setattr(Reports, "_take_fill_for", unless_ended)


@FAULTS("fills are never compared", 13, 15, 24)
def _(patch: Patch) -> None:
    async def nothing(self: Run) -> None:
        """Ask for none."""

    patch.setattr(Run, "compare_fills", nothing)


@FAULTS("what is somebody else's is counted at every look", 15, 27)
def _(patch: Patch) -> None:
    async def nothing(self: Foreign, account: str, sights: Iterable[Any]) -> set[Any]:
        return set()

    patch.setattr(Foreign, "_claim", lambda self, key: True)
    patch.setattr(Foreign, "_known", nothing)


@FAULTS("what is somebody else's is passed over", 15, 27)
def _(patch: Patch) -> None:
    async def nothing(self: Foreign, account: str, told: Iterable[Any]) -> tuple[Event, ...]:
        return ()

    patch.setattr(Foreign, "_record_new", nothing)


@FAULTS("a start forgets whose fills were counted", 15, 27)
def _(patch: Patch) -> None:
    async def nothing(self: Foreign, account: str, sights: Iterable[Any]) -> set[Any]:
        return set()

    patch.setattr(Foreign, "_known", nothing)


@FAULTS("a difference of positions is booked away", 15, 20, 21, 28)
def _(patch: Patch) -> None:
    record = PositionComparison._record

    def book(self: PositionComparison, event: Event) -> None:
        record(self, event)
        if isinstance(event, PositionDiffered):
            blotter = self._recorder._blotter
            known = blotter.position(event.account, event.symbol)
            blotter.publish((), (msgspec.structs.replace(known, quantity=event.theirs),))

    patch.setattr(PositionComparison, "_record", book)


@FAULTS("a difference of positions is not told", 28)
def _(patch: Patch) -> None:
    patch.setattr(PositionComparison, "_record", lambda self, event: None)
