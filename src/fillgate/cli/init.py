"""`fillgate init`: writes a commented configuration file."""

import os
from pathlib import Path
from typing import Annotated

import typer

from fillgate.cli.options import CONFIG
from fillgate.cli.output import Exit, fail

__all__ = ["init"]


def init(
    *,
    config: Annotated[Path, typer.Option(help="The file to write.", metavar="FILE")] = CONFIG,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the file if it is there already.")
    ] = False,
    secret: Annotated[
        bool,
        typer.Option(
            "--secret",
            help="Make the webhook's secret too, in the data folder; else the first start does.",
        ),
    ] = False,
) -> None:
    """Write a configuration file with every setting at its default, explained.

    It sets nothing as it is, and holds no secrets.

    Exit codes: 0 written, 2 there is such a file already, or it cannot be written.
    """
    from fillgate.domain.errors import ConfigurationError
    from fillgate.service.commented import commented_file

    try:
        _write(config, commented_file(), replace=force)
    except FileExistsError:
        fail(f"{config} is there already; --force replaces it", Exit.USAGE)
    except OSError as error:
        fail(f"{config} cannot be written: {error.strerror}", Exit.USAGE)
    typer.echo(f"wrote {config}: every setting at its default, explained")
    try:
        if secret:
            typer.echo(_made_secret(config))
    except ConfigurationError as error:
        fail(str(error), Exit.USAGE)
    typer.echo("\n".join(_next_steps(config)))


def _write(path: Path, text: str, *, replace: bool) -> None:
    """Write a file whole or not at all.

    Raises:
        FileExistsError: it is there and is not to be replaced.
        OSError: it cannot be written.
    """
    path = path.resolve()
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            partial.replace(path)
        else:
            # Unlike a rename, a link never replaces what is there.
            path.hardlink_to(partial)
    finally:
        partial.unlink(missing_ok=True)


def _made_secret(config: Path) -> str:
    from fillgate.service.configuration import load
    from fillgate.service.secret_file import SECRET_FILE, webhook_secret

    configuration = load(config)
    if configuration.webhook_secret is not None:
        where = configuration.origin("webhook.secret")
        return f"no secret was made: there is one already, by the {where}"
    folder = Path(configuration.service.data)
    webhook_secret(folder)
    return f"the webhook's secret is in {folder / SECRET_FILE}, readable by you alone"


def _next_steps(config: Path) -> list[str]:
    named = "" if config == CONFIG else f" --config {config}"
    return [
        "next:",
        f"  fillgate config check{named}",
        f"  fillgate serve{named}",
        "  fillgate send alert --symbol BTC/USDT --action buy --quantity 0.01",
    ]
