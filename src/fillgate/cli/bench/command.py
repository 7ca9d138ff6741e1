"""`fillgate bench`: what an order costs on this machine, beside a bare echo."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.table import Table

from fillgate.cli.child import ChildFailed, end_on_signals
from fillgate.cli.options import AsJson
from fillgate.cli.output import Exit, console, fail, print_json, table

if TYPE_CHECKING:
    from fillgate.cli.bench.findings import Findings
    from fillgate.cli.bench.rounds import Level, Plan

__all__ = ["bench"]

_FOLDER: Final = Path("/var/tmp")  # noqa: S108 - a new folder in it, for its owner only
_CONCURRENCIES: Final = (1, 32, 128)
_ROUNDS: Final = 5
_SECONDS: Final = 1.0
_QUICK_ROUNDS: Final = 3
_QUICK_SECONDS: Final = 0.2
_SPARE_CORES: Final = 2
_MOST_SENDERS: Final = 4
_BUSY_LOAD: Final = 0.25


def bench(
    *,
    data: Annotated[
        Path,
        typer.Option(
            help="A folder on the disk to measure; a new one is made in it, and removed.",
            metavar="DIR",
        ),
    ] = _FOLDER,
    concurrency: Annotated[
        list[int] | None,
        typer.Option(
            min=1,
            max=1000,
            metavar="N",
            help="Requests on their way at a time; may be given several times. "
            "Without it 1, 32 and 128.",
        ),
    ] = None,
    rounds: Annotated[
        int | None,
        typer.Option(
            min=1, max=100, metavar="N", help="How often each kind of run is made. Without it 5."
        ),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(min=0.01, max=20, metavar="N", help="Length of a run at most. Without it 1."),
    ] = None,
    senders: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=16,
            metavar="N",
            help="Sending processes. Without it as many as there are cores to spare, 1 to 4.",
        ),
    ] = None,
    journal: Annotated[
        Path | None,
        typer.Option(
            help="Measure on copies of this journal: what an order costs behind its history.",
            metavar="FILE",
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Three rounds of 0.2 s, for a look.")
    ] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print what a page can hold.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure what an order costs on this machine, beside a bare echo of the same server.

    Runs a service with a simulated venue and an echo on free ports, and sends signed alerts from a
    process of its own. Both are asked in turn, round after round: for an order's outcome (signal,
    intent and outcome are on disk before the answer), for the acknowledgement alone, for the echo.
    Takes one to two minutes.

    Exit codes: 0 every answer was right, whatever the figures; 1 one was wrong, or a server failed;
    2 the disk cannot be measured.
    """
    from fillgate.cli.bench.rounds import Plan
    from fillgate.cli.bench.verdicts import faults_of

    if markdown and as_json:
        raise typer.BadParameter("--markdown and --json: expected one of them")
    plan = Plan(
        concurrencies=list(dict.fromkeys(concurrency or _CONCURRENCIES)),
        rounds=rounds or (_QUICK_ROUNDS if quick else _ROUNDS),
        seconds=seconds or (_QUICK_SECONDS if quick else _SECONDS),
        senders=senders or _spare_senders(),
        journal=None if journal is None else str(journal),
    )
    found = _measured(plan, data)
    _FORMS[markdown, as_json](found)
    if any(faults_of(found)):
        fail("an answer or a journal was not as it should be", Exit.REFUSED)


def _spare_senders() -> int:
    return min(max(len(os.sched_getaffinity(0)) - _SPARE_CORES, 1), _MOST_SENDERS)


def _measured(plan: "Plan", data: Path) -> "Findings":
    from fillgate.cli.bench.findings import Findings
    from fillgate.cli.bench.machine import disk_of, machine_of

    machine = machine_of()
    end_on_signals()
    try:
        made = tempfile.TemporaryDirectory(
            prefix="fillgate-bench-", dir=data, ignore_cleanup_errors=True
        )
    except OSError as error:
        raise typer.BadParameter(f"--data: {data} cannot be used: {error.strerror}") from None
    with made as name:
        disk = disk_of(Path(name))
        if disk.is_memory:
            raise typer.BadParameter(
                f"--data: expected a folder on a disk, {data} is in memory ({disk.file_system})"
            )
        if machine.load > _BUSY_LOAD * machine.cores:
            typer.echo(f"the machine is busy: its load is {machine.load:.2f}", err=True)
        levels = _levels(plan, Path(name))
    command = ["fillgate", *sys.argv[1:]]
    return Findings(command, machine, disk, plan, levels)


def _levels(plan: "Plan", folder: Path) -> "list[Level]":
    from fillgate.cli.bench.rounds import measure_level
    from fillgate.cli.bench.senders import running_senders

    levels = []
    try:
        with running_senders(2 * plan.senders, folder / "senders.log") as senders:
            for number, concurrency in enumerate(plan.concurrencies):
                typer.echo(f"measuring {concurrency} at once ...", err=True)
                place = folder / str(number)
                place.mkdir()
                levels.append(measure_level(plan, concurrency, place, senders))
    except ChildFailed as error:
        fail(f"{error}{_ends_of_logs(folder)}", Exit.REFUSED)
    except OSError as error:
        fail(f"the disk or the machine fails: {error}", Exit.REFUSED)
    return levels


def _ends_of_logs(folder: Path) -> str:
    """Return the last line of each log: the folder goes away."""
    logs = sorted(folder.rglob("*.log"))
    texts = ((log.name, log.read_text(encoding="utf-8", errors="replace")) for log in logs)
    return "".join(f"; {name}: {text.splitlines()[-1]}" for name, text in texts if text.strip())


def _print_table(found: "Findings") -> None:
    from fillgate.cli.bench.report import COLUMNS, facts_of, goal_rows_of, notes_of, rows_of

    screen = console()
    figures = table(*COLUMNS, right=tuple(name for name in COLUMNS if name != COLUMNS[1]))
    for row in rows_of(found):
        figures.add_row(*row)
    parts = (_grid(facts_of(found)), figures, _grid(goal_rows_of(found)))
    for part in parts:
        screen.print(part)
        screen.print()
    for note in notes_of(found):
        screen.print(note)


def _grid(rows: Iterable[tuple[str, ...]]) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    for row in rows:
        grid.add_row(*row)
    return grid


def _print_markdown(found: "Findings") -> None:
    from fillgate.cli.bench.report import markdown_of

    typer.echo("\n".join(markdown_of(found)))


def _print_json(found: "Findings") -> None:
    from fillgate.cli.bench.report import document_of

    print_json(document_of(found))


_FORMS: Final[Mapping[tuple[bool, bool], Callable[["Findings"], None]]] = {
    (False, False): _print_table,
    (True, False): _print_markdown,
    (False, True): _print_json,
}
