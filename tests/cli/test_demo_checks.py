"""The demonstration's checks say no where something is wrong."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fillgate.cli.demo_alerts import ALERTS, Alert
from fillgate.cli.demo_checks import (
    check_arrivals,
    check_journal,
    check_positions,
    ended_right,
)
from fillgate.cli.demo_sender import Outcome
from fillgate.domain.orders import Order, Side
from fillgate.market.records import Arrived
from fillgate.plugins.mock.ledger import LedgerFile

FILLED = Alert("", "FILLED", {})
REPEAT = Alert("", "FILLED, replayed", {}, repeats=1)
REFUSED = Alert("", "STALE", {}, http=422)


def outcome(ending: str, http: int = 200, identity: str | None = "a") -> Outcome:
    return Outcome(ending, http, 1.0, identity)


@pytest.mark.parametrize(
    ("alert", "ended", "right"),
    [
        (FILLED, outcome("FILLED"), True),
        (FILLED, outcome("FILLED", http=202), True),
        (FILLED, outcome("NEW"), False),
        (FILLED, outcome("FILLED", http=422), False),
        (REFUSED, outcome("STALE", http=422, identity=None), True),
        (REFUSED, outcome("STALE", http=202), False),
        (REFUSED, outcome("LOW_CONFIDENCE", http=422), False),
        (REPEAT, outcome("FILLED, replayed", identity="first"), True),
        (REPEAT, outcome("FILLED, replayed", identity="second"), False),
        (REPEAT, outcome("FILLED", identity="first"), False),
        (REPEAT, outcome("FILLED, replayed", identity=None), False),
    ],
)
def test_whether_an_alert_ended_right(alert: Alert, ended: Outcome, right: bool) -> None:
    assert ended_right(alert, ended, [outcome("FILLED", identity="first")]) is right


def positions(**changes: str) -> list[dict[str, Any]]:
    held = {"BTC/USDT": "0.1", "ETH/USDT": "-1.5", "SOL/USDT": "20", "AAPL": "10", "ES1!": "-2"}
    mock = [{"account": "mock", "symbol": name, "quantity": q} for name, q in held.items()]
    flaky = {"account": "flaky", "symbol": "ETH/USDT", "quantity": "1"}
    return [each | changes if each["symbol"] == "SOL/USDT" else each for each in [*mock, flaky]]


def test_positions() -> None:
    assert check_positions(ALERTS, positions()).well
    assert not check_positions(ALERTS, positions(quantity="40")).well
    assert not check_positions(ALERTS, positions()[1:]).well


def ledger(path: Path, *identities: str) -> Path:
    """Write the book of a venue at which these orders arrived."""
    file = LedgerFile(str(path), "ledger")
    for number, identity in enumerate(identities, start=1):
        order = Order(
            client_order_id=identity,
            account="mock",
            symbol="X",
            side=Side.BUY,
            quantity=Decimal(1),
        )
        file.write([Arrived(number=number, at=1, order=order)])
    file.close()
    return path


@pytest.mark.parametrize(
    ("arrived", "well", "words"),
    [
        (("a", "b"), True, "2 orders"),
        (("a",), False, "missing at the venues: b"),
        (("a", "b", "b"), False, "one too many: b"),
        (("a", "b", "c"), False, "one too many: c"),
    ],
)
def test_arrivals(tmp_path: Path, arrived: tuple[str, ...], well: bool, words: str) -> None:
    alerts = (FILLED, FILLED, REPEAT, REFUSED)
    outcomes = [outcome("FILLED", identity=name) for name in ("a", "b", "a")]
    outcomes.append(outcome("STALE", 422, None))
    check = check_arrivals(alerts, outcomes, [ledger(tmp_path / "ledger", *arrived)])
    assert check.well is well
    assert words in check.text


def test_a_ledger_or_a_journal_that_is_not_there(tmp_path: Path) -> None:
    assert not check_arrivals((), (), [tmp_path / "nowhere"]).well
    assert not check_journal(tmp_path).well
