"""Requests whose answer is missing are looked up by their order, never guessed.

Invariants:

1. What the venue shows decides: a canceled or replaced order concludes its request. That the order
   works on as before counts only after the venue's settle time, several times; then the request
   had no effect.
2. "Not found", a lookup that failed and what does not fit the order say nothing.
"""

from collections.abc import Callable

from fillgate.domain.clock import Clock
from fillgate.domain.events import RequestIneffective
from fillgate.domain.logger import Logger
from fillgate.domain.order_state import OrderState
from fillgate.domain.reports import ExecutionReport, Found
from fillgate.domain.requests import Request
from fillgate.engine.accounts import Accounts
from fillgate.engine.questions import Questions
from fillgate.engine.recorder import Job, Recorder
from fillgate.engine.settings import EngineSettings
from fillgate.engine.steps import order_ids
from fillgate.engine.tasks import Tasks

__all__ = ["RequestLookups"]

_SIGHTS_THAT_COUNT = 3


class RequestLookups:
    """Looks up the orders of requests that have no answer."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        questions: Questions,
        recorder: Recorder,
        take: Callable[[OrderState, ExecutionReport], bool],
        is_flying: Callable[[str], bool],
        settings: EngineSettings,
        clock: Clock,
        tasks: Tasks,
        logger: Logger,
    ) -> None:
        """Put `questions` to the plugins of `accounts`.

        Args:
            take: records what a venue tells of an order, if that is new; tells whether it fits.
            is_flying: whether the answer to a request, by its id, may still come.
        """
        self._accounts = accounts
        self._questions = questions
        self._recorder = recorder
        self._take = take
        self._is_flying = is_flying
        self._settings = settings
        self._clock = clock
        self._tasks = tasks
        self._logger = logger
        self._running: set[str] = set()
        self._told: set[str] = set()

    def begin(self, state: OrderState) -> None:
        """Look an order up once, and on while a request of it is open."""
        identity = state.order.client_order_id
        if not self._accounts.capabilities_of(state.order.account).fetch_order:
            self._tell(state)
        elif identity not in self._running:
            self._running.add(identity)
            self._tasks.start(self._look_up(identity), name=f"look up requests of {identity}")

    def _tell(self, state: OrderState) -> None:
        """Tell a person, once for each request."""
        for request in self._unanswered(state):
            if request.request not in self._told:
                self._told.add(request.request)
                ids = order_ids(state)
                self._logger.error("request-needs-a-person", request=request.request, **ids)

    async def _look_up(self, identity: str) -> None:
        pause, sights = self._settings.lookup_pause, 0
        try:
            while (state := self._recorder.latest(identity)) is not None:
                answer = None if self._recorder.fault else await self._questions.ask(state)
                if isinstance(answer, Found) and self._take(state, answer.report):
                    sights += not self._seconds_until_settled(state)
                if not self._is_open(identity, sights):
                    return
                await self._clock.sleep(pause)
                pause = min(2 * pause, self._settings.lookup_longest_pause)
        finally:
            self._running.discard(identity)

    def _is_open(self, identity: str, sights: int) -> bool:
        """Tell whether a request is still open; after enough sights they are concluded."""
        state = self._recorder.latest(identity)
        if state is None:
            return False
        waiting = self._unanswered(state)
        if sights < _SIGHTS_THAT_COUNT or state.standing.is_undecided:
            return bool(waiting)
        events = tuple(
            RequestIneffective(client_order_id=identity, request=each.request, asked=sights)
            for each in waiting
        )
        if events:
            self._recorder.record(Job(signal=state.signal, events=events))
        return False

    def _seconds_until_settled(self, state: OrderState) -> float:
        settle_seconds = self._accounts.capabilities_of(state.order.account).settle_seconds
        asked = max((each.at for each in self._unanswered(state)), default=0)
        return max(settle_seconds - (self._clock.now() - asked) / 1e6, 0)

    def _unanswered(self, state: OrderState) -> list[Request]:
        return [
            each for each in state.requests if each.is_open and not self._is_flying(each.request)
        ]
