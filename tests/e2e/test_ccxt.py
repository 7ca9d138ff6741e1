"""fillgate in front of a CCXT service over real sockets, configured by the environment alone."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import httpx2
import pytest

from fillgate.plugins.ccxt_http.signing import MASK
from tests.e2e.process import PATIENCE, WEBHOOK, Service, alert, until
from tests.e2e.sender import Reply, request, send_at_once
from tests.plugins.ccxt_http import service as ccxt

Far = ccxt.Service


class FarAt(Far):
    """A CCXT service at a port that is told."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._wanted = port

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._wanted)
        return self


@asynccontextmanager
async def in_front_of(
    url: str, folder: Path, settings: dict[str, dict[str, Any]] | None = None
) -> AsyncIterator[Service]:
    """Run fillgate for the account `kraken` at a CCXT service; with settings, from a file."""
    environ = {
        "CCXT_BASE_URL": url,
        "WEBHOOK_SECRET": ccxt.SECRET,
        "EXCHANGE": "kraken",
        "TESTNET": "true",
    }
    service = Service(folder, settings or {}, environ, configured=settings is not None)
    try:
        # In a thread: it waits for the CCXT service, which runs in this loop.
        await asyncio.to_thread(service.start)
        yield service
    finally:
        service.finish()


@pytest.fixture(scope="module")
async def far() -> AsyncIterator[Far]:
    async with Far() as running:
        yield running


@pytest.fixture(scope="module")
async def near(far: Far, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    async with in_front_of(far.url, tmp_path_factory.mktemp("near")) as service:
        yield service


@pytest.fixture
def behaving(far: Far) -> Iterator[Far]:
    """The CCXT service, honest again afterwards."""
    yield far
    far.on_order = far.on_health = far.on_ticker = None
    far.requests.clear()


async def send(service: Service, **fields: Any) -> Reply:
    body = alert(**fields)
    (reply,) = await send_at_once(service.url, [request(WEBHOOK, body, service.signed(body))])
    return reply


async def ask(service: Service, path: str, finding: dict[str, Any] | None = None) -> Any:
    """Ask the API, or post to it."""
    async with httpx2.AsyncClient(
        base_url=service.url, timeout=PATIENCE, trust_env=False, verify=False
    ) as client:
        if finding is None:
            return (await client.get(path)).json()
        return (await client.post(path, json=finding)).json()


async def come_true(service: Service, path: str, condition: Callable[[Any], bool]) -> Any:
    """Ask again and again until the condition holds, and return the last answer."""
    async with asyncio.timeout(PATIENCE):
        while not condition(found := await ask(service, path)):
            pass
        return found


async def accounts(service: Service) -> dict[str, dict[str, Any]]:
    found = await ask(service, "/api/v1/accounts")
    return {account["name"]: account for account in found["accounts"]}


async def test_the_environment_makes_the_default_account(near: Service) -> None:
    found = await accounts(near)
    assert [(n, a["type"], a["default"], a["up"]) for n, a in found.items()] == [
        ("kraken", "ccxt-http", True, True),
        ("mock", "mock", False, True),
    ]


async def test_an_order_is_filled_at_the_service(near: Service, behaving: Far) -> None:
    reply = await send(near, quantity="0.10", id="filled-1", order_type="limit", price="99.50")
    answer = reply.json
    assert (reply.status, answer["status"], answer["account"]) == (200, "FILLED", "kraken")
    assert answer["order_id"] == "venue-1"
    assert (answer["filled_quantity"], answer["average_price"]) == ("0.1", "99.5")
    (order,) = behaving.orders
    assert behaving.is_signed(order)
    fields = order.fields
    assert fields["client_order_id"] == answer["client_order_id"]
    assert (fields["exchange"], fields["testnet"]) == ("kraken", True)
    assert (fields["quantity"], fields["price"]) == ("0.1", "99.5")
    again = await send(near, quantity="0.10", id="filled-1", order_type="limit", price="99.50")
    assert again.json == answer | {"replayed": True}
    assert len(behaving.orders) == 1
    held = await ask(near, "/api/v1/positions?account=kraken")
    assert [(row["symbol"], row["quantity"]) for row in held["positions"]] == [("BTC/USDT", "0.1")]


async def test_the_secret_of_an_account_is_in_no_line_of_the_log(
    near: Service, behaving: Far
) -> None:
    behaving.on_order = ccxt.answer({"status": "ignored", "message": f"no, {ccxt.SECRET}"})
    reply = await send(near, symbol="LOG/USDT")
    assert reply.status == 422
    identity = reply.json["client_order_id"]
    await asyncio.to_thread(until, lambda: identity in near.log, "the line is written")
    (line,) = [line for line in near.log.splitlines() if identity in line]
    # The plugin masks it before the log's redaction has to.
    assert json.loads(line)["text"] == f"no, {MASK}"
    assert ccxt.SECRET not in near.log


async def test_an_order_that_is_ignored_is_rejected(near: Service, behaving: Far) -> None:
    words = "trading is paused"
    behaving.on_order = ccxt.answer({"status": "ignored", "message": words})
    reply = await send(near, symbol="IGN/USDT")
    assert (reply.status, reply.json["code"], reply.json["order_status"]) == (
        422,
        "IGNORED",
        "REJECTED",
    )
    assert words in reply.json["error"]
    assert len(behaving.orders) == 1


async def test_a_lost_answer_is_unknown_until_a_person_settles_it(
    near: Service, behaving: Far
) -> None:
    behaving.on_order = ccxt.send_and_reset()
    reply = await send(near, symbol="LOST/USDT", id="lost-1")
    assert (reply.status, reply.json["status"]) == (202, "UNKNOWN")
    behaving.on_order = None
    again = await send(near, symbol="LOST/USDT", id="lost-1")
    assert (again.status, again.json["status"], again.json["replayed"]) == (202, "UNKNOWN", True)
    assert len(behaving.orders) == 1
    assert (await ask(near, "/health"))["unknown_orders"] == 1
    path = f"/api/v1/orders/{reply.json['client_order_id']}"
    finding = {
        "status": "FILLED",
        "order_id": "seen-1",
        "average_price": "101",
        "reason": "the exchange's own list has it",
    }
    settled = await ask(near, f"{path}/resolve", finding)
    assert (settled["status"], settled["order_id"]) == ("FILLED", "seen-1")
    assert (await ask(near, "/health"))["unknown_orders"] == 0
    last = await send(near, symbol="LOST/USDT", id="lost-1")
    assert (last.status, last.json["status"]) == (200, "FILLED")
    assert len(behaving.orders) == 1


async def test_a_quote_comes_from_the_service(near: Service) -> None:
    quote = await ask(near, "/api/v1/ticker/BTC/USDT")
    assert (quote["symbol"], quote["bid"], quote["ask"]) == ("BTC/USDT", "99.5", "100.5")


async def test_the_mock_is_there_beside_it(near: Service, behaving: Far) -> None:
    reply = await send(near, account="mock")
    assert (reply.status, reply.json["account"]) == (200, "mock")
    assert not behaving.orders


async def test_the_secret_is_nowhere(near: Service) -> None:
    files = [path for path in near.folder.rglob("*") if path.is_file()]
    assert len(files) > 3
    secret = ccxt.SECRET.encode()
    assert [path.name for path in files if secret in path.read_bytes()] == []


async def test_a_service_that_hangs_leaves_the_order_unknown(tmp_path: Path, behaving: Far) -> None:
    settings = {
        "accounts.slow": {
            "type": "ccxt-http",
            "base_url": behaving.url,
            "webhook_secret": "env:WEBHOOK_SECRET",
            "answer_timeout": 0.2,
        }
    }
    behaving.on_order = ccxt.send_and_hang()
    async with in_front_of(behaving.url, tmp_path, settings) as service:
        reply = await send(service, id="hang-1", account="slow")
        assert (reply.status, reply.json["status"]) == (202, "UNKNOWN")
        assert list(await accounts(service)) == ["slow", "mock"]
        waiting = await send(service, id="hang-2", account="slow")
        identity = reply.json["client_order_id"]
        assert waiting.status == 202
        # It waits, with an id by which it can be cancelled.
        assert waiting.json["client_order_id"] not in {None, identity}
        finding = {"status": "ABSENT", "reason": "the exchange does not know it"}
        behaving.on_order = None
        settled = await ask(service, f"/api/v1/orders/{identity}/resolve", finding)
        assert settled["status"] == "ABSENT"
        # The lane is free: what waited behind it goes on.
        path = f"/api/v1/signals/{waiting.json['signal']}"
        story = await come_true(service, path, lambda row: len(row["story"]) == 3)
        assert story["story"][-1]["event"] == "submission-answered"
        ids = [order.fields["client_order_id"] for order in behaving.orders]
        assert len(ids) == len(set(ids)) == 2


async def test_a_service_that_is_down_at_first(tmp_path: Path) -> None:
    async with Far() as probe:
        port = probe.port
    async with in_front_of(f"http://127.0.0.1:{port}", tmp_path) as service:
        down = (await accounts(service))["kraken"]
        assert down["up"] is False
        assert down["reason"]
        assert down["reason"] != "not started yet"
        denied = await send(service, id="early")
        assert (denied.status, denied.json["code"]) == (422, "ACCOUNT_DOWN")
        assert down["reason"] in denied.json["error"]
        assert (await send(service, account="mock")).status == 200
        health = await ask(service, "/health")
        assert health["accounts"] == {"kraken": False, "mock": True}
        async with FarAt(port) as far:
            await come_true(service, "/health", lambda found: found["accounts"]["kraken"])
            reply = await send(service, id="later")
            assert (reply.status, reply.json["status"]) == (200, "FILLED")
            # What was denied stays denied.
            again = await send(service, id="early")
            assert (again.status, again.json["replayed"]) == (422, True)
            assert len(far.orders) == 1


async def test_a_service_that_is_not_well_at_first(tmp_path: Path) -> None:
    async with Far() as far:
        far.on_health = ccxt.answer({"status": "starting"}, status=503)
        async with in_front_of(far.url, tmp_path) as service:
            found = (await accounts(service))["kraken"]
            assert (found["up"], "503" in found["reason"]) == (False, True)
            far.on_health = None
            await come_true(service, "/health", lambda found: found["accounts"]["kraken"])
