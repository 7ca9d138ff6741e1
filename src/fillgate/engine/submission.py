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
from fillgate.engine.deadlines import Deadlines
from fillgate.engine.tasks import Tasks
from fillgate.engine.verdict import event_of_error, event_of_result, unanswered

__all__ = ["Submission"]

Heard = Callable[[OrderEvent], None]


class Submission:
    """An order on its way."""

    __slots__ = ("_conclude", "_deadlines", "_late", "_order", "_send", "_task")

    def __init__(
        self,
        order: Order,
        send: Callable[[Order], Awaitable[ExecutionResult]],
        *,
        deadlines: "Deadlines[Submission]",
        conclude: Heard,
        late: Heard,
    ) -> None:
        """Prepare; `start` sends.

        Args:
            order: the order; its SENDING must be durable.
            send: calls the plugin.
            deadlines: of all submissions; who is overdue is told by `break_off`.
            conclude: hears how the submission ended.
            late: hears what came after that.
        """
        self._order = order
        self._send = send
        self._deadlines = deadlines
        self._conclude: Heard | None = conclude
        self._late = late
        self._task: asyncio.Task[None] | None = None

    def start(self, tasks: Tasks) -> None:
        """Send the order."""
        self._deadlines.begin(self)
        loop = asyncio.get_running_loop()
        self._task = loop.create_task(self._run(tasks), name=self._order.client_order_id)
        tasks.hold(self._task)

    async def _run(self, tasks: Tasks) -> None:
        assert self._task is not None
        try:
            self._end(event_of_result(self._order, await self._send(self._order)))
        except asyncio.CancelledError:
            self._end(unanswered(self._order, "CANCELLED", "stopped before the venue answered"))
            raise
        except Exception as error:  # noqa: BLE001 - whatever is raised has an ending: Unknown
            self._end(event_of_error(self._order, error))
        finally:
            tasks.let_go(self._task)

    def break_off(self) -> None:
        """End it at its deadline: the order counts as unanswered."""
        text = f"no answer within {self._deadlines.seconds:g} s"
        self._end(unanswered(self._order, "TIME_OUT", text))
        if self._task is not None:
            self._task.cancel()

    def _end(self, event: OrderEvent) -> None:
        conclude, self._conclude = self._conclude, None
        if conclude is None:
            self._late(event)
            return
        self._deadlines.end(self)
        conclude(event)
