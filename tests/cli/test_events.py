"""`fillgate events` against a running service."""

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

from tests.cli.conftest import COMMAND, Run, Serving, asked_json, environment
from tests.patience import wait_for


def place(ask: Run, symbol: str, key: str) -> dict[str, Any]:
    command = ("send", "order", "--symbol", symbol, "--side", "buy", "--quantity", "1")
    placed: dict[str, Any] = asked_json(ask(*command, "--idempotency-key", key, "--json"))
    return placed


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_what_happened_so_far(ask: Run) -> None:
    order = place(ask, "EVENTS/USDT", "events-1")
    shown = ask("events", "--after", "start", "--no-follow", "--symbol", "EVENTS/USDT")
    assert shown.exit_code == 0
    accepted, intended, answered = shown.stdout.splitlines()
    assert "signal-accepted  mock  EVENTS/USDT  -  taken from api" in accepted
    assert f"order-intended  {order['client_order_id']}  mock" in intended
    assert "the venue took it" in answered


def test_filters_and_places(ask: Run) -> None:
    place(ask, "EVENTA/USDT", "events-2")
    place(ask, "EVENTB/USDT", "events-3")
    chosen = ("--symbol", "EVENTA/USDT", "--symbol", "EVENTB/USDT", "--account", "mock")
    command = ("events", "--no-follow", "--json", *chosen, "--kind", "order-intended")
    first, second = lines(ask(*command, "--after", "start").stdout)
    assert (first["symbol"], second["symbol"]) == ("EVENTA/USDT", "EVENTB/USDT")
    assert lines(ask(*command, "--after", first["id"]).stdout) == [second]
    assert ask(*command).stdout == ""


def test_what_cannot_be_is_refused(ask: Run) -> None:
    for wrong in (("--kind", "order-sung"), ("--after", "nowhere")):
        refused = ask("events", *wrong)
        assert refused.exit_code == 1
        assert "INVALID_PARAMETER" in refused.stderr


def test_it_follows_over_a_restart_until_ctrl_c(tmp_path: Path, ask: Run) -> None:
    arguments = ("--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0")
    with Serving(tmp_path, arguments) as serving:
        serving.arguments = (*arguments[:3], serving.url.removeprefix("http://"))
        out, err = tmp_path / "told", tmp_path / "notices"
        with out.open("wb") as told, err.open("wb") as notices:
            command = ("events", "--json", "--after", "start", "--url", serving.url)
            following = subprocess.Popen(
                [*COMMAND, *command], stdout=told, stderr=notices, env=environment()
            )
        try:
            wait_for(lambda: len(lines(out.read_text())) >= 2, "it shows what there is")
            serving.end(signal.SIGKILL)
            serving.start()
            wait_for(lambda: out.read_text().count('"service-started"') == 2, "it goes on")
            following.send_signal(signal.SIGINT)
            assert following.wait(30) == 0
        finally:
            following.kill()
    places = [each["sequence"] for each in lines(out.read_text()) if each["stream"] == "system"]
    assert places == list(range(1, len(places) + 1))
    assert "asking again" in err.read_text()
