"""All faults."""

from typing import Final

from tests.simulation.faults import (
    commits,
    executions,
    reconciliation,
    requests,
    signals,
    submissions,
)
from tests.simulation.faults.catalogue import Catalogue

__all__ = ["FAULTS"]

FAULTS: Final = Catalogue(
    **submissions.FAULTS,
    **signals.FAULTS,
    **executions.FAULTS,
    **requests.FAULTS,
    **reconciliation.FAULTS,
    **commits.FAULTS,
)
