"""The class of our loggers: structlog's bound loggers with one processor, just what `Logger` asks.

structlog's own class for levels walks a chain of processors and takes several times as long, and
lines are written on the way of every order.
"""

import logging
from collections.abc import Callable
from typing import Any, Final

import structlog

__all__ = ["bound_logger"]

_LEVELS: Final = ("debug", "info", "warning", "error")

Method = Callable[..., None]


def bound_logger(threshold: int) -> type[structlog.BoundLoggerBase]:
    """Return a class whose methods below a level, as `logging` numbers them, do nothing."""
    numbers = logging.getLevelNamesMapping()
    methods: dict[str, Any] = {
        level: _writing(level) if numbers[level.upper()] >= threshold else _nothing
        for level in _LEVELS
    }

    def is_enabled_for(_: object, level: int) -> bool:
        return level >= threshold

    methods["is_enabled_for"] = is_enabled_for
    return type("BoundLogger", (structlog.BoundLoggerBase,), methods)


def _writing(level: str) -> Method:
    def write(self: Any, event: str, **fields: Any) -> None:
        fields["event"] = event
        if self._context:
            fields = {**self._context, **fields}
        (render,) = self._processors
        getattr(self._logger, level)(render(None, level, fields))

    return write


def _nothing(self: Any, event: str, **fields: Any) -> None:
    """Write nothing."""
