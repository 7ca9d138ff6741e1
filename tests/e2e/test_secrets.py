"""No credential is in the log or in anything on the disk, however it was sent."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from fillgate.service.auth import sign
from tests.e2e.process import WEBHOOK, Service, alert, serving
from tests.e2e.sender import request, send_at_once

API_KEY = "an-api-key-0a1b2c3d4e5f60718293"
PLAIN = "pla1n-webhook-secret_0123456789abcdefghijklm"
ODD = 'odd "secret" with \\ and / and ünïcode 0123456789'


@pytest.fixture(params=[PLAIN, ODD], ids=["plain", "odd"])
def guarded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    """A service whose credentials are those of the environment."""
    environ = {"FILLGATE_WEBHOOK_SECRET": request.param, "FILLGATE_API_KEY": API_KEY}
    # At the level at which everything is told.
    settings = {"log": {"level": "debug"}}
    with serving(Service(tmp_path, settings, environ)) as service:
        yield service


def escaped(secret: str) -> str:
    """Return a JSON string in which every character is an escape."""
    units = secret.encode("utf-16-be").hex()
    return '"' + "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4)) + '"'


def bodies(secret: str) -> list[bytes]:
    """Return bodies that hold the secret where it belongs, and where it does not."""
    text = json.dumps(secret)
    elsewhere: list[dict[str, Any]] = [
        {name: secret}
        for name in ("strategy", "symbol", "id", "account", "action", "quantity", "order_type")
    ]
    elsewhere += [{name: secret} for name in ("token", "passphrase", "comment", "apiKey")]
    elsewhere += [{"comment": {"deep": [secret]}}, {"comment": text}, {secret: 1}]
    elsewhere += [{"strategy": f"my {secret}"}, {"timestamp": secret}, {"secret": [secret]}]
    return [
        alert(secret=secret),
        alert()[:-1] + f', "secret": {escaped(secret)}}}'.encode(),
        alert()[:-1] + f', "sec\\u0072et": {text}}}'.encode(),
        alert()[:-1] + f', "secret": {text}, "secret": {text}}}'.encode(),
        alert()[:-1] + f", {text}: 1, {text}: 2}}".encode(),
        alert()[:-1] + f', "secret": {text}'.encode(),
        alert()[:-1] + f', "x": {{{{{secret}}}}}}}'.encode(),
        f"secret={secret}&action=buy".encode(),
        secret.encode(),
        b"\xff" + secret.encode(),
        alert(secret=secret).decode().encode("utf-16"),
        *(alert(**fields) for fields in elsewhere),
    ]


def requests(secret: str) -> Iterator[bytes]:
    token = "/" + quote(secret, safe="")
    for body in bodies(secret):
        signed = {"X-Webhook-Signature": sign(secret, body)}
        yield request(WEBHOOK, body)
        yield request(WEBHOOK, body, signed)
        yield request(WEBHOOK + token, body)
        yield request(WEBHOOK + token, body, {"X-Webhook-Signature": "0" * 64})
        yield request("/api/v1/orders", body.replace(b"action", b"side"), bearer(API_KEY))
    body = alert(symbol="ETH/USDT")
    signed = {"X-Webhook-Signature": sign(secret, body)}
    yield request(WEBHOOK, body, signed | {"Idempotency-Key": secret})
    yield request(WEBHOOK, body, {"X-Webhook-Signature": quote(secret)})
    yield request(WEBHOOK, alert(secret=secret + "x"))
    yield request(WEBHOOK + token + "/", body)
    yield request(WEBHOOK + token[1:], body)
    yield request("/api/v1/orders", body, bearer(API_KEY + "x"))
    yield request("/api/v1/orders", alert(account=API_KEY, side="buy"), bearer(API_KEY))
    yield request(f"/api/v1/orders/{quote(secret, safe='')}/resolve", b"{}", bearer(API_KEY))
    yield request(WEBHOOK + token, body).replace(b"POST", b"GET", 1)
    yield request(WEBHOOK + token, body).replace(b"HTTP/1.1", b"HTTP/9.9", 1)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def traces(service: Service, words: list[bytes]) -> list[str]:
    """Return where a word stands in what the service has written."""
    files = [path for path in service.folder.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert {"journal.db", "journal.db-wal", "ledger", "log"} <= names
    contents = {path.name: path.read_bytes() for path in files}
    return [
        f"{name}: {content[max(content.find(word) - 100, 0) :][:200]!r}"
        for name, content in contents.items()
        for word in words
        if word in content
    ]


async def test_no_credential_is_written_down(guarded: Service) -> None:
    secret = guarded.environ["FILLGATE_WEBHOOK_SECRET"]
    posts = list(requests(secret))
    replies = [(await send_at_once(guarded.url, [data]))[0] for data in posts]
    statuses = {reply.status for reply in replies}
    assert {200, 400, 401, 405, 422} <= statuses
    assert max(statuses) < 500
    assert "Traceback" not in guarded.log
    # Part of a credential is too much, too.
    parts = [secret[:16], secret[-16:], API_KEY[:16], API_KEY[-16:]]
    words = [part.encode() for part in parts]
    words += [json.dumps(part)[1:-1].encode() for part in parts]
    words += [escaped(part)[1:-1].encode() for part in parts]
    assert traces(guarded, words) == []
