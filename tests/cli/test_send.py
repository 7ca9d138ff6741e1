"""Alerts and orders sent to a running service, and to servers that lose the answer."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run, Server, Serving, asked_json, http

ALERT = ("send", "alert", "--symbol", "BTC/USDT", "--action", "buy", "--quantity", "0.1")
ORDER = ("send", "order", "--symbol", "BTC/USDT", "--side", "buy", "--quantity", "0.1")


def test_an_alert_is_filled_and_its_repeat_is_told_as_one(ask: Run) -> None:
    first = ask(*ALERT, "--id", "send-1")
    assert first.exit_code == 0, first.output
    assert first.stdout.startswith("FILLED buy 0.1 BTC/USDT on mock, 0.1 at ")
    again = ask(*ALERT, "--id", "send-1")
    assert again.exit_code == 0
    assert "earlier delivery" in again.stdout
    found = re.findall(r"client order id (fg\w+)", first.stdout + again.stdout)
    assert len(found) == 2
    assert found[0] == found[1]


def test_an_order_tells_its_key_and_is_not_carried_out_twice_with_it(ask: Run) -> None:
    first = ask(*ORDER, "--json")
    assert first.exit_code == 0, first.output
    key = first.stderr.split()[-1]
    again = ask(*ORDER, "--idempotency-key", key, "--json")
    assert again.stderr == ""
    assert asked_json(again) == asked_json(first) | {"replayed": True}


def test_all_terms_reach_the_order(ask: Run) -> None:
    terms = ("--order-type", "limit", "--price", "1000.5", "--stop-loss", "900", "--post-only")
    sent = asked_json(ask(*ORDER, *terms, "--take-profit", "2000", "--account", "mock", "--json"))
    assert sent["status"] == "NEW"
    order = asked_json(ask("order", "show", sent["client_order_id"], "--json"))
    assert order["price"] == "1000.5"
    assert (order["stop_loss"], order["take_profit"]) == ("900", "2000")
    assert order["post_only"] is True


REFUSED = [
    (("send", "alert", "--symbol", "X", "--action", "hold", "--quantity", "1"), "UNKNOWN_ACTION"),
    (("send", "alert", "--symbol", "X", "--action", "buy"), "MISSING_FIELD"),
    ((*ALERT[:-1], "1e400"), "INVALID_FIELD"),
    ((*ALERT[:-1], "1,5"), "INVALID_FIELD"),
    ((*ALERT, "--confidence", "0.1"), "LOW_CONFIDENCE"),
    ((*ALERT, "--account", "nobody"), "UNKNOWN_ACCOUNT"),
    ((*ORDER[:-2], "--quote-quantity", "100"), "QUOTE_QUANTITY_NOT_SUPPORTED"),
]


@pytest.mark.parametrize(("command", "code"), REFUSED, ids=[code for _, code in REFUSED])
def test_a_refusal_ends_with_1_and_says_why(ask: Run, command: tuple[str, ...], code: str) -> None:
    result = ask(*command)
    assert result.exit_code == 1
    assert code in result.stdout
    assert asked_json(ask(*command, "--json"))["code"] == code


def test_an_open_outcome_ends_with_3(ask: Run) -> None:
    result = ask(*ORDER, "--account", "silent", "--wait", "20")
    assert result.exit_code == 3
    assert result.stdout.startswith("UNKNOWN buy 0.1 BTC/USDT on silent")
    waiting = ask(*ORDER, "--account", "silent", "--wait", "0")
    assert waiting.exit_code == 3
    assert waiting.stdout.startswith("PENDING_NEW buy 0.1 BTC/USDT on silent")


def test_a_wrong_secret_ends_with_1(ask: Run) -> None:
    result = ask(*ALERT, env={"FILLGATE_WEBHOOK_SECRET": "guess"})
    assert result.exit_code == 1
    assert "UNAUTHENTICATED" in result.stdout


def test_where_the_secret_is_found(ask: Run, running: Serving, tmp_path: Path) -> None:
    secret = (running.data / "webhook-secret").read_text().strip()
    none = {"FILLGATE_WEBHOOK_SECRET": ""}
    (tmp_path / "kept").write_text(secret)
    places: list[tuple[tuple[object, ...], dict[str, str]]] = [
        (("--data", running.data), none),
        (("--secret", f"file:{tmp_path / 'kept'}"), {"FILLGATE_WEBHOOK_SECRET": "wrong"}),
        (("--secret", "env:ELSEWHERE"), none | {"ELSEWHERE": secret}),
    ]
    for options, env in places:
        result = ask(*ALERT, "--id", "send-secret", *options, env=env)
        assert result.exit_code == 0, result.output
        assert secret not in result.output


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), ".fillgate/webhook-secret"),
        (("--secret", "env:NOT_SET"), "NOT_SET is not set"),
        (("--secret", "file:/nowhere/at/all"), "/nowhere/at/all"),
        (("--secret", "swordfish"), "env:NAME"),
    ],
)
def test_a_secret_that_is_not_found(run: Run, options: tuple[str, ...], words: str) -> None:
    result = run(*ALERT, *options)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "swordfish" not in result.output
    assert len(result.stderr.splitlines()) == 1


def test_a_body_is_sent_as_it_is(ask: Run, tmp_path: Path) -> None:
    body = b'{ "symbol":"BTC/USDT",  "action":"SELL", "quantity":0.10, "id":"send-raw", "x": 1 }'
    (tmp_path / "body").write_bytes(body)
    from_file = ask("send", "alert", "--body", tmp_path / "body", "--json")
    from_input = ask("send", "alert", "--body", "-", "--json", input=body)
    assert asked_json(from_input) == asked_json(from_file) | {"replayed": True}
    order = asked_json(ask("order", "show", asked_json(from_file)["client_order_id"], "--json"))
    assert order["body"] == body.decode()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("send", "alert", "--action", "buy"), "--symbol"),
        (("send", "alert", "--symbol", "X"), "--action"),
        (("send", "order", "--symbol", "X"), "--side"),
        ((*ALERT, "--body", "-"), "--symbol"),
        (("send", "alert", "--body", "/nowhere"), "/nowhere"),
        ((*ALERT, "--wait", "-1"), "--wait"),
        ((*ALERT, "--wait", "soon"), "--wait"),
        ((*ORDER, "--idempotency-key", "schlüssel"), "--idempotency-key"),
        ((*ORDER, "--idempotency-key", ""), "--idempotency-key"),
        ((*ORDER, "--idempotency-key", "a\nb"), "--idempotency-key"),
        ((*ORDER, "--quantum", "1"), "--quantum"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_wrong_arguments_end_with_2_and_send_nothing(
    ask: Run, command: tuple[str, ...], words: str
) -> None:
    with Server(http("200 OK", "{}")) as server:
        result = ask(*command, env={"FILLGATE_URL": server.url})
    assert result.exit_code == 2
    assert words in result.stderr
    assert server.requests == []


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"]
)
def test_a_lost_answer_says_how_to_repeat_and_is_not_repeated(ask: Run, answer: bytes) -> None:
    with Server(answer) as server:
        result = ask(*ORDER, env={"FILLGATE_URL": server.url})
    assert result.exit_code == 4
    assert len(server.requests) == 1
    minted, told = result.stderr.splitlines()
    key = minted.split()[-1]
    assert f"--idempotency-key {key}" in told
    assert f"idempotency-key: {key}".encode() in server.requests[0].lower()


@pytest.mark.parametrize(("options", "words"), [((), "no id"), (("--id", "a"), "same id")])
def test_a_lost_answer_to_an_alert(ask: Run, options: tuple[str, ...], words: str) -> None:
    with Server(b"") as server:
        result = ask(*ALERT, *options, env={"FILLGATE_URL": server.url})
    assert result.exit_code == 4
    assert len(server.requests) == 1
    assert words in result.stderr


def test_a_failure_of_the_service_ends_with_4(ask: Run) -> None:
    with Server(http("503 Busy", '{"code": "OVERLOADED", "detail": "too many"}')) as server:
        result = ask(*ORDER, env={"FILLGATE_URL": server.url})
    assert result.exit_code == 4
    assert "OVERLOADED" in result.stdout


def test_the_preference_reaches_the_service(ask: Run) -> None:
    with Server(http("200 OK", "{}")) as server:
        ask(*ORDER, "--wait", "1.5", env={"FILLGATE_URL": server.url})
    assert b"prefer: wait=1.5" in server.requests[0].lower()
    assert json.loads(server.requests[0].partition(b"\r\n\r\n")[2])["quantity"] == "0.1"
