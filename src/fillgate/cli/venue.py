"""`fillgate venue`: an exchange to practise on, on this machine."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fillgate.cli.child import tell_ready
from fillgate.cli.output import Exit, fail

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from fillgate.practice.app import Settings

__all__ = ["venue"]


def venue(
    *,
    port: Annotated[
        int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65_535)
    ] = 8010,
    host: Annotated[
        str, typer.Option(help="Address to listen on; of this machine alone.")
    ] = "127.0.0.1",
    ca: Annotated[
        Path | None,
        typer.Option(
            help="Serve TLS for the names of the real exchange, and write the certificate of the "
            "authority that clients have to trust to this file. Plain HTTP otherwise.",
            metavar="FILE",
        ),
    ] = None,
    keys: Annotated[
        Path,
        typer.Option(
            help="Folder of API keys, secrets and the control key; those that are missing are "
            "made, for you alone to read.",
            metavar="DIR",
        ),
    ] = Path(".fillgate/venue"),
    account: Annotated[
        list[str] | None,
        typer.Option(
            help="An account with an API key of its own; may be repeated. One named `practice` "
            "otherwise.",
            metavar="NAME",
        ),
    ] = None,
    balance: Annotated[
        list[str] | None,
        typer.Option(
            help="What each account owns at the beginning, instead of the usual; may be repeated. "
            "Its wallet for futures holds as much USDT besides.",
            metavar="ASSET=AMOUNT",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Chooses the prices.")] = 0,
    ready_file: Annotated[
        Path | None,
        typer.Option(
            help="Write the address to this file, as JSON, once it listens.", metavar="FILE"
        ),
    ] = None,
    prices: Annotated[
        Path | None,
        typer.Option(
            help="Recorded quotes, trades or bars, CSV or Parquet, named after their symbol; or a "
            "folder of such files. Made prices otherwise.",
            metavar="PATH",
        ),
    ] = None,
) -> None:
    """Run an exchange that speaks Binance's spot and futures protocols, until SIGTERM or Ctrl-C.

    It trades on a simulated market and is reached from this machine alone; no order leaves it.

    Exit codes: 0 stopped in good order, 2 it could not start.
    """
    import asyncio

    from fillgate.domain.errors import ConfigurationError
    from fillgate.practice.server import listening

    try:
        settings = _settings(keys, account or ["practice"], balance, seed, prices)
        listener = listening(host, port)
    except (ConfigurationError, ValueError) as error:
        fail(str(error), Exit.USAGE)
    except OSError as error:
        fail(f"cannot listen on {host}:{port}: {error.strerror or error}", Exit.USAGE)
    asyncio.run(_run(settings, listener, ca, keys, ready_file))


def _settings(
    keys: Path, accounts: "Sequence[str]", balance: list[str] | None, seed: int, prices: Path | None
) -> "Settings":
    from fillgate.practice.app import Settings
    from fillgate.practice.key_files import control_key, users_of_files

    users = users_of_files(keys, accounts, _balances(balance))
    return Settings(users=users, control_key=control_key(keys), seed=seed, recording=prices)


def _balances(given: list[str] | None) -> "Mapping[str, Decimal]":
    from fillgate.domain.numbers import NumberError, parse_decimal
    from fillgate.practice.users import BALANCES

    if given is None:
        return BALANCES
    found: dict[str, Decimal] = {}
    for text in given:
        asset, equals, amount = text.partition("=")
        try:
            found[asset.upper()] = parse_decimal(amount)
        except NumberError as error:
            fail(f"--balance: {error}", Exit.USAGE)
        if not asset or not equals or found[asset.upper()] < 0:
            fail(f"--balance: expected ASSET=AMOUNT such as USDT=1000, found {text!r}", Exit.USAGE)
    return found


async def _run(
    settings: "Settings",
    listener: "socket.socket",
    ca: Path | None,
    keys: Path,
    ready_file: Path | None,
) -> None:
    import asyncio
    import signal

    from fillgate.domain.errors import ConfigurationError
    from fillgate.practice.app import Practice
    from fillgate.practice.server import running
    from fillgate.service.clock import SystemClock

    clock, stop = SystemClock(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        practice = Practice(settings, clock)
        context = None
        if ca is not None:
            from fillgate.practice.certificates import server_context

            context = server_context(ca)
    except (ConfigurationError, ValueError, OSError, ImportError) as error:
        fail(str(error), Exit.USAGE)
    async with running(practice, listener, clock, context):
        # Whoever started it may have closed its output: no reason to stop.
        with contextlib.suppress(OSError):
            typer.echo("\n".join(_lines(settings, listener, ca, keys)))
        if ready_file is not None:
            tell_ready(ready_file, _url(listener, ca))
        await stop.wait()


def _url(listener: "socket.socket", ca: Path | None) -> str:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"{'http' if ca is None else 'https'}://{shown}:{port}"


def _lines(
    settings: "Settings", listener: "socket.socket", ca: Path | None, keys: Path
) -> list[str]:
    authority = "none: plain HTTP" if ca is None else str(ca)
    return [
        f"the practice exchange listens on {_url(listener, ca)}",
        f"  accounts  {', '.join(user.name for user in settings.users)}",
        f"  keys      in {keys}",
        f"  CA        {authority}",
    ]
