"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, Final

import typer

__all__ = ["CONFIG", "DATA", "URL", "AsJson", "Config", "Data", "Url", "config_file"]

CONFIG: Final = Path("fillgate.toml")
"""The configuration file where no other is named."""

DATA: Final = Path(".fillgate")
"""The default data folder."""

URL: Final = "http://127.0.0.1:8005"
"""Where a service listens unless told otherwise."""

Url = Annotated[
    str, typer.Option(help="Address of the service.", envvar="FILLGATE_URL", metavar="URL")
]
Data = Annotated[Path, typer.Option(help="Folder of the service's data.", metavar="DIR")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
Config = Annotated[
    Path | None,
    typer.Option(
        help="Configuration file; fillgate.toml in this folder if there is one.", metavar="FILE"
    ),
]


def config_file(named: Path | None) -> Path | None:
    """Return the configuration file to read; None for none."""
    return named or (CONFIG if CONFIG.exists() else None)
