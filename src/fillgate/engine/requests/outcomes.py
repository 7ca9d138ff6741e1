"""What became of requests, for those who wait."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from fillgate.domain.order_state import OrderState
from fillgate.domain.requests import Request, RequestStatus, find_request
from fillgate.engine.blotter import Blotter, Change
from fillgate.engine.intake import EngineUnavailable
from fillgate.engine.tickets import Latch

__all__ = ["Outcome", "Outcomes"]


class Outcome(NamedTuple):
    """What became of a request so far."""

    state: OrderState
    """The order as it is."""
    request: Request
    replayed: bool
    """True when the request was there before."""


class Outcomes:
    """Tells the outcomes of requests once they are durable."""

    def __init__(
        self, blotter: Blotter, find_order: Callable[[str], Awaitable[OrderState | None]]
    ) -> None:
        """Follow the blotter; `find_order` returns an order from the journal too."""
        self._blotter = blotter
        self._find_order = find_order
        self._waiters: dict[str, list[Latch[None]]] = {}
        blotter.subscribe(self._on_change)

    async def of(self, identity: str, request: str, wait: float, *, replayed: bool) -> Outcome:
        """Return what became of a request; wait for it at most so many seconds.

        Raises:
            EngineUnavailable: it cannot be read now.
        """
        state, found = await self._found(identity, request)
        if found.status is RequestStatus.PENDING and wait > 0:
            await self._wait_for(request, wait)
            state, found = await self._found(identity, request)
        return Outcome(state, found, replayed)

    async def _found(self, identity: str, request: str) -> tuple[OrderState, Request]:
        state = self._blotter.order(identity) or await self._find_order(identity)
        found = None if state is None else find_request(state.requests, request)
        if state is None or found is None:
            raise EngineUnavailable("JOURNAL_UNAVAILABLE", "the request is not readable")
        return state, found

    async def _wait_for(self, request: str, seconds: float) -> None:
        waiter: Latch[None] = Latch()
        self._waiters.setdefault(request, []).append(waiter)
        await waiter.wait_within(seconds)
        waiters = self._waiters.get(request, [])
        if waiter in waiters:
            waiters.remove(waiter)
            if not waiters:
                del self._waiters[request]

    def _on_change(self, change: Change) -> None:
        for request in change.after.requests:
            if request.status is not RequestStatus.PENDING:
                for waiter in self._waiters.pop(request.request, ()):
                    waiter.open(None)

    def release_waiters(self) -> None:
        """Let all who wait for an outcome hear what is known now."""
        for waiters in self._waiters.values():
            for waiter in waiters:
                waiter.open(None)
