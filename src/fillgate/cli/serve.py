"""`fillgate serve`: runs the service."""

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fillgate.cli.child import tell_ready
from fillgate.cli.options import Config, config_file
from fillgate.cli.output import Exit, fail, printable

if TYPE_CHECKING:
    from fillgate.config import Configuration
    from fillgate.service.host import Ready

__all__ = ["serve"]


def serve(
    *,
    config: Config = None,
    listen: Annotated[
        str | None,
        typer.Option(help="Address to listen on; port 0 takes a free one.", metavar="HOST:PORT"),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Folder of the journal and of generated secrets.", metavar="DIR"),
    ] = None,
    fd: Annotated[
        int | None,
        typer.Option(
            help="Serve on the listening socket that was inherited under this number, instead of "
            "an address. systemd's sockets are found without it.",
            metavar="N",
            min=0,
        ),
    ] = None,
    ready_file: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    """Run the service until SIGTERM or Ctrl-C.

    Exit codes: 0 stopped in good order, 2 it could not start.
    """
    from fillgate.domain.errors import ConfigurationError
    from fillgate.service.configuration import load
    from fillgate.service.host import JournalUnavailable
    from fillgate.service.host import serve as run
    from fillgate.service.sockets import handed_over

    if fd is not None and listen is not None:
        fail("--fd and --listen: expected one of them", Exit.USAGE)
    given = {"listen": listen, "data": None if data is None else str(data)}
    overrides = {name: value for name, value in given.items() if value is not None}
    try:
        handed = handed_over(os.environ, os.getpid())
        configuration = load(config_file(config), overrides=overrides)
        run(
            configuration,
            on_ready=lambda ready: _announce(ready, configuration, ready_file),
            fd=handed if fd is None else fd,
        )
    except (ConfigurationError, JournalUnavailable) as error:
        fail(str(error), Exit.USAGE)


def _announce(ready: "Ready", configuration: "Configuration", ready_file: Path | None) -> None:
    # Whoever started the service may have closed its output: no reason to stop.
    with contextlib.suppress(OSError):
        typer.echo("\n".join(_lines(ready, configuration)))
    if ready_file is not None:
        tell_ready(ready_file, ready.url)


def _lines(ready: "Ready", configuration: "Configuration") -> list[str]:
    up = [name for name, reason in ready.accounts.items() if reason is None]
    down = {name: reason for name, reason in ready.accounts.items() if reason is not None}
    secret = "as configured" if ready.secret_file is None else f"in {ready.secret_file}"
    return [
        f"fillgate listens on {ready.url}",
        f"  webhook   {ready.url}/webhook/tradingview",
        f"  secret    {secret}",
        f"  data      {configuration.service.data}",
        f"  accounts  {', '.join(up) or 'none is up'} (default: {configuration.default_account})",
        *(printable(f"  down      {name}: {reason}") for name, reason in down.items()),
    ]
