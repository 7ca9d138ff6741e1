"""`fillgate journal`: work on the journal in a data folder, with or without a running service."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fillgate.cli import journal_copies as copies
from fillgate.cli import journal_export as history
from fillgate.cli.options import DATA, AsJson, Data
from fillgate.cli.output import Exit, fail, print_json, printable
from fillgate.cli.progress import progress

if TYPE_CHECKING:
    from fillgate.service.offline import Head, Verification

__all__ = ["app", "verification_lines"]

_COUNTED = (
    ("event", "events"),
    ("signal", "signals"),
    ("order", "orders"),
    ("position", "positions"),
    ("body", "bodies"),
)

app = typer.Typer(
    no_args_is_help=True, help="Check, copy and export the journal; no service need run."
)
app.command()(history.export)
app.command()(history.compact)
app.command()(copies.backup)
app.command()(copies.restore)
app.command()(copies.release)


@app.command()
def verify(
    *,
    data: Data = DATA,
    known: Annotated[
        Path | None,
        typer.Option(
            help="What an earlier `verify --json` printed, or the service's log in JSON: finds "
            "ends that were cut off since.",
            metavar="FILE",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check that the journal is what was written, and that its index is what follows from it.

    Every record's hash; every order, signal and position replayed from the events; every key and
    every id of a venue; every stored body against its digest. Nothing is written; a service may
    run meanwhile.

    Exit codes: 0 all is well, 1 something was found, 2 there is no journal to read.
    """
    from fillgate.service.offline import JournalUnavailable, verify_journal

    heads = () if known is None else _heads(known)
    try:
        with progress("events checked") as tell:
            verification = asyncio.run(verify_journal(data, heads, on_progress=tell))
    except JournalUnavailable as error:
        fail(str(error), Exit.USAGE)
    if as_json:
        print_json(_document(verification))
    else:
        typer.echo("\n".join(verification_lines(verification)))
    raise typer.Exit(Exit.OK if verification.ok else Exit.REFUSED)


def verification_lines(verification: "Verification") -> list[str]:
    """Return how a check ended, for people."""
    numbers = [(getattr(verification, many), one, many) for one, many in _COUNTED]
    counts = ", ".join(f"{number} {one if number == 1 else many}" for number, one, many in numbers)
    if verification.erased:
        counts += f" ({verification.erased} erased)"
    lines = [f"checked {counts}"]
    lines += [
        f"{each.code}  {each.place}: {printable(each.text)}" for each in verification.findings
    ]
    more = verification.found - len(verification.findings)
    if more:
        lines.append(f"and {more} more")
    lines.append("the journal is whole" if verification.ok else f"{verification.found} found")
    return lines


def _document(verification: "Verification") -> dict[str, Any]:
    import msgspec

    document: dict[str, Any] = msgspec.to_builtins(verification)
    heads = {head.stream: f"{head.sequence}:{head.hash.hex()}" for head in verification.heads}
    return {"ok": verification.ok} | document | {"heads": heads}


def _heads(path: Path) -> "list[Head]":
    """Return all heads in a file: one JSON document, or one a line."""
    try:
        content = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise typer.BadParameter(f"--known: {path} cannot be read: {error.strerror}") from None
    whole = _heads_in(content)
    heads = whole or [head for line in content.splitlines() for head in _heads_in(line)]
    if not heads:
        raise typer.BadParameter(f"--known: {path} tells of no heads; see --help")
    return heads


def _heads_in(text: str) -> "list[Head]":
    from fillgate.service.offline import Head

    heads = []
    try:
        for stream, place in json.loads(text)["heads"].items():
            sequence, _, digest = place.partition(":")
            heads.append(Head(stream, int(sequence), bytes.fromhex(digest)))
    except (ValueError, LookupError, TypeError, AttributeError):
        return []
    return heads
