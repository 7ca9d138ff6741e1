"""A request is written down, sent once, and concluded.

Invariants:

1. What is sent is durable before, and is still to be sent then.
2. The plugin is called once for each request (`submission`).
"""

from collections.abc import Awaitable, Callable
from functools import partial

from fillgate.domain.clock import Clock
from fillgate.domain.events import (
    CancelRequested,
    OrderEvent,
    ReplaceRequested,
    RequestEvent,
    RequestNotSent,
    RequestUnanswered,
)
from fillgate.domain.order_state import OrderState
from fillgate.domain.reports import ExecutionReport
from fillgate.domain.requests import RequestStatus, find_request
from fillgate.engine.blotter import Blotter
from fillgate.engine.deadlines import Deadlines
from fillgate.engine.hold import Hold
from fillgate.engine.intake import EngineUnavailable
from fillgate.engine.recorder import Job, Recorder
from fillgate.engine.requests.asker import Asker
from fillgate.engine.requests.keys import Keys
from fillgate.engine.requests.verdict import REQUEST_ENDINGS, Asked
from fillgate.engine.submission import Submission
from fillgate.engine.tasks import Tasks
from fillgate.engine.tickets import Latch
from fillgate.journal.base import CommitOutcome, Committed, KeyTaken, Lost, Undecided
from fillgate.plugins.base import ExecutionPlugin

__all__ = ["KeyHeld", "Sender"]


class KeyHeld(Exception):
    """The key was claimed before."""

    def __init__(self, taken: KeyTaken) -> None:
        super().__init__()
        self.taken = taken


class Sender:
    """Sends requests."""

    def __init__(
        self,
        *,
        plugin_of: Callable[[str], ExecutionPlugin],
        recorder: Recorder,
        blotter: Blotter,
        hold: Hold,
        keys: Keys,
        deadline: float,
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        """Send through the plugins of accounts.

        Args:
            plugin_of: returns the plugin of an account by its name.
            keys: those that are being claimed.
            deadline: how many seconds a venue has to answer.
        """
        self._plugin_of = plugin_of
        self._recorder = recorder
        self._blotter = blotter
        self._keys = keys
        self._hold = hold
        self._clock = clock
        self._tasks = tasks
        self._deadlines: Deadlines[Submission[Asked, ExecutionReport]] = Deadlines(
            deadline, Submission.break_off
        )
        self._flying: dict[str, Latch[str]] = {}
        self._disowned: set[str] = set()
        """Requests whose callers heard that they were not taken, while that was in doubt."""
        self.stopped = False
        """While True nothing is sent; what was about to be is looked up at the next start."""

    def begin(
        self,
        state: OrderState,
        event: CancelRequested | ReplaceRequested,
        asker: Asker,
        digest: bytes,
    ) -> Latch[str]:
        """Write a request down; it is sent once that is durable.

        Returns:
            What opens with the request's id then, or fails with EngineUnavailable or KeyHeld.

        Raises:
            EngineUnavailable: nothing can be written down now.
        """
        self.check_journal()
        admitted: Latch[str] = Latch()
        claim = self._keys.claim(asker, digest, admitted, at=self._clock.now())
        if self._recorder.latest(event.client_order_id) is None:
            self._blotter.restore([state], ())
        self._flying[event.request] = admitted
        self._recorder.record(
            Job(
                signal=state.signal,
                events=(event,),
                claim=claim,
                droppable=True,
                done=partial(self._recorded, event, asker, admitted),
            )
        )
        return admitted

    def check_journal(self) -> None:
        """Raise if nothing can be written down now.

        Raises:
            EngineUnavailable: so it is.
        """
        if self._hold.reason is not None:
            raise EngineUnavailable("HELD", self._hold.reason)
        fault = self._recorder.fault
        if fault is not None:
            raise EngineUnavailable("JOURNAL_UNAVAILABLE", fault)

    def admission(self, request: str) -> Latch[str]:
        """Return what opens with the id of a request once that is durable."""
        admitted = self._flying.get(request)
        if admitted is None:
            admitted = Latch()
            admitted.open(request)
        return admitted

    def is_flying(self, request: str) -> bool:
        """Tell whether a request is being written down or sent."""
        return request in self._flying

    def _recorded(
        self,
        event: CancelRequested | ReplaceRequested,
        asker: Asker,
        admitted: Latch[str],
        outcome: CommitOutcome,
    ) -> None:
        if isinstance(outcome, Undecided):
            self._disowned.add(event.request)
            admitted.fail(EngineUnavailable("JOURNAL_UNAVAILABLE", outcome.reason))
            return
        self._keys.release(asker)
        match outcome:
            case Committed():
                admitted.open(event.request)
                self._send(event)
            case KeyTaken():
                self._flying.pop(event.request, None)
                admitted.fail(KeyHeld(outcome))
            case Lost(reason=reason):
                self._flying.pop(event.request, None)
                admitted.fail(EngineUnavailable("JOURNAL_UNAVAILABLE", reason))
        self._disowned.discard(event.request)

    def _send(self, event: CancelRequested | ReplaceRequested) -> None:
        state = self._recorder.latest(event.client_order_id)
        assert state is not None
        request = find_request(state.requests, event.request)
        asked = Asked(state, event.request, getattr(event, "replacement", None))
        conclude = partial(self._conclude, state.signal)
        if request is None or request.status is not RequestStatus.PENDING:
            # The order ended in between, or was called off before it left.
            self._flying.pop(event.request, None)
        elif asked.replacement is not None and event.request in self._disowned:
            text = "the caller was told that it was not taken"
            conclude(
                RequestNotSent(
                    client_order_id=event.client_order_id,
                    request=event.request,
                    code="JOURNAL_FAILED",
                    text=text,
                )
            )
        elif not self.stopped:
            Submission(
                asked,
                self._call,
                REQUEST_ENDINGS,
                deadlines=self._deadlines,
                conclude=conclude,
                late=partial(self._note_late, state.signal),
            ).start(self._tasks)

    def _call(self, asked: Asked) -> Awaitable[ExecutionReport]:
        state = asked.state
        plugin = self._plugin_of(state.order.account)
        if asked.replacement is not None:
            return plugin.replace_order(
                client_order_id=state.current_id, order_id=state.order_id, order=asked.replacement
            )
        return plugin.cancel_order(
            client_order_id=state.current_id,
            order_id=state.order_id,
            symbol=state.order.symbol,
            request_id=asked.request,
        )

    def _conclude(self, signal: int, event: OrderEvent) -> None:
        assert isinstance(event, RequestEvent)
        self._flying.pop(event.request, None)
        self._recorder.record(Job(signal=signal, events=(event,)))

    def _note_late(self, signal: int, event: OrderEvent) -> None:
        """Take an answer after the deadline: the request is UNKNOWN, and it tells."""
        if not isinstance(event, RequestUnanswered):
            self._conclude(signal, event)

    @property
    def flying(self) -> int:
        """How many requests are being written down or sent."""
        return len(self._flying)
