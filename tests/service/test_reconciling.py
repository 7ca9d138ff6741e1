"""Comparing accounts with their venues through the API, and what is shown of it."""

import asyncio
from pathlib import Path

import pytest

from fillgate.domain.ids import client_order_id
from tests.engine.conftest import replaced
from tests.engine.venue import Venue, foreign_report, raises
from tests.service.conftest import Desk, open_desk, problem_of

pytestmark = pytest.mark.anyio

PATH = "/api/v1/accounts/main/reconcile"
SETTINGS = replaced(reconcile_pause=0.01, reconcile_longest_pause=0.02, reconcile_interval=1e6)


def lists_all(venue: Venue) -> None:
    venue.reconcilable()


async def ready(desk: Desk) -> None:
    account = desk.house.engine.reconciliation.desk("main")
    await desk.house.until(lambda: account.is_ready)


async def shown(desk: Desk) -> dict[str, object]:
    (account,) = (await desk.get("/api/v1/accounts")).json["accounts"]
    told: dict[str, object] = account["reconciliation"]
    return told


async def test_what_differs_is_told_and_shown_with_the_account(tmp_path: Path) -> None:
    async with open_desk(tmp_path, settings=SETTINGS, prepare=lists_all) as desk:
        await ready(desk)
        other = client_order_id("zzzz", 1)
        desk.venue.working.append(foreign_report(client_order_id=other))
        told = (await desk.post(PATH, b"")).json
        (finding,) = told["findings"]
        assert (finding["kind"], finding["symbol"], finding["new"]) == (
            "foreign-order-seen", "BTC/USDT", True,
        )  # fmt: skip
        assert "zzzz" in finding["text"]
        assert told["asked"] == ["open-orders", "fills", "positions"]
        assert (told["failed"], told["left"], told["cause"]) == ([], 0, "request")
        account = await shown(desk)
        assert account["last"] == told
        assert account["other_installations"] == ["zzzz"]
        assert (account["waiting"], account["reason"]) == (False, None)
        health = (await desk.get("/health")).json
        assert (health["status"], health["shared_accounts"]) == ("degraded", ["main"])
        assert (await desk.post(PATH, b"")).json["findings"] == []


async def test_an_account_that_waits_says_for_what(tmp_path: Path) -> None:
    def prepare(venue: Venue) -> None:
        lists_all(venue)
        venue.faults["positions"] = raises(ConnectionError())

    async with open_desk(tmp_path, settings=SETTINGS, prepare=prepare) as desk:
        told = (await desk.post(PATH, b"")).json
        assert told["failed"] == ["positions"]
        account = await shown(desk)
        assert account["waiting"]
        assert account["reason"] == "the venue gave no answer about positions"
        assert not desk.log.of("accounts-reconciled")
        desk.venue.faults.clear()
        await desk.house.until(lambda: bool(desk.log.of("accounts-reconciled")))
        assert not (await shown(desk))["waiting"]


async def test_refusals(desk: Desk) -> None:
    assert problem_of(await desk.post(PATH, b"")) == (409, "NOT_RECONCILABLE")
    nobody = await desk.post("/api/v1/accounts/nobody/reconcile", b"")
    assert problem_of(nobody) == (404, "NOT_FOUND")


async def test_who_waits_when_the_service_stops_is_told(tmp_path: Path) -> None:
    async def hangs(_: object) -> None:
        await asyncio.get_running_loop().create_future()

    def prepare(venue: Venue) -> None:
        lists_all(venue)
        venue.faults["fills"] = hangs

    async with open_desk(
        tmp_path, settings=replaced(reconcile_deadline=1e6), prepare=prepare
    ) as desk:
        asking = asyncio.ensure_future(desk.post(PATH, b""))
        account = desk.house.engine.reconciliation.desk("main")
        await desk.house.until(lambda: bool(account.waiters or account.served))
        desk.house.engine.release_waiters()
        assert problem_of(await asking) == (503, "DRAINING")


async def test_runs_and_findings_are_counted(tmp_path: Path) -> None:
    async with open_desk(tmp_path, settings=SETTINGS, prepare=lists_all) as desk:
        await ready(desk)
        desk.venue.working.append(foreign_report())
        await desk.post(PATH, b"")
        lines = (await desk.get("/metrics")).body.decode().splitlines()
        runs = 'fillgate_reconciliations_total{account="main",'
        found = 'fillgate_reconciliation_findings_total{account="main",'
        for line in (
            f'{runs}cause="start",result="agreed"}} 1.0',
            f'{runs}cause="request",result="differed"}} 1.0',
            f'{found}finding="foreign-order-seen"}} 1.0',
        ):
            assert line in lines
        assert any(line.startswith("fillgate_reconciliation_age_seconds{") for line in lines)


async def test_the_stream_of_an_account_is_shown_and_measured(tmp_path: Path) -> None:
    def streams(venue: Venue) -> None:
        venue.can(stream_reports=True)

    quick = replaced(stream_settle=0.01, stream_pause=1e6, stream_longest_pause=1e6)
    async with open_desk(tmp_path, settings=quick, prepare=streams) as desk:
        await desk.house.until(lambda: desk.house.engine.streams.is_up("main"))
        (account,) = (await desk.get("/api/v1/accounts")).json["accounts"]
        assert (account["stream"]["up"], account["stream"]["reason"]) == (True, None)
        desk.venue.feed.put_nowait(ConnectionError("reset"))
        await desk.house.until(lambda: not desk.house.engine.streams.is_up("main"))
        (account,) = (await desk.get("/api/v1/accounts")).json["accounts"]
        assert account["stream"]["reason"] == "ConnectionError: reset"
        lines = (await desk.get("/metrics")).body.decode().splitlines()
        assert 'fillgate_stream_up{account="main"} 0.0' in lines
        assert 'fillgate_stream_breaks_total{account="main"} 1.0' in lines
        assert [line["account"] for line in desk.log.of("stream-down")] == ["main"]


async def test_an_account_without_a_stream_shows_none(desk: Desk) -> None:
    (account,) = (await desk.get("/api/v1/accounts")).json["accounts"]
    assert account["stream"] is None
