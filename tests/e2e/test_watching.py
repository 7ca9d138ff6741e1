"""Metrics and log of the whole program: over HTTP, through pipes, across a kill."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from prometheus_client.parser import text_string_to_metric_families

from fillgate.engine.sampler import MOST
from tests.e2e.process import WEBHOOK, Service, alert, serving, until

JSON_LOG: Final = {"log": {"level": "debug", "format": "json"}}
FLOOD: Final = 200


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Service]:
    """A service that logs everything."""
    with serving(Service(tmp_path, JSON_LOG)) as service:
        yield service


def lines(service: Service) -> list[dict[str, Any]]:
    """Return the lines of the log; what the command line says is not of them."""
    return [json.loads(line) for line in service.log.splitlines() if line.startswith("{")]


def metrics(service: Service) -> dict[str, float]:
    """Return the metrics that are not 0, each by its name and the values of its labels."""
    with service.client() as client:
        text = client.get("/metrics").raise_for_status().text
    return {
        " ".join((sample.name, *sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.value
    }


def post(service: Service, body: bytes, headers: dict[str, str] | None = None) -> int:
    with service.client() as client:
        return client.post(WEBHOOK, content=body, headers=headers).status_code


def test_an_orders_way_is_in_the_log_by_its_ids(told: Service) -> None:
    body = alert(symbol="BTC/USDT", id="watch-1")
    assert post(told, body, told.signed(body)) == 200
    assert post(told, body, told.signed(body)) == 200
    (order,) = told.get("/api/v1/orders")["orders"]
    assert told.end(signal.SIGTERM) == 0
    written = lines(told)
    names = [line["event"] for line in written]
    assert names[0] == "journal-opened"
    assert names[-1] == "service-stopped"
    way = [line for line in written if line.get("signal") == 1]
    assert [line["event"] for line in way] == [
        "signal-accepted",
        "order-intended",
        "submission-answered",
        "signal-replayed",
    ]
    for line in way[1:3]:
        assert line["client_order_id"] == order["client_order_id"]
        assert (line["account"], line["symbol"]) == ("mock", "BTC/USDT")


def test_hostile_texts_make_no_line_of_their_own(told: Service) -> None:
    forged = '\n{"event":"forged"}\r\n\x1b[2J\x9b31m\u2028\u202e'
    for fields in ({"symbol": f"B{forged}"}, {"strategy": forged, "action": forged}):
        body = alert(**fields)
        assert post(told, body, told.signed(body)) == 422
    assert told.end(signal.SIGTERM) == 0
    text = (told.folder / "log").read_bytes().decode()
    assert "\x1b" not in text
    assert not any(line["event"] == "forged" for line in lines(told))
    assert [line["event"] for line in lines(told)].count("signal-refused") == 2
    banner = [line for line in text.splitlines() if not line.startswith("{")]
    assert all(line.startswith(("fillgate listens", "  ")) for line in banner)


def test_a_flood_of_nonsense_is_a_few_lines_and_counted(told: Service) -> None:
    with told.client() as client:
        for _ in range(FLOOD):
            client.post(WEBHOOK, content=alert())
            client.get("/nowhere")
    place = urlsplit(told.url)
    for _ in range(FLOOD):
        with socket.create_connection((place.hostname, place.port)) as raw:
            raw.sendall(b"no HTTP at all\r\n\r\n")
            assert b"400" in raw.recv(1000)
    found = metrics(told)
    assert found["fillgate_problems_total UNAUTHENTICATED webhook"] == FLOOD
    assert found["fillgate_problems_total NOT_FOUND other"] == FLOOD
    assert told.end(signal.SIGTERM) == 0
    written = lines(told)
    refused = [line for line in written if line["event"] == "request-refused"]
    assert len(refused) == 2 * (MOST + 1)
    assert sum(line.get("suppressed", 1) for line in refused) == 2 * FLOOD
    assert 0 < len([line for line in written if line.get("logger") == "uvicorn.error"]) <= MOST + 1


def test_counters_begin_anew_after_a_kill_and_gauges_are_right(tmp_path: Path) -> None:
    settings = {"accounts.mock": {"latency_ms": 60_000}}
    with serving(Service(tmp_path, settings)) as service:
        # So slow a venue cannot be asked what it has either: only exits pass.
        body = alert(symbol="BTC/USDT", reduce_only=True)
        with service.client() as client:
            headers = service.signed(body) | {"Prefer": "respond-async"}
            assert client.post(WEBHOOK, content=body, headers=headers).status_code == 202
        assert metrics(service)["fillgate_signals_total accepted tradingview"] == 1
        until(lambda: "fillgate_orders_being_sent mock" in metrics(service), "it is being sent")
        service.kill()
        service.start()
        found = metrics(service)
        assert "fillgate_signals_total accepted tradingview" not in found
        assert found["fillgate_orders_total mock UNKNOWN"] == 1
        assert found["fillgate_open_orders mock UNKNOWN"] == 1
        assert found["fillgate_held_lanes mock"] == 1
        assert found["process_start_time_seconds"] > 0


@pytest.fixture
def piped(tmp_path: Path) -> Iterator[tuple[Service, int]]:
    """A service whose standard error is a pipe, and the end to read from."""
    service = Service(tmp_path, JSON_LOG)
    reading, writing = os.pipe()
    try:
        with (tmp_path / "log").open("wb") as out:
            service.process = subprocess.Popen(
                [sys.executable, "-m", "fillgate", "serve", *service._arguments()],
                cwd=tmp_path,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=writing,
                env=service._environment(),
            )
        os.close(writing)
        service.await_ready()
        yield service, reading
    finally:
        service.finish()
        os.close(reading)


def test_a_log_that_nobody_reads_stops_nothing(piped: tuple[Service, int]) -> None:
    service, reading = piped
    # Some of these fill the pipe of 64 KiB many times over.
    with service.client() as client:
        for number in range(500):
            body = alert(symbol=f"S{number}/{'X' * 20}", id=f"piped-{number}")
            response = client.post(WEBHOOK, content=body, headers=service.signed(body))
            assert response.status_code in {200, 422}
    assert metrics(service)["fillgate_signals_total accepted tradingview"] == 500
    first = os.read(reading, 1000)
    assert first.startswith(b'{"timestamp"')
    assert service.end(signal.SIGTERM) == 0


def test_a_log_that_is_closed_stops_nothing(piped: tuple[Service, int]) -> None:
    service, reading = piped
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, reading)
    os.close(null)
    for number in range(3):
        body = alert(id=f"closed-{number}")
        assert post(service, body, service.signed(body)) == 200
    assert service.end(signal.SIGTERM) == 0
