"""Operations for monitors, and the pages."""

from typing import Final

from fillgate.service.exposition import OPEN_METRICS, TEXT, Exposition
from fillgate.service.health import HealthApi, Ready, Unready
from fillgate.service.operations import Access, Answered, Operation
from fillgate.service.pages import HTML, PageApi
from fillgate.service.problems import PROBLEMS_PAGE

__all__ = ["WATCHING"]

_SAME: Final = Answered(status=304, text="It is still what it was.", headers=("ETag",))

WATCHING: Final[tuple[Operation, ...]] = (
    Operation(
        method="GET",
        path="/health",
        handler=HealthApi.health,
        group="Monitoring",
        access=Access.OPEN,
        example="curl -s http://127.0.0.1:8005/health\n",
    ),
    Operation(
        method="GET", path="/live", handler=HealthApi.live, group="Monitoring", access=Access.OPEN
    ),
    Operation(
        method="GET",
        path="/ready",
        handler=HealthApi.ready,
        group="Monitoring",
        access=Access.OPEN,
        answers=(
            Answered(body=Ready, text="Signals are taken."),
            Answered(status=503, body=Unready, text="No signals are taken."),
        ),
    ),
    Operation(
        method="GET",
        path="/metrics",
        handler=Exposition.metrics,
        name="show_metrics",
        group="Monitoring",
        answers=(
            Answered(
                media_type=TEXT,
                or_else=(OPEN_METRICS,),
                text="The metrics, in Prometheus' text format or as OpenMetrics.",
            ),
        ),
        example="curl -s http://127.0.0.1:8005/metrics\n",
    ),
    Operation(
        method="GET",
        path="/openapi.json",
        handler=PageApi.document,
        name="show_document",
        group="Documentation",
        access=Access.OPEN,
        headers=("If-None-Match",),
        answers=(Answered(body=dict, text="The document.", headers=("ETag",)), _SAME),
    ),
    Operation(
        method="GET",
        path="/docs",
        handler=PageApi.reference,
        name="show_reference",
        group="Documentation",
        access=Access.OPEN,
        headers=("If-None-Match",),
        answers=(Answered(media_type=HTML, text="The page.", headers=("ETag",)), _SAME),
    ),
    Operation(
        method="GET",
        path=PROBLEMS_PAGE,
        handler=PageApi.problems,
        name="show_problems",
        group="Documentation",
        access=Access.OPEN,
        headers=("If-None-Match",),
        answers=(Answered(media_type=HTML, text="The page.", headers=("ETag",)), _SAME),
    ),
)
"""In the order in which the pages tell of them."""
