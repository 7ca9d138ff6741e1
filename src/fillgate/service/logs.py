"""Structured logs: for people on a terminal, JSON elsewhere. No field ever holds a credential."""

import logging
import sys
from typing import Any

import structlog

from fillgate.domain.logger import Logger

__all__ = ["configure_logs", "logger"]


def configure_logs(*, level: str, style: str) -> None:
    """Set up logging to standard error.

    Args:
        level: debug, info, warning or error.
        style: `json`, `console`, or `auto`: for people on a terminal, else JSON.
    """
    for_people = style == "console" or (style == "auto" and sys.stderr.isatty())
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if for_people
        else structlog.processors.JSONRenderer()
    )
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # uvicorn and httpx2 log through the standard library: warnings only.
    logging.basicConfig(level=max(threshold, logging.WARNING), stream=sys.stderr, force=True)


def logger(**fields: Any) -> Logger:
    """Return a logger that adds these fields to every line."""
    bound: Logger = structlog.get_logger(**fields)
    return bound
