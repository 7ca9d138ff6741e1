"""`fillgate reconcile`: compare accounts with their venues."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from urllib.parse import quote

import typer

from fillgate.cli.client import Service
from fillgate.cli.options import URL, AsJson, Url
from fillgate.cli.output import Exit, print_json, printable

__all__ = ["reconcile"]

_LONGEST = 300.0
"""Seconds that a venue may take for all questions together."""


def reconcile(
    account: Annotated[
        str | None, typer.Argument(metavar="ACCOUNT", help="Its name; all accounts without one.")
    ] = None,
    *,
    url: Url = URL,
    as_json: AsJson = False,
) -> None:
    """Compare accounts with their venues: open orders, fills, positions; print what differs.

    What differs is recorded, and what can be put right by the venue's word is: missed fills are
    counted, orders of ours that were not known are taken over. Nothing is sent.

    Exit codes: 0 nothing differs, 1 something does, 2 wrong arguments, 4 no service answers, or a
    venue gave no answer to some of it.
    """
    service = Service(url)
    names = [account] if account is not None else _comparable(service)
    told = [_reconcile(service, name) for name in names]
    if as_json:
        print_json(told)
    else:
        for each in told:
            typer.echo("\n".join(map(printable, _lines(each))))
        if not told:
            typer.echo("no account's plugin can list anything to compare")
    raise typer.Exit(_exit(told))


def _comparable(service: Service) -> list[str]:
    found = service.get("/api/v1/accounts", "accounts")["accounts"]
    lists = ("open_orders", "fills", "positions")
    return [each["name"] for each in found if any(each["capabilities"].get(name) for name in lists)]


def _reconcile(service: Service, account: str) -> dict[str, Any]:
    path = f"/api/v1/accounts/{quote(account, safe='')}/reconcile"
    reply = service.tried("POST", path, wait=_LONGEST)
    told = service.done(reply)
    reply.check("account", "findings")
    return told


def _lines(told: Mapping[str, Any]) -> Iterable[str]:
    findings, failed = told["findings"], told["failed"]
    asked = ", ".join(told["asked"])
    count = len(findings)
    what = f"{count} difference{'s' * (count != 1)}" if count else "nothing differs"
    yield f"{told['account']}: {what}; asked for {asked}"
    for each in findings:
        whose = f" order {each['client_order_id']}" if each["client_order_id"] else ""
        known = "" if each["new"] else " (as before)"
        yield f"  {each['symbol']}{whose}: {each['text']}{known}"
    if failed:
        yield f"  the venue gave no answer about {', '.join(failed)}"
    if told["left"]:
        yield f"  {told['left']} orders are still to be looked up; that is done next"


def _exit(told: Iterable[Mapping[str, Any]]) -> Exit:
    if any(each["failed"] for each in told):
        return Exit.NO_ANSWER
    return Exit.REFUSED if any(each["findings"] for each in told) else Exit.OK
