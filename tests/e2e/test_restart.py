"""What a sender was told before a restart it is told afterwards, however the process ended."""

import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.process import WEBHOOK, Service, alert, serving
from tests.e2e.sender import Headers, Reply, request, send_at_once

SETTINGS: dict[str, dict[str, Any]] = {
    "engine": {"submit_deadline": 0.2, "poll_interval": 0.05},
    "accounts.mock": {"volatility": 0},
    "accounts.bad": {"type": "mock", "reject_rate": 1},
}
DEFAULT = 'default_account = "mock"\n'

ALERTS: dict[str, dict[str, Any]] = {
    "FILLED": {"symbol": "A/USDT"},
    "NEW": {"symbol": "B/USDT", "order_type": "limit", "price": "0.01"},
    "REJECTED": {"symbol": "C/USDT", "account": "bad"},
    "DENIED": {"symbol": "D/USDT", "quantity": None, "quote_quantity": 100},
}


@pytest.fixture
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(Service(tmp_path_factory.mktemp("restart"), SETTINGS, top=DEFAULT)) as service:
        yield service


async def post(service: Service, headers: Headers | None = None, **fields: Any) -> Reply:
    body = alert(**fields)
    data = request(WEBHOOK, body, service.signed(body) | dict(headers or {}))
    return (await send_at_once(service.url, [data]))[0]


def stop(service: Service) -> None:
    assert service.end(signal.SIGTERM) == 0


@pytest.mark.parametrize("ending", [Service.kill, stop])
async def test_answers_outlive_the_process(
    running: Service, ending: Callable[[Service], None]
) -> None:
    first = {name: await post(running, id=name, **ALERTS[name]) for name in ALERTS}
    assert {n: r.json.get("order_status", r.json["status"]) for n, r in first.items()} == {
        name: name for name in ALERTS
    }
    ending(running)
    running.start()
    for name, reply in first.items():
        again = await post(running, id=name, **ALERTS[name])
        assert again.status == reply.status
        assert again.json == reply.json | {"replayed": True}
        size = "quote_quantity" if "quote_quantity" in ALERTS[name] else "quantity"
        reused = await post(running, id=name, **(ALERTS[name] | {size: "77"}))
        assert (reused.status, reused.json["code"]) == (422, "KEY_REUSED")
    # The bad account has no ledger: what it refused is not in this one.
    assert [len(held) for held in running.ledger.arrivals.values()] == [1, 1]


async def test_a_fingerprint_outlives_the_process(running: Service) -> None:
    first = await post(running, symbol="E/USDT")
    running.kill()
    running.start()
    again = await post(running, symbol="E/USDT")
    assert again.json == first.json | {"replayed": True, "code": "SUSPECTED_DUPLICATE"}
    assert len(running.ledger.arrivals) == 1


async def test_positions_and_resting_orders_outlive_the_process(running: Service) -> None:
    for name in ("FILLED", "NEW"):
        await post(running, id=name, **ALERTS[name])
    before = {path: running.get(path) for path in ("/api/v1/orders", "/api/v1/positions")}
    running.kill()
    running.start()
    assert {path: running.get(path) for path in before} == before
