"""`fillgate replay`: alerts of the past, sent to a simulated venue at recorded prices."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fillgate.cli.options import Config, config_file
from fillgate.cli.output import Exit, console, fail
from fillgate.cli.progress import progress

if TYPE_CHECKING:
    from fillgate.config import Configuration
    from fillgate.service.replay import Replayed

__all__ = ["replay"]


def replay(
    *,
    alerts: Annotated[
        Path,
        typer.Argument(
            help="File of alerts: a JSON object with `time` and `alert` in each line.",
            metavar="ALERTS",
        ),
    ],
    prices: Annotated[
        Path | None,
        typer.Option(
            help="Recorded quotes, trades or bars, CSV or Parquet, named after their symbol; or a "
            "folder of such files. Without it the prices are those of the configuration.",
            metavar="PATH",
        ),
    ] = None,
    config: Config = None,
    data: Annotated[
        Path | None,
        typer.Option(
            help="Keep the journal in this new or empty folder; a temporary one otherwise.",
            metavar="DIR",
        ),
    ] = None,
) -> None:
    """Send alerts of the past at their times, and report what that would have cost.

    The whole service runs, in virtual time: as fast as it goes, and the same each time. All
    accounts have to be simulated ones (`type = "mock"`).

    Exit codes: 0 done, 1 some alerts were refused, 2 nothing was replayed.
    """
    with tempfile.TemporaryDirectory(prefix="fillgate-replay-") as temporary:
        folder = data or Path(temporary)
        done = _replayed(alerts, _configuration(config, prices, folder))
        _tell(done, folder)
        if data is not None:
            typer.echo(f"the journal is in {data}")
    if done.refused:
        raise typer.Exit(Exit.REFUSED)


def _configuration(config: Path | None, prices: Path | None, folder: Path) -> "Configuration":
    from fillgate.domain.errors import ConfigurationError
    from fillgate.service.replay import replay_configuration

    try:
        return replay_configuration(config_file(config), folder, prices)
    except ConfigurationError as error:
        fail(str(error), Exit.USAGE)


def _replayed(path: Path, configuration: "Configuration") -> "Replayed":
    from fillgate.domain.errors import ConfigurationError
    from fillgate.service.alert_files import AlertFileError, read_alerts
    from fillgate.service.logs import configure_logs
    from fillgate.service.replay import replay

    configure_logs(level="error", style="auto")
    try:
        with path.open("rb") as lines:
            read = read_alerts(lines, str(path))
        if not read:
            fail(f"{path} holds no alerts", Exit.USAGE)
        with progress("alerts sent") as tell:
            return replay(read, configuration, on_progress=tell)
    except OSError as error:
        fail(f"{path}: {error.strerror}", Exit.USAGE)
    except (AlertFileError, ConfigurationError) as error:
        fail(str(error), Exit.USAGE)


def _tell(done: "Replayed", folder: Path) -> None:
    import asyncio

    from fillgate.cli.report import cost_table
    from fillgate.service.cost_reading import read_groups
    from fillgate.service.cost_reports import CostFilter
    from fillgate.service.plain import plain

    hours = done.virtual_seconds / 3600
    typer.echo(f"{done.alerts} alerts over {hours:.1f} hours")
    for code, count in sorted(done.refused.items()):
        typer.echo(f"{count} refused: {code}")
    for status, count in sorted(done.orders.items()):
        typer.echo(f"{count} orders {status}")
    keys = ["symbol", "strategy"]
    groups = asyncio.run(read_groups(folder, CostFilter(), keys))
    if groups:
        typer.echo("")
        console().print(cost_table([plain(group) for group in groups], keys))
