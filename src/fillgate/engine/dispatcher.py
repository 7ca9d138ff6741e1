"""The way from a ticket at the head of its lane to the recorded outcome of its order.

Invariants:

1. SENDING is durable before the plugin hears of the order.
2. Planning, checks and reservation happen without an await in between.
3. A ticket is planned once: sent, or denied with a reason.
"""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final

from fillgate.domain.clock import Clock
from fillgate.domain.errors import Denied
from fillgate.domain.events import (
    OrderEvent,
    OrderIntended,
    OrderNotSent,
    OrderRejected,
    OrderReported,
    OrderSending,
    SubmissionAnswered,
)
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionResult
from fillgate.engine.accounts import Accounts
from fillgate.engine.blotter import Blotter, Change
from fillgate.engine.deadlines import Deadlines
from fillgate.engine.lanes import Lane, Lanes
from fillgate.engine.planner import Planner, denied_event, disowned
from fillgate.engine.recorder import Job, Recorder
from fillgate.engine.settings import EngineSettings
from fillgate.engine.submission import Submission
from fillgate.engine.tasks import Tasks
from fillgate.engine.tickets import Ticket
from fillgate.engine.verdict import ORDER_ENDINGS, late_report
from fillgate.journal.base import CommitOutcome, Committed
from fillgate.journal.index import SignalRow, SignalState
from fillgate.meters import Meters
from fillgate.plugins.registry import PluginRegistry

__all__ = ["Dispatcher", "signal_row"]


_WORKING: Final = frozenset({OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED})


def signal_row(ticket: Ticket, state: str) -> SignalRow:
    """Return the index row of an accepted signal."""
    return SignalRow(
        number=ticket.number,
        at=ticket.received_at,
        source=ticket.source,
        state=state,
        account=ticket.account,
        symbol=ticket.signal.symbol,
    )


class Dispatcher:
    """Lanes and submissions of all accounts."""

    def __init__(
        self,
        *,
        tag: str,
        registry: PluginRegistry,
        accounts: Accounts,
        recorder: Recorder,
        blotter: Blotter,
        settings: EngineSettings,
        meters: Meters,
        clock: Clock,
        tasks: Tasks,
        on_unknown: Callable[[OrderState], None],
        on_settled: Callable[[OrderState], None],
        on_late: Callable[[OrderState, OrderEvent], None],
        on_sent: Callable[[OrderState], None],
    ) -> None:
        """Send through `registry`, record through `recorder`.

        Args:
            tag: the installation's tag, for client order ids.
            on_unknown: hears of every order that became UNKNOWN.
            on_settled: hears of every order that is UNKNOWN no longer.
            on_late: hears of answers after a submission has ended: evidence, for the order as it
                was sent.
            on_sent: hears of every order that was handed to its plugin.
        """
        self._registry = registry
        self._accounts = accounts
        self._recorder = recorder
        self._blotter = blotter
        self._settings = settings
        self._meters = meters
        self._clock = clock
        self._tasks = tasks
        self._on_unknown = on_unknown
        self._planner = Planner(tag=tag, accounts=accounts, max_age=settings.max_age, clock=clock)
        self._on_settled = on_settled
        self._on_late = on_late
        self._on_sent = on_sent
        self._tickets: dict[str, Ticket] = {}
        self.under_way: dict[int, Ticket] = {}
        """Tickets without a definite outcome, by signal number."""
        self.lanes = Lanes()
        self.draining = False
        """While True no signal leaves its lane; what waits is for the next start."""
        self.stopped = False
        """While True nothing is sent; what was about to be is looked up at the next start."""
        self._deadlines: Deadlines[Submission[Order, ExecutionResult]] = Deadlines(
            settings.submit_deadline, Submission.break_off
        )
        blotter.subscribe(self._on_change)

    # From the intake

    def enter(self, ticket: Ticket) -> tuple[OrderEvent, ...]:
        """Take a new ticket into its lane; the caller records what is returned.

        Returns:
            The events of its planned order when the lane is free, none when it has to wait.
        """
        self.under_way[ticket.number] = ticket
        self._planner.name(ticket)
        lane = self._lane(ticket)
        if not lane.is_free:
            lane.coming += 1
            return ()
        return self._planned(ticket, lane)

    def entered(self, ticket: Ticket, events: tuple[OrderEvent, ...]) -> None:
        """Go on with a ticket: what `enter` returned, and its signal, are durable."""
        lane = self._lane(ticket)
        if events:
            self._go_on(ticket, lane)
            return
        lane.coming -= 1
        if (doubt := disowned(ticket)) is not None:
            self._deny(ticket, lane, doubt)
        elif ticket.withdrawal is not None:
            self._record_withdrawal(ticket, lane)
        else:
            self.wait_in_lane(ticket)

    def withdraw(self, ticket: Ticket, events: tuple[OrderEvent, ...]) -> None:
        """Take back a ticket whose signal was not taken."""
        lane = self._lane(ticket)
        self.under_way.pop(ticket.number, None)
        if not events:
            lane.coming -= 1
        for event in events:
            self._tickets.pop(event.client_order_id, None)
            if lane.flying == event.client_order_id:
                lane.flying = None
        self.advance(lane)

    def wait_in_lane(self, ticket: Ticket) -> None:
        """Queue a ticket whose signal is durable and whose order is not planned."""
        self.under_way[ticket.number] = ticket
        self._planner.name(ticket)
        lane = self._lane(ticket)
        lane.join(ticket)
        left = self._settings.max_age - self._planner.age(ticket)
        loop = asyncio.get_running_loop()
        ticket.expiry = loop.call_later(max(left, 0), self._expire, ticket, lane)
        self.advance(lane)

    def advance(self, lane: Lane) -> None:
        """Let the next ticket of a lane go, if one may."""
        ticket = None
        if lane.waiting and not self.draining:
            ticket = lane.next(partial(self._may_pass, lane))
        if ticket is None:
            self.lanes.forget_if_free(lane)
        else:
            self._record_plan(ticket, lane, self._planned(ticket, lane))

    def hold(self, state: OrderState) -> None:
        """Let an UNKNOWN order hold its lane."""
        order = state.order
        self.lanes.get(order.account, order.symbol).holders.add(order.client_order_id)

    def hold_account(self, account: str, why: str) -> None:
        """Let nothing that adds risk go to an account, until `let_account_go`."""
        self.lanes.hold(account, why)

    def let_account_go(self, account: str) -> None:
        """Let the signals of an account go on."""
        for lane in self.lanes.let_go(account):
            self.advance(lane)

    def resume(self, ticket: Ticket, state: OrderState) -> None:
        """Go on with an order that was planned but never SENDING before a restart."""
        order = state.order
        lane = self._lane(ticket)
        self.follow(ticket, state)
        denied = (
            self._planner.check(ticket, order)
            if lane.is_free
            else Denied("LANE_HELD", "after a restart")
        )
        if denied is None:
            lane.flying = order.client_order_id
            event: OrderEvent = OrderSending(client_order_id=order.client_order_id)
        else:
            event = denied_event(ticket, order, denied)
        self._record_plan(ticket, lane, (event,))

    def follow(self, ticket: Ticket, state: OrderState) -> None:
        """Let a ticket follow an order that the journal holds already."""
        self.under_way[ticket.number] = ticket
        self._tickets[state.order.client_order_id] = ticket
        ticket.follow(state)

    def stop(self) -> None:
        """Send nothing more and let nothing in the lanes expire: the process ends."""
        self.stopped = True
        for lane in self.lanes:
            for ticket in lane.waiting:
                if ticket.expiry is not None:
                    ticket.expiry.cancel()

    def waiting(self) -> list[Ticket]:
        """Return the tickets whose orders are not planned, or not durably, oldest first."""
        return [ticket for _, ticket in sorted(self.under_way.items()) if ticket.state is None]

    def call_off(self, ticket: Ticket, *, actor: str, reason: str | None) -> None:
        """Cancel a ticket whose order is not durably planned: it never leaves."""
        ticket.withdrawal = ticket.withdrawal or (actor, reason)
        lane = self._lane(ticket)
        if lane.leave(ticket):
            self._record_withdrawal(ticket, lane)
        else:
            self.lanes.forget_if_free(lane)

    # Planning

    def _planned(self, ticket: Ticket, lane: Lane) -> tuple[OrderEvent, ...]:
        event = self._planner.plan(ticket)
        identity = event.client_order_id
        self._tickets[identity] = ticket
        if type(event) is OrderIntended:
            lane.flying = identity
        return (event,)

    def _may_pass(self, lane: Lane) -> bool:
        account, _ = lane.key
        return self._accounts.capabilities_of(account).reduce_only

    def _record_plan(self, ticket: Ticket, lane: Lane, events: tuple[OrderEvent, ...]) -> None:
        if ticket.expiry is not None:
            ticket.expiry.cancel()
        self._recorder.record(
            Job(
                signal=ticket.number,
                events=events,
                signal_row=signal_row(ticket, SignalState.PLANNED),
                done=partial(self._plan_recorded, ticket, lane),
            )
        )

    def _plan_recorded(self, ticket: Ticket, lane: Lane, outcome: CommitOutcome) -> None:
        if isinstance(outcome, Committed):
            self._go_on(ticket, lane)

    def _expire(self, ticket: Ticket, lane: Lane) -> None:
        if not lane.leave(ticket):
            return
        code = "LANE_HELD" if lane.holders else "STALE"
        held = f" held_by={','.join(sorted(lane.holders))}" if lane.holders else ""
        text = f"waited={self._planner.age(ticket):.1f}s limit={self._settings.max_age:g}s{held}"
        self._deny(ticket, lane, Denied(code, text))

    def _deny(self, ticket: Ticket, lane: Lane, denied: Denied) -> None:
        order = self._planner.order(ticket)
        self._tickets[order.client_order_id] = ticket
        self._record_plan(ticket, lane, (denied_event(ticket, order, denied),))

    def _record_withdrawal(self, ticket: Ticket, lane: Lane) -> None:
        events = (self._planner.intend(ticket), *self._planner.withdraw(ticket))
        self._tickets[events[0].client_order_id] = ticket
        self._record_plan(ticket, lane, events)

    # Sending

    def _go_on(self, ticket: Ticket, lane: Lane) -> None:
        if self.stopped:
            return
        identity = ticket.client_order_id
        state = self._blotter.order(identity) if identity is not None else None
        if state is None or state.status is not OrderStatus.PENDING_NEW:
            self.advance(lane)
            return
        doubt = self._last_doubt(ticket)
        if doubt:
            self._conclude(ticket, lane, *doubt)
            return
        Submission(
            state.order,
            self._send,
            ORDER_ENDINGS,
            deadlines=self._deadlines,
            conclude=partial(self._conclude, ticket, lane),
            late=partial(self._note_late, state),
        ).start(self._tasks)
        self._on_sent(state)

    def _send(self, order: Order) -> Coroutine[Any, Any, ExecutionResult]:
        self._count_sending(order)
        return self._registry.execute_order(order, order.account)

    def _count_sending(self, order: Order) -> None:
        ticket = self._tickets.get(order.client_order_id)
        if ticket is not None and ticket.began is not None:
            seconds = self._clock.monotonic() - ticket.began
            self._meters.account(order.account).to_send.observe(seconds)

    def _last_doubt(self, ticket: Ticket) -> tuple[OrderEvent, ...]:
        """Return what ends an order that it is no longer right to send."""
        identity = ticket.client_order_id
        assert identity is not None
        doubt = disowned(ticket) or self._planner.check_age(ticket)
        if doubt is not None:
            return (OrderNotSent(client_order_id=identity, code=doubt.code, text=doubt.text),)
        return () if ticket.withdrawal is None else self._planner.withdraw(ticket)

    def _conclude(self, ticket: Ticket, lane: Lane, *events: OrderEvent) -> None:
        done = partial(self._concluded, lane, events[0].client_order_id)
        self._recorder.record(Job(signal=ticket.number, events=events, done=done))

    def _concluded(self, lane: Lane, identity: str, outcome: CommitOutcome) -> None:
        if not isinstance(outcome, Committed):
            return
        if lane.flying == identity:
            lane.flying = None
        self.advance(lane)

    def _note_late(self, state: OrderState, event: OrderEvent) -> None:
        """Take an answer after the deadline as evidence: a result or the venue's refusal."""
        if isinstance(event, SubmissionAnswered):
            event = late_report(state.order, event)
        elif not isinstance(event, OrderRejected):
            return
        self._on_late(state, event)

    # After every change that is durable

    def _on_change(self, change: Change) -> None:
        before, after = change.before, change.after
        identity = change.event.client_order_id
        ticket = self._tickets.get(identity)
        if ticket is not None:
            ticket.follow(after, early=self._is_early(change, ticket))
            if ticket.is_settled:
                del self._tickets[identity]
                self.under_way.pop(ticket.number, None)
        is_unknown = after.status is OrderStatus.UNKNOWN
        was_unknown = before is not None and before.status is OrderStatus.UNKNOWN
        if is_unknown and not was_unknown:
            self.hold(after)
            self._on_unknown(after)
        elif was_unknown and not is_unknown:
            self._let_go(after.order)
            self._on_settled(after)
        self._count_change(change, ticket)

    def _is_early(self, change: Change, ticket: Ticket) -> bool:
        """Tell whether a stream was ahead of the answer to the submission of an order."""
        if type(change.event) is not OrderReported or change.after.status not in _WORKING:
            return False
        return self._lane(ticket).flying == change.event.client_order_id

    def _count_change(self, change: Change, ticket: Ticket | None) -> None:
        meters = self._meters.account(change.after.order.account)
        ended = meters.changed(change.event.kind, change.before, change.after)
        if ended and ticket is not None and ticket.began is not None:
            meters.to_outcome.observe(self._clock.monotonic() - ticket.began)

    def _let_go(self, order: Order) -> None:
        lane = self.lanes.get(order.account, order.symbol)
        lane.holders.discard(order.client_order_id)
        self.advance(lane)

    def _lane(self, ticket: Ticket) -> Lane:
        return self.lanes.get(ticket.account, ticket.signal.symbol)
