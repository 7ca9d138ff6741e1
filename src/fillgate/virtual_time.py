"""An event loop whose time is virtual and whose order is chosen from outside: no threads, no waits.

What would take an hour takes as long as its callbacks do, and the same choices give the same run.

Invariants:

1. Time goes by only through `STEP_SECONDS` for each callback, and from one timer to the next when
   nothing is ready.
2. What asyncio promises holds: callbacks of `call_soon` run in the order of their calls, none
   inside its call; no timer fires early.
3. What asyncio does not promise is a `Schedule`'s to choose: which of the tasks that can go on goes
   on first, and whether before or after callbacks that are ready; how late a timer fires, so that
   two that are due at nearly the same time may change places; when a call in an executor runs, and
   when its result is there.
4. Nothing waits for what never comes: with nothing ready and no timer left, `Deadlock`.
5. A `Process` that was killed runs no further, whatever its tasks wait for.
"""

import asyncio
import contextvars
import heapq
import inspect
import itertools
import math
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

if TYPE_CHECKING:
    # Typeshed calls every method of the base abstract; at run time none is.
    from asyncio import SelectorEventLoop as _EventLoop
else:
    from asyncio import AbstractEventLoop as _EventLoop

__all__ = ["Deadlock", "LoopClock", "NeverEnds", "Process", "Schedule", "SimulatedLoop"]

STEP_SECONDS: Final = 1e-6
"""How long each callback takes in virtual time."""

_T = TypeVar("_T")
_PROCESS: Final = contextvars.ContextVar["Process | None"]("process", default=None)
_STEP: Final = "TaskStepMethWrapper"
_WAKEUP: Final = "task_wakeup"


class Deadlock(Exception):
    """Something is waited for, nothing is ready and no timer runs."""


class NeverEnds(Exception):
    """Callbacks go on and on, and what is waited for does not come."""


class Schedule(Protocol):
    """Chooses what asyncio leaves open."""

    def pick(self, ready: int) -> int:
        """Return which of so many goes next: 0 for the one that was ready first."""
        ...

    def lateness(self) -> float:
        """Return by how many seconds a timer fires late, or a call in an executor takes."""
        ...


class Process:
    """Tasks and callbacks that live and die together, as those of a program do."""

    def __init__(self, name: str) -> None:
        """Begin alive; `SimulatedLoop.start` runs something in it."""
        self.name = name
        self.is_alive = True
        self._tasks: list[asyncio.Task[Any]] = []
        self._context = contextvars.Context()
        self._context.run(_PROCESS.set, self)

    def new_context(self) -> contextvars.Context:
        """Return a context in which a callback belongs to this process."""
        return self._context.copy()

    def keep(self, task: "asyncio.Task[Any]") -> None:
        """Hold a task until the process is gone: what is unfinished then must not run on."""
        self._tasks.append(task)
        if not self.is_alive:
            _bury(task)

    def kill(self) -> None:
        """End at this instant: nothing of it runs any more.

        `finally` blocks run when Python drops tasks, so these are kept until this object goes.
        """
        self.is_alive = False
        for task in self._tasks:
            _bury(task)


def _bury(task: "asyncio.Task[Any]") -> None:
    """Let nobody complain that a task was not finished, or not even begun."""
    # Known to the C and the Python implementation.
    task._log_destroy_pending = False  # type: ignore[attr-defined]  # noqa: SLF001
    _drop_unbegun(task.get_coro())


def _drop_unbegun(work: object) -> None:
    """Close a coroutine that has not begun, and those that it was given to wait for."""
    if inspect.iscoroutine(work) and inspect.getcoroutinestate(work) == inspect.CORO_CREATED:
        given = tuple(work.cr_frame.f_locals.values()) if work.cr_frame else ()
        work.close()
        for each in given:
            _drop_unbegun(each)


class SimulatedLoop(_EventLoop):
    """Runs coroutines in virtual time, in an order of its schedule's choice.

    >>> loop = SimulatedLoop()
    >>> loop.run(asyncio.sleep(3600, "an hour later"))
    'an hour later'
    """

    def __init__(self, schedule: Schedule | None = None, *, start: float = 0.0) -> None:
        """Stand still at a time.

        Args:
            schedule: makes the choices; None for first come first served, never late.
            start: of `time`, in seconds.
        """
        self._schedule = schedule
        self._now = start
        self._ready: deque[asyncio.Handle] = deque()
        self._tasks: list[asyncio.Handle] = []
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._order = itertools.count()
        self._closed = False
        self.failures: list[dict[str, Any]] = []
        """What callbacks raised, and what was reported as an exception nobody handled."""
        self.turns = 0
        """How many callbacks have run."""

    # Running

    def run(
        self,
        work: Coroutine[Any, Any, _T],
        *,
        process: Process | None = None,
        most_turns: float = math.inf,
    ) -> _T:
        """Run until `work` has ended, and return its result.

        Args:
            work: what to run.
            process: what it belongs to.
            most_turns: how many callbacks may run until then.

        Raises:
            Deadlock: it waits for what never comes.
            NeverEnds: too many callbacks have run.
        """
        most_turns += self.turns
        events._set_running_loop(self)  # noqa: SLF001 - what every event loop does
        try:
            task = self.start(work, process=process)
            while not task.done():
                self._turn(task)
                if self.turns > most_turns:
                    raise NeverEnds(f"after {self.turns} callbacks there waits {task!r}")
            return task.result()
        finally:
            events._set_running_loop(None)  # noqa: SLF001

    def start(
        self, work: Coroutine[Any, Any, _T], *, process: Process | None = None
    ) -> "asyncio.Task[_T]":
        """Start a task in a process, or in that of the caller."""
        context = None if process is None else process.new_context()
        return self.create_task(work, context=context)

    def _turn(self, waited_for: "asyncio.Task[Any]") -> None:
        timers = self._timers
        if not self._ready and not self._tasks:
            if not timers:
                raise Deadlock(f"nothing is left to happen, and there waits {waited_for!r}")
            self._now = max(self._now, timers[0][0])
        while timers and timers[0][0] <= self._now:
            self._ready.append(heapq.heappop(timers)[2])
        handle = self._next()
        self._now += STEP_SECONDS
        process = handle._context.get(_PROCESS)  # type: ignore[attr-defined]  # noqa: SLF001
        if not handle._cancelled and (process is None or process.is_alive):  # noqa: SLF001
            self.turns += 1
            handle._run()  # noqa: SLF001

    def _next(self) -> asyncio.Handle:
        if not self._tasks:
            return self._ready.popleft()
        assert self._schedule is not None
        others = bool(self._ready)
        chosen = self._schedule.pick(len(self._tasks) + others) - others
        return self._ready.popleft() if chosen < 0 else self._tasks.pop(chosen)

    # What asyncio asks of a loop

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self._now

    def is_running(self) -> bool:
        """Tell whether `run` is under way."""
        return events._get_running_loop() is self  # noqa: SLF001

    def is_closed(self) -> bool:
        """Tell whether it was closed."""
        return self._closed

    def close(self) -> None:
        """Drop all that is left; nothing of it runs."""
        self._closed = True
        self._ready.clear()
        self._tasks.clear()
        self._timers.clear()

    def get_debug(self) -> bool:
        """Tell that there is no debug mode."""
        return False

    def call_soon(  # type: ignore[override]  # typeshed says it more narrowly
        self,
        callback: Callable[..., Any],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.Handle:
        """Run a callback after those that were given before."""
        handle = asyncio.Handle(callback, args, self, context)
        if self._closed:
            return handle
        if self._schedule is not None and _is_step_of_a_task(callback):
            self._tasks.append(handle)
        else:
            self._ready.append(handle)
        return handle

    # There are no threads.
    call_soon_threadsafe = call_soon  # type: ignore[assignment]  # typeshed says it more narrowly

    def call_later(  # type: ignore[override]
        self,
        delay: float,
        callback: Callable[..., Any],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        """Run a callback after so many seconds."""
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Callable[..., Any],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        """Run a callback at a time, or as late as the schedule says."""
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        if not self._closed:
            due = when if self._schedule is None else when + self._schedule.lateness()
            heapq.heappush(self._timers, (due, next(self._order), handle))
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Leave it where it is: it is skipped when its time comes."""

    def create_future(self) -> "asyncio.Future[Any]":
        """Return a future of this loop."""
        return asyncio.Future(loop=self)

    def create_task(  # type: ignore[override]
        self,
        coro: Coroutine[Any, Any, _T],
        *,
        name: str | None = None,
        context: contextvars.Context | None = None,
    ) -> "asyncio.Task[_T]":
        """Start a task in the process of its context."""
        context = contextvars.copy_context() if context is None else context
        task = asyncio.Task(coro, loop=self, name=name, context=context)
        process = context.get(_PROCESS)
        if process is not None:
            process.keep(task)
        return task

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., _T], *args: Any
    ) -> "asyncio.Future[_T]":
        """Call a function at some later instant, and give its result at another."""
        future: asyncio.Future[_T] = self.create_future()
        self.call_later(0, self._execute, future, func, args)
        return future

    def _execute(
        self, future: "asyncio.Future[_T]", func: Callable[..., _T], args: tuple[Any, ...]
    ) -> None:
        if future.done():
            return
        try:
            deliver, result = _set_result, func(*args)
        except Exception as error:  # noqa: BLE001 - whoever waits for it hears of it
            deliver, result = _set_exception, error  # type: ignore[assignment]
        self.call_later(0, deliver, future, result)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Keep it among the `failures`."""
        self.failures.append(context)

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """Keep it among the `failures`."""
        self.failures.append(context)

    async def shutdown_asyncgens(self) -> None:
        """Do nothing: what is left is dropped."""


class LoopClock:
    """A `Clock` that shows the time of a `SimulatedLoop`."""

    def __init__(self, loop: SimulatedLoop, *, start: int = 1_767_225_600_000_000) -> None:
        """Show this loop's time.

        Args:
            loop: the loop.
            start: what `now` is at the loop's second 0, Unix microseconds; the beginning of 2026.
        """
        self._loop = loop
        self._start = start

    def now(self) -> int:
        """Return the time of day in Unix microseconds."""
        return self._start + int(self._loop.time() * 1e6)

    def monotonic(self) -> float:
        """Return the loop's seconds."""
        return self._loop.time()

    async def sleep(self, seconds: float) -> None:
        """Return after that many virtual seconds."""
        await asyncio.sleep(seconds)


def _is_step_of_a_task(callback: Callable[..., Any]) -> bool:
    kind = type(callback).__name__
    return kind == _STEP or getattr(callback, "__name__", "") == _WAKEUP


def _set_result(future: "asyncio.Future[_T]", result: _T) -> None:
    if not future.done():
        future.set_result(result)


def _set_exception(future: "asyncio.Future[Any]", error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
