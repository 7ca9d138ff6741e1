"""`fillgate demo`: a service with simulated venues, thirty alerts, and the proof of each."""

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fillgate.cli.child import ChildFailed, end_on_signals
from fillgate.cli.demo_alerts import ALERTS
from fillgate.cli.demo_service import LOG_FILE, DemoService, ledgers_of, simulated
from fillgate.cli.output import Exit, console, fail
from fillgate.cli.positions import positions_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fillgate.cli.demo_alerts import Alert
    from fillgate.cli.demo_checks import Check
    from fillgate.cli.demo_sender import Outcome, Sender

__all__ = ["demo"]

_COLUMNS: Final = (("#", 2), ("alert", 37), ("should be", 22), ("is", 22), ("http", 4), ("ms", 6))
_NUMBERS: Final = frozenset({"#", "http", "ms"})
_COSTS_BY: Final = ["account", "symbol"]


def demo(
    *,
    data: Annotated[
        Path | None,
        typer.Option(
            help="Keep everything in this new or empty folder; a temporary one otherwise.",
            metavar="DIR",
        ),
    ] = None,
    ccxt: Annotated[
        bool,
        typer.Option(
            "--ccxt",
            help="Twenty alerts to an account of type ccxt, at a practice exchange that speaks "
            "Binance's protocol on this machine. Needs fillgate[ccxt,practice].",
        ),
    ] = False,
) -> None:
    """Show fillgate at work: thirty alerts over HTTP, each beside the ending it should have.

    Starts a service with simulated venues on a free port, sends market, limit and stop orders,
    repeats and what has to be refused, verifies the journal and what arrived at the venues, and
    stops the service.

    Exit codes: 0 every alert ended as it should, 1 something did not, 2 something has to be
    installed first.
    """
    if ccxt:
        _check_installed()
    folder = _folder(data)
    end_on_signals()
    try:
        well = _show_ccxt(folder) if ccxt else _show(folder)
    except ChildFailed as error:
        fail(f"{error}; {_log_of(folder)}", Exit.REFUSED)
    except (KeyboardInterrupt, SystemExit):
        _remove(folder, kept=data is not None)
        raise
    if not well:
        fail(f"something is not as it should be; {_log_of(folder)}", Exit.REFUSED)
    _remove(folder, kept=data is not None)


def _log_of(folder: Path) -> str:
    return f"the service's log is {folder / LOG_FILE}"


def _folder(data: Path | None) -> Path:
    if data is None:
        return Path(tempfile.mkdtemp(prefix="fillgate-demo-"))
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        empty = not any(data.iterdir())
    except OSError as error:
        raise typer.BadParameter(f"--data: {data} cannot be used: {error.strerror}") from None
    if not empty:
        raise typer.BadParameter(f"--data: expected a new or empty folder, {data} holds files")
    return data.absolute()


def _remove(folder: Path, *, kept: bool) -> None:
    if not kept:
        shutil.rmtree(folder, ignore_errors=True)


def _show(folder: Path) -> bool:
    from fillgate.cli.demo_checks import check_arrivals

    screen = console()
    screen.print("starting a service with simulated venues ...")
    ledgers = ledgers_of(folder)
    with DemoService(folder, simulated(folder)) as service:
        return _show_alerts(
            service,
            folder,
            ALERTS,
            "mock",
            lambda outcomes: check_arrivals(ALERTS, outcomes, ledgers.values()),
        )


def _check_installed() -> None:
    from fillgate.cli.demo_ccxt import missing_packages

    missing = missing_packages()
    if missing:
        names = ", ".join(missing)
        fail(f"--ccxt needs {names}: pip install 'fillgate[ccxt,practice]'", Exit.USAGE)


def _show_ccxt(folder: Path) -> bool:
    from fillgate.cli.demo_ccxt import ACCOUNT, PracticeExchange, configuration_of
    from fillgate.cli.demo_ccxt_alerts import CCXT_ALERTS
    from fillgate.cli.demo_checks import check_received

    screen = console()
    screen.print("starting a practice exchange, and a service with an account of type ccxt ...")
    with PracticeExchange(folder) as exchange:
        exchange.break_one_answer()
        with DemoService(folder, configuration_of(exchange)) as service:
            return _show_alerts(
                service,
                folder,
                CCXT_ALERTS,
                ACCOUNT,
                lambda outcomes: check_received(CCXT_ALERTS, outcomes, exchange.received()),
            )


def _show_alerts(
    service: DemoService,
    folder: Path,
    alerts: "Sequence[Alert]",
    account: str,
    check_venue: "Callable[[Sequence[Outcome]], Check]",
) -> bool:
    from fillgate.cli.demo_checks import check_journal, check_positions, check_stop
    from fillgate.cli.demo_sender import Sender
    from fillgate.cli.report import cost_table
    from fillgate.service.secret_file import SECRET_FILE

    screen = console()
    screen.print(f"its address is {service.url}")
    screen.print(f"its data are in {folder}\n", soft_wrap=True)
    secret = (folder / SECRET_FILE).read_text(encoding="utf-8").strip()
    with Sender(service.url, secret) as sender:
        sender.await_account(account)
        outcomes, right = _send_all(sender, screen, alerts)
        positions, costs = sender.positions(), sender.costs(_COSTS_BY)
    screen.print()
    screen.print(positions_table(positions))
    screen.print("\nwhat that cost, against the market when the orders arrived\n")
    screen.print(cost_table(costs, _COSTS_BY))
    screen.print()
    checks = [
        _shown(check_positions(alerts, positions, account), screen),
        _shown(check_venue(outcomes), screen),
        _shown(check_journal(folder), screen),
        _shown(check_stop(service), screen),
    ]
    screen.print(f"\n{right} of {len(alerts)} alerts ended as they should")
    return right == len(alerts) and all(checks)


def _send_all(
    sender: "Sender", screen: Console, alerts: "Sequence[Alert]"
) -> "tuple[list[Outcome], int]":
    """Send all alerts; return how each ended, and how many as they should."""
    from fillgate.cli.demo_checks import ended_right

    sender.look_up_prices(alerts)
    screen.print(_row(*(Text(name, style="bold") for name, _ in _COLUMNS), Text()))
    outcomes: list[Outcome] = []
    right = 0
    for number, alert in enumerate(alerts, start=1):
        outcome = _sent(sender, alert, outcomes)
        well = ended_right(alert, outcome, outcomes)
        right += well
        outcomes.append(outcome)
        cells = (str(number), alert.words, alert.ending, outcome.ending, str(outcome.http))
        latency = f"{outcome.milliseconds:.1f}"
        screen.print(_row(*map(Text, (*cells, latency)), _mark(screen, well=well)))
        if alert.tells is not None:
            screen.print(Text(f"   {outcome.reason}", style="dim"))
    return outcomes, right


def _sent(sender: "Sender", alert: "Alert", outcomes: "Sequence[Outcome]") -> "Outcome":
    if alert.cancels is None:
        return sender.send(alert)
    return sender.cancel(str(outcomes[alert.cancels - 1].client_order_id))


def _row(*cells: Text) -> Table:
    """Return one line of the table; each is printed as soon as its alert has ended."""
    row = Table.grid(padding=(0, 1, 0, 0))
    for name, width in _COLUMNS:
        row.add_column(width=width, justify="right" if name in _NUMBERS else "left")
    row.add_column()
    row.add_row(*cells)
    return row


def _mark(screen: Console, *, well: bool) -> Text:
    signs = ("✓", "✗") if screen.encoding.startswith("utf") else ("ok", "NO")
    return Text(signs[0], style="green") if well else Text(signs[1], style="bold red")


def _shown(check: "Check", screen: Console) -> bool:
    mark = _mark(screen, well=check.well)
    screen.print(mark.append(f" {check.text}", style="default"), soft_wrap=True)
    return check.well
