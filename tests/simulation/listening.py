"""A logger that keeps what says that something failed inside."""

from typing import Any, Final

__all__ = ["ErrorLog"]

_FAILURES: Final = frozenset(
    {
        "fact-unwritable",
        "journal-callback-failed",
        "journal-closed-in-doubt",
        "journal-loop-closed",
        "journal-write-invalid",
        "listener-failed",
        "task-failed",
        "task-stuck",
    }
)
"""Lines that no fault of a disk, a venue or a caller may lead to."""


class ErrorLog:
    """A `Logger` for one process."""

    def __init__(self) -> None:
        self.failures: list[str] = []

    def is_enabled_for(self, level: int) -> bool:
        """Tell that no level is kept for its own sake."""
        return False

    def debug(self, event: str, **fields: Any) -> None:
        """Drop it."""

    def info(self, event: str, **fields: Any) -> None:
        """Drop it."""

    def warning(self, event: str, **fields: Any) -> None:
        """Drop it."""

    def error(self, event: str, **fields: Any) -> None:
        """Keep it if nothing may lead to it."""
        if event in _FAILURES:
            self.failures.append(f"{event} {fields}")
