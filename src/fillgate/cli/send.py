"""`fillgate send`: an alert, signed, or an order."""

import os
import shlex
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from fillgate.cli.client import NoAnswer, NotReached, Reply, Service
from fillgate.cli.fields import ALERT, ORDER, Field, body_of, with_fields
from fillgate.cli.options import DATA, URL, AsJson, Data, Url
from fillgate.cli.output import EXIT_CODES, Exit, console, fail, print_json, printable, status_text

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Send an alert or an order to a running service.")

_LONGEST_KEY: Final = 255
_LONGEST_WAIT: Final = 60.0

Body = Annotated[
    str | None,
    typer.Option(
        help="Send this file's bytes as they are; - for standard input.", metavar="FILE|-"
    ),
]
Key = Annotated[
    str | None,
    typer.Option(help="The same key is the same request, sent again.", metavar="KEY"),
]
Wait = Annotated[
    float | None,
    typer.Option(help="Seconds to wait for the outcome.", min=0, max=_LONGEST_WAIT, metavar="N"),
]
Secret = Annotated[
    str | None,
    typer.Option(
        help="Where the webhook's secret is; else FILLGATE_WEBHOOK_SECRET, else the file "
        "webhook-secret in the data folder.",
        metavar="env:NAME|file:PATH",
    ),
]


@app.command(epilog=EXIT_CODES)
@with_fields(ALERT)
def alert(
    *,
    body: Body = None,
    idempotency_key: Key = None,
    secret: Secret = None,
    data: Data = DATA,
    wait: Wait = None,
    url: Url = URL,
    as_json: AsJson = False,
    **fields: Any,
) -> None:
    """Send an alert to the webhook, signed with its secret."""
    from fillgate.service.auth import sign

    content = _content(body, ALERT, fields)
    headers = {"x-webhook-signature": sign(_webhook_secret(secret, data), content)}
    headers |= _preferences(idempotency_key, wait)
    repeatable = bool(idempotency_key or fields["id"])
    try:
        reply = Service(url).request(
            "POST", "/webhook/tradingview", body=content, headers=headers, wait=wait or 0
        )
    except NotReached:
        Service(url).fail_unreached()
    except NoAnswer as error:
        _fail_unanswered(error, _REPEAT_ALERT if repeatable else _LOOK_FIRST)
    _show(reply, as_json=as_json)


@app.command(epilog=EXIT_CODES)
@with_fields(ORDER)
def order(
    *,
    body: Body = None,
    idempotency_key: Key = None,
    wait: Wait = None,
    url: Url = URL,
    as_json: AsJson = False,
    **fields: Any,
) -> None:
    """Send an order request to the API, with the key in FILLGATE_API_KEY if one is set.

    Without --idempotency-key one is made and printed: with it the same request can be sent again
    and is never carried out twice.
    """
    content = _content(body, ORDER, fields)
    key = str(uuid.uuid4()) if idempotency_key is None else idempotency_key
    headers = _preferences(key, wait)
    if idempotency_key is None:
        typer.echo(f"idempotency key {key}", err=True)
    try:
        reply = Service(url).request(
            "POST", "/api/v1/orders", body=content, headers=headers, wait=wait or 0
        )
    except NotReached:
        Service(url).fail_unreached()
    except NoAnswer as error:
        _fail_unanswered(error, _REPEAT_ORDER + shlex.quote(key))
    _show(reply, as_json=as_json)


_REPEAT_ALERT: Final = (
    "Send it again with the same id or key: an alert that did arrive is not carried out twice"
)
_LOOK_FIRST: Final = (
    "It had no id, so look at `fillgate orders` before you send it again; next time give --id"
)
_REPEAT_ORDER: Final = (
    "Send the same request again with this key, and it is not carried out twice: --idempotency-key "
)


def _fail_unanswered(error: NoAnswer, advice: str) -> None:
    fail(f"no answer came ({error}); the service may have taken it. {advice}", Exit.NO_ANSWER)


def _content(source: str | None, table: Sequence[Field], fields: dict[str, Any]) -> bytes:
    if source is None:
        return body_of(table, fields)
    given = [field.option for field in table if fields[field.name]]
    if given:
        raise typer.BadParameter(f"--body is the whole body; leave out {', '.join(given)}")
    if source == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"--body: {source} cannot be read: {error.strerror}") from None


def _preferences(key: str | None, wait: float | None) -> dict[str, str]:
    headers = {} if wait is None else {"prefer": f"wait={wait:f}"}
    if key is None:
        return headers
    if not key.isascii() or not key.isprintable() or not 0 < len(key.strip()) <= _LONGEST_KEY:
        raise typer.BadParameter(
            f"--idempotency-key: expected 1 to {_LONGEST_KEY} printable ASCII characters"
        )
    return headers | {"idempotency-key": key}


def _webhook_secret(reference: str | None, data: Path) -> str:
    from fillgate.config import secret_by_reference
    from fillgate.domain.errors import ConfigurationError
    from fillgate.service.secret_file import SECRET_FILE

    configured = os.environ.get("FILLGATE_WEBHOOK_SECRET")
    if reference is None and configured:
        return configured
    try:
        return secret_by_reference(
            "--secret", reference or f"file:{data / SECRET_FILE}", os.environ
        )
    except ConfigurationError as error:
        hint = "" if reference else "; name the service's --data folder, or give --secret"
        fail(f"{error}{hint}", Exit.USAGE)


def _show(reply: Reply, *, as_json: bool) -> None:
    if reply.exit_code in {Exit.OK, Exit.OPEN}:
        reply.check("status", "client_order_id")
    if as_json:
        print_json(reply.document)
    elif "client_order_id" in reply.document:
        _print_outcome(reply.document)
    else:
        typer.echo(printable(f"refused: {reply.refusal}"))
    raise typer.Exit(reply.exit_code)


def _print_outcome(answer: dict[str, Any]) -> None:
    status = answer.get("order_status") or answer["status"]
    quantity = answer["quantity"] or ""
    filled = ""
    if answer["average_price"] is not None:
        filled = f", {answer['filled_quantity']} at {answer['average_price']}"
    words = f" {answer['side']} {quantity} {answer['symbol']} on {answer['account']}{filled}"
    console().print(status_text(status).append(printable(words), style="default"), soft_wrap=True)
    code, text = answer.get("code"), answer.get("detail") or answer.get("error")
    if code or text:
        typer.echo(printable(": ".join(part for part in (code, text) if part)))
    if answer.get("replayed"):
        typer.echo("an earlier delivery of the same signal had this outcome")
    identities = (
        ("client order id", answer.get("client_order_id")),
        ("venue's order id", answer.get("order_id")),
        ("signal", answer.get("signal")),
    )
    typer.echo(", ".join(f"{name} {value}" for name, value in identities if value is not None))
