"""`fillgate config`: what the configuration says, and whether it is right."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import typer

from fillgate.cli.options import AsJson, Config, config_file
from fillgate.cli.output import Exit, fail, print_json, printable

if TYPE_CHECKING:
    from fillgate.service.overview import Row

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True, help="Show and check the configuration; no service need run."
)

_WIDEST: Final = 44
"""Columns of a setting before where it is from."""


@app.command()
def show(*, config: Config = None, as_json: AsJson = False) -> None:
    """Print every setting with where it is from: default, file, environment.

    What is printed is a configuration file itself. Secrets are shown as what they refer to.

    Exit codes: 0 shown, 2 something is wrong with the configuration.
    """
    from fillgate.domain.errors import ConfigurationError
    from fillgate.service.configuration import load_leniently
    from fillgate.service.overview import overview

    try:
        configuration, missing = load_leniently(config_file(config))
        rows = list(overview(configuration, missing))
    except ConfigurationError as error:
        fail(str(error), Exit.USAGE)
    if as_json:
        print_json([_document(row) for row in rows])
    else:
        typer.echo(printable("\n".join(_lines(rows))))


@app.command()
def check(*, config: Config = None, as_json: AsJson = False) -> None:
    """Check the configuration as `serve` does, and say all that is wrong with it.

    Warnings are for what is allowed but hardly meant.

    Exit codes: 0 it is sound, 2 something is wrong.
    """
    from fillgate.domain.errors import ConfigurationError
    from fillgate.service.configuration import load
    from fillgate.service.warnings import warnings

    wrong: tuple[str, ...] = ()
    doubtful: list[str] = []
    try:
        doubtful = list(warnings(load(config_file(config))))
    except ConfigurationError as error:
        wrong = error.findings
    if as_json:
        print_json({"ok": not wrong, "errors": wrong, "warnings": doubtful})
        raise typer.Exit(Exit.USAGE if wrong else Exit.OK)
    if wrong:
        fail("\n".join(wrong), Exit.USAGE)
    for text in doubtful:
        typer.echo(printable(f"warning: {text}"))
    typer.echo("the configuration is sound")


def _document(row: "Row") -> dict[str, Any]:
    import msgspec

    document: dict[str, Any] = {
        "key": ".".join((*row.table, row.key)),
        "value": msgspec.to_builtins(row.value, builtin_types=()),
        "origin": row.origin.kind,
        "place": row.origin.place or None,
    }
    return document if row.secret is None else document | {"secret": row.secret}


def _lines(rows: "list[Row]") -> Iterator[str]:
    from fillgate.config import toml_key

    table: tuple[str, ...] = ()
    for row in rows:
        if row.table != table:
            yield from ("", f"[{toml_key(*row.table)}]")
            table = row.table
        yield _line(row)


def _line(row: "Row") -> str:
    from fillgate.config import toml_key, toml_text

    told = str(row.origin) if row.secret is None else f"{row.origin}; {row.secret}"
    if row.value is None:
        return f"# {toml_key(row.key)} is not set"
    return f"{f'{toml_key(row.key)} = {toml_text(row.value)}':{_WIDEST}}  # {told}"
