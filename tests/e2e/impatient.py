"""fillgate, less patient with those who read its event stream, so that a test need not be patient.

impatient.py serve ...
"""

from fillgate.cli import app
from fillgate.config import Configuration
from fillgate.service import host
from fillgate.service.events import StreamLimits

STALL_SECONDS = 1.0


def _limits(configuration: Configuration) -> StreamLimits:
    return StreamLimits(stall=STALL_SECONDS)


if __name__ == "__main__":
    host.stream_limits = _limits  # type: ignore[attr-defined]  # where the host looks for it
    app()
