"""Runs a service as a process of its own: `serve.py READY-FILE [CONFIGURATION]`.

Once it takes requests, the ready file holds its address.
"""

import sys
from pathlib import Path

from fillgate.config import load_configuration
from fillgate.domain.errors import FillgateError
from fillgate.journal.base import JournalUnavailable
from fillgate.service.host import Ready, serve


def main(ready_file: Path, configuration: Path | None) -> None:
    def note(ready: Ready) -> None:
        partial = ready_file.with_suffix(".partial")
        partial.write_text(ready.url)
        partial.rename(ready_file)

    try:
        serve(load_configuration(configuration), on_ready=note)
    except (FillgateError, JournalUnavailable) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
