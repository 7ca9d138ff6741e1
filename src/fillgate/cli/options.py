"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, Final

import typer

__all__ = ["DATA", "URL", "AsJson", "Data", "Url"]

DATA: Final = Path(".fillgate")
"""The default data folder."""

URL: Final = "http://127.0.0.1:8005"
"""Where a service listens unless told otherwise."""

Url = Annotated[
    str, typer.Option(help="Address of the service.", envvar="FILLGATE_URL", metavar="URL")
]
Data = Annotated[Path, typer.Option(help="Folder of the service's data.", metavar="DIR")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
