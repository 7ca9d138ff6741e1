"""`fillgate report`: what the journal tells in sums."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.table import Table

from fillgate.cli.options import DATA, AsJson, Data
from fillgate.cli.output import Exit, console, fail, print_json, printable, table

if TYPE_CHECKING:
    import msgspec

    from fillgate.service.cost_reports import CostFilter

    _Rows = tuple[Iterable[msgspec.Struct], type[msgspec.Struct]]

__all__ = ["app", "cost_table"]

app = typer.Typer(no_args_is_help=True, help="Tell what the journal holds in sums.")

_DAYS: Final = ["%Y-%m-%d"]


class By(StrEnum):
    """What orders can be grouped by."""

    DAY = "day"
    ACCOUNT = "account"
    SYMBOL = "symbol"
    STRATEGY = "strategy"
    ORDER = "order"


@app.callback()
def report() -> None:
    """Tell what the journal holds in sums."""


@app.command()
def costs(
    *,
    by: Annotated[
        list[By] | None,
        typer.Option(help="Group by this; several may be given. `order` lists single orders."),
    ] = None,
    account: Annotated[str | None, typer.Option(help="Only of this account.")] = None,
    symbol: Annotated[str | None, typer.Option(help="Only of this symbol.")] = None,
    strategy: Annotated[str | None, typer.Option(help="Only of this strategy.")] = None,
    first: Annotated[
        datetime | None, typer.Option(formats=_DAYS, help="The first day of signals, by UTC.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option(formats=_DAYS, help="The last day of signals, by UTC.")
    ] = None,
    to_csv: Annotated[
        Path | None, typer.Option("--csv", help="Write a new CSV file.", metavar="FILE")
    ] = None,
    to_parquet: Annotated[
        Path | None,
        typer.Option(
            "--parquet",
            help="Write a new Parquet file; needs the extra fillgate[parquet].",
            metavar="FILE",
        ),
    ] = None,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Tell what trading cost: slippage, fees, and how long it took.

    Reads the journal itself; a service may run meanwhile, or not. Slippage is by how much
    executions were worse than the price that the signal named, and than the middle of bid and ask
    when the order arrived, in basis points; above 0 is a cost.

    Exit codes: 0 done, 2 nothing could be told.
    """
    from fillgate.service.cost_reports import CostFilter

    wanted = CostFilter(
        account=account,
        symbol=symbol,
        strategy=strategy,
        first=None if first is None else first.date(),
        last=None if last is None else last.date(),
    )
    keys = list(dict.fromkeys(by or [By.SYMBOL, By.STRATEGY]))
    if By.ORDER in keys and len(keys) > 1:
        raise typer.BadParameter("--by order goes with nothing else")
    for path in (to_csv, to_parquet):
        if path is not None and path.exists():
            fail(f"{path} is there already; nothing was written", Exit.USAGE)
    if to_csv is not None or to_parquet is not None:
        _write(lambda: _read(data, wanted, keys), to_csv, to_parquet)
        return
    rows = _all_of(data, wanted, keys)
    if as_json:
        print_json(_plain(rows))
    else:
        _show(rows, keys)


def _read(data: Path, wanted: "CostFilter", keys: list[By]) -> "_Rows":
    from fillgate.service.cost_reading import read_groups, read_orders
    from fillgate.service.shown_costs import CostGroup, OrderCostView

    if keys == [By.ORDER]:
        return read_orders(data, wanted), OrderCostView
    by = [key.value for key in keys]
    return asyncio.run(read_groups(data, wanted, by)), CostGroup


def _all_of(data: Path, wanted: "CostFilter", keys: list[By]) -> "list[msgspec.Struct]":
    from fillgate.service.offline import JournalUnavailable

    try:
        return list(_read(data, wanted, keys)[0])
    except JournalUnavailable as error:
        fail(str(error), Exit.USAGE)


def _plain(rows: "list[msgspec.Struct]") -> Any:
    from fillgate.service.plain import plain

    return [plain(row) for row in rows]


def _write(read: "Callable[[], _Rows]", to_csv: Path | None, to_parquet: Path | None) -> None:
    from fillgate.service.cost_exports import write_csv, write_parquet
    from fillgate.service.exporting import EXPORT_ERRORS, new_file

    writers = ((to_csv, write_csv), (to_parquet, write_parquet))
    try:
        for path, write in writers:
            if path is not None:
                with new_file(path) as partial:
                    count = write(*read(), partial)
                typer.echo(f"wrote {count} rows to {path}")
    except EXPORT_ERRORS as error:
        fail(str(error), Exit.USAGE)


def _show(rows: "list[msgspec.Struct]", keys: list[By]) -> None:
    if not rows:
        typer.echo("no orders")
        return
    plain = _plain(rows)
    if keys == [By.ORDER]:
        console().print(_order_table(plain))
    else:
        console().print(cost_table(plain, [key.value for key in keys]))
        for line in _missing(plain):
            typer.echo(line)


_NUMBERS: Final = ("executed", "worth", "signal bp", "arrival bp", "fee bp", "fill ms")


def cost_table(groups: list[dict[str, Any]], keys: list[str]) -> Table:
    """Return a table of groups as the API gives them."""
    made = table(*keys, *_NUMBERS, right=_NUMBERS)
    for group in groups:
        made.add_row(
            *(printable(group[key] or "-") for key in keys),
            f"{group['executed']} of {group['orders']}",
            f"{_rounded(group['worth'], 0)} {group['currency'] or group['only_symbol']}",
            *(_rounded(group[name], 2) for name in ("signal_bps", "arrival_bps", "fee_bps")),
            _rounded(group["last_fill_ms"], 0),
        )
    return made


_ORDER_NUMBERS: Final = (
    "quantity", "signal", "arrival", "price", "signal bp", "arrival bp", "fee bp", "fill ms",
)  # fmt: skip


def _order_table(orders: list[dict[str, Any]]) -> Table:
    made = table("order", "symbol", "side", *_ORDER_NUMBERS, right=_ORDER_NUMBERS)
    for order in orders:
        made.add_row(
            order["client_order_id"],
            printable(order["symbol"]),
            order["side"],
            order["quantity"],
            *(_shown(order[name]) for name in ("signal_price", "arrival_price", "average_price")),
            *(_rounded(order[name], 2) for name in ("signal_bps", "arrival_bps", "fee_bps")),
            _rounded(order["last_fill_ms"], 0),
        )
    return made


def _missing(groups: list[dict[str, Any]]) -> list[str]:
    """Return what the figures leave out, in words."""
    lines = []
    for name, words in (
        ("without_signal_price", "without a price in the signal"),
        ("without_arrival_price", "without a quote of the arrival"),
        ("without_fee", "without a fee in the currency"),
        ("without_price", "without a price at all"),
    ):
        count = sum(group[name] for group in groups)
        if count:
            lines.append(f"not counted there, {words}: {count} executed")
    return lines


def _shown(number: str | None) -> str:
    from fillgate.cli.output import shortened

    return shortened(number)


def _rounded(number: str | None, places: int) -> str:
    from decimal import Decimal

    return "" if number is None else f"{Decimal(number):,.{places}f}"
