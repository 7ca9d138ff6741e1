"""`fillgate replay`: a day in a second, and what went wrong in words."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run

DAY = Path(__file__).parents[2] / "examples" / "day"
PRICES = ("--prices", DAY / "BTCUSDT.csv")


def test_a_recorded_day_becomes_a_report(run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    result = run("replay", DAY / "alerts.jsonl", *PRICES, "--data", kept)
    assert result.exit_code == 0, result.output
    assert "21 alerts over 20." in result.stdout or "21 alerts over 21." in result.stdout
    assert "21 orders FILLED" in result.stdout
    assert "crossing averages  21 of 21" in result.stdout
    again = run("replay", DAY / "alerts.jsonl", *PRICES)
    assert again.stdout == result.stdout.replace(f"the journal is in {kept}\n", "")
    assert run("journal", "verify", "--data", kept).exit_code == 0
    refused = run("replay", DAY / "alerts.jsonl", *PRICES, "--data", kept)
    assert refused.exit_code == 2
    assert "holds a journal already" in refused.stderr


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("", "holds no alerts"),
        ("{}\n", "line 1: "),
        ('{"time": "noon", "alert": {}}\n', "expected `time` as ISO 8601"),
    ],
)
def test_a_file_that_cannot_be_replayed(run: Run, tmp_path: Path, lines: str, words: str) -> None:
    path = tmp_path / "alerts.jsonl"
    path.write_text(lines)
    result = run("replay", path)
    assert result.exit_code == 2
    assert words in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere.jsonl",), "nowhere.jsonl"),
        ((DAY / "alerts.jsonl", "--prices", "nowhere.csv"), "`accounts.mock.replay`: nowhere.csv"),
    ],
)
def test_what_is_not_there(run: Run, arguments: tuple[str, ...], words: str) -> None:
    result = run("replay", *arguments)
    assert result.exit_code == 2
    assert words in result.stderr


def test_alerts_that_are_refused_end_it_with_1(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    path.write_text('{"time": 1767571200000, "alert": "{"}\n')
    result = run("replay", path)
    assert result.exit_code == 1
    assert "1 refused: MALFORMED_JSON" in result.stdout
