"""What happens first after a start: the journal tells what was under way.

Invariants:

1. An order that may have left (SENDING without an outcome) is UNKNOWN, never sent again.
2. An order that was planned but never SENDING was never sent: it is checked anew, then sent or
   denied.
3. Accepted signals whose order was not planned go on in their lanes, in their order.
4. Lanes are held before anything goes on.
5. A request that may have left without an answer is UNKNOWN, and looked up.
6. Orders that were planned recently and are ABSENT are watched on.
7. What is to be sent waits until a restored journal is held no more.
"""

from collections.abc import Sequence
from functools import partial

from fillgate.domain.events import OrderUnanswered
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.logger import Logger
from fillgate.domain.order_state import OrderState
from fillgate.engine.blotter import Blotter
from fillgate.engine.dispatcher import Dispatcher
from fillgate.engine.hold import Hold
from fillgate.engine.intake import Intake
from fillgate.engine.lookups import Lookups
from fillgate.engine.recorder import Job, Recorder
from fillgate.engine.requests.requests import Requests
from fillgate.engine.story import order_states, ticket_of
from fillgate.engine.tickets import Ticket
from fillgate.journal.base import Journal

__all__ = ["Recovery"]

_PLANNED = OrderStatus.PENDING_NEW


class Recovery:
    """Takes up what an earlier process left."""

    def __init__(
        self,
        journal: Journal,
        *,
        requests: Requests,
        blotter: Blotter,
        recorder: Recorder,
        dispatcher: Dispatcher,
        intake: Intake,
        lookups: Lookups,
        hold: Hold,
        logger: Logger,
    ) -> None:
        """Read `journal`, hand what is open to the others."""
        self._journal = journal
        self._requests = requests
        self._blotter = blotter
        self._recorder = recorder
        self._dispatcher = dispatcher
        self._intake = intake
        self._lookups = lookups
        self._hold = hold
        self._logger = logger

    async def run(self) -> None:
        """Restore the blotter and take up all that is open."""
        opened = await self._open_orders()
        states = [state for _, state in opened]
        self._blotter.restore(states, await self._journal.positions())
        for ticket, state in opened:
            self._take_up(ticket, state)
        waiting = [await self.ticket(row.number) for row in await self._journal.waiting_signals()]
        for each in waiting:
            self._intake.remember(each)
        self._hold.when_free(partial(self._go_on, opened, waiting))
        await self._watch_absent()
        self._logger.info("recovered", open_orders=len(opened), waiting_signals=len(waiting))

    def _go_on(
        self, opened: Sequence[tuple[Ticket | None, OrderState]], waiting: Sequence[Ticket]
    ) -> None:
        """Let go on what was to be sent."""
        for ticket, known in opened:
            state = self._recorder.latest(known.order.client_order_id) or known
            if ticket is not None and state.status is _PLANNED and not state.sending:
                self._dispatcher.resume(ticket, state)
        for each in waiting:
            self._dispatcher.wait_in_lane(each)

    async def ticket(self, number: int) -> Ticket:
        """Return the ticket of an accepted signal, the one under way if there is one.

        Raises:
            LookupError: the journal has no such signal.
        """
        under_way = self._dispatcher.under_way.get(number)
        if under_way is not None:
            return under_way
        ticket = ticket_of(await self._journal.story(number))
        if ticket is None:
            msg = f"no accepted signal has the number {number}"
            raise LookupError(msg)
        return self._dispatcher.under_way.get(number, ticket)

    async def _open_orders(self) -> list[tuple[Ticket | None, OrderState]]:
        """Return the open orders, with the tickets of those that came from a signal."""
        opened = []
        for row in await self._journal.open_orders():
            story = await self._journal.story(row.signal)
            opened.append((ticket_of(story), order_states(story)[row.client_order_id]))
        return opened

    async def _watch_absent(self) -> None:
        for row in await self._journal.absent_orders(since=self._lookups.watched_since):
            story = await self._journal.story(row.signal)
            # What has become ABSENT since the start is watched already.
            if self._blotter.order(row.client_order_id) is None:
                state = order_states(story)[row.client_order_id]
                self._blotter.restore([state], ())
                self._lookups.begin(state)

    def _take_up(self, ticket: Ticket | None, state: OrderState) -> None:
        if state.requests:
            self._requests.take_up(state)
        if ticket is not None and not ticket.is_settled:
            self._intake.remember(ticket)
            self._dispatcher.follow(ticket, state)
        if state.status is OrderStatus.UNKNOWN:
            self._dispatcher.hold(state)
            self._lookups.begin(state)
        elif state.status is OrderStatus.PENDING_NEW and state.sending:
            self._dispatcher.hold(state)
            event = OrderUnanswered(
                client_order_id=state.order.client_order_id,
                code="RESTARTED",
                text="the service stopped between sending and the answer",
            )
            self._recorder.record(Job(signal=state.signal, events=(event,)))
