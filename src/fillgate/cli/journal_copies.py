"""`fillgate journal backup`, `restore` and `release`."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Final

import typer

from fillgate.cli.client import Service
from fillgate.cli.options import DATA, URL, Data, Url
from fillgate.cli.output import Exit, fail
from fillgate.cli.progress import progress

__all__ = ["backup", "release", "restore"]

_RELEASE: Final = "/api/v1/journal/release"
_ACTOR: Final = "command line"

Unchecked = Annotated[
    bool, typer.Option("--unchecked", help="Leave out the check of the copy; it takes the longest.")
]


def backup(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The new file.")],
    *,
    unchecked: Unchecked = False,
    data: Data = DATA,
) -> None:
    """Copy the journal to a new file, and check the copy. A service may run meanwhile.

    Exit codes: 0 done, 1 the copy is not whole, 2 nothing was written.
    """
    from fillgate.service.offline import JournalUnavailable, back_up_journal

    try:
        with progress("bytes copied") as tell:
            asyncio.run(back_up_journal(data, path, on_progress=tell))
    except JournalUnavailable as error:
        fail(str(error), Exit.USAGE)
    if not unchecked:
        _check(path)
    typer.echo(f"the journal is copied to {path}")


def restore(
    path: Annotated[Path, typer.Argument(metavar="BACKUP", help="What `backup` wrote.")],
    *,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="A journal that is there is put aside, as `.replaced`."),
    ] = False,
    unchecked: Unchecked = False,
    data: Data = DATA,
) -> None:
    """Let the journal go on from a backup. No service may run.

    What was written after the backup is gone, the keys of signals among it. So the journal is held:
    a service takes no signals and sends nothing until all accounts were compared with their venues,
    or until `fillgate journal release`.

    Exit codes: 0 done, 1 the backup is not whole, 2 nothing was changed.
    """
    from fillgate.service.offline import JournalUnavailable, restore_journal

    if not unchecked:
        _check(path)
    try:
        with progress("bytes copied") as tell:
            asyncio.run(restore_journal(path, data, replace=replace, on_progress=tell))
    except JournalUnavailable as error:
        fail(str(error), Exit.USAGE)
    typer.echo("the journal goes on from the backup; it is held until its accounts are reconciled")


def release(
    *,
    reason: Annotated[
        str, typer.Option(help="How you know that nothing will be sent twice. It is kept.")
    ],
    data: Data = DATA,
    url: Url = URL,
) -> None:
    """Let a restored journal act again: signals are taken and orders are sent.

    Asks the service if one has the journal in the data folder.

    Exit codes: 0 done, 1 it is not held, 2 wrong arguments, 4 the service does not answer.
    """
    from fillgate.service.offline import JournalLocked, JournalUnavailable, release_journal

    if not reason.strip():
        raise typer.BadParameter("--reason: say how you know")
    try:
        released = asyncio.run(release_journal(data, actor=_ACTOR, reason=reason))
    except JournalLocked:
        service = Service(url)
        body = json.dumps({"reason": reason}).encode()
        service.done(service.tried("POST", _RELEASE, body=body))
    except JournalUnavailable as error:
        fail(str(error), Exit.USAGE)
    else:
        if not released:
            fail("the journal is not held", Exit.REFUSED)
    typer.echo("the journal is held no more")


def _check(path: Path) -> None:
    from fillgate.cli.journal import verification_lines
    from fillgate.service.offline import JournalUnavailable, verify_file

    try:
        with progress("events checked") as tell:
            verification = asyncio.run(verify_file(path, on_progress=tell))
    except JournalUnavailable as error:
        fail(str(error), Exit.USAGE)
    typer.echo(verification_lines(verification)[0])
    if not verification.ok:
        fail("\n".join(verification_lines(verification)[1:]), Exit.REFUSED)
