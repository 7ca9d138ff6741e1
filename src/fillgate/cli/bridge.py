"""`fillgate bridge`: one account behind the protocol of a CCXT service."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fillgate.cli.child import tell_ready
from fillgate.cli.output import Exit, fail, printable

if TYPE_CHECKING:
    from fillgate.bridge.configuration import BridgeConfiguration
    from fillgate.bridge.host import Ready

__all__ = ["bridge"]


def bridge(
    *,
    config: Annotated[
        Path | None,
        typer.Option(
            help="Configuration file; without one WEBHOOK_SECRET, EXCHANGE, TESTNET and the "
            "exchange's keys in the environment count.",
            metavar="FILE",
        ),
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option(help="Address to listen on; port 0 takes a free one.", metavar="HOST:PORT"),
    ] = None,
    ready_file: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    """Serve one account to accounts of type ccxt-http, until SIGTERM or Ctrl-C.

    Exit codes: 0 stopped in good order, 2 it could not start.
    """
    from fillgate.bridge.configuration import load_bridge
    from fillgate.bridge.host import serve
    from fillgate.domain.errors import ConfigurationError

    try:
        configuration = load_bridge(config, listen=listen)
        serve(configuration, on_ready=lambda ready: _announce(ready, configuration, ready_file))
    except ConfigurationError as error:
        fail(str(error), Exit.USAGE)


def _announce(
    ready: "Ready", configuration: "BridgeConfiguration", ready_file: Path | None
) -> None:
    # Whoever started the bridge may have closed its output: no reason to stop.
    with contextlib.suppress(OSError):
        typer.echo("\n".join(_lines(ready, configuration)))
    if ready_file is not None:
        tell_ready(ready_file, ready.url)


def _lines(ready: "Ready", configuration: "BridgeConfiguration") -> list[str]:
    account = f"{configuration.name} ({configuration.account.type})"
    state = "up" if ready.reason is None else printable(f"down: {ready.reason}")
    beyond = (
        "  warning   it listens beyond this machine, signed but not encrypted: put a TLS proxy "
        "in front"
    )
    return [
        f"fillgate bridge listens on {ready.url}",
        f"  account   {account}, {state}",
        *([beyond] if configuration.is_reachable else []),
    ]
