"""The journal: that it can be read, and who writes it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fillgate.journal.base import JournalUnavailable
from fillgate.journal.reader import SqliteReader
from fillgate.service.doctor.diagnosis import Diagnosis, fine, problem
from fillgate.service.doctor.locks import holder_of
from fillgate.service.doctor.patient import Patient

__all__ = ["check_journal", "writer_of"]

_ADVICE: Final = (
    "keep the folder as it is; if this does not say what to do, start with an empty data folder "
    "and look at the venue for what is open there"
)


def writer_of(journal: Path) -> int | None:
    """Return the id of the process that writes a journal; None if nobody does."""
    return holder_of(journal.with_name(f"{journal.name}.lock"))


async def check_journal(patient: Patient) -> Sequence[Diagnosis]:
    """Open the journal, reading only."""
    if not patient.journal.exists():
        return [fine("there is no journal yet; the first start makes one")]
    try:
        reader = await SqliteReader.open(patient.journal)
    except JournalUnavailable as error:
        return [problem(str(error), _ADVICE)]
    await reader.close()
    writer = writer_of(patient.journal)
    state = "no process writes it" if writer is None else f"the process {writer} writes it"
    return [fine(f"{patient.journal} can be read; {state}")]
