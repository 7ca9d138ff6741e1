"""What a structured logger is. The domain itself logs nothing: loggers are handed in."""

from typing import Any, Protocol

__all__ = ["Logger"]


class Logger(Protocol):
    """A structured logger: an event's name and fields, as structlog's loggers take them.

    May be called in any thread.
    """

    def is_enabled_for(self, level: int) -> bool:
        """Tell whether lines of a level are written; levels are those of Python's `logging`."""
        ...

    def debug(self, event: str, **fields: Any) -> Any:
        """Log what only a developer wants to see."""

    def info(self, event: str, **fields: Any) -> Any:
        """Log a step."""

    def warning(self, event: str, **fields: Any) -> Any:
        """Log what a person should look at when there is time."""

    def error(self, event: str, **fields: Any) -> Any:
        """Log what a person should look at now."""
