"""`fillgate reconcile`: what differs is printed, and the exit code says whether anything does."""

import json
from typing import Any

import pytest

from tests.cli.conftest import Run, Server, asked_json, http

NOTHING: dict[str, Any] = {
    "account": "main", "cause": "request", "at": "2026-01-01T00:00:00.000000Z",
    "asked": ["open-orders", "fills"], "failed": [], "findings": [], "left": 0,
}  # fmt: skip
FINDING: dict[str, Any] = {
    "kind": "fill-found", "text": "missed a fill: buy 1 at 100", "symbol": "BTC/USDT",
    "client_order_id": "fg1", "order_id": "v-1", "new": True,
}  # fmt: skip
CASES = [
    ({}, 0, "main: nothing differs; asked for open-orders, fills"),
    ({"findings": [FINDING]}, 1, "  BTC/USDT order fg1: missed a fill: buy 1 at 100"),
    ({"findings": [FINDING | {"new": False}]}, 1, "missed a fill: buy 1 at 100 (as before)"),
    ({"failed": ["fills"]}, 4, "  the venue gave no answer about fills"),
    ({"left": 3}, 0, "  3 orders are still to be looked up; that is done next"),
    ({"findings": [FINDING | {"symbol": "\x1b[2J", "client_order_id": None}]}, 1, "  \\x1b[2J: m"),
]


@pytest.mark.parametrize(("told", "code", "line"), CASES)
def test_what_is_told_is_printed(run: Run, told: dict[str, Any], code: int, line: str) -> None:
    with Server(http("200 OK", json.dumps(NOTHING | told))) as server:
        result = run("reconcile", "main", "--url", server.url)
    assert result.exit_code == code
    assert line in result.stdout
    (request,) = server.requests
    assert request.startswith(b"POST /api/v1/accounts/main/reconcile ")


def test_all_accounts_that_can_be_compared_are(ask: Run) -> None:
    found = asked_json(ask("reconcile", "--json"))
    # The other one's plugin can list nothing.
    assert [each["account"] for each in found] == ["mock"]
    assert {"open-orders", "fills", "positions"} <= {*found[0]["asked"]}


@pytest.mark.parametrize(("account", "code"), [("silent", "NOT_RECONCILABLE"), ("x/y", "404")])
def test_an_account_that_cannot_be_compared_is_refused(ask: Run, account: str, code: str) -> None:
    result = ask("reconcile", account)
    assert result.exit_code == 1
    assert code in result.stderr
