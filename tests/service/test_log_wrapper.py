"""Our loggers do what the domain's `Logger` asks, and bind as structlog's do."""

import logging
from typing import Any

import pytest
import structlog

from fillgate.service.log_wrapper import bound_logger

LEVELS = ("debug", "info", "warning", "error")


class Sink:
    def __init__(self) -> None:
        self.kept: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, level: str) -> Any:
        return lambda line: self.kept.append((level, line))


def wrapped(sink: Sink, threshold: int) -> Any:
    return structlog.wrap_logger(
        sink, processors=[lambda _, __, fields: fields], wrapper_class=bound_logger(threshold)
    ).bind(account="main")


@pytest.mark.parametrize("threshold", LEVELS)
def test_lines_of_a_level_and_above_are_written(threshold: str) -> None:
    sink = Sink()
    logger = wrapped(sink, getattr(logging, threshold.upper()))
    for level in LEVELS:
        getattr(logger, level)("step", signal=1)
    above = LEVELS[LEVELS.index(threshold) :]
    assert sink.kept == [
        (level, {"account": "main", "signal": 1, "event": "step"}) for level in above
    ]
    for level in LEVELS:
        assert logger.is_enabled_for(getattr(logging, level.upper())) == (level in above)


def test_a_line_does_not_change_what_is_bound() -> None:
    sink = Sink()
    logger = wrapped(sink, logging.INFO)
    logger.info("first", account="other", extra=1)
    logger.info("second")
    assert [fields for _, fields in sink.kept] == [
        {"account": "other", "extra": 1, "event": "first"},
        {"account": "main", "event": "second"},
    ]
