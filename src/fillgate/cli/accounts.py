"""`fillgate accounts`: the accounts and their health."""

from collections.abc import Iterator, Mapping
from typing import Any

from fillgate.cli.client import Service
from fillgate.cli.options import URL, AsJson, Url
from fillgate.cli.output import console, print_json, printable, table

__all__ = ["accounts"]


def accounts(*, url: Url = URL, as_json: AsJson = False) -> None:
    """List the accounts: which are up, which are down and why, what their venues can do."""
    found = Service(url).get("/api/v1/accounts", "accounts")["accounts"]
    if as_json:
        print_json(found)
        return
    rows = table("account", "type", "state", "can do", padding=(0, 2, 0, 0))
    for account in found:
        default = " (default)" if account["default"] else ""
        state = "; ".join(_states(account))
        rows.add_row(
            printable(account["name"] + default),
            account["type"],
            printable(state),
            _abilities(account["capabilities"]),
        )
    console().print(rows)


def _states(account: Mapping[str, Any]) -> Iterator[str]:
    yield "up" if account["up"] else f"down: {account['reason']}"
    reconciliation, stream = account["reconciliation"], account["stream"]
    if reconciliation["waiting"]:
        why = f": {reconciliation['reason']}" if reconciliation["reason"] else ""
        yield f"signals wait until it was reconciled{why}"
    if stream is not None and not stream["up"]:
        yield f"no stream: {stream['reason']}"
    if reconciliation["other_installations"]:
        yield f"another fillgate too: {', '.join(reconciliation['other_installations'])}"


def _abilities(capabilities: Mapping[str, Any]) -> str:
    order_types = ", ".join(sorted(capabilities.get("order_types", ["market"])))
    others = [name.replace("_", " ") for name, able in capabilities.items() if able is True]
    return "; ".join(filter(None, (order_types, ", ".join(others))))
