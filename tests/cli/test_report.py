"""`fillgate report costs`, beside a running service and after it."""

import csv
from pathlib import Path

import pyarrow.parquet
import pytest

from tests.cli.conftest import Run, Serving, asked_json


@pytest.fixture
def traded(ask: Run, running: Serving) -> Serving:
    for number, side in enumerate(("buy", "sell")):
        terms = ("--symbol", "LTC/USDT", "--side", side, "--quantity", "2", "--strategy", "report")
        sent = ask("send", "order", *terms, "--idempotency-key", f"report-{number}")
        assert sent.exit_code == 0, sent.output
    return running


def test_what_trading_cost(ask: Run, traded: Serving) -> None:
    result = ask("report", "costs", "--data", traded.data, "--strategy", "report")
    assert result.exit_code == 0, result.output
    assert "LTC/USDT" in result.stdout
    assert "2 of 2" in result.stdout
    assert "not counted there, without a price in the signal: 2 executed" in result.stdout
    [group] = asked_json(
        ask("report", "costs", "--data", traded.data, "--strategy", "report", "--json")
    )
    assert (group["orders"], group["symbol"], group["currency"]) == (2, "LTC/USDT", "USDT")
    # A made market has a spread.
    assert float(group["arrival_bps"]) > 0


def test_order_by_order_and_into_files(ask: Run, traded: Serving, tmp_path: Path) -> None:
    files = ("--csv", tmp_path / "c.csv", "--parquet", tmp_path / "c.parquet")
    terms = ("--data", traded.data, "--by", "order", "--symbol", "LTC/USDT")
    result = ask("report", "costs", *terms, *files)
    assert result.exit_code == 0, result.output
    with (tmp_path / "c.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["side"] for row in rows} == {"buy", "sell"}
    table = pyarrow.parquet.read_table(tmp_path / "c.parquet")
    assert table.column("client_order_id").to_pylist() == [row["client_order_id"] for row in rows]
    shown = ask("report", "costs", *terms)
    assert rows[0]["client_order_id"][:9] in shown.stdout
    again = ask("report", "costs", *terms, *files)
    assert again.exit_code == 2
    assert "is there already; nothing was written" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--by", "order", "--by", "day"), "--by order goes with nothing else"),
        (("--by", "week"), "week"),
        (("--first", "yesterday"), "yesterday"),
    ],
)
def test_wrong_arguments(ask: Run, arguments: tuple[str, ...], words: str) -> None:
    result = ask("report", "costs", *arguments)
    assert result.exit_code == 2
    assert words in result.output


def test_without_a_journal_there_is_nothing_to_tell(run: Run, tmp_path: Path) -> None:
    result = run("report", "costs", "--data", tmp_path)
    assert result.exit_code == 2
    assert "fillgate: " in result.stderr


def test_nothing_is_said_as_such(ask: Run, traded: Serving) -> None:
    result = ask("report", "costs", "--data", traded.data, "--account", "nobody")
    assert (result.exit_code, result.stdout) == (0, "no orders\n")
