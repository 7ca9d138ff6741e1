"""What the checks look at."""

from dataclasses import dataclass
from pathlib import Path

from fillgate.config import Configuration
from fillgate.domain.clock import Clock
from fillgate.service.doctor.running import Running
from fillgate.service.files import JOURNAL_FILE

__all__ = ["Patient"]


@dataclass(frozen=True, slots=True)
class Patient:
    """A configuration on this machine."""

    configuration: Configuration
    clock: Clock
    running: Running | None
    """The fillgate that answers at the address; None if there is none."""

    @property
    def folder(self) -> Path:
        """The data folder; it may not be there yet."""
        return Path(self.configuration.service.data)

    @property
    def journal(self) -> Path:
        """The journal's file; it may not be there yet."""
        return self.folder / JOURNAL_FILE
