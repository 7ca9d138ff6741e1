"""An account at a service that speaks the protocol of the bridge, and at one that does no more."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from fillgate.domain.capabilities import Capabilities
from fillgate.domain.errors import NotSent, NotSupported, Rejected, Unknown
from fillgate.domain.orders import OrderType
from fillgate.domain.reports import NotFound
from fillgate.plugins.base import ExecutionPlugin
from fillgate.plugins.ccxt_http import CcxtHttpPlugin, ServiceFailure
from fillgate.plugins.ccxt_http.bridged import METHODS
from fillgate.testing import VirtualClock, plugin_context
from tests.plugins.ccxt_http.conftest import an_order, config_of
from tests.plugins.ccxt_http.service import (
    SECRET,
    Behaviour,
    Request,
    Service,
    answer,
    send_and_close,
    send_and_hang,
)

pytestmark = pytest.mark.anyio

DECLARED = {"order_types": ["market", "trailing_stop"], "settle_seconds": 11.0, "fetch_order": True}


def health(capabilities: dict[str, Any] | None = None, protocol: object = 1) -> Behaviour:
    declared = DECLARED if capabilities is None else capabilities
    return answer({"status": "ok", "protocol": protocol, "capabilities": declared})


@dataclass
class Speaking(Service):
    """A service that speaks the protocol; what it answers on a path can be set."""

    answers: dict[str, Behaviour] = field(default_factory=dict)

    def _behaviour(self, request: Request) -> Behaviour:
        path = request.target.partition("?")[0]
        return self.answers.get(path) or super()._behaviour(request)


@pytest.fixture
async def speaking() -> Any:
    async with Speaking() as running:
        running.on_health = health()
        yield running


async def test_what_the_service_declares_is_declared_and_there(
    speaking: Speaking, plugin: CcxtHttpPlugin
) -> None:
    await plugin.init(config_of(speaking))
    assert plugin.capabilities == Capabilities(
        order_types=frozenset({OrderType.MARKET, OrderType.TRAILING_STOP}),
        settle_seconds=11.0,
        fetch_order=True,
    )
    for name in METHODS:
        has = getattr(plugin, name).__func__ is not getattr(ExecutionPlugin, name)
        assert has == getattr(plugin.capabilities, name), name
    with pytest.raises(NotSupported):
        await plugin.balances()


async def test_another_service_at_the_address_is_noticed(
    speaking: Speaking, plugin: CcxtHttpPlugin
) -> None:
    await plugin.init(config_of(speaking))
    speaking.on_health = health(DECLARED | {"balances": True, "fetch_order": False})
    assert await plugin.health_check()
    assert (plugin.capabilities.balances, plugin.capabilities.fetch_order) == (True, False)
    speaking.on_health = None
    assert await plugin.health_check()
    assert plugin.capabilities == CcxtHttpPlugin.capabilities
    with pytest.raises(NotSupported):
        await plugin.fetch_order(client_order_id="a", symbol="b")
    await plugin.execute_order(an_order())
    assert speaking.orders[-1].fields["symbol"] == "BTC/USDT"
    speaking.on_health = health()
    assert await plugin.health_check()
    assert plugin.capabilities.fetch_order


async def test_before_it_is_noticed_an_older_service_is_not_misunderstood(
    speaking: Speaking, plugin: CcxtHttpPlugin
) -> None:
    await plugin.init(config_of(speaking))
    # As FastAPI refuses a body in which it finds none of its fields.
    refused = {"detail": [{"loc": ["body", "symbol"], "msg": "Field required"}]}
    speaking.on_order = answer(refused, status=422)
    with pytest.raises(Rejected):
        await plugin.execute_order(an_order())
    with pytest.raises(ServiceFailure, match="HTTP 404"):
        await plugin.fetch_order(client_order_id="a", symbol="b")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (health(protocol=2), "version 1 of the bridge's protocol, found 2"),
        (health(protocol="1.0"), "found 1.0"),
        (health({"order_types": ["iceberg"]}), "same fillgate at both ends"),
        (health({"settle_seconds": "soon"}), "same fillgate at both ends"),
        (answer({"status": "ok", "protocol": 1}), "same fillgate at both ends"),
    ],
)
async def test_a_protocol_that_is_not_understood_keeps_the_account_down(
    speaking: Speaking, plugin: CcxtHttpPlugin, said: Behaviour, words: str
) -> None:
    speaking.on_health = said
    with pytest.raises(ServiceFailure, match=words):
        await plugin.init(config_of(speaking))


ENDINGS: list[tuple[int, dict[str, Any], type[Exception], str]] = [
    (200, {"status": "ignored", "ending": "rejected", "code": "C", "message": "m"}, Rejected, "C"),
    (200, {"status": "ignored", "ending": "not_sent", "code": "C", "message": "m"}, NotSent, "C"),
    (200, {"status": "unknown", "ending": "unknown", "code": "C", "message": "m"}, Unknown, "C"),
    # What would be definite words of an older service is as the ending says.
    (200, {"status": "error", "ending": "unknown", "message": "bad symbol"}, Unknown, "NO_CODE"),
    (401, {"ending": "not_sent", "code": "STALE", "message": "m"}, NotSent, "STALE"),
    (422, {"ending": "not_sent", "code": "C", "message": "m"}, NotSent, "C"),
    (401, {"ending": "result", "code": "C", "message": "m"}, Unknown, "C"),
    (401, {"ending": "perhaps", "code": "C", "message": "m"}, Unknown, "BROKEN_ANSWER"),
    (200, {"status": "executed", "ending": "result"}, Unknown, "BROKEN_ANSWER"),
    (200, {"status": "executed", "ending": "result", "result": {}}, Unknown, "BROKEN_ANSWER"),
    (200, {"status": "ok", "ending": True, "order_id": "1"}, Unknown, "BROKEN_ANSWER"),
    (
        200,
        {
            "status": "executed",
            "ending": "result",
            "result": {"success": True, "timestamp": 1, "filled_quantity": "NaN"},
        },
        Unknown,
        "BROKEN_ANSWER",
    ),
]


@pytest.mark.parametrize("case", ENDINGS, ids=str)
async def test_endings(
    speaking: Speaking,
    plugin: CcxtHttpPlugin,
    case: tuple[int, dict[str, Any], type[Exception], str],
) -> None:
    status, told, kind, code = case
    await plugin.init(config_of(speaking))
    speaking.on_order = answer(told, status=status)
    with pytest.raises(kind, match=f"^{code}") as caught:
        await plugin.execute_order(an_order())
    assert type(caught.value) is kind


async def test_a_service_that_does_not_speak_it_has_no_say_in_endings(
    service: Service, plugin: CcxtHttpPlugin
) -> None:
    service.on_order = answer({"status": "ok", "ending": "rejected", "order_id": "1"})
    await plugin.init(config_of(service))
    assert (await plugin.execute_order(an_order())).order_id == "1"


async def test_two_requests_never_have_the_same_time(speaking: Speaking) -> None:
    plugin = CcxtHttpPlugin("acme", plugin_context(clock=VirtualClock()))
    speaking.answers["/v1/order"] = answer({"answer": None})
    await plugin.init(config_of(speaking))
    for _ in range(3):
        assert await plugin.fetch_order(client_order_id="a", symbol="b") == NotFound()
    await plugin.close()
    asked = [each for each in speaking.requests if each.target.startswith("/v1/order?")]
    assert len({each.headers["x-fillgate-timestamp"] for each in asked}) == 3
    assert len({each.headers["x-fillgate-signature"] for each in asked}) == 3


NO_ANSWERS = {
    "an error": answer({"code": "VENUE_FAILED", "message": f"no: {SECRET}"}, status=502),
    "a page": answer(b"<html>"),
    "nothing": answer(b""),
    "an empty object": answer({}),
    "another kind": answer({"answer": []}),
    "a report that lacks half of it": answer({"answer": {"order_id": "1"}}),
    "broken off": send_and_close(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"),
}


@pytest.mark.parametrize("kind", NO_ANSWERS)
async def test_no_answer_is_never_a_miss(
    speaking: Speaking, plugin: CcxtHttpPlugin, kind: str
) -> None:
    speaking.answers["/v1/order"] = NO_ANSWERS[kind]
    await plugin.init(config_of(speaking))
    with pytest.raises(ServiceFailure) as caught:
        await plugin.fetch_order(client_order_id="a", symbol="b")
    assert SECRET not in str(caught.value)


async def test_lists_may_be_long(speaking: Speaking, plugin: CcxtHttpPlugin) -> None:
    rows = [{"symbol": f"S{n}/USDT", "base": f"S{n}", "quote": "USDT"} for n in range(30_000)]
    speaking.on_health = health(DECLARED | {"instruments": True})
    speaking.answers["/v1/instruments"] = answer({"answer": rows})
    await plugin.init(config_of(speaking))
    assert len(await plugin.instruments()) == len(rows)


STREAM = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (send_and_close(STREAM, b'{"broken": "the venue hung up"}\n'), "the venue hung up"),
        (send_and_close(STREAM, b"<html>\n"), "no JSON"),
        (send_and_close(STREAM, b'{"report": {}}\n'), "missing required field"),
        (answer({"code": "NOT_SUPPORTED"}, status=501), "HTTP 501"),
    ],
)
async def test_a_stream_that_breaks_says_why(
    speaking: Speaking, plugin: CcxtHttpPlugin, behaviour: Behaviour, words: str
) -> None:
    speaking.on_health = health(DECLARED | {"stream_reports": True})
    speaking.answers["/v1/reports"] = behaviour
    await plugin.init(config_of(speaking))
    with pytest.raises(ServiceFailure, match=words):
        await anext(plugin.stream_reports())


async def test_a_stream_that_is_silent_is_dead(
    speaking: Speaking, plugin: CcxtHttpPlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fillgate.plugins.ccxt_http.plugin._SILENCE_SECONDS", 0.2)
    speaking.on_health = health(DECLARED | {"stream_reports": True})
    speaking.answers["/v1/reports"] = send_and_hang(STREAM, b"{}\n")
    await plugin.init(config_of(speaking))
    with pytest.raises(ServiceFailure, match="ReadTimeout"):
        await anext(plugin.stream_reports())


async def test_an_order_goes_whole(speaking: Speaking, plugin: CcxtHttpPlugin) -> None:
    await plugin.init(config_of(speaking, exchange="kraken", testnet=True))
    speaking.on_order = answer({"status": "unknown", "ending": "unknown"})
    with pytest.raises(Unknown):
        await plugin.execute_order(an_order(strategy="breakout"))
    (sent,) = speaking.orders
    assert speaking.is_signed(sent)
    body = json.loads(sent.body)
    assert (body["exchange"], body["testnet"]) == ("kraken", True)
    assert body["order"]["strategy"] == "breakout"
    assert body["order"]["quantity"] == "0.5"
    assert body["sent_at"] // 1_000_000 == body["timestamp"]


async def test_half_a_character_is_no_order(speaking: Speaking, plugin: CcxtHttpPlugin) -> None:
    await plugin.init(config_of(speaking))
    with pytest.raises(NotSent, match="NOT_SUPPORTED"):
        await plugin.execute_order(an_order(strategy="\ud800"))
    assert not speaking.orders
