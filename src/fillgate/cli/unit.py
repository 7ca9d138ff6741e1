"""`fillgate unit`: the unit files for systemd."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

__all__ = ["UNITS", "Unit", "unit"]

UNITS: Final = Path(__file__).parent / "units"
"""The folder of the unit files."""


class Unit(StrEnum):
    """A unit file, by its name."""

    SOCKET = "fillgate.socket"
    SERVICE = "fillgate.service"


def unit(
    name: Annotated[Unit, typer.Argument(help="Which one.", metavar="NAME", show_default=False)],
) -> None:
    """Print a unit file for systemd: `fillgate.socket` or `fillgate.service`.

    The socket listens, the service serves on it. See "Run as a service" for what they expect where.
    """
    typer.echo((UNITS / name).read_text(encoding="utf-8"), nl=False)
