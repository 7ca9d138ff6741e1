"""Names of the files in the data folder that more than one part knows."""

from typing import Final

__all__ = ["JOURNAL_FILE"]

JOURNAL_FILE: Final = "journal.db"
"""The journal."""
