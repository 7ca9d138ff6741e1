"""A person releases a restored journal through the API."""

import pytest

from tests.service.conftest import Desk, problem_of

RELEASE = "/api/v1/journal/release"


def hold(desk: Desk) -> None:
    """Let the desk's journal be a restored one."""
    desk.house.engine.hold.reason = "restored from a backup"


async def test_a_held_service_takes_nothing_until_it_is_released(desk: Desk) -> None:
    hold(desk)
    refused = await desk.alert({"symbol": "BTC/USDT"})
    assert problem_of(refused) == (503, "HELD")
    ready = await desk.get("/ready")
    assert (ready.status, ready.json["code"]) == (503, "HELD")
    assert (await desk.get("/health")).json["reason"] == "HELD"
    released = await desk.post(RELEASE, {"reason": "compared by hand"})
    assert released.status == 200
    assert released.json["hold"] is None
    assert released.json["incarnations"] == [released.json["identity"]]
    assert (await desk.alert({"symbol": "BTC/USDT"})).status == 200
    assert (await desk.get("/ready")).status == 200


async def test_what_is_not_held_cannot_be_released(desk: Desk) -> None:
    response = await desk.post(RELEASE, {"reason": "why not"})
    assert problem_of(response) == (409, "NOT_HELD")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "MISSING_FIELD"),
        ({"reason": "  "}, "INVALID_FIELD"),
        ({"reason": 3}, "INVALID_FIELD"),
        ({"reason": "x", "actor": "me"}, "UNKNOWN_FIELD"),
    ],
)
async def test_a_release_without_a_reason_changes_nothing(
    desk: Desk, body: dict[str, object], code: str
) -> None:
    hold(desk)
    response = await desk.post(RELEASE, body)
    assert problem_of(response)[1] == code
    assert desk.house.engine.hold.reason is not None
