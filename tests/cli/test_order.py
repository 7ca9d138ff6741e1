"""The story of an order, and settling one that nobody could be asked about."""

import uuid

import pytest

from tests.cli.conftest import Run, asked_json


@pytest.fixture
def unknown(ask: Run) -> str:
    """The id of an order that is UNKNOWN."""
    # A symbol of its own: an UNKNOWN order holds back what comes after it in its lane.
    symbol = uuid.uuid4().hex
    command = ("send", "order", "--symbol", symbol, "--side", "sell", "--quantity", "5")
    answer = asked_json(ask(*command, "--account", "silent", "--wait", "20", "--json"))
    assert answer["status"] == "UNKNOWN"
    identity: str = answer["client_order_id"]
    return identity


def test_the_story_of_an_order(ask: Run) -> None:
    key = str(uuid.uuid4())
    options = ("--stop-loss", "1", "--confidence", "0.9", "--strategy", "[red]x[/red]")
    command = ("send", "alert", "--symbol", "BTC/USDT", "--action", "buy", "--quantity", "0.1")
    sent = asked_json(ask(*command, *options, "--id", key, "--json"))
    shown = ask("order", "show", sent["client_order_id"]).stdout
    assert shown.startswith(f"order {sent['client_order_id']} FILLED")
    for words in (
        f'"id": "{key}"',
        "stop loss 1",
        "strategy [red]x[/red]",
        f"0.1 at {sent['average_price']}",
        "taken from tradingview for mock",
        "planned as buy 0.1 BTC/USDT, market",
        "before the first byte",
        f"the venue took it as {sent['order_id']}, FILLED",
    ):
        assert words in shown
    story = asked_json(ask("order", "show", sent["client_order_id"], "--json"))["story"]
    assert [record["event"] for record in story] == [
        "signal-accepted",
        "order-intended",
        "submission-answered",
    ]


@pytest.mark.parametrize("identity", ["fg0000000000000", "a/b", "..", "%2e", "ö"])
def test_an_order_that_is_not_there(ask: Run, identity: str) -> None:
    result = ask("order", "show", identity)
    assert result.exit_code == 1
    assert "NOT_FOUND" in result.stderr


def test_an_unknown_order_is_settled_as_filled(ask: Run, unknown: str) -> None:
    finding = ("--status", "filled", "--reason", "seen in the venue's app", "--order-id", "v-7")
    result = ask("order", "resolve", unknown, *finding, "--average-price", "0.4321")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"order {unknown} FILLED")
    shown = ask("order", "show", unknown).stdout
    assert "settled as FILLED by api: seen in the venue's app" in shown
    assert "no definite answer, it may be at the venue" in shown
    again = ask("order", "resolve", unknown, *finding, "--average-price", "1")
    assert again.exit_code == 1
    assert "NOT_RESOLVABLE" in again.stderr


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (("--status", "FILLED", "--reason", "x"), "order_id"),
        (("--status", "FILLED", "--reason", "x", "--order-id", "1"), "price"),
        (("--status", "DENIED", "--reason", "x"), "expected one of"),
        (("--status", "DONE", "--reason", "x"), "status"),
        (("--status", "ABSENT", "--reason", " "), "reason"),
        (
            ("--status", "NEW", "--reason", "x", "--order-id", "1", "--filled-quantity", "many"),
            "filled_quantity",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_a_finding_that_does_not_fit_changes_nothing(
    ask: Run, unknown: str, finding: tuple[str, ...], words: str
) -> None:
    result = ask("order", "resolve", unknown, *finding)
    assert result.exit_code == 1
    assert words in result.stderr
    assert asked_json(ask("order", "show", unknown, "--json"))["status"] == "UNKNOWN"


@pytest.mark.parametrize(
    "missing", [("--reason", "x"), ("--status", "FILLED")], ids=["status", "reason"]
)
def test_status_and_reason_are_asked_for(ask: Run, missing: tuple[str, ...]) -> None:
    assert ask("order", "resolve", "fg1", *missing).exit_code == 2


def test_an_unknown_order_is_settled_as_absent(ask: Run, unknown: str) -> None:
    finding = ("--status", "ABSENT", "--reason", "not in the list of today")
    settled = asked_json(ask("order", "resolve", unknown, *finding, "--json"))
    assert settled["status"] == "ABSENT"
