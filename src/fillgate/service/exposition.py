"""`GET /metrics`: the table of metrics, and those of the process, as Prometheus reads them.

Text or OpenMetrics, as the client's Accept says. Who may read it is the API's rule: account names
and numbers of orders are nobody else's business.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from fillgate.engine.engine import Engine
from fillgate.meters import Histogram
from fillgate.service.metrics import METRICS, Metric

__all__ = ["OPEN_METRICS", "TEXT", "Exposition"]

TEXT: Final = "text/plain"
OPEN_METRICS: Final = "application/openmetrics-text"

_VERSIONS: Final = frozenset({"0.0.1", "0.0.4", "1.0.0"})
"""Of the formats, as far as the encoder knows them; it would promise any other, or fail."""


Made = Callable[[Metric, Engine], Family]


class Exposition:
    """Renders what an engine's metrics are now."""

    def __init__(self, engine: Engine) -> None:
        """Read `engine` at every scrape."""
        # One of our own: the library's global one would mix services of the same process.
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_EngineCollector(engine))
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        GCCollector(registry=self._registry)

    async def metrics(self, request: Request) -> Response:
        """Show all metrics, as Prometheus reads them."""
        encode, content_type = choose_encoder(_understood(request.headers.get("accept", "")))
        # Read in the event loop, at one moment; written in a thread, for orders do not wait for it.
        families = _Families(list(self._registry.collect()))
        body = await asyncio.to_thread(encode, families)
        return Response(body, headers={"content-type": content_type})


class _Families(Collector):
    def __init__(self, families: Sequence[Family]) -> None:
        self._families = families

    def collect(self) -> Sequence[Family]:
        """Return what was read."""
        return self._families


class _EngineCollector(Collector):
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Family]:
        """Read all metrics."""
        for metric in METRICS:
            yield _FAMILIES[metric.kind](metric, self._engine)


def _of_numbers(kind: type[CounterMetricFamily | GaugeMetricFamily]) -> Made:
    def made(metric: Metric, engine: Engine) -> Family:
        family = kind(*_head(metric), labels=metric.labels)
        for labels, value in metric.read(engine):
            assert not isinstance(value, Histogram)
            family.add_metric(labels, value)
        return family

    return made


def _histogram(metric: Metric, engine: Engine) -> Family:
    family = HistogramMetricFamily(*_head(metric), labels=metric.labels)
    for labels, value in metric.read(engine):
        assert isinstance(value, Histogram)
        # The counts first: another thread may be counting.
        bounds = [*map(str, value.bounds), "+Inf"]
        buckets = list(zip(bounds, accumulate(value.counts), strict=True))
        family.add_metric(labels, buckets, value.total)
    return family


def _head(metric: Metric) -> tuple[str, str]:
    return f"fillgate_{metric.name}", metric.meaning


_FAMILIES: Final[Mapping[str, Made]] = {
    "counter": _of_numbers(CounterMetricFamily),
    "gauge": _of_numbers(GaugeMetricFamily),
    "histogram": _histogram,
}


def _understood(accept: str) -> str:
    """Return the formats of an Accept header whose versions the encoder knows."""
    return ",".join(each for each in accept.split(",") if _version(each) in (None, *_VERSIONS))


def _version(media_type: str) -> str | None:
    for parameter in media_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip() == "version":
            return value.strip()
    return None
