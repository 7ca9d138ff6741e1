"""`fillgate doctor`: is this machine fit to run the service, and what to do where it is not."""

import asyncio
from typing import TYPE_CHECKING, Final

import typer
from rich.text import Text

from fillgate.cli.options import AsJson, Config, config_file
from fillgate.cli.output import Exit, console, fail, print_json, printable

if TYPE_CHECKING:
    from fillgate.config import Configuration
    from fillgate.service.doctor import Diagnosis

__all__ = ["doctor"]

_LEVEL: Final = 9
_CHECK: Final = 15
"""Columns."""
_STYLES: Final = {"ok": "green", "warning": "yellow", "problem": "bold red"}


def doctor(*, config: Config = None, as_json: AsJson = False) -> None:
    """Check clock, files, disk, journal, address and accounts, and say what to do.

    It changes nothing and sends no orders; a running service is not disturbed.

    Exit codes: 0 there is no problem, 1 there is one, 2 the configuration is wrong.
    """
    from fillgate.domain.errors import ConfigurationError
    from fillgate.service.configuration import load

    try:
        configuration = load(config_file(config))
    except ConfigurationError as error:
        fail(str(error), Exit.USAGE)
    found = asyncio.run(_examined(configuration))
    if as_json:
        print_json([_document(check, diagnosis) for check, diagnosis in found])
    else:
        _print(found)
    is_fit = all(diagnosis.level != "problem" for _, diagnosis in found)
    raise typer.Exit(Exit.OK if is_fit else Exit.REFUSED)


async def _examined(configuration: "Configuration") -> "list[tuple[str, Diagnosis]]":
    from fillgate.service.doctor import examine

    return [each async for each in examine(configuration)]


def _document(check: str, diagnosis: "Diagnosis") -> dict[str, str | None]:
    return {
        "check": check,
        "level": diagnosis.level.value,
        "text": diagnosis.text,
        "advice": diagnosis.advice or None,
    }


def _print(found: "list[tuple[str, Diagnosis]]") -> None:
    for check, diagnosis in found:
        level = diagnosis.level.value
        line = Text(f"{level:{_LEVEL}}", style=_STYLES[level])
        line.append(f"{check:{_CHECK}}{printable(diagnosis.text)}", style="default")
        if diagnosis.advice:
            line.append(f"\n{'':{_LEVEL + _CHECK}}-> {printable(diagnosis.advice)}", "default")
        console().print(line, soft_wrap=True)
