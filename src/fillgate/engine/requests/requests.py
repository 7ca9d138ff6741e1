"""Cancelling and replacing orders: requests with outcomes of their own.

Invariants:

1. A request is durable before the venue hears of it, and is sent once. Nothing here sends it again
   by itself; a cancel that had no effect is followed by another one, with an id of its own.
2. Cancels never wait in a lane. An order that is not durably SENDING is cancelled here; one that is
   on its way or UNKNOWN is cancelled by its client order id.
3. What is refused before it is written down (`RequestRefused`) changes nothing.
4. One order has one request on its way at a time, but for a cancel beside a replace. Who cancels
   what is being cancelled joins that cancel.
5. A request with a key is made once: the same again hears how the first went.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from fillgate.domain.errors import CodedError
from fillgate.domain.events import (
    CancelRequested,
    ReplaceRequested,
    RequestRejected,
    RequestUnanswered,
)
from fillgate.domain.ids import order_of, request_id
from fillgate.domain.order_state import OrderState
from fillgate.domain.requests import RequestKind, RequestStatus
from fillgate.engine.accounts import Account, Accounts
from fillgate.engine.blotter import Blotter, Change
from fillgate.engine.dispatcher import Dispatcher
from fillgate.engine.intake import EngineUnavailable
from fillgate.engine.recorder import Job, Recorder
from fillgate.engine.requests.asker import OWN, Asker
from fillgate.engine.requests.checks import (
    RequestRefused,
    Terms,
    check_cancel,
    check_replace,
    wants_another_cancel,
)
from fillgate.engine.requests.keys import KEY, Keys, check_digest, digest_of
from fillgate.engine.requests.lookups import RequestLookups
from fillgate.engine.requests.outcomes import Outcome, Outcomes
from fillgate.engine.requests.sender import KeyHeld, Sender
from fillgate.engine.tickets import Latch, Ticket
from fillgate.journal.base import Journal, KeyTaken

__all__ = ["OrderNotFound", "Refusal", "Requests"]

Refusal = tuple[str, CodedError]
"""The client order id of an order and why nothing was asked of the venue."""


class OrderNotFound(CodedError):
    """There is no such order in this journal."""


class Requests:
    """Cancels and replaces orders."""

    def __init__(
        self,
        *,
        journal: Journal,
        outcomes: Outcomes,
        find_order: Callable[[str], Awaitable[OrderState | None]],
        accounts: Accounts,
        recorder: Recorder,
        blotter: Blotter,
        dispatcher: Dispatcher,
        keys: Keys,
        sender: Sender,
        lookups: RequestLookups,
    ) -> None:
        """Send through `sender`, record what comes of it.

        Args:
            outcomes: tells how requests went.
            find_order: returns an order from memory or from the journal.
            keys: those that are being claimed.
            lookups: looks up what becomes of a request without an answer.
        """
        self._journal = journal
        self._outcomes = outcomes
        self._find_order = find_order
        self._accounts = accounts
        self._recorder = recorder
        self._dispatcher = dispatcher
        self._keys = keys
        self._sender = sender
        self._lookups = lookups
        blotter.subscribe(self._on_change)

    async def cancel(self, identity: str, asker: Asker, *, wait: float = 0.0) -> Outcome:
        """Cancel an order.

        Args:
            identity: its client order id.
            asker: who wants it.
            wait: seconds to wait for the outcome. For durability it is waited as long as it takes.

        Raises:
            OrderNotFound: there is no such order.
            RequestRefused: it cannot be cancelled now; nothing changed.
            KeyReused: the key belongs to another request.
            EngineUnavailable: nothing was written down; it may be asked again.
        """
        digest = digest_of(RequestKind.CANCEL, identity)
        if (replayed := await self._replayed(asker, digest, wait)) is not None:
            return replayed
        ticket = self._waiting_ticket(identity)
        if ticket is not None:
            return await self._called_off(self._call_off(ticket, asker))
        state = await self._open_order(identity)
        try:
            outcome = self._canceled(state, asker, digest, wait)
        except RequestRefused as refused:
            return await self._replayed_after(refused, asker, digest, wait)
        return await outcome

    async def replace(
        self, identity: str, terms: Terms, asker: Asker, *, wait: float = 0.0
    ) -> Outcome:
        """Give an order other terms, in one step at the venue; as `cancel` otherwise.

        A replace that would add quantity is refused while an UNKNOWN order holds the lane.
        """
        digest = digest_of(RequestKind.REPLACE, identity, terms)
        if (replayed := await self._replayed(asker, digest, wait)) is not None:
            return replayed
        if self._waiting_ticket(identity) is not None:
            raise RequestRefused("ORDER_UNDECIDED", "the order has not left yet")
        state = await self._open_order(identity)
        try:
            admitted = self._replace(state, terms, asker, digest)
        except RequestRefused as refused:
            return await self._replayed_after(refused, asker, digest, wait)
        return await self._admitted(admitted, asker, digest, wait)

    async def cancel_all(
        self, asker: Asker, *, account: str | None, symbol: str | None, wait: float = 0.0
    ) -> Sequence[Outcome | Refusal]:
        """Cancel all open orders, and all signals that wait, of an account or a symbol or both.

        Orders whose submission is open are among them, ABSENT ones are not.

        Returns:
            For each order its outcome, or its client order id and why it was not asked for.
        """
        self._sender.check_journal()
        work: dict[str, Awaitable[Outcome]] = {
            ticket.client_order_id or "": self._called_off(self._call_off(ticket, asker))
            for ticket in self._dispatcher.waiting()
            if account in {None, ticket.account} and symbol in {None, ticket.signal.symbol}
        }
        for state in self._recorder.open_orders():
            order = state.order
            fits = account in {None, order.account} and symbol in {None, order.symbol}
            if fits and order.client_order_id not in work:
                work[order.client_order_id] = self._canceled_or_why_not(state, asker, wait)
        # Side by side, so that all wait no longer than one.
        return await asyncio.gather(*(_or_why_not(*each) for each in work.items()))

    def take_up(self, state: OrderState) -> None:
        """Go on with what an earlier process left of an order's requests."""
        for request in state.requests:
            if request.status is RequestStatus.PENDING:
                event = RequestUnanswered(
                    client_order_id=state.order.client_order_id,
                    request=request.request,
                    code="RESTARTED",
                    text="the service stopped between sending and the answer",
                )
                self._recorder.record(Job(signal=state.signal, events=(event,)))
        self._go_on(state)

    # Finding

    def _waiting_ticket(self, identity: str) -> Ticket | None:
        waiting = self._dispatcher.waiting()
        return next((each for each in waiting if each.client_order_id == identity), None)

    async def _open_order(self, identity: str) -> OrderState:
        state = self._recorder.latest(identity)
        if state is None:
            state = await self._find_order(identity)
            # Something may have happened to it while the journal was read.
            state = self._recorder.latest(identity) or state
        if state is None:
            raise OrderNotFound("NOT_FOUND", f"no order has the id {identity!r}")
        return state

    async def _replayed(self, asker: Asker, digest: bytes, wait: float) -> Outcome | None:
        if asker.key is None:
            return None
        taken = await self._journal.find_claim(asker.source, KEY + asker.key)
        if taken is not None:
            return await self._outcome_of_claim(taken, asker, digest, wait)
        held = self._keys.find(asker, digest)
        if held is None:
            return None
        request = await held.wait()
        return await self._outcomes.of(order_of(request), request, wait, replayed=True)

    async def _replayed_after(
        self, refused: RequestRefused, asker: Asker, digest: bytes, wait: float
    ) -> Outcome:
        """Return the outcome of a key that was claimed while it was looked for, else raise.

        Its own request may be what a copy of it is refused for.
        """
        replayed = await self._replayed(asker, digest, wait)
        if replayed is None:
            raise refused
        return replayed

    async def _outcome_of_claim(
        self, taken: KeyTaken, asker: Asker, digest: bytes, wait: float
    ) -> Outcome:
        check_digest(taken.reading, digest)
        for record in await self._journal.story(taken.signal):
            event = record.event
            if isinstance(event, CancelRequested | ReplaceRequested) and event.key == asker.key:
                identity = event.client_order_id
                return await self._outcomes.of(identity, event.request, wait, replayed=True)
        raise EngineUnavailable("JOURNAL_UNAVAILABLE", "the request of this key is not readable")

    # Asking

    def _call_off(self, ticket: Ticket, asker: Asker) -> Ticket:
        self._sender.check_journal()
        self._dispatcher.call_off(ticket, actor=asker.actor, reason=asker.reason)
        return ticket

    async def _called_off(self, ticket: Ticket) -> Outcome:
        identity = ticket.client_order_id
        assert identity is not None
        if await ticket.admitted.wait() is not ticket:
            raise OrderNotFound("NOT_FOUND", "its signal was a repeat of another")
        await ticket.answered.wait()
        state = ticket.state
        if state is not None and state.status.is_final and not state.requests:
            raise RequestRefused("ORDER_FINISHED", f"the order is {state.status}")
        return await self._outcomes.of(identity, request_id(identity, 1), 0, replayed=False)

    def _canceled(
        self, state: OrderState, asker: Asker, digest: bytes, wait: float
    ) -> Awaitable[Outcome]:
        """Begin a cancel at once, or join the one on its way; return what waits for its outcome.

        Raises:
            RequestRefused: it cannot be cancelled.
            EngineUnavailable: nothing can be written down now.
        """
        check_cancel(state, self._account(state).capabilities)
        pending = _pending_cancel(state)
        if pending is not None:
            return self._admitted(self._sender.admission(pending), asker, digest, wait, joined=True)
        return self._admitted(self._cancel(state, asker, digest), asker, digest, wait)

    def _cancel(self, state: OrderState, asker: Asker, digest: bytes) -> Latch[str]:
        identity = state.order.client_order_id
        event = CancelRequested(
            client_order_id=identity,
            request=request_id(identity, len(state.requests) + 1),
            actor=asker.actor,
            reason=asker.reason,
            key=asker.key,
        )
        return self._sender.begin(state, event, asker, digest)

    def _canceled_or_why_not(
        self, state: OrderState, asker: Asker, wait: float
    ) -> Awaitable[Outcome]:
        digest = digest_of(RequestKind.CANCEL, state.order.client_order_id)
        try:
            return self._canceled(state, asker, digest, wait)
        except CodedError as error:
            return _raising(error)

    def _replace(self, state: OrderState, terms: Terms, asker: Asker, digest: bytes) -> Latch[str]:
        account, order = self._account(state), state.order
        request = request_id(order.client_order_id, len(state.requests) + 1)
        replacement = check_replace(state, terms, account.capabilities, request)
        denied = self._accounts.check_up(order.account)
        if denied is not None:
            raise RequestRefused(denied.code, denied.text)
        holders = self._dispatcher.lanes.holders(order.account, order.symbol)
        if holders and replacement.quantity > order.quantity:
            raise RequestRefused("LANE_HELD", f"held_by={','.join(sorted(holders))}")
        event = ReplaceRequested(
            client_order_id=order.client_order_id,
            request=request,
            replacement=replacement,
            orig=state.current_id,
            actor=asker.actor,
            reason=asker.reason,
            key=asker.key,
        )
        return self._sender.begin(state, event, asker, digest)

    def _account(self, state: OrderState) -> Account:
        account = self._accounts.find(state.order.account)
        if account is None or not account.is_open:
            reason = "it is configured no more" if account is None else account.reason
            raise RequestRefused("ACCOUNT_DOWN", f"account={state.order.account}: {reason}")
        return account

    async def _admitted(
        self,
        admitted: Latch[str],
        asker: Asker,
        digest: bytes,
        wait: float,
        *,
        joined: bool = False,
    ) -> Outcome:
        try:
            request = await admitted.wait()
        except KeyHeld as held:
            return await self._outcome_of_claim(held.taken, asker, digest, wait)
        return await self._outcomes.of(order_of(request), request, wait, replayed=joined)

    # After every change that is durable

    def _on_change(self, change: Change) -> None:
        state = change.after
        if not state.requests:
            return
        if isinstance(change.event, RequestRejected):
            self._lookups.begin(state)
        self._go_on(state)

    def _go_on(self, state: OrderState) -> None:
        """Look up what has no answer; cancel again what works on although it was cancelled."""
        if self._sender.stopped:
            return
        latest = self._recorder.latest(state.order.client_order_id) or state
        flying = self._sender.is_flying
        if any(each.is_open and not flying(each.request) for each in latest.requests):
            self._lookups.begin(latest)
        if wants_another_cancel(latest):
            last = latest.requests[-1].request
            again = Asker(source=OWN, actor=OWN, reason=f"the order works on after {last}")
            with suppress(EngineUnavailable):
                self._cancel(latest, again, b"")


async def _or_why_not(identity: str, work: Awaitable[Outcome]) -> Outcome | Refusal:
    try:
        return await work
    except CodedError as error:
        return identity, error


async def _raising(error: CodedError) -> Outcome:
    raise error


def _pending_cancel(state: OrderState) -> str | None:
    pending = (
        each.request
        for each in state.requests
        if each.kind is RequestKind.CANCEL and each.status is RequestStatus.PENDING
    )
    return next(pending, None)
