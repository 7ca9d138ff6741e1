"""Structured logs to standard error: JSON for programs, or for people on a terminal.

All lines take the same way: those of fillgate (structlog), of its libraries (the standard library's
logging) and Python's own warnings are rendered by `log_lines`, which leaves out credentials
(`redaction`), and written by `log_output`.
"""

import atexit
import logging
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

import structlog

from fillgate.domain.logger import Logger
from fillgate.engine.sampler import Quota
from fillgate.service.log_lines import JsonLines, PeopleLines
from fillgate.service.log_output import LineOutput
from fillgate.service.log_wrapper import bound_logger
from fillgate.service.redaction import Redaction

__all__ = ["configure_logs", "flush_logs", "hide_in_logs", "logger"]

STANDARD_ERROR: Final = 2
_LONGEST_KIND: Final = 200

_redaction: Final = Redaction()
_outputs: Final[list[LineOutput]] = []

Renderer = JsonLines | PeopleLines


def configure_logs(*, level: str, style: str, descriptor: int = STANDARD_ERROR) -> None:
    """Set up logging for this process.

    Args:
        level: debug, info, warning or error.
        style: `json`, `console`, or `auto`: for people on a terminal, else JSON.
        descriptor: the file descriptor that lines go to.
    """
    on_terminal = _is_terminal(descriptor)
    for_people = style == "console" or (style == "auto" and on_terminal)
    render: Renderer = (
        PeopleLines(_redaction, colors=on_terminal) if for_people else JsonLines(_redaction)
    )
    output = LineOutput(descriptor, lambda lines: _lost(render, lines))
    _outputs[:] = [output]
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[render],
        wrapper_class=bound_logger(threshold),
        logger_factory=lambda *_: output,
        cache_logger_on_first_use=True,
    )
    # uvicorn, httpx2 and asyncio log through the standard library: warnings only.
    heard = max(threshold, logging.WARNING)
    logging.basicConfig(level=heard, handlers=[_Handler(render, output)], force=True)
    logging.captureWarnings(capture=True)


def _is_terminal(descriptor: int) -> bool:
    with suppress(OSError):
        return os.isatty(descriptor)
    return False


def _lost(render: Renderer, lines: int) -> bytes:
    return render(None, "warning", {"event": "log-lines-lost", "lines": lines})


def logger(**fields: Any) -> Logger:
    """Return a logger that adds these fields to every line."""
    # Bound at once: an unbound one is put together anew for every line.
    bound: Logger = structlog.get_logger().bind(**fields)
    return bound


def hide_in_logs(credentials: Iterable[str]) -> None:
    """Leave these out of all lines from now on."""
    _redaction.hide(credentials)


@atexit.register
def flush_logs() -> None:
    """Write what was logged so far; wait a second at most."""
    for output in _outputs:
        output.flush()


class _Handler(logging.Handler):
    """Takes lines of libraries, the same way as ours."""

    def __init__(self, render: Renderer, output: LineOutput) -> None:
        super().__init__()
        self._render = render
        self._output = output
        # Anybody can have the HTTP server warn of a request that is none.
        self._quota: Quota[tuple[str, str]] = Quota(time.monotonic)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a library's line, or count it."""
        for kind, suppressed in self._quota.ended():
            name, event = kind or ("others", "lines-of-many-kinds")
            self._write("warning", {"event": event, "logger": name, "suppressed": suppressed})
        if self._quota.passes((record.name, str(record.msg)[:_LONGEST_KIND])):
            method = "error" if record.levelno >= logging.ERROR else "warning"
            told = {"event": _text(record), "logger": record.name, "exc_info": record.exc_info}
            self._write(method, told)

    def _write(self, method: str, fields: dict[str, Any]) -> None:
        getattr(self._output, method)(self._render(None, method, fields))


def _text(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - words and arguments that do not fit
        return str(record.msg)
