"""One call of `execute_order`, under a deadline, concluded exactly once.

Invariants:

1. The plugin is called once. Nothing here retries.
2. `conclude` hears one event, at the deadline at the latest. What a plugin answers after that is
   handed to `late`: evidence, not a second ending.
"""

import asyncio
from collections.abc import Awaitable, Callable

from fillgate.domain.events import OrderEvent
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionResult
from fillgate.engine.tasks import Tasks
from fillgate.engine.verdict import event_of_error, event_of_result, unanswered

__all__ = ["Submission"]

Heard = Callable[[OrderEvent], None]


class Submission:
    """An order on its way."""

    __slots__ = ("_conclude", "_deadline", "_late", "_order", "_send", "_task", "_timer")

    def __init__(
        self,
        order: Order,
        send: Callable[[Order], Awaitable[ExecutionResult]],
        *,
        deadline: float,
        conclude: Heard,
        late: Heard,
    ) -> None:
        """Prepare; `start` sends.

        Args:
            order: the order; its SENDING must be durable.
            send: calls the plugin.
            deadline: seconds after which the order counts as unanswered.
            conclude: hears how the submission ended.
            late: hears what came after that.
        """
        self._order = order
        self._send = send
        self._deadline = deadline
        self._conclude: Heard | None = conclude
        self._late = late
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def start(self, tasks: Tasks) -> None:
        """Send the order."""
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._deadline, self._overdue)
        self._task = tasks.start(self._run(), name=f"submit {self._order.client_order_id}")

    async def _run(self) -> None:
        try:
            self._end(event_of_result(self._order, await self._send(self._order)))
        except asyncio.CancelledError:
            self._end(unanswered(self._order, "CANCELLED", "stopped before the venue answered"))
            raise
        except Exception as error:  # noqa: BLE001 - whatever is raised has an ending: Unknown
            self._end(event_of_error(self._order, error))

    def _overdue(self) -> None:
        text = f"no answer within {self._deadline:g} s"
        self._end(unanswered(self._order, "TIME_OUT", text))
        if self._task is not None:
            self._task.cancel()

    def _end(self, event: OrderEvent) -> None:
        conclude, self._conclude = self._conclude, None
        if conclude is None:
            self._late(event)
            return
        if self._timer is not None:
            self._timer.cancel()
        conclude(event)
