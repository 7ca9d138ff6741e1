"""One request to a venue, under a deadline, concluded exactly once.

Invariants:

1. The plugin is called once. Nothing here retries.
2. `conclude` hears one event, at the deadline at the latest. What a plugin answers after that is
   handed to `late`: evidence, not a second ending.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, NamedTuple, Protocol, TypeVar

from fillgate.domain.events import OrderEvent
from fillgate.engine.deadlines import Deadlines
from fillgate.engine.tasks import Tasks

__all__ = ["Endings", "Submission"]

Heard = Callable[[OrderEvent], None]

Subject = TypeVar("Subject", bound="Named")
Answer = TypeVar("Answer")


class Named(Protocol):
    """What is sent: an order, or a request about one."""

    @property
    def client_order_id(self) -> str:
        """The order that it is about."""
        ...


class Endings(NamedTuple, Generic[Subject]):
    """What the endings of a request of one kind are written down as."""

    answered: Callable[[Subject, object], OrderEvent]
    failed: Callable[[Subject, BaseException], OrderEvent]
    unanswered: Callable[[Subject, str, str], OrderEvent]
    """Takes a code and a text."""


class Submission(Generic[Subject, Answer]):
    """A request on its way."""

    __slots__ = ("_conclude", "_deadlines", "_endings", "_late", "_send", "_subject", "_task")

    def __init__(
        self,
        subject: Subject,
        send: Callable[[Subject], Awaitable[Answer]],
        endings: Endings[Subject],
        *,
        deadlines: "Deadlines[Submission[Subject, Answer]]",
        conclude: Heard,
        late: Heard,
    ) -> None:
        """Prepare; `start` sends.

        Args:
            subject: what is sent; that it is must be durable.
            send: calls the plugin.
            endings: what the ways in which it can end are written down as.
            deadlines: of all such requests; who is overdue is told by `break_off`.
            conclude: hears how it ended.
            late: hears what came after that.
        """
        self._subject = subject
        self._endings = endings
        self._send = send
        self._deadlines = deadlines
        self._conclude: Heard | None = conclude
        self._late = late
        self._task: asyncio.Task[None] | None = None

    def start(self, tasks: Tasks) -> None:
        """Send it."""
        self._deadlines.begin(self)
        loop = asyncio.get_running_loop()
        self._task = loop.create_task(self._run(tasks), name=self._subject.client_order_id)
        tasks.hold(self._task)

    async def _run(self, tasks: Tasks) -> None:
        assert self._task is not None
        try:
            answer = await self._send(self._subject)
            self._end(self._endings.answered(self._subject, answer))
        except asyncio.CancelledError:
            text = "stopped before the venue answered"
            self._end(self._endings.unanswered(self._subject, "CANCELLED", text))
            raise
        except Exception as error:  # noqa: BLE001 - whatever is raised has an ending: Unknown
            self._end(self._endings.failed(self._subject, error))
        finally:
            tasks.let_go(self._task)

    def break_off(self) -> None:
        """End it at its deadline: it counts as unanswered."""
        text = f"no answer within {self._deadlines.seconds:g} s"
        self._end(self._endings.unanswered(self._subject, "TIME_OUT", text))
        if self._task is not None:
            self._task.cancel()

    def _end(self, event: OrderEvent) -> None:
        conclude, self._conclude = self._conclude, None
        if conclude is None:
            self._late(event)
            return
        self._deadlines.end(self)
        conclude(event)
