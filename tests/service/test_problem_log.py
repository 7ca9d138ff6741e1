"""Problems are counted by door and code, and logged without a word of what was sent."""

from typing import Any

import pytest

from fillgate.engine.sampler import Sampler
from fillgate.engine.tasks import Tasks
from fillgate.meters import Meters
from fillgate.service.problem_log import API, OTHER, WEBHOOK, ProblemLog
from fillgate.service.problems import Problem
from fillgate.testing.clock import VirtualClock
from fillgate.testing.context import RecordingLogger

SCOPE: dict[str, Any] = {"client": ("10.0.0.1", 5), "path": "/webhook/tradingview/a-token"}
AN_ORDER = SCOPE | {"path": "/api/v1/orders"}


class House:
    def __init__(self) -> None:
        self.logger = RecordingLogger()
        self.meters = Meters(["main"])
        self.tasks = Tasks(self.logger)
        sampler = Sampler(self.logger, VirtualClock(), self.tasks)
        self.problems = ProblemLog(self.meters, sampler)

    @property
    def lines(self) -> list[tuple[str, str, dict[str, Any]]]:
        return [(line.level, line.event, dict(line.fields)) for line in self.logger.entries]


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("UNAUTHENTICATED", "warning"),
        ("CROSS_ORIGIN", "warning"),
        ("OVERLOADED", "warning"),
        ("MALFORMED_JSON", "info"),
        ("NOT_FOUND", "info"),
    ],
)
async def test_a_refusal_is_counted_and_logged_by_its_code(code: str, level: str) -> None:
    house = House()
    house.problems.note(Problem(code, "a detail that quotes a-token"), SCOPE)
    assert house.meters.problems == {(WEBHOOK, code): 1}
    fields = {"door": WEBHOOK, "code": code, "client": "10.0.0.1"}
    assert house.lines == [(level, "request-refused", fields)]
    await house.tasks.cancel_all()


async def test_what_is_kept_as_a_signal_is_logged_as_one() -> None:
    house = House()
    house.problems.note(Problem("STALE", "old", signal=7), AN_ORDER)
    assert house.lines == []
    house.problems.note(Problem("STALE", "old", signal=None), AN_ORDER)
    assert [event for _, event, _ in house.lines] == ["request-refused"]
    assert house.meters.problems == {(API, "STALE"): 2}
    await house.tasks.cancel_all()


async def test_a_code_that_is_not_ours_gets_no_name_of_its_own() -> None:
    house = House()
    house.problems.note(Problem("THE_VENUES_OWN", "words"), AN_ORDER | {"client": None})
    assert house.meters.problems == {(API, "INTERNAL_ERROR"): 1}
    await house.tasks.cancel_all()


@pytest.mark.parametrize(
    ("path", "door"),
    [
        ("/api/v1/orders", API),
        ("/webhook/tradingview", WEBHOOK),
        ("/webhook", WEBHOOK),
        ("/metrics", OTHER),
        ("/apis/", OTHER),
        ("/", OTHER),
        ("", OTHER),
    ],
)
async def test_a_failure_is_told_with_its_door_and_error(path: str, door: str) -> None:
    house = House()
    error = ValueError("broken")
    house.problems.fail(error, SCOPE | {"path": path})
    ((level, event, fields),) = house.lines
    assert fields["door"] == door
    assert (level, event, fields["exc_info"]) == ("error", "request-failed", error)
    assert house.meters.problems == {(door, "INTERNAL_ERROR"): 1}
    await house.tasks.cancel_all()
