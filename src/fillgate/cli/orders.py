"""`fillgate orders`: a list of orders."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final

import typer

from fillgate.cli.client import Service
from fillgate.cli.options import URL, AsJson, Url
from fillgate.cli.output import console, print_json, printable, shortened, status_text, table

__all__ = ["orders"]

_PAGE: Final = 500
_TO_SECONDS: Final = slice(len("2026-"), len("2026-11-22T21:33:26"))


def orders(
    *,
    account: Annotated[str | None, typer.Option(help="Only of this account.")] = None,
    symbol: Annotated[str | None, typer.Option(help="Only of this symbol.")] = None,
    status: Annotated[
        list[str] | None, typer.Option(help="Only in this status; may be given several times.")
    ] = None,
    limit: Annotated[int, typer.Option(help="How many at most, newest first.", min=1)] = 50,
    url: Url = URL,
    as_json: AsJson = False,
) -> None:
    """List orders, newest first."""
    service = Service(url)
    filters = {"account": account, "symbol": symbol, "status": ",".join(status or ()) or None}
    found: list[dict[str, Any]] = []
    for page in _pages(service, filters, limit):
        found += page
    if as_json:
        print_json(found)
    else:
        _print_table(found)


def _pages(
    service: Service, filters: Mapping[str, str | None], limit: int
) -> Iterator[Sequence[dict[str, Any]]]:
    cursor = None
    while limit > 0:
        answer = service.get(
            "/api/v1/orders", "orders", "next", **filters, limit=min(limit, _PAGE), cursor=cursor
        )
        yield answer["orders"]
        limit -= len(answer["orders"])
        cursor = answer["next"]
        if cursor is None:
            return


def _print_table(found: Sequence[dict[str, Any]]) -> None:
    if not found:
        typer.echo("no orders")
        return
    rows = table(
        "order", "time (UTC)", "account", "what", "filled", "at", "status",
        right=("filled", "at"),
    )  # fmt: skip
    for order in found:
        what = f"{order['side']} {order['quantity']} {order['symbol']} {order['order_type']}"
        rows.add_row(
            order["client_order_id"],
            order["created_at"][_TO_SECONDS].replace("T", " "),
            printable(order["account"]),
            printable(what),
            order["filled_quantity"],
            shortened(order["average_price"]),
            status_text(order["status"]),
        )
    console().print(rows)
