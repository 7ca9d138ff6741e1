"""What commands print, and the exit codes.

Invariants:

1. What came from outside is printed without effect on the terminal: no markup, no control
   characters.
2. Without a terminal lines are 100 columns wide, or as COLUMNS says.
"""

import json
import os
import sys
from decimal import Context, Decimal
from enum import IntEnum
from typing import Any, Final, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

__all__ = [
    "EXIT_CODES",
    "Exit",
    "console",
    "fail",
    "print_json",
    "printable",
    "shortened",
    "status_text",
    "table",
]

_WIDTH: Final = 100
_SHOWN: Final = Context(prec=12)


class Exit(IntEnum):
    """How a command ended."""

    OK = 0
    REFUSED = 1
    """The service, the venue or a check said no."""
    USAGE = 2
    """An argument or a setting is wrong; nothing was done."""
    OPEN = 3
    """Accepted; the outcome is open."""
    NO_ANSWER = 4
    """No service answers there, or it could not do it now (5xx)."""


EXIT_CODES: Final = (
    "Exit codes: 0 done (accepted, filled), 1 refused, 2 wrong arguments or settings, "
    "3 accepted with an open outcome, 4 no service answers or it cannot do it now."
)
"""For the help of commands that talk to a service."""

_STYLES: Final = {
    "FILLED": "green",
    "NEW": "green",
    "PARTIALLY_FILLED": "green",
    "UNKNOWN": "bold yellow",
    "ABSENT": "bold yellow",
    "PENDING_NEW": "yellow",
    "DENIED": "red",
    "REJECTED": "red",
}


def console() -> Console:
    """Return the console for standard output."""
    fixed = not sys.stdout.isatty() and "COLUMNS" not in os.environ
    return Console(width=_WIDTH if fixed else None, markup=False, emoji=False, highlight=False)


def fail(text: str, code: Exit) -> NoReturn:
    """Print to standard error, a line for each of the text's, and end the command."""
    for line in text.splitlines():
        typer.echo(f"fillgate: {printable(line)}", err=True)
    raise typer.Exit(code)


def printable(text: str) -> str:
    """Return a text with control characters written as escapes; line ends stay."""
    if text.isprintable():
        return text
    return "".join(
        character
        if character.isprintable() or character == "\n"
        else character.encode("unicode_escape").decode()
        for character in text
    )


def shortened(number: str | None) -> str:
    """Return a number for people: at most 12 significant digits; JSON has them all."""
    if number is None:
        return ""
    digits = Decimal(number).as_tuple().digits
    return number if len(digits) <= _SHOWN.prec else f"{_SHOWN.plus(Decimal(number)):f}"


def print_json(document: object) -> None:
    """Print a document as JSON."""
    typer.echo(json.dumps(document, indent=2))


def status_text(status: str) -> Text:
    """Return an order's status in the colour that it has everywhere."""
    return Text(status, style=_STYLES.get(status, ""))


def table(*columns: str, right: tuple[str, ...] = (), **options: Any) -> Table:
    """Return an empty table.

    Args:
        columns: the headings.
        right: those whose column is aligned to the right.
        options: further ones of rich's `Table`.
    """
    made = Table(box=None, pad_edge=False, header_style="bold", **options)
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return made
