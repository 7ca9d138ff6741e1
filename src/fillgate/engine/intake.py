"""The door of the engine: a reading becomes a durable signal, once per key.

Invariants:

1. Acknowledged means durable: `accept` returns after the flush, or raises and left no trace.
2. A key is claimed once per source. Who comes second joins the first, marked; with another reading
   it is an error. The journal's uniqueness decides, memory is only quicker.
3. What is turned away for want of room or of a journal (`EngineUnavailable`) claims nothing.
"""

import hashlib
from collections.abc import Awaitable, Callable
from functools import partial

from fillgate.domain.clock import Clock
from fillgate.domain.errors import CodedError
from fillgate.domain.events import (
    DuplicateSuspected,
    Event,
    OrderEvent,
    SignalAccepted,
    SignalRefused,
)
from fillgate.domain.signals import Signal, reading_of
from fillgate.engine.accounts import Accounts
from fillgate.engine.arrivals import Admission, Arrival
from fillgate.engine.claims import FINGERPRINT_PREFIX, KEY_PREFIX, Claims
from fillgate.engine.dispatcher import Dispatcher, signal_row
from fillgate.engine.hold import Hold
from fillgate.engine.recorder import Job, Recorder
from fillgate.engine.settings import EngineSettings
from fillgate.engine.steps import Steps
from fillgate.engine.tasks import Tasks
from fillgate.engine.tickets import Latch, Ticket
from fillgate.journal.base import (
    INBOX,
    Claim,
    CommitOutcome,
    Committed,
    Entry,
    KeyTaken,
    Lost,
    Undecided,
)
from fillgate.journal.index import SignalRow, SignalState
from fillgate.meters import Meters, SignalOutcome

__all__ = ["EngineUnavailable", "Intake", "KeyReused"]


class EngineUnavailable(CodedError):
    """Nothing was taken; the same request may be sent again.

    Codes: DRAINING, HELD, OVERLOADED, JOURNAL_UNAVAILABLE.
    """


class KeyReused(CodedError):
    """The key was used before, for a signal that reads differently."""


class Intake:
    """Takes signals in, or refuses them, durably."""

    def __init__(
        self,
        *,
        first_number: int,
        find_claim: Callable[[str, str], Awaitable[KeyTaken | None]],
        recover: Callable[[int], Awaitable[Ticket]],
        accounts: Accounts,
        dispatcher: Dispatcher,
        recorder: Recorder,
        hold: Hold,
        settings: EngineSettings,
        meters: Meters,
        steps: Steps,
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        """Hand tickets to `dispatcher`.

        Args:
            first_number: number of the next signal.
            find_claim: asks the journal who holds a source's key.
            recover: reads a ticket of an earlier signal back from the journal.
        """
        self._next_number = first_number
        self._find_claim = find_claim
        self._recover = recover
        self._accounts = accounts
        self._dispatcher = dispatcher
        self._recorder = recorder
        self._hold = hold
        self._settings = settings
        self._meters = meters
        self._clock = clock
        self._tasks = tasks
        self._steps = steps
        self._claims = Claims(remembered=settings.remembered_orders)
        self.draining = False

    @property
    def unavailable(self) -> EngineUnavailable | None:
        """Why nothing can be taken now; None when it can."""
        if self.draining:
            return EngineUnavailable("DRAINING", "the service is stopping")
        if self._hold.reason is not None:
            return EngineUnavailable("HELD", self._hold.reason)
        fault = self._recorder.fault
        if fault is not None:
            return EngineUnavailable("JOURNAL_UNAVAILABLE", fault)
        if len(self._dispatcher.under_way) >= self._settings.max_waiting:
            return EngineUnavailable("OVERLOADED", f"{self._settings.max_waiting} signals wait")
        return None

    async def accept(self, arrival: Arrival, *, wait: float = 0.0) -> Admission:
        """Take a signal in; return once it is durable and its outcome known or not waited for.

        Args:
            arrival: the signal.
            wait: seconds to wait for the outcome. For durability it is waited as long as it takes.

        Raises:
            EngineUnavailable: nothing was taken; a re-send is safe.
            KeyReused: the key belongs to a signal that reads differently.
            UnknownAccount: the signal names an account that does not exist.
        """
        digest = _digest(arrival.signal)
        key, expires = self._claim_key(arrival)
        held = self._claims.find(arrival.source, key, arrival.received_at) if key else None
        if held is not None:
            admission = self._repeated(await held.admitted.wait(), arrival, digest)
            await admission.ticket.answered.wait_within(wait)
            return admission
        if (unavailable := self.unavailable) is not None:
            raise unavailable
        ticket = Ticket(
            self.number(),
            source=arrival.source,
            signal=arrival.signal,
            account=self._accounts.get(arrival.signal.account).name,
            received_at=arrival.received_at,
            key=key,
            digest=digest,
        )
        ticket.began = arrival.began
        self._admit(ticket, arrival, expires)
        # One wait for both: who is answered was admitted before. A failure interrupts it, unless it
        # has come already: what can never be written is refused at once.
        if not ticket.admitted.is_open:
            await ticket.answered.wait_within(wait)
        holder = await ticket.admitted.wait()
        if holder is ticket:
            return Admission(ticket, replayed=False, suspected=False)
        admission = self._repeated(holder, arrival, digest)
        await holder.answered.wait_within(wait)
        return admission

    async def find(self, arrival: Arrival, *, wait: float = 0.0) -> Admission | None:
        """Return the admission of an earlier delivery under the same key; take nothing in.

        Args:
            arrival: the signal.
            wait: seconds to wait for the outcome.

        Raises:
            KeyReused: the key belongs to a signal that reads differently.
            EngineUnavailable: the earlier delivery was not taken after all.
            JournalUnavailable: the journal cannot be read.
        """
        if arrival.key is None:
            return None
        key, _ = self._claim_key(arrival)
        assert key is not None
        held = self._claims.find(arrival.source, key, arrival.received_at)
        if held is not None:
            holder = await held.admitted.wait()
        else:
            taken = await self._find_claim(arrival.source, key)
            if taken is None:
                return None
            holder = await self._recover(taken.signal)
        admission = self._repeated(holder, arrival, _digest(arrival.signal))
        await holder.answered.wait_within(wait)
        return admission

    async def refuse(
        self,
        *,
        source: str,
        code: str,
        reason: str,
        body: bytes,
        received_at: int,
        repairs: tuple[str, ...] = (),
    ) -> int | None:
        """Keep an authenticated signal that cannot be taken, with the reason.

        Returns:
            Its number, or None if the journal could not keep it.
        """
        if self.unavailable is not None:
            return None
        number = self.number()
        event = SignalRefused(
            signal=number,
            source=source,
            code=code,
            reason=reason,
            body_digest=_hex(body),
            repairs=repairs,
        )
        row = SignalRow(
            number=number, at=received_at, source=source, state=SignalState.REFUSED, code=code
        )
        kept: Latch[bool] = Latch()
        self._record_aside(event, row, body, lambda outcome: kept.open(_is_durable(outcome)))
        return number if await kept.wait() else None

    def remember(self, ticket: Ticket) -> None:
        """Let a ticket that was under way before a restart hold its key again."""
        if ticket.key is not None:
            brief = ticket.key.startswith(FINGERPRINT_PREFIX)
            expires = ticket.received_at + self._window if brief else None
            self._claims.hold(ticket, ticket.key, expires)

    @property
    def _window(self) -> int:
        return int(self._settings.fingerprint_window * 1e6)

    def number(self) -> int:
        """Return the next signal's number; each is given once."""
        number = self._next_number
        self._next_number += 1
        return number

    def _claim_key(self, arrival: Arrival) -> tuple[str | None, int | None]:
        if arrival.key is not None:
            return KEY_PREFIX + arrival.key, None
        if not arrival.fingerprint:
            return None, None
        reading = reading_of(arrival.signal, with_timestamp=True)
        fingerprint = hashlib.sha256(reading).hexdigest()
        return FINGERPRINT_PREFIX + fingerprint, arrival.received_at + self._window

    def _admit(self, ticket: Ticket, arrival: Arrival, expires: int | None) -> None:
        claim = None
        if ticket.key is not None:
            self._claims.hold(ticket, ticket.key, expires)
            claim = Claim(
                source=ticket.source,
                key=ticket.key,
                reading=ticket.digest,
                at=ticket.received_at,
                expires=expires,
            )
        events = self._dispatcher.enter(ticket)
        accepted = SignalAccepted(
            signal=ticket.number,
            source=ticket.source,
            key=ticket.key,
            reading=ticket.signal,
            account=ticket.account,
            body_digest=_hex(arrival.body),
            repairs=arrival.repairs,
        )
        self._recorder.record(
            Job(
                signal=ticket.number,
                prelude=(Entry(INBOX, arrival.received_at, accepted),),
                events=events,
                claim=claim,
                body=arrival.body,
                signal_row=signal_row(
                    ticket, SignalState.PLANNED if events else SignalState.WAITING
                ),
                droppable=True,
                done=partial(self._admitted, ticket, events),
            )
        )

    def _admitted(
        self, ticket: Ticket, events: tuple[OrderEvent, ...], outcome: CommitOutcome
    ) -> None:
        match outcome:
            case Committed():
                self._count_accepted(ticket)
                ticket.admitted.open(ticket)
                self._dispatcher.entered(ticket, events)
            case Undecided(reason=reason):
                ticket.told_unavailable = True
                ticket.refuse(EngineUnavailable("JOURNAL_UNAVAILABLE", reason))
            case Lost(reason=reason):
                self._withdraw(ticket, events)
                ticket.refuse(EngineUnavailable("JOURNAL_UNAVAILABLE", reason))
            case KeyTaken(signal=number):
                self._withdraw(ticket, events)
                self._tasks.start(self._join(ticket, number), name="join by key")

    def _count_accepted(self, ticket: Ticket) -> None:
        began = ticket.began
        seconds = None if began is None else self._clock.monotonic() - began
        self._meters.source(ticket.source).accepted(seconds)

    def _withdraw(self, ticket: Ticket, events: tuple[OrderEvent, ...]) -> None:
        if ticket.key is not None:
            self._claims.release(ticket, ticket.key)
        self._dispatcher.withdraw(ticket, events)

    async def _join(self, ticket: Ticket, number: int) -> None:
        """Point those who wait for `ticket` to the earlier signal that holds its key."""
        try:
            holder = await self._recover(number)
        except BaseException as error:
            # The waiting callers must hear something, also when the service stops.
            failure = EngineUnavailable("JOURNAL_UNAVAILABLE", f"could not be read: {error!r}")
            ticket.refuse(failure)
            if not isinstance(error, Exception):
                raise
            return
        ticket.join(holder)

    def _repeated(self, holder: Ticket, arrival: Arrival, digest: bytes) -> Admission:
        meters = self._meters.source(arrival.source)
        if arrival.key is None:
            meters.signals[SignalOutcome.DUPLICATE] += 1
            self._note_suspicion(holder, arrival)
            return Admission(holder, replayed=True, suspected=True)
        if holder.digest != digest:
            raise KeyReused(
                "KEY_REUSED",
                f"the key was used for signal {holder.number}, which reads differently",
            )
        meters.signals[SignalOutcome.REPLAYED] += 1
        self._steps.replayed(holder, arrival.source)
        return Admission(holder, replayed=True, suspected=False)

    def _note_suspicion(self, holder: Ticket, arrival: Arrival) -> None:
        number = self.number()
        event = DuplicateSuspected(
            signal=number,
            source=arrival.source,
            duplicate_of=holder.number,
            body_digest=_hex(arrival.body),
        )
        row = SignalRow(
            number=number,
            at=arrival.received_at,
            source=arrival.source,
            state=SignalState.DUPLICATE,
            account=holder.account,
            symbol=holder.signal.symbol,
            code="SUSPECTED_DUPLICATE",
        )
        self._record_aside(event, row, arrival.body, lambda _: None)

    def _record_aside(
        self, event: Event, row: SignalRow, body: bytes, done: Callable[[CommitOutcome], None]
    ) -> None:
        self._recorder.record(
            Job(
                signal=row.number,
                prelude=(Entry(INBOX, self._clock.now(), event),),
                body=body,
                signal_row=row,
                droppable=True,
                done=done,
            )
        )


def _digest(signal: Signal) -> bytes:
    return hashlib.sha256(reading_of(signal, with_timestamp=False)).digest()


def _hex(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _is_durable(outcome: CommitOutcome) -> bool:
    return isinstance(outcome, Committed)
