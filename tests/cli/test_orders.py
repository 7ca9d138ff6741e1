"""Lists of orders, positions and accounts of a running service."""

from typing import Any

import pytest

from tests.cli.conftest import Run, asked_json


@pytest.fixture
def sent(ask: Run) -> list[dict[str, Any]]:
    """Orders of a symbol that no other test uses, oldest first."""
    command = ("send", "order", "--symbol", "LTC/USDT", "--side", "buy", "--quantity")
    resting = ("--order-type", "limit", "--price", "1")
    answers = []
    for number, options in enumerate(((), resting, ())):
        key = ("--idempotency-key", f"orders-{number}")
        answers.append(asked_json(ask(*command, str(number + 1), *options, *key, "--json")))
    return answers


def names(orders: list[dict[str, Any]]) -> list[str]:
    return [order["client_order_id"] for order in orders]


def test_orders_are_listed_newest_first(ask: Run, sent: list[dict[str, Any]]) -> None:
    found = asked_json(ask("orders", "--symbol", "LTC/USDT", "--json"))
    assert names(found) == names(sent)[::-1]
    table = ask("orders", "--symbol", "LTC/USDT").stdout.splitlines()
    assert len(table) == 4
    assert table[1].startswith(sent[2]["client_order_id"])
    assert "buy 3 LTC/USDT market" in table[1]


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        (("--status", "NEW"), [1]),
        (("--status", "new", "--status", "FILLED"), [2, 1, 0]),
        (("--status", "NEW,FILLED"), [2, 1, 0]),
        (("--limit", "2"), [2, 1]),
        (("--account", "mock"), [2, 1, 0]),
        (("--account", "silent"), []),
    ],
)
def test_filters(
    ask: Run, sent: list[dict[str, Any]], filters: tuple[str, ...], wanted: list[int]
) -> None:
    found = asked_json(ask("orders", "--symbol", "LTC/USDT", "--json", *filters))
    assert names(found) == [names(sent)[number] for number in wanted]


def test_pages_are_followed(
    ask: Run, sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fillgate.cli.orders._PAGE", 2)
    found = asked_json(ask("orders", "--symbol", "LTC/USDT", "--json", "--limit", "9"))
    assert names(found) == names(sent)[::-1]


def test_a_status_that_is_none_is_refused(ask: Run) -> None:
    result = ask("orders", "--status", "DONE")
    assert result.exit_code == 1
    assert "INVALID_PARAMETER" in result.stderr
    assert "FILLED" in result.stderr


def test_nothing_found_is_said(ask: Run) -> None:
    assert ask("orders", "--symbol", "NOBODY").stdout == "no orders\n"
    assert asked_json(ask("orders", "--symbol", "NOBODY", "--json")) == []


def test_positions_add_up_and_tell_what_works(ask: Run, sent: list[dict[str, Any]]) -> None:
    positions = asked_json(ask("positions", "--json"))
    (held,) = (each for each in positions if each["symbol"] == "LTC/USDT")
    assert (held["quantity"], held["working_buy"]) == ("4", "2")
    shown = ask("positions").stdout
    assert "LTC/USDT" in shown
    assert ask("positions", "--account", "nobody").stdout == "no positions\n"


def test_accounts_are_listed_with_their_state(ask: Run) -> None:
    accounts = {each["name"]: each for each in asked_json(ask("accounts", "--json"))}
    assert list(accounts) == ["mock", "silent"]
    assert accounts["mock"]["up"]
    shown = ask("accounts").stdout
    assert "mock (default)" in shown
    assert "ccxt-http" in shown
