"""One step as a transaction: all of it happens and is written down, or nothing of it."""

from collections.abc import Callable, Sequence
from types import TracebackType

from fillgate.market.execution import Execution
from fillgate.market.records import Record
from fillgate.market.step import Change

__all__ = ["Hear", "Sink", "Transaction"]

Sink = Callable[[Sequence[Record]], None]
"""Writes down what happened in one step; raises if it could not."""

Hear = Callable[[Sequence[Change]], None]
"""Hears of the orders that changed in one step, after it was written down."""


class Transaction:
    """Written down when it is left; undone where that, or what happens in it, fails."""

    __slots__ = ("_hear", "_sink", "_step", "_undo")

    def __init__(
        self, step: Execution, sink: Sink, *, undo: Callable[[], None], hear: Hear | None
    ) -> None:
        """Begin.

        Args:
            step: what happens.
            sink: writes it down.
            undo: has the venue know again what is written down.
            hear: hears of it, if anybody does.
        """
        self._step = step
        self._sink = sink
        self._undo = undo
        self._hear = hear

    def __enter__(self) -> Execution:
        return self._step

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        step = self._step
        if kind is not None:
            self._undo()
            return
        try:
            step.market.outside.step_back()
            if step.records:
                self._sink(step.records)
        except BaseException:
            self._undo()
            raise
        if step.records and self._hear is not None:
            self._hear(step.changes())
