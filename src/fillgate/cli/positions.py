"""`fillgate positions`: what the accounts hold as far as their executions tell."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.table import Table

from fillgate.cli.client import Service
from fillgate.cli.options import URL, AsJson, Url
from fillgate.cli.output import console, print_json, printable, shortened, table

__all__ = ["positions", "positions_table"]


def positions(
    *,
    account: Annotated[str | None, typer.Option(help="Only of this account.")] = None,
    url: Url = URL,
    as_json: AsJson = False,
) -> None:
    """List positions, and what open orders may still buy and sell."""
    found = Service(url).get("/api/v1/positions", "positions", account=account)["positions"]
    if as_json:
        print_json(found)
    elif found:
        console().print(positions_table(found))
    else:
        typer.echo("no positions")


def positions_table(found: Sequence[dict[str, Any]]) -> Table:
    """Return a table of positions as the API gives them."""
    numbers = ("quantity", "average price", "realised", "may buy", "may sell")
    rows = table("account", "symbol", *numbers, "fees", right=numbers)
    for position in found:
        rows.add_row(
            printable(position["account"]),
            printable(position["symbol"]),
            position["quantity"],
            shortened(position["average_price"]),
            shortened(position["realised"]),
            position["working_buy"],
            position["working_sell"],
            ", ".join(f"{amount} {asset}" for asset, amount in position["fees"].items()),
        )
    return rows
