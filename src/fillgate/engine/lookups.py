"""UNKNOWN orders are looked up, never guessed.

Invariants:

1. "Not found" counts only after the venue's settle time, several times, and within the window in
   which the venue remembers orders; then the order is ABSENT, else it stays UNKNOWN.
2. A lookup that failed is no answer.
3. An ABSENT order's id stays watched for a while.
4. An order that something else settles is looked up no longer.
"""

import asyncio

from fillgate.domain.clock import Clock
from fillgate.domain.events import OrderAbsent
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.logger import Logger
from fillgate.domain.order_state import OrderState
from fillgate.domain.reports import Found, Lookup, NotFound
from fillgate.engine.accounts import Account, Accounts
from fillgate.engine.blotter import Blotter
from fillgate.engine.questions import Questions
from fillgate.engine.recorder import Job, Recorder
from fillgate.engine.reports import Channel, Reports
from fillgate.engine.settings import EngineSettings
from fillgate.engine.steps import order_ids
from fillgate.engine.tasks import Tasks

__all__ = ["Lookups"]

_MISSES_THAT_COUNT = 3
_WATCH_PAUSE = 30.0
_LOOKED_UP = frozenset({OrderStatus.UNKNOWN, OrderStatus.ABSENT})


class Lookups:
    """Looks up each UNKNOWN order on its own schedule."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        questions: Questions,
        recorder: Recorder,
        reports: Reports,
        blotter: Blotter,
        settings: EngineSettings,
        clock: Clock,
        tasks: Tasks,
        logger: Logger,
    ) -> None:
        """Put `questions` to the plugins of `accounts`, hand what they say to `reports`."""
        self._accounts = accounts
        self._questions = questions
        self._recorder = recorder
        self._reports = reports
        self._blotter = blotter
        self._settings = settings
        self._clock = clock
        self._tasks = tasks
        self._logger = logger
        self._running: dict[str, asyncio.Task[None]] = {}
        self._since: dict[str, int] = {}
        """From when on the venue settles, by the order; later events are about other things."""
        accounts.on_up(self._begin_all)

    def begin(self, state: OrderState) -> None:
        """Start looking up an order, unless that is under way or its venue cannot be asked."""
        identity, account = state.order.client_order_id, state.order.account
        if not self._accounts.capabilities_of(account).fetch_order:
            if state.status is OrderStatus.UNKNOWN:
                self._logger.error("order-needs-a-person", **order_ids(state))
            return
        if identity not in self._running:
            looking = self._look_up(identity)
            self._running[identity] = self._tasks.start(looking, name=f"look up {identity}")

    def end(self, state: OrderState) -> None:
        """Look an order up no longer: something else has settled it."""
        running = self._running.get(state.order.client_order_id)
        if running is not None and state.status is not OrderStatus.ABSENT:
            running.cancel()

    @property
    def watched_since(self) -> int:
        """Since when an order must be ABSENT at the longest to be looked up, Unix microseconds."""
        return self._clock.now() - int(self._settings.watch_absent * 1e6) + 1

    def _begin_all(self, account: Account) -> None:
        """Take up what could not be asked before the account was up."""
        for state in self._blotter.open_orders():
            if state.order.account == account.name and state.status in _LOOKED_UP:
                self.begin(state)

    async def _look_up(self, identity: str) -> None:
        pause, misses, settled = self._settings.lookup_pause, 0, False
        try:
            while (state := self._wanted(identity)) is not None:
                self._since.setdefault(identity, state.updated_at)
                left = self._until_settled(state)
                if not left and not settled:
                    # The lane is held all the while: ask anew in quick succession.
                    pause, settled = self._settings.lookup_pause, True
                # What cannot be written down now is asked once it can.
                answer = None if self._recorder.fault else await self._questions.ask(state)
                if answer is not None and self._settled_by(state, answer):
                    return
                misses += isinstance(answer, NotFound) and settled
                self._conclude_absence(state, misses)
                watched = state.status is OrderStatus.ABSENT
                await self._clock.sleep(_WATCH_PAUSE if watched else min(pause, left or pause))
                pause = min(2 * pause, self._settings.lookup_longest_pause)
        finally:
            self._running.pop(identity, None)
            self._since.pop(identity, None)

    def _wanted(self, identity: str) -> OrderState | None:
        state = self._recorder.latest(identity)
        if state is None:
            return None
        if state.status is OrderStatus.UNKNOWN:
            return state
        watched = state.status is OrderStatus.ABSENT and state.updated_at >= self.watched_since
        return state if watched else None

    def _settled_by(self, state: OrderState, answer: Lookup) -> bool:
        if isinstance(answer, Found):
            self._reports.take_for(state, answer.report, Channel.LOOKUP)
        return self._wanted(state.order.client_order_id) is None

    def _conclude_absence(self, state: OrderState, misses: int) -> None:
        if state.status is not OrderStatus.UNKNOWN or misses < _MISSES_THAT_COUNT:
            return
        window = self._accounts.capabilities_of(state.order.account).lookup_window_seconds
        forgotten = window is not None and self._seconds_since(state.created_at) > window
        if forgotten or state.anomalies:
            return
        identity = state.order.client_order_id
        event = OrderAbsent(client_order_id=identity, asked=misses)
        self._recorder.record(Job(signal=state.signal, events=(event,)))

    def _until_settled(self, state: OrderState) -> float:
        """Return the seconds until a miss counts; 0 when it does.

        Settling counts from the end of the submission, the venue's memory from its beginning.
        """
        settle_seconds = self._accounts.capabilities_of(state.order.account).settle_seconds
        ended = self._since[state.order.client_order_id]
        return max(settle_seconds - self._seconds_since(ended), 0)

    def _seconds_since(self, at: int) -> float:
        return (self._clock.now() - at) / 1e6
