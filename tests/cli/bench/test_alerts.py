import hmac
import json
from itertools import islice

import pytest

from fillgate.cli.bench.alerts import alerts_of
from fillgate.signals.webhook import read_alert

SECRET = "a-secret-of-the-tests"


def parts(request: bytes) -> tuple[str, dict[str, str], bytes]:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return first, dict(line.split(": ", 1) for line in lines), body


@pytest.mark.parametrize("prefer", [None, "respond-async"])
def test_each_is_a_whole_request_that_is_signed(prefer: str | None) -> None:
    for request in islice(alerts_of("load", 3, secret=SECRET, prefer=prefer), 3):
        first, headers, body = parts(request)
        assert first == "POST /webhook/tradingview HTTP/1.1"
        assert int(headers["Content-Length"]) == len(body)
        signature = hmac.new(SECRET.encode(), body, "sha256").hexdigest()
        assert headers["X-Webhook-Signature"] == signature
        assert headers.get("Prefer") == prefer
        assert read_alert(body).signal.symbol == "S3/USDT"


def test_no_two_are_the_same_alert_and_buys_and_sells_take_turns() -> None:
    bodies = [
        json.loads(parts(request)[2])
        for connection in range(12)
        for request in islice(alerts_of("load", connection, secret=SECRET, prefer=None), 120)
    ]
    assert len({body["id"] for body in bodies}) == 12 * 120
    assert len({body["symbol"] for body in bodies}) == 12
    assert [body["action"] for body in bodies[:4]] == ["buy", "sell", "buy", "sell"]
