"""Readers of the live view."""

import pytest

from fillgate.engine.blotter import Change
from tests.engine.conftest import House

pytestmark = pytest.mark.anyio


async def test_a_listener_that_fails_keeps_nobody_waiting(house: House) -> None:
    heard: list[Change] = []

    def broken(change: Change) -> None:
        raise RuntimeError("broken listener")

    house.engine.blotter._listeners.insert(0, broken)
    house.engine.blotter.subscribe(heard.append)
    for _ in range(2):
        assert (await house.send()).status.value == "FILLED"
    await house.until(lambda: not house.engine.recorder.in_flight)
    assert [change.event.kind for change in heard] == [
        "order-intended",
        "submission-answered",
    ] * 2
