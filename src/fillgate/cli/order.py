"""`fillgate order`: the whole story of one order; cancelling, replacing and settling it."""

import json
from typing import Annotated, Any, Final
from urllib.parse import quote

import typer
from rich.text import Text

from fillgate.cli import asking
from fillgate.cli.client import Service
from fillgate.cli.options import URL, AsJson, Url
from fillgate.cli.output import EXIT_CODES, console, print_json, printable, status_text, table
from fillgate.cli.words import meaning

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Show, cancel, replace or settle orders.")
app.command(epilog=EXIT_CODES)(asking.cancel)
app.command(epilog=EXIT_CODES)(asking.replace)
app.command("cancel-all", epilog=EXIT_CODES)(asking.cancel_all)

Identity = Annotated[str, typer.Argument(metavar="ID", help="The client order id.")]

_TO_MICROSECONDS: Final = slice(len("2026-11-22T"), -1)
_DETAILS: Final = (
    "price", "signal_price", "stop_price", "trigger", "trail", "time_in_force", "expire_time",
    "reduce_only", "post_only", "position_side", "leverage", "margin_mode", "confidence",
    "strategy",
)  # fmt: skip
_PROTECTION: Final = ("stop_loss", "take_profit")


@app.command(epilog=EXIT_CODES)
def show(identity: Identity, *, url: Url = URL, as_json: AsJson = False) -> None:
    """Show the whole story of an order: what came in, how it was read, and all that followed."""
    order = Service(url).get(_path(identity), "client_order_id", "story")
    if as_json:
        print_json(order)
        return
    _print_order(order)
    typer.echo("\nwhat was received")
    body = order["body"]
    typer.echo("  (erased)" if body is None else _indented(printable(body)))
    typer.echo("\nwhat happened (UTC)")
    _print_story(order["story"])


@app.command(epilog=EXIT_CODES)
def resolve(
    identity: Identity,
    *,
    status: Annotated[
        str,
        typer.Option(
            help="What you found: NEW, PARTIALLY_FILLED, FILLED, CANCELED or EXPIRED (the venue "
            "has or had it), REJECTED or ABSENT (it never worked)."
        ),
    ],
    reason: Annotated[str, typer.Option(help="How you know. It is kept in the journal.")],
    order_id: Annotated[
        str | None, typer.Option(help="The venue's id; needed if it has or had the order.")
    ] = None,
    filled_quantity: Annotated[
        str | None, typer.Option(help="Executed in all; FILLED means all of it.")
    ] = None,
    average_price: Annotated[str | None, typer.Option(help="At what price on average.")] = None,
    url: Url = URL,
    as_json: AsJson = False,
) -> None:
    """Settle an order that is UNKNOWN or ABSENT by what you found at the venue."""
    finding = {
        "status": status.upper(),
        "reason": reason,
        "order_id": order_id,
        "filled_quantity": filled_quantity,
        "average_price": average_price,
    }
    body = json.dumps({name: value for name, value in finding.items() if value is not None})
    service = Service(url)
    reply = service.tried("POST", f"{_path(identity)}/resolve", body=body.encode())
    order = service.done(reply)
    reply.check("client_order_id")
    if as_json:
        print_json(order)
    else:
        _print_order(order)


def _path(identity: str) -> str:
    return f"/api/v1/orders/{quote(identity, safe='')}"


def _print_order(order: dict[str, Any]) -> None:
    heading = Text(f"order {printable(order['client_order_id'])} ", style="bold")
    console().print(heading.append_text(status_text(order["status"])))
    lines = table(show_header=False, padding=(0, 2, 0, 2))
    size = order["quantity"]
    if order.get("quote_quantity") is not None:
        size = f"for {order['quote_quantity']} of"
    what = f"{order['side']} {size} {order['symbol']}, {order['order_type']}"
    for name, value in (
        ("order", what),
        ("account", order["account"]),
        ("terms", _listed(order, _DETAILS)),
        ("protection", _listed(order, _PROTECTION) or "none attached"),
        ("executed", _executed(order)),
        ("venue's id", order["order_id"] or "none known"),
        ("reason", ": ".join(filter(None, (order["code"], order["reason"])))),
        ("anomalies", str(order["anomalies"] or "")),
        ("signal", str(order["signal"])),
    ):
        if value:
            lines.add_row(name, printable(value))
    console().print(lines)


def _listed(order: dict[str, Any], names: tuple[str, ...]) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')} {order[name]}" if order[name] is not True else name
        for name in names
        if order.get(name)
    )


def _executed(order: dict[str, Any]) -> str:
    if order["average_price"] is None:
        return "nothing"
    fees = ", ".join(f"{amount} {asset}" for asset, amount in order["fees"].items())
    paid = f", fees {fees}" if fees else ""
    return f"{order['filled_quantity']} at {order['average_price']}{paid}"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _print_story(story: list[dict[str, Any]]) -> None:
    rows = table(show_header=False, padding=(0, 2, 0, 2))
    for record in story:
        rows.add_row(record["at"][_TO_MICROSECONDS], record["event"], printable(meaning(record)))
    console().print(rows)
