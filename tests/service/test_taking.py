"""Taking signals: keys, waiting, and what is answered."""

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fillgate.domain.errors import NotSent, Rejected, Unknown
from fillgate.service.taking import SignalRules
from tests.engine.conftest import replaced
from tests.engine.venue import gated, raises, resting
from tests.service.conftest import SECRET, Desk, numbered, open_desk, problem_of

# Waiting


@pytest.mark.parametrize(
    ("prefer", "status"),
    [
        (None, 200),
        ("wait=1", 200),
        ("wait=1, respond-async", 200),
        ("respond-async", 202),
        ("wait=0", 202),
        ("Respond-Async; foo", 202),
        ("garbage", 200),
        ("wait=soon", 200),
        ("wait=-1", 200),
        ("wait=" + "9" * 400, 200),
        ("\xff\xfe", 200),
    ],
)
@pytest.mark.parametrize("door", ["webhook", "api"])
async def test_who_waits_hears_the_outcome(
    tmp_path: Path, door: str, prefer: str | None, status: int
) -> None:
    headers = {} if prefer is None else {"Prefer": prefer}
    async with open_desk(tmp_path) as desk:
        gate = asyncio.Event()
        desk.venue.answers["BTC/USDT"] = gated(gate)
        post = desk.alert if door == "webhook" else desk.order
        asking = asyncio.create_task(post({}, headers=headers))
        await desk.house.until(lambda: bool(desk.venue.arrived))
        if status == 202:
            await asking
        gate.set()
        response = await asking
        assert response.status == status
        assert response.json["status"] == ("FILLED" if status == 200 else "PENDING_NEW")
        assert response.json["success"] is True


async def test_who_does_not_wait_hears_where_to_look(desk: Desk) -> None:
    gate = asyncio.Event()
    desk.venue.answers["GATED/USDT"] = gated(gate)
    fields = {"symbol": "GATED/USDT", "id": "gated-1"}
    first = await desk.alert(fields, headers={"Prefer": "respond-async"})
    identity = first.json["client_order_id"]
    assert first.headers["location"] == f"/api/v1/orders/{identity}"
    # This one waits in the lane: its order has an id, by which it can be cancelled.
    second = await desk.alert(fields | {"id": "gated-2"}, headers={"Prefer": "respond-async"})
    assert second.json["client_order_id"] not in {None, identity}
    assert second.headers["location"] == f"/api/v1/signals/{second.json['signal']}"
    for response in (first, second):
        assert (await desk.get(response.headers["location"])).status == 200
    gate.set()
    later = await desk.alert(fields | {"id": "gated-2"})
    assert (later.status, later.json["replayed"]) == (200, True)


@pytest.mark.parametrize(("door", "longest"), [("webhook", 2.5), ("api", 60)])
async def test_nobody_waits_longer_than_the_door_allows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, door: str, longest: float
) -> None:
    waits: list[float] = []

    async def note(_: object, seconds: float) -> bool:
        waits.append(seconds)
        return False

    monkeypatch.setattr("fillgate.engine.tickets.Latch.wait_within", note)
    async with open_desk(tmp_path) as desk:
        post = desk.alert if door == "webhook" else desk.order
        for prefer in ("wait=3600", "wait=1.5", None):
            await post(numbered(), headers={} if prefer is None else {"Prefer": prefer})
    assert waits == [longest, 1.5, 2.0]


ENDINGS = [
    (Rejected("INSUFFICIENT_FUNDS", "not enough"), "REJECTED", "INSUFFICIENT_FUNDS", "not enough"),
    (NotSent("CONNECTION_REFUSED", "nobody there"), "DENIED", "CONNECTION_REFUSED", "nobody there"),
]


@pytest.mark.parametrize(("error", "status", "code", "words"), ENDINGS)
async def test_a_refused_order_is_a_problem_with_the_reason(
    desk: Desk, error: Exception, status: str, code: str, words: str
) -> None:
    desk.venue.answers["REFUSED/USDT"] = raises(error)
    fields = {"symbol": "REFUSED/USDT", "id": f"refused-{code}"}
    webhook = await desk.alert(fields)
    api = await desk.order({"symbol": "REFUSED/USDT"})
    for response in (webhook, api):
        problem = response.json
        assert (response.status, problem["code"], problem["order_status"]) == (422, code, status)
        assert problem["detail"] == words
        assert response.headers["content-type"] == "application/problem+json"
        assert (await desk.get(f"/api/v1/orders/{problem['client_order_id']}")).status == 200
    assert (webhook.json["success"], webhook.json["error"]) == (False, words)
    assert "success" not in api.json
    again = await desk.alert(fields)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json == webhook.json | {"replayed": True}


async def test_what_fillgate_denies_is_a_problem_with_the_reason(desk: Desk) -> None:
    arrived = len(desk.venue.arrived)
    response = await desk.alert({"order_type": "limit", "price": 5, "post_only": True})
    assert problem_of(response) == (422, "POST_ONLY_NOT_SUPPORTED")
    assert response.json["order_status"] == "DENIED"
    assert len(desk.venue.arrived) == arrived


async def test_an_unknown_order_is_no_error(desk: Desk) -> None:
    desk.venue.answers["LOST/USDT"] = raises(Unknown("RESET", "connection reset"))
    desk.venue.lookup_error = ConnectionError()
    fields = {"symbol": "LOST/USDT", "id": "lost-1"}
    first = await desk.alert(fields)
    again = await desk.alert(fields)
    for response, replayed in ((first, False), (again, True)):
        assert response.status == 202
        assert response.json["status"] == "UNKNOWN"
        assert response.json["code"] == "RESET"
        assert response.json["replayed"] is replayed
        identity = response.json["client_order_id"]
        assert response.headers["location"] == f"/api/v1/orders/{identity}"


async def test_a_resting_order_is_taken(desk: Desk) -> None:
    desk.venue.answers["REST/USDT"] = resting
    response = await desk.alert({"symbol": "REST/USDT", "order_type": "limit", "price": 5})
    assert (response.status, response.json["status"]) == (200, "NEW")
    assert response.json["order_id"]
    assert response.json["filled_quantity"] == "0"


async def test_an_answer_says_what_was_executed(desk: Desk) -> None:
    response = await desk.alert({"symbol": "SAID/USDT", "quantity": "1.50"})
    order = desk.venue.arrived[-1]
    assert order.quantity == Decimal("1.5")
    number = response.json["signal"]
    assert response.json == {
        "success": True,
        "order_id": f"v-{order.client_order_id}",
        "error": None,
        "client_order_id": order.client_order_id,
        "signal": number,
        "account": "main",
        "symbol": "SAID/USDT",
        "side": "buy",
        "order_type": "market",
        "quantity": "1.5",
        "status": "FILLED",
        "filled_quantity": "1.5",
        "average_price": "100",
        "code": None,
        "replayed": False,
    }


# Keys


async def test_a_key_with_another_reading_is_refused(desk: Desk) -> None:
    fields = {"symbol": "KEY/USDT", "id": "key-1"}
    first = await desk.alert(fields)
    other = await desk.alert(fields | {"quantity": 7})
    assert problem_of(other) == (422, "KEY_REUSED")
    row = (await desk.get(f"/api/v1/signals/{other.json['signal']}")).json
    assert (row["state"], row["code"]) == ("refused", "KEY_REUSED")
    assert (await desk.alert(fields)).json == first.json | {"replayed": True}
    # How the number and the fields are written does not matter; nor does another timestamp.
    same = {"id": "key-1", "quantity": "1.000", "symbol": "KEY/USDT", "comment": "again"}
    assert (await desk.alert(same)).json["replayed"]
    now = desk.house.clock.now() // 1000
    assert (await desk.alert(fields | {"timestamp": now})).json["replayed"]


async def test_the_doors_have_keys_of_their_own(desk: Desk) -> None:
    headers = {"Idempotency-Key": "shared"}
    fields = {"symbol": "DOORS/USDT"}
    first = await desk.alert(fields, headers=headers)
    second = await desk.order(fields, headers=headers)
    assert first.json["client_order_id"] != second.json["client_order_id"]
    assert (await desk.order(fields, headers=headers)).json["replayed"]


async def test_equal_orders_without_a_key_are_two(desk: Desk) -> None:
    fields = {"symbol": "TWICE/USDT"}
    one, two = await desk.order(fields), await desk.order(fields)
    assert one.json["client_order_id"] != two.json["client_order_id"]
    assert not two.json["replayed"]


async def test_a_suspected_duplicate_is_marked_and_listed(desk: Desk) -> None:
    fields = {"symbol": "SUSPECT/USDT"}
    first = await desk.alert(fields)
    second = await desk.alert(fields)
    assert second.json == first.json | {"replayed": True, "code": "SUSPECTED_DUPLICATE"}
    assert second.headers["idempotent-replayed"] == "true"

    async def listed() -> list[Any]:
        found = await desk.signals("&state=duplicate")
        return [row for row in found if row.get("symbol") == "SUSPECT/USDT"]

    while not (rows := await listed()):
        await desk.house.clock.sleep(0.002)
    (row,) = rows
    story = (await desk.get(f"/api/v1/signals/{row['number']}")).json["story"]
    assert [record["details"]["duplicate_of"] for record in story] == [first.json["signal"]]


@pytest.mark.parametrize("name", ["Idempotency-Key", "webhook-id"])
@pytest.mark.parametrize("key", ["", '""', "x" * 256, "ünique", "a\tb", " "])
async def test_keys_that_cannot_be_used(desk: Desk, name: str, key: str) -> None:
    arrived = len(desk.venue.arrived)
    for response in (
        await desk.alert(numbered(), headers={name: key}),
        await desk.order(numbered(), headers={name: key}),
    ):
        assert problem_of(response) == (400, "INVALID_IDEMPOTENCY_KEY")
        assert response.json["field"] == name.lower()
        row = (await desk.get(f"/api/v1/signals/{response.json['signal']}")).json
        assert row["state"] == "refused"
    assert len(desk.venue.arrived) == arrived


# When nothing can be taken


async def test_too_many_signals_are_turned_away_and_may_come_again(tmp_path: Path) -> None:
    async with open_desk(tmp_path, settings=replaced(max_waiting=1, submit_deadline=5)) as desk:
        gate = asyncio.Event()
        desk.venue.answers["BTC/USDT"] = gated(gate)
        headers = {"Prefer": "respond-async"}
        first = await desk.alert({"id": "a"}, headers=headers)
        turned = await desk.alert({"id": "b"}, headers=headers)
        assert problem_of(turned) == (503, "OVERLOADED")
        assert turned.headers["retry-after"]
        assert (await desk.alert({"id": "a"}, headers=headers)).json["replayed"]
        assert (await desk.get("/ready")).json["code"] == "OVERLOADED"
        gate.set()
        await desk.house.until(lambda: not desk.house.engine.dispatcher.under_way)
        again = await desk.alert({"id": "b"})
        assert (again.status, again.json["replayed"]) == (200, False)
        assert first.json["signal"] < again.json["signal"]
        assert not await desk.signals("&state=refused")


async def test_a_service_that_stops_takes_nothing_new(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        first = await desk.alert({"id": "a"})
        desk.house.engine.intake.draining = True
        for response in (await desk.alert({"id": "b"}), await desk.order({})):
            assert problem_of(response) == (503, "DRAINING")
        assert (await desk.alert({"id": "a"})).json == first.json | {"replayed": True}
        assert (await desk.alert(b"nonsense")).status == 400
        assert len(await desk.signals()) == 1


async def test_something_unforeseen_is_answered_and_logged(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("unforeseen")

    monkeypatch.setattr(desk.house.engine.intake, "accept", fail)
    response = await desk.alert(numbered())
    assert problem_of(response) == (500, "INTERNAL_ERROR")
    assert "unforeseen" not in response.json["detail"].replace("something unforeseen", "")
    assert desk.log.of("request-failed")


def test_rules_do_not_show_their_secrets() -> None:
    rules = SignalRules(min_confidence=Decimal(0), max_age=1, wait=1, secrets=[SECRET])
    assert SECRET not in repr(rules)


# Late repeats


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_repeat_gets_the_stored_outcome_however_late_it_comes(
    tmp_path: Path, restarted: bool
) -> None:
    fields: dict[str, Any] = {"id": "late-1"}
    async with open_desk(tmp_path) as desk:
        now = desk.house.clock.now() // 1000
        first = await desk.alert(fields | {"timestamp": now})
        assert (first.status, first.json["status"]) == (200, "FILLED")
        # The same alert, delivered when a first one would be refused as stale.
        old = fields | {"timestamp": now - 3_600_000}
        if not restarted:
            again = await desk.alert(old)
    if restarted:
        async with open_desk(tmp_path) as desk:
            again = await desk.alert(old)
            assert not desk.venue.arrived
    assert again.json == first.json | {"replayed": True}
    async with open_desk(tmp_path) as desk:
        assert problem_of(await desk.alert(old | {"id": "late-2"})) == (422, "STALE")
        assert problem_of(await desk.alert(old | {"quantity": 7})) == (422, "KEY_REUSED")
        assert not desk.venue.arrived
