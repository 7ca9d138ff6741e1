"""From the table of operations to routes."""

import pytest
from starlette.requests import Request

from fillgate.engine.sampler import Sampler
from fillgate.engine.tasks import Tasks
from fillgate.meters import Meters
from fillgate.service.api import OPERATIONS
from fillgate.service.auth import ApiDoor
from fillgate.service.health import HealthApi, Live, Ready
from fillgate.service.operations import Operation, routes
from fillgate.service.problem_log import ProblemLog
from fillgate.service.queries import OrdersQuery
from fillgate.service.reading import ReadingApi
from fillgate.service.shown import OrderPage
from fillgate.testing.clock import VirtualClock
from fillgate.testing.context import RecordingLogger


class Handlers:
    async def one(self, request: Request) -> Live:
        """Do one thing.

        And say more.
        """
        return Live()


def operation(path: str = "/one/{part:path}") -> Operation:
    return Operation(method="GET", path=path, handler=Handlers.one, group="Things")


def problem_log() -> ProblemLog:
    logger = RecordingLogger()
    return ProblemLog(Meters(["main"]), Sampler(logger, VirtualClock(), Tasks(logger)))


def test_what_an_operation_is_comes_from_its_handler() -> None:
    made = operation()
    assert (made.id, made.summary, made.template) == ("one", "Do one thing.", "/one/{part}")
    assert (made.returned, made.query) == (Live, None)
    listing = next(each for each in OPERATIONS if each.handler is ReadingApi.list_orders)
    assert (listing.returned, listing.query) == (OrderPage, OrdersQuery)
    ready = next(each for each in OPERATIONS if each.handler is HealthApi.ready)
    assert ready.returned is Ready


def test_each_path_has_one_route_for_all_its_methods() -> None:
    made = routes([operation(), operation("/two")], [Handlers()], ApiDoor(None), problem_log())
    assert [route.path for route in made] == ["/one/{part:path}", "/two"]
    assert all(route.methods == {"GET", "HEAD"} for route in made)


def test_an_operation_that_nobody_serves_is_an_error_at_start() -> None:
    with pytest.raises(LookupError, match=r"Handlers\.one"):
        routes([operation()], [object()], ApiDoor(None), problem_log())
