"""`fillgate events`: what happens, as it happens."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from fillgate.cli.client import Service
from fillgate.cli.following import Follower, Message
from fillgate.cli.options import URL, Url
from fillgate.cli.output import printable
from fillgate.cli.words import meaning

__all__ = ["events"]

_TO_MILLISECONDS: Final = slice(len("2026-"), len("2026-11-22T21:33:26.123"))


def events(
    *,
    account: Annotated[
        list[str] | None, typer.Option(help="Only of this account; may be given several times.")
    ] = None,
    symbol: Annotated[
        list[str] | None, typer.Option(help="Only of this symbol; may be given several times.")
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="Only of this kind; may be given several times.")
    ] = None,
    after: Annotated[
        str | None,
        typer.Option(
            help="Go on behind the message with this id, or from the start of the journal with "
            "`start`; without it only what happens from now on is shown.",
            metavar="ID",
        ),
    ] = None,
    follow: Annotated[
        bool,
        typer.Option("--follow/--no-follow", help="Wait for more once all is shown, until Ctrl-C."),
    ] = True,
    url: Url = URL,
    as_json: Annotated[bool, typer.Option("--json", help="Print each as a line of JSON.")] = False,
) -> None:
    """Show what happens, each event once, in the order of commits.

    Where the connection is lost or the service starts anew, it goes on behind the last event.
    """
    chosen = {"account": account, "symbol": symbol, "kind": kind}
    parameters = [(name, value) for name, values in chosen.items() for value in values or ()]
    if after is not None:
        parameters.append(("after", after))
    if not follow:
        parameters.append(("follow", "false"))
    show = _print_json if as_json else _print_line
    follower = Follower(Service(url), parameters, notice=_notice)
    try:
        for message in follower.messages():
            show(message)
    except KeyboardInterrupt:
        raise typer.Exit from None


def _notice(text: str) -> None:
    typer.echo(f"fillgate: {printable(text)}", err=True)


def _print_json(message: Message) -> None:
    typer.echo(json.dumps({"id": message.id, **message.data}))


def _print_line(message: Message) -> None:
    data: Mapping[str, Any] = message.data
    when = data["at"][_TO_MILLISECONDS].replace("T", " ")
    about = (data["client_order_id"], data["account"], data["symbol"])
    words = (when, message.event, *filter(None, about), "-", meaning(data))
    typer.echo(printable("  ".join(words)).replace("\n", "\\n"))
