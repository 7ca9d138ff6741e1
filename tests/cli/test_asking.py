"""Cancelling and replacing orders from the command line."""

import json
import uuid

import pytest

from tests.cli.conftest import Run, asked_json


@pytest.fixture
def resting(ask: Run) -> tuple[str, str]:
    """The id and the symbol of an order that rests at the venue."""
    symbol = uuid.uuid4().hex
    command = ("send", "order", "--symbol", symbol, "--side", "buy", "--quantity", "5")
    answer = asked_json(ask(*command, "--order-type", "limit", "--price", "0.01", "--json"))
    assert answer["status"] == "NEW"
    return answer["client_order_id"], symbol


def test_an_order_is_cancelled(ask: Run, resting: tuple[str, str]) -> None:
    identity, _ = resting
    result = ask("order", "cancel", identity, "--reason", "[b]changed my mind[/b]")
    assert result.exit_code == 0, result.output
    assert f"CANCELED {identity}, its cancel is DONE" in result.stdout
    assert result.stderr.startswith("idempotency key ")
    shown = ask("order", "show", identity).stdout
    assert "api wants it cancelled" in shown
    again = ask("order", "cancel", identity)
    assert again.exit_code == 1
    assert "ORDER_FINISHED" in again.stdout


def test_the_same_key_is_the_same_request(ask: Run, resting: tuple[str, str]) -> None:
    identity, _ = resting
    key = ("--idempotency-key", str(uuid.uuid4()))
    first = asked_json(ask("order", "cancel", identity, *key, "--json"))
    again = ask("order", "cancel", identity, *key)
    assert again.exit_code == 0
    assert "it was asked before" in again.stdout
    assert first["request"]["status"] == "DONE"


def test_all_orders_of_a_symbol_are_cancelled(ask: Run, resting: tuple[str, str]) -> None:
    identity, symbol = resting
    result = ask("order", "cancel-all", "--symbol", symbol)
    assert result.exit_code == 0, result.output
    assert identity in result.stdout
    assert "DONE" in result.stdout
    nothing = ask("order", "cancel-all", "--symbol", symbol)
    assert (nothing.exit_code, nothing.stdout) == (0, "no open orders\n")
    found = asked_json(ask("order", "cancel-all", "--symbol", symbol, "--json"))
    assert found == {"orders": []}


def test_all_of_everything_is_not_meant_by_chance(ask: Run, resting: tuple[str, str]) -> None:
    identity, _ = resting
    result = ask("order", "cancel-all")
    assert result.exit_code == 2
    assert "--every" in result.output
    assert asked_json(ask("order", "show", identity, "--json"))["status"] == "NEW"


@pytest.mark.parametrize("command", ["cancel", "replace"])
def test_an_order_that_is_not_there(ask: Run, command: str) -> None:
    result = ask("order", command, "fg0000000000000")
    assert result.exit_code == 1
    assert "NOT_FOUND" in result.stdout


def test_refusals_are_told_as_json_too(ask: Run) -> None:
    result = ask("order", "cancel", "fg0000000000000", "--json")
    assert json.loads(result.stdout)["code"] == "NOT_FOUND"
