"""`fillgate order cancel`, `replace` and `cancel-all`."""

import json
import shlex
import uuid
from typing import Annotated, Any, Final
from urllib.parse import quote

import typer

from fillgate.cli.client import NoAnswer, NotReached, Reply, Service
from fillgate.cli.options import URL, AsJson, Url
from fillgate.cli.output import Exit, console, fail, print_json, printable, status_text, table

__all__ = ["cancel", "cancel_all", "replace"]

Identity = Annotated[str, typer.Argument(metavar="ID", help="The client order id.")]
Reason = Annotated[str | None, typer.Option(help="Why; it stands in the order's story.")]
Wait = Annotated[float | None, typer.Option(help="Seconds to wait for the outcome.", min=0)]
Key = Annotated[
    str | None,
    typer.Option(help="Makes the request safe to repeat; one is made and printed without."),
]

_ORDERS: Final = "/api/v1/orders"


def cancel(
    identity: Identity,
    *,
    reason: Reason = None,
    idempotency_key: Key = None,
    wait: Wait = None,
    url: Url = URL,
    as_json: AsJson = False,
) -> None:
    """Cancel an order: here if it has not left, else at the venue."""
    params = {} if reason is None else {"reason": reason}
    reply = _asked(Service(url), "DELETE", identity, idempotency_key, wait, params=params)
    _show(reply, as_json=as_json)


def replace(
    identity: Identity,
    *,
    quantity: Annotated[
        str | None, typer.Option(help="The whole quantity, what is filled included.")
    ] = None,
    price: Annotated[str | None, typer.Option(help="The limit price.")] = None,
    stop_price: Annotated[str | None, typer.Option(help="The trigger.")] = None,
    reason: Reason = None,
    idempotency_key: Key = None,
    wait: Wait = None,
    url: Url = URL,
    as_json: AsJson = False,
) -> None:
    """Give a working order another quantity or price, in one step at the venue."""
    terms = {"quantity": quantity, "price": price, "stop_price": stop_price, "reason": reason}
    body = _body(terms)
    reply = _asked(Service(url), "PATCH", identity, idempotency_key, wait, body=body)
    _show(reply, as_json=as_json)


def cancel_all(
    *,
    account: Annotated[str | None, typer.Option(help="Those of this account.")] = None,
    symbol: Annotated[str | None, typer.Option(help="Those of this symbol.")] = None,
    every: Annotated[bool, typer.Option("--every", help="Those of all accounts.")] = False,
    reason: Reason = None,
    wait: Wait = None,
    url: Url = URL,
    as_json: AsJson = False,
) -> None:
    """Cancel all open orders of an account or a symbol, and the signals that wait."""
    if not (account or symbol or every):
        raise typer.BadParameter("name an --account or a --symbol, or say --every")
    body = _body({"account": account, "symbol": symbol, "reason": reason})
    service = Service(url)
    # It may be repeated: what is cancelled is left alone.
    reply = service.tried(
        "POST", f"{_ORDERS}/cancel-all", body=body, headers=_preference(wait), wait=wait or 0
    )
    orders = service.done(reply)
    reply.check("orders")
    if as_json:
        print_json(orders)
    else:
        _print_list(orders["orders"])
    raise typer.Exit(_worst(orders["orders"]))


def _body(members: dict[str, str | None]) -> bytes:
    given = {name: value for name, value in members.items() if value is not None}
    return json.dumps(given).encode()


def _preference(wait: float | None) -> dict[str, str]:
    return {} if wait is None else {"prefer": f"wait={wait:f}"}


def _asked(
    service: Service,
    method: str,
    identity: str,
    key: str | None,
    wait: float | None,
    **request: Any,
) -> Reply:
    given = key or str(uuid.uuid4())
    if key is None:
        typer.echo(f"idempotency key {given}", err=True)
    headers = {"idempotency-key": given} | _preference(wait)
    path = f"{_ORDERS}/{quote(identity, safe='')}"
    try:
        return service.request(method, path, headers=headers, wait=wait or 0, **request)
    except NotReached:
        service.fail_unreached()
    except NoAnswer as error:
        fail(
            f"no answer came ({error}); the service may have taken it. Ask again with this key, "
            f"and it is not asked twice: --idempotency-key {shlex.quote(given)}",
            Exit.NO_ANSWER,
        )


def _show(reply: Reply, *, as_json: bool) -> None:
    if reply.exit_code in {Exit.OK, Exit.OPEN}:
        reply.check("request", "order")
    if as_json:
        print_json(reply.document)
    elif "order" in reply.document:
        _print_outcome(reply.document)
    else:
        typer.echo(printable(f"refused: {reply.refusal}"))
    raise typer.Exit(reply.exit_code)


def _print_outcome(answer: dict[str, Any]) -> None:
    request, order = answer["request"], answer["order"]
    words = f" {order['client_order_id']}, its {request['kind']} is {request['status']}"
    status = status_text(order["status"])
    console().print(status.append(printable(words), style="default"), soft_wrap=True)
    if request["text"]:
        typer.echo(printable(f"{request['code']}: {request['text']}"))
    if answer["replayed"]:
        typer.echo("it was asked before, and this is what became of it")


def _print_list(orders: list[dict[str, Any]]) -> None:
    if not orders:
        typer.echo("no open orders")
        return
    rows = table("order", "status", "cancel", "why")
    for order in orders:
        request = order.get("request") or {}
        why = order.get("reason") or request.get("text") or ""
        rows.add_row(
            printable(order["client_order_id"]),
            status_text(order.get("status") or ""),
            request.get("status") or order["code"],
            printable(why),
        )
    console().print(rows)


def _worst(orders: list[dict[str, Any]]) -> Exit:
    asked = [(order.get("request") or {}).get("status") for order in orders]
    if all(status in {"DONE", "TOO_LATE"} for status in asked):
        return Exit.OK
    still_open = {"DONE", "TOO_LATE", "PENDING", "UNKNOWN"}
    return Exit.OPEN if all(status in still_open for status in asked) else Exit.REFUSED
