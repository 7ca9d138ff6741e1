"""`/metrics` holds exactly what happened, as Prometheus reads it, for those who may know."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as plain_text

from fillgate import __version__
from fillgate.domain.errors import Rejected
from fillgate.meters import DOORS, ENDINGS, ORDER_EVENTS, OUTCOMES, REMOVED, STREAM_ENDINGS
from fillgate.service.metrics import LABELS, METRICS
from fillgate.service.problems import PROBLEMS
from tests.engine.conftest import open_house, replaced
from tests.engine.venue import never, raises, resting
from tests.service.conftest import Desk, numbered, open_desk, problem_of

OPEN_METRICS = "application/openmetrics-text; version=1.0.0"

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


class Scrape:
    """What was read from `/metrics`."""

    def __init__(self, text: str) -> None:
        self.families = {family.name: family for family in plain_text(text)}
        self.samples: Samples = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in self.families.values()
            for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float:
        return self.samples[f"fillgate_{name}", frozenset(labels.items())]

    def of(self, name: str, label: str, **fixed: str) -> Mapping[str, float]:
        """Return the values that are not zero, by a label."""
        return {
            dict(labels)[label]: value
            for (sample, labels), value in self.samples.items()
            if sample == f"fillgate_{name}" and fixed.items() <= dict(labels).items() and value
        }


async def scrape(desk: Desk) -> Scrape:
    response = await desk.get("/metrics")
    assert response.status == 200
    return Scrape(response.body.decode())


async def test_every_signal_and_order_is_counted_once(tmp_path: Path) -> None:
    async with open_desk(tmp_path, settings=replaced(max_age=60)) as desk:
        desk.venue.answers |= {
            "R/USDT": raises(Rejected("NO_MONEY", "no money")),
            "U/USDT": raises(ValueError("broken")),
            "N/USDT": resting,
        }
        desk.venue.lookup_error = OSError("no answer")
        for symbol in ("A/USDT", "B/USDT", "R/USDT", "U/USDT", "N/USDT"):
            await desk.alert({"symbol": symbol})
        await desk.alert({"symbol": "B/USDT"})  # taken for a repeat
        await desk.order({"symbol": "K/USDT"}, {"Idempotency-Key": "one"})
        await desk.order({"symbol": "K/USDT"}, {"Idempotency-Key": "one"})
        await desk.order({"symbol": "L/USDT"}, {"Idempotency-Key": "one"})  # another reading
        await desk.order({"symbol": "D/USDT", "order_type": "stop", "stop_price": "1"})  # denied
        await desk.order({"symbol": "X/USDT", "quantity": "much"})
        await desk.alert(b"nonsense")
        await desk.alert({"symbol": "A/USDT"}, sign_with="wrong-secret")
        await desk.get("/api/v1/orders/none")
        await desk.get("/nowhere")
        found = await scrape(desk)

        webhook = found.of("signals_total", "outcome", source="tradingview")
        assert webhook == {"accepted": 5, "duplicate": 1, "refused": 1}
        assert found.of("signals_total", "outcome", source="api") == {
            "accepted": 2,
            "replayed": 1,
            "refused": 2,
        }
        assert found.of("orders_total", "ending", account="main") == {
            "FILLED": 3,
            "REJECTED": 1,
            "UNKNOWN": 1,
            "NEW": 1,
            "DENIED": 1,
        }
        assert found.of("order_events_total", "event", account="main") == {
            "order-intended": 6,
            "order-denied": 1,
            "order-rejected": 1,
            "order-unanswered": 1,
            "submission-answered": 4,
        }
        assert found.of("problems_total", "code", door="webhook") == {
            "MALFORMED_JSON": 1,
            "UNAUTHENTICATED": 1,
        }
        assert found.of("problems_total", "code", door="api") == {
            "KEY_REUSED": 1,
            "INVALID_FIELD": 1,
            "NOT_FOUND": 1,
        }
        assert found.of("problems_total", "code", door="other") == {"NOT_FOUND": 1}
        assert found.of("open_orders", "status", account="main") == {"UNKNOWN": 1, "NEW": 1}
        assert found.of("held_lanes", "account") == {"main": 1}
        check_histograms(found)
        accepted = 5 + 2
        assert sum_of(found, "signal_acknowledgement_seconds_count") == accepted
        assert sum_of(found, "order_outcome_seconds_count") == accepted
        assert sum_of(found, "order_send_seconds_count") == accepted - 1
        assert not found.of("orders_total", "ending", account=REMOVED)


def sum_of(found: Scrape, sample: str) -> float:
    return sum(value for (name, _), value in found.samples.items() if name == f"fillgate_{sample}")


def check_histograms(found: Scrape) -> None:
    """Check that buckets are cumulative, and that the last one holds all."""
    histograms = [family for family in found.families.values() if family.type == "histogram"]
    assert histograms
    for family in histograms:
        buckets: dict[frozenset[tuple[str, str]], list[tuple[float, float]]] = {}
        for sample in family.samples:
            if sample.name.endswith("_bucket"):
                labels = dict(sample.labels)
                bound = float(labels.pop("le"))
                buckets.setdefault(frozenset(labels.items()), []).append((bound, sample.value))
        for labels_, pairs in buckets.items():
            assert pairs == sorted(pairs)
            counts = [count for _, count in pairs]
            assert counts == sorted(counts)
            assert pairs[-1] == (float("inf"), found.samples[f"{family.name}_count", labels_])
            assert (found.samples[f"{family.name}_sum", labels_] > 0) == (counts[-1] > 0)


async def test_gauges_tell_what_is(tmp_path: Path) -> None:
    async with open_desk(tmp_path, wait=0.02, settings=replaced(submit_deadline=60)) as desk:
        for symbol in ("W/USDT", "V/USDT"):
            desk.venue.answers[symbol] = never
        for quantity in (1, 2, 3, 4):
            await desk.alert({"symbol": "W/USDT", "quantity": quantity})
        for quantity in (1, 2):
            await desk.alert({"symbol": "V/USDT", "quantity": quantity})
        found = await scrape(desk)
        account = {"account": "main"}
        assert found.value("orders_being_sent", **account) == 2
        assert found.value("waiting_signals", **account) == 4
        assert found.value("deepest_lane_signals", **account) == 3
        assert found.value("signals_under_way") == 6
        assert found.value("signals_under_way_limit") == 10_000
        assert found.value("open_orders", status="PENDING_NEW", **account) == 2
        assert found.value("account_up", **account) == 1
        assert found.value("accepting") == found.value("journal_up") == 1
        assert found.value("build_info", version=__version__) == 1
        assert found.value("journal_bytes", file="log") > 0
        desk.venue.healthy = False
        await desk.house.until(lambda: not next(iter(desk.house.engine.accounts)).up)
        assert (await scrape(desk)).value("account_up", **account) == 0
        desk.house.engine.intake.draining = True
        assert (await scrape(desk)).value("accepting") == 0
        desk.house.engine.intake.draining = False
        for lane in desk.house.engine.dispatcher.lanes:
            lane.flying = None


async def test_the_journal_is_counted_and_its_fault_shows(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        await desk.house.until(lambda: not desk.house.engine.recorder.in_flight)
        before = await scrape(desk)
        await desk.alert(numbered())
        after = await scrape(desk)
        commits = after.value("journal_commits_total") - before.value("journal_commits_total")
        assert commits == 2
        assert after.value("journal_flush_seconds_count") == after.value("journal_commits_total")
        assert after.value("journal_batch_writes_count") == after.value("journal_commits_total")
        events = after.value("journal_events_total") - before.value("journal_events_total")
        assert events == 3
        desk.house.engine.journal.fail("the disk is full")  # type: ignore[attr-defined]
        response = await desk.alert(numbered())
        assert problem_of(response) == (503, "JOURNAL_UNAVAILABLE")
        faulty = await scrape(desk)
        assert faulty.value("journal_up") == faulty.value("accepting") == 0
        unavailable = {"source": "tradingview", "outcome": "unavailable"}
        assert faulty.value("signals_total", **unavailable) == 1
        desk.house.engine.journal.decided([], durable=True)  # type: ignore[attr-defined]


async def test_after_a_restart_counters_begin_anew_and_gauges_are_right(tmp_path: Path) -> None:
    async with open_desk(tmp_path, wait=0.02) as desk:
        desk.venue.answers["U/USDT"] = raises(ValueError("broken"))
        desk.venue.answers["N/USDT"] = resting
        desk.venue.lookup_error = OSError("no answer")
        for symbol in ("U/USDT", "N/USDT", "A/USDT"):
            await desk.alert({"symbol": symbol}, headers={"Prefer": "wait=2"})
        assert len((await scrape(desk)).of("orders_total", "ending")) == 3

    def silent(venue: Any) -> None:
        venue.lookup_error = OSError("no answer")

    async with open_desk(tmp_path, prepare=silent) as desk:
        found = await scrape(desk)
        assert found.of("orders_total", "ending") == {}
        assert found.of("signals_total", "outcome") == {}
        assert found.of("open_orders", "status", account="main") == {"UNKNOWN": 1, "NEW": 1}
        assert found.of("held_lanes", "account") == {"main": 1}


async def test_an_order_that_a_restart_made_unknown_has_an_ending_but_no_time(
    tmp_path: Path,
) -> None:
    def silent(venue: Any) -> None:
        venue.answers["U/USDT"] = never
        venue.lookup_error = OSError("no answer")

    async with open_house(tmp_path, prepare=silent, graceful=False) as house:
        await house.accept(symbol="U/USDT")
        await house.until(lambda: bool(house.venue.arrived))
    async with open_desk(tmp_path, prepare=silent) as desk:
        account = desk.house.engine.meters.account("main")
        await desk.house.until(lambda: any(account.endings.values()))
        found = await scrape(desk)
        assert found.of("orders_total", "ending") == {"UNKNOWN": 1}
        assert sum_of(found, "order_outcome_seconds_count") == 0


async def test_accounts_that_are_configured_no_more_share_a_name(tmp_path: Path) -> None:
    def rest(venue: Any) -> None:
        venue.answers["N/USDT"] = resting

    async with open_house(tmp_path, prepare=rest, account='hostile\n"name') as house:
        await house.send(symbol="N/USDT")
    async with open_desk(tmp_path) as desk:
        found = await scrape(desk)
        assert found.of("open_orders", "status", account=REMOVED) == {"NEW": 1}
        assert "hostile" not in (await desk.get("/metrics")).body.decode()


@pytest.mark.parametrize(
    ("accept", "begins"),
    [
        ("", "text/plain; version=0.0.4"),
        ("*/*", "text/plain; version=0.0.4"),
        ("text/plain;version=0.0.4", "text/plain; version=0.0.4"),
        (OPEN_METRICS, "application/openmetrics-text; version=1.0.0"),
        (f"{OPEN_METRICS};q=0.75,text/plain;version=0.0.4;q=0.5", "application/openmetrics-text"),
        ("application/openmetrics-text; version=99.0.0", "text/plain; version=0.0.4"),
        ("text/plain;version=abc", "text/plain; version=0.0.4"),
        ("application/openmetrics-text;version=1.0.0x,;;=,", "text/plain; version=0.0.4"),
    ],
)
async def test_the_format_is_what_the_client_asks_for(desk: Desk, accept: str, begins: str) -> None:
    response = await desk.get("/metrics", {"Accept": accept})
    assert response.status == 200
    assert response.headers["content-type"].startswith(begins)
    parse = open_metrics if "openmetrics" in begins else plain_text
    names = {family.name for family in parse(response.body.decode())}
    assert {f"fillgate_{metric.name}" for metric in METRICS} <= names
    assert "process_cpu_seconds" in names


async def test_names_and_labels_are_sound(desk: Desk) -> None:
    found = await scrape(desk)
    for metric in METRICS:
        family = found.families[f"fillgate_{metric.name}"]
        assert family.type == metric.kind
        assert family.documentation == metric.meaning
        assert metric.meaning.endswith(".")
        assert set(metric.labels) <= set(LABELS)
        for sample in family.samples:
            assert set(sample.labels) - {"le"} == set(metric.labels)


async def test_without_a_key_this_machines_programs_may_read_it(desk: Desk) -> None:
    for host in ("localhost:8005", "127.0.0.1", "[::1]:8005"):
        assert (await desk.get("/metrics", {"Host": host})).status == 200
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        assert problem_of(await desk.get("/metrics", headers)) == (403, "CROSS_ORIGIN")


async def test_with_a_key_only_who_has_it_may_read_it(tmp_path: Path) -> None:
    async with open_desk(tmp_path, api_key="the-key-of-this-test") as desk:
        assert problem_of(await desk.get("/metrics")) == (401, "UNAUTHENTICATED")
        right = {"Authorization": "Bearer the-key-of-this-test"}
        response = await desk.get("/metrics", right)
        assert response.status == 200
        found = Scrape(response.body.decode())
        assert found.of("problems_total", "code", door="other") == {"UNAUTHENTICATED": 1}


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(
    fields=st.dictionaries(
        st.sampled_from(["symbol", "account", "strategy", "id", "action", "order_type"]), texts
    ),
    key=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20),
    path=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20),
)
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_nobody_outside_makes_a_label(
    desk: Desk, fields: dict[str, str], key: str, path: str
) -> None:
    await desk.alert(fields, headers={"Idempotency-Key": key})
    await desk.order(fields, {"Idempotency-Key": key})
    await desk.alert(fields, sign_with=None)
    await desk.get(f"/{path.partition('?')[0]}")
    allowed: dict[str, set[str]] = {
        "source": {"tradingview", "api", "test"},
        "outcome": set(OUTCOMES),
        "door": set(DOORS),
        "code": set(PROBLEMS),
        "account": {"main", REMOVED},
        "ending": set(ENDINGS),
        "event": set(ORDER_EVENTS),
        **{name: set(LABELS[name]) for name in ("status", "cause", "result", "finding")},
        "file": {"database", "log"},
        "reason": set(STREAM_ENDINGS),
        "version": {__version__},
    }
    found = await scrape(desk)
    for name, labels in found.samples:
        if name.startswith("fillgate_"):
            for label, value in labels:
                assert label == "le" or value in allowed[label]
    problems = desk.house.engine.meters.problems
    assert set(problems) <= {(door, code) for door in DOORS for code in PROBLEMS}
