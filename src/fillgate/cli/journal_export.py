"""`fillgate journal export` and `compact`."""

import asyncio
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from fillgate.cli.options import DATA, Data
from fillgate.cli.output import Exit, fail
from fillgate.cli.progress import progress

if TYPE_CHECKING:
    from fillgate.service.queries import EventsQuery

__all__ = ["compact", "export"]

_MEBIBYTE: Final = 2**20


class Format(StrEnum):
    """What an export is written as."""

    LINES = "jsonl"
    PARQUET = "parquet"


def export(
    *,
    to: Annotated[
        Path | None, typer.Option(help="A new file; without it standard output.", metavar="FILE")
    ] = None,
    form: Annotated[
        Format,
        typer.Option("--format", help="`parquet` needs `--to` and the extra fillgate[parquet]."),
    ] = Format.LINES,
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
        typer.Option(help="Only what came after the event with this `id`.", metavar="ID"),
    ] = None,
    data: Data = DATA,
) -> None:
    """Write the events of the journal, oldest first: lines of JSON, or Parquet.

    Nothing of the journal is changed; a service may run meanwhile. With the `id` of the last event
    as `--after` the next export goes on where this one ended.

    Exit codes: 0 done, 2 nothing could be written.
    """
    from fillgate.domain.events import EVENT_TYPES
    from fillgate.service.queries import EventsQuery

    query = EventsQuery(
        account=tuple(account or ()),
        symbol=tuple(symbol or ()),
        kind=tuple(kind or ()),
        after=after,
    )
    unknown = set(query.kind) - {each.kind for each in EVENT_TYPES}
    if unknown:
        raise typer.BadParameter(f"--kind: no event is called {min(unknown)}")
    if form is Format.PARQUET and to is None:
        raise typer.BadParameter("--format parquet needs --to FILE")
    if to is not None and to.exists():
        fail(f"{to} is there already; nothing was written", Exit.USAGE)
    _export(data, query, to, form)


def _export(data: Path, query: "EventsQuery", to: Path | None, form: Format) -> None:
    from fillgate.service.exporting import EXPORT_ERRORS, export_lines, export_parquet, new_file

    try:
        if to is None:
            asyncio.run(export_lines(data, query, sys.stdout.buffer))
            return
        with progress("events written") as tell, new_file(to) as partial:
            if form is Format.PARQUET:
                asyncio.run(export_parquet(data, query, partial, on_progress=tell))
            else:
                with partial.open("wb") as out:
                    asyncio.run(export_lines(data, query, out, on_progress=tell))
    except BrokenPipeError:
        sys.stderr.close()
    except EXPORT_ERRORS as error:
        fail(str(error), Exit.USAGE)


def compact(
    *,
    keep: Annotated[
        int, typer.Option(help="How many days of history stay in the journal's file.", min=0)
    ] = 30,
    data: Data = DATA,
) -> None:
    """Move old events and bodies to an archive beside the journal. No service may run.

    Everything is answered as before: the archives are read where they are needed, so they have to
    stay beside the journal. Keys stay in it for ever. `backup` copies archives, too.

    Exit codes: 0 done, 2 nothing was moved.
    """
    from fillgate.service.offline import JournalUnavailable, compact_journal

    try:
        with progress("events moved") as tell:
            done = asyncio.run(compact_journal(data, keep_days=keep, on_progress=tell))
    except JournalUnavailable as error:
        fail(str(error), Exit.USAGE)
    if done.archive is None:
        typer.echo(f"nothing is older than {keep} days")
        return
    sizes = [size / _MEBIBYTE for size in (done.size_before, done.size_after)]
    typer.echo(f"moved {done.events} events to {done.archive.name}")
    typer.echo(f"the journal's own file: {sizes[0]:.1f} MiB before, {sizes[1]:.1f} MiB now")
