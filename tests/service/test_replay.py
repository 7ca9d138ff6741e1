"""Replays: the whole service in virtual time."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import apsw
import pytest

from fillgate.domain.errors import ConfigurationError
from fillgate.domain.life_cycle import OrderStatus
from fillgate.service.alert_files import TimedAlert, read_alerts
from fillgate.service.offline import verify_journal
from fillgate.service.replay import Replayed, replay, replay_configuration

LIVE = """
[accounts.live]
type = "ccxt-http"
base_url = "http://127.0.0.1:1"
webhook_secret = "env:S"
exchange = "binance"
"""
DAY = Path(__file__).parents[2] / "examples" / "day"
START = 1_767_571_200_000_000
SECOND = 1_000_000


def alert(second: float, **fields: Any) -> TimedAlert:
    body = {"symbol": "BTC/USDT", "action": "buy", "quantity": "0.1", "id": f"{second}"} | fields
    return TimedAlert(START + int(second * SECOND), json.dumps(body).encode())


def run(folder: Path, *alerts: TimedAlert, toml: str = "", **fields: Any) -> Replayed:
    path = folder.parent / f"{folder.name}.toml"
    path.write_text(toml or '[accounts.paper]\ntype = "mock"\n', encoding="utf-8")
    return replay(alerts, replay_configuration(path, folder, None), **fields)


def events(folder: Path) -> list[tuple[Any, ...]]:
    connection = apsw.Connection(str(folder / "journal.db"))
    found = connection.execute("SELECT at, stream, kind, data, hash FROM events ORDER BY position")
    return list(found)


def test_the_example_is_replayed_to_its_last_alert(tmp_path: Path) -> None:
    read = read_alerts((DAY / "alerts.jsonl").read_bytes().splitlines(), "alerts")
    prices = DAY / "BTCUSDT.csv"
    configuration = replay_configuration(DAY / "fillgate.toml", tmp_path / "data", prices)
    seen: list[int] = []
    done = replay(read, configuration, on_progress=seen.append)
    assert (done.alerts, done.refused) == (len(read), {})
    assert done.orders == {OrderStatus.FILLED: len(read)}
    assert seen == list(range(1, len(read) + 1))


def test_given_recordings_take_the_place_of_borrowed_prices(tmp_path: Path) -> None:
    path = tmp_path / "borrowing.toml"
    other = '[accounts.other]\ntype = "mock"\n'
    path.write_text(
        f'{other}[accounts.paper]\ntype = "mock"\nprices_from = "other"\n', encoding="utf-8"
    )
    configuration = replay_configuration(path, tmp_path / "data", DAY / "BTCUSDT.csv")
    at = read_alerts((DAY / "alerts.jsonl").read_bytes().splitlines(), "alerts")[0].at
    body = b'{"symbol": "BTCUSDT", "action": "buy", "quantity": 1, "id": "1", "account": "paper"}'
    done = replay([TimedAlert(at, body)], configuration)
    assert done.orders == {OrderStatus.FILLED: 1}


def test_the_same_input_gives_the_same_journal_to_the_last_bit(tmp_path: Path) -> None:
    alerts = [alert(second, action="sell" if second % 2 else "buy") for second in range(0, 300, 7)]
    resting = alert(1, order_type="limit", price="50000")
    told = []
    for name in ("one", "two"):
        done = run(tmp_path / name, *alerts, resting, until=START + 7200 * SECOND)
        assert done.orders == {OrderStatus.FILLED: len(alerts), OrderStatus.NEW: 1}
        told.append(events(tmp_path / name))
    assert told[0] == told[1]
    other = [*alerts[:-1], alert(294, quantity="0.2")]
    run(tmp_path / "three", *other, resting, until=START + 7200 * SECOND)
    assert events(tmp_path / "three") != told[0]


def test_its_journal_is_whole_and_its_times_are_those_of_the_alerts(tmp_path: Path) -> None:
    run(tmp_path / "data", alert(5), alert(3605))
    times = [at for at, _, kind, *_ in events(tmp_path / "data") if kind == "signal-accepted"]
    assert [round((at - START) / SECOND) for at in times] == [5, 3605]
    found = asyncio.run(verify_journal(tmp_path / "data"))
    assert found.findings == ()


def test_what_the_door_refuses_is_counted(tmp_path: Path) -> None:
    nonsense = TimedAlert(START, b"{")
    done = run(tmp_path / "data", nonsense, alert(1, action="hold"), alert(2))
    assert done.refused == {"MALFORMED_JSON": 1, "UNKNOWN_ACTION": 1}
    assert done.orders == {OrderStatus.FILLED: 1}


def test_alerts_of_one_instant_do_not_wait_for_each_other(tmp_path: Path) -> None:
    slow = '[accounts.paper]\ntype = "mock"\nlatency_ms = 5000\n'
    alerts = [alert(1, symbol=f"S{number}/USDT", id=f"{number}") for number in range(5)]
    run(tmp_path / "data", *alerts, toml=slow)
    answers = [at for at, _, kind, *_ in events(tmp_path / "data") if kind == "submission-answered"]
    assert len(answers) == 5
    assert max(answers) - START < 6.5 * SECOND


@pytest.mark.parametrize(
    ("toml", "environ", "words"),
    [
        (
            LIVE,
            {"S": "0123456789abcdef0123456789abcdef"},
            "`accounts.live.type`: a replay trades with simulated venues only",
        ),
    ],
)
def test_no_venue_but_simulated_ones_is_opened(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    toml: str,
    environ: Mapping[str, str],
    words: str,
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as refused:
        run(tmp_path / "data", alert(1), toml=toml)
    assert words in str(refused.value)
    assert not (tmp_path / "data" / "journal.db").exists()


def test_a_replay_never_goes_on_with_a_journal(tmp_path: Path) -> None:
    run(tmp_path / "data", alert(1))
    with pytest.raises(ConfigurationError, match="holds a journal already"):
        run(tmp_path / "data", alert(1))
