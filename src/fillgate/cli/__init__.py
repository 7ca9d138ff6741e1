"""The command line: `fillgate ...`. One module a command.

- `init`, `config`: write, show and check the configuration
- `doctor`: checks whether the machine is fit
- `serve`: runs the service; `unit`: lets systemd do it
- `bridge`: serves one account to accounts of type `ccxt-http`
- `send`: sends an alert or an order (`fields`)
- `orders`, `order` (`asking`), `accounts`, `positions`: what a running service knows (`words`)
- `events`: what happens (`following`)
- `reconcile`: compares accounts with their venues
- `journal`: checks the journal
- `demo`: shows fillgate at work (`demo_alerts`, `demo_service`, `demo_sender`, `demo_checks`);
  with ccxt `demo_ccxt`, `demo_ccxt_alerts`
- `venue`: an exchange on this machine to practise on
- `bench`: what an order costs, beside a bare echo (a package)
- `client`, `options`, `output`: what the commands share

Invariants:

1. What was asked for goes to standard output, errors to standard error, one line each.
2. The exit code tells how it went: see `output.Exit`.
3. Nothing is sent twice: a command that does not know how a request ended says so, and how to
   repeat it safely.
"""

from typing import Annotated

import typer

from fillgate import __version__
from fillgate.cli import (
    accounts,
    bench,
    bridge,
    config,
    demo,
    doctor,
    events,
    init,
    journal,
    order,
    orders,
    positions,
    reconcile,
    replay,
    report,
    send,
    serve,
    unit,
    venue,
)

__all__ = ["app"]

app = typer.Typer(
    name="fillgate",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Turns trading signals into orders, each exactly once, and keeps the proof.",
)
app.command()(init.init)
app.add_typer(config.app, name="config")
app.command()(doctor.doctor)
app.command()(serve.serve)
app.command()(unit.unit)
app.command()(bridge.bridge)
app.command()(demo.demo)
app.command()(venue.venue)
app.command()(bench.bench)
app.add_typer(send.app, name="send")
app.command()(orders.orders)
app.add_typer(order.app, name="order")
app.command()(events.events)
app.command()(positions.positions)
app.command()(accounts.accounts)
app.command()(reconcile.reconcile)
app.add_typer(journal.app, name="journal")
app.add_typer(report.app, name="report")
app.command()(replay.replay)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"fillgate {__version__}")
        raise typer.Exit


@app.callback()
def main(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Take the options that stand before the command."""
