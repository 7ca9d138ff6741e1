"""What a reader is told, against the journal; and how a stream ends."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from fillgate.domain.errors import Rejected
from fillgate.journal.base import JournalUnavailable, Recorded
from fillgate.service.events import StreamLimits, messages
from fillgate.service.plain import plain
from fillgate.service.shown import record_view
from tests.engine.venue import raises
from tests.service.conftest import Desk, numbered, open_desk, problem_of
from tests.service.events.reader import EVENTS, Reader, Told, reading

QUICK = StreamLimits(
    streams=3, page=4, kept_events=12, pace=0.001, heartbeat=0.02, stall=0.2, parting=0.05
)

PATIENT = replace(QUICK, stall=30.0)
"""Where who takes nothing is not what ends a stream, however busy the machine is."""


@pytest.fixture
async def patient(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path, limits=PATIENT) as opened:
        await opened.order(numbered())
        yield opened


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path, limits=QUICK) as opened:
        # What the start records is durable with that.
        await opened.order(numbered())
        yield opened


async def journal(desk: Desk) -> Sequence[Recorded]:
    return await desk.house.engine.journal.events(limit=10_000)


def shown(record: Recorded) -> dict[str, Any]:
    content = msgspec.json.decode(msgspec.json.encode(plain(record_view(record))))
    assert isinstance(content, dict)
    return content


def as_story(told: Told) -> dict[str, Any]:
    added = {"signal", "client_order_id", "account", "symbol"}
    return {name: value for name, value in told.data.items() if name not in added}


async def place_orders(desk: Desk, many: int, **fields: Any) -> None:
    for _ in range(many):
        assert (await desk.order(numbered() | fields)).status in {200, 202, 422}


async def test_all_is_told_as_the_stories_show_it_in_the_order_of_commits(desk: Desk) -> None:
    desk.venue.answers["NO/USDT"] = raises(Rejected("NO_FUNDS", "nothing left"))
    await place_orders(desk, 3)
    async with reading(desk, "?after=start") as reader:
        await place_orders(desk, 3)
        await place_orders(desk, 1, symbol="NO/USDT")
        records = await journal(desk)
        told = await reader.many(len(records))
    assert [as_story(each) for each in told] == [shown(record) for record in records]
    assert [each.event for each in told] == [record.event.kind for record in records]
    assert [each.data["signal"] for each in told] == [record.signal for record in records]
    assert len({each.id for each in told}) == len(told)


async def test_what_an_event_is_about_is_told(desk: Desk) -> None:
    async with reading(desk) as reader:
        await desk.order({"symbol": "SOL/USDT"})
        await desk.alert(b"nonsense")
        accepted, intended, answered, refused = await reader.many(4)
    for told in (accepted, intended, answered):
        assert (told.data["account"], told.data["symbol"]) == ("main", "SOL/USDT")
    assert accepted.data["client_order_id"] is None
    assert answered.data["client_order_id"] == intended.data["details"]["order"]["client_order_id"]
    assert answered.data["details"]["result"]["filled_quantity"] == "1"
    assert (refused.data["account"], refused.data["symbol"]) == (None, None)


async def test_it_starts_at_now(desk: Desk) -> None:
    await place_orders(desk, 2)
    before = await journal(desk)
    async with reading(desk) as reader:
        await place_orders(desk, 1)
        told = await reader.many(3)
    after = (await journal(desk))[len(before) :]
    assert [as_story(each) for each in told] == [shown(record) for record in after[:3]]


@pytest.mark.parametrize("by_header", [True, False])
async def test_reading_goes_on_behind_any_message(desk: Desk, by_header: bool) -> None:
    await place_orders(desk, 4)
    async with reading(desk, "?after=start&follow=false") as reader:
        whole = await reader.to_the_end()
    for seen, told in enumerate(whole, 1):
        query = "?follow=false" if by_header else f"?follow=false&after={told.id}"
        headers = {"last_event_id": told.id} if by_header else {}
        async with reading(desk, query, **headers) as reader:
            assert await reader.to_the_end() == whole[seen:]


async def test_what_does_not_follow_ends_though_events_are_gone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An end that is not there any more is no reason to wait for it."""
    await place_orders(desk, 3)
    journal = desk.house.engine.journal
    real = journal.events
    whole = await reader_of_all(desk)

    async def without_the_last(**asked: Any) -> Sequence[Recorded]:
        page = await real(**asked)
        return [record for record in page if record.position < len(whole) - 1]

    monkeypatch.setattr(journal, "events", without_the_last)
    assert await reader_of_all(desk) == whole[:-2]
    assert desk.house.engine.recorder.on_commit is None


async def test_the_header_wins_over_the_parameter(desk: Desk) -> None:
    """A browser that comes back asks at the address that it asked at first."""
    await place_orders(desk, 2)
    async with reading(desk, "?after=start&follow=false") as reader:
        whole = await reader.to_the_end()
    async with reading(desk, "?after=start&follow=false", last_event_id=whole[3].id) as reader:
        assert await reader.to_the_end() == whole[4:]


async def test_nothing_is_missed_by_who_leaves_before_the_first_message(desk: Desk) -> None:
    async with reading(desk) as reader:
        place = reader.place
    await place_orders(desk, 1)
    async with reading(desk, last_event_id=place) as reader:
        assert [each.event for each in await reader.many(3)] == [
            "signal-accepted", "order-intended", "submission-answered",
        ]  # fmt: skip


async def test_a_heartbeat_moves_the_place_past_what_was_not_wanted(desk: Desk) -> None:
    async with reading(desk, "?kind=order-absent") as reader:
        began = reader.place
        await place_orders(desk, 2)
        await reader.until(lambda: reader.place != began)
        await reader.until(lambda: reader.text.count(": still here") > 2)
        place = reader.place
    assert reader.told == []
    async with reading(desk, "?follow=false", last_event_id=place) as reader:
        assert await reader.to_the_end() == []


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("account=main", lambda data: data["account"] == "main"),
        ("account=other", lambda data: False),
        ("symbol=A/USDT", lambda data: data["symbol"] == "A/USDT"),
        ("symbol=A/USDT&symbol=B/USDT", lambda data: data["symbol"] in {"A/USDT", "B/USDT"}),
        ("kind=order-intended", lambda data: data["event"] == "order-intended"),
        (
            "kind=order-intended&kind=signal-accepted&symbol=B/USDT",
            lambda data: (
                data["event"] in {"order-intended", "signal-accepted"}
                and data["symbol"] == "B/USDT"
            ),
        ),
    ],
)
@pytest.mark.parametrize("late", [False, True])
async def test_filters(desk: Desk, query: str, fits: Any, late: bool) -> None:
    """Whether it is told live, from the tape, or late, from the journal."""

    async def trade() -> None:
        for symbol in ("A/USDT", "B/USDT", "C/USDT"):
            await desk.order({"symbol": symbol})

    if late:
        await trade()
    async with (
        reading(desk, "?after=start") as all_of_it,
        reading(desk, "?after=start&" + query) as some,
    ):
        if not late:
            await trade()
        whole = await all_of_it.many(len(await journal(desk)))
        expected = [told for told in whole if fits(told.data)]
        await some.until(lambda: some.place == whole[-1].id)
        assert some.told == expected


async def test_the_symbol_of_an_order_that_nobody_remembers_is_looked_up(desk: Desk) -> None:
    await desk.order({"symbol": "OLD/USDT"})
    blotter = desk.house.engine.blotter
    blotter._finished.clear()
    async with reading(desk, "?after=start&follow=false&kind=submission-answered") as reader:
        *_, answered = await reader.to_the_end()
    assert answered.data["symbol"] == "OLD/USDT"


async def test_unknown_kinds_are_refused_with_the_known_ones(desk: Desk) -> None:
    response = await desk.get(f"{EVENTS}?kind=order-filled")
    assert problem_of(response) == (400, "INVALID_PARAMETER")
    assert "order-intended" in response.json["detail"]


@pytest.mark.parametrize("place", ["", "x", "WzAsMF0x", "WzEsMl0_", "é", "WzFd"])
async def test_what_is_no_place_is_refused(desk: Desk, place: str) -> None:
    response = await desk.get(f"{EVENTS}?follow=false&after={place}")
    assert problem_of(response) == (400, "INVALID_PARAMETER")


async def test_a_place_of_another_journal_is_refused(desk: Desk, tmp_path: Path) -> None:
    async with open_desk(tmp_path / "another") as other:
        await place_orders(other, 1)
        async with reading(other, "?after=start&follow=false") as reader:
            last = (await reader.to_the_end())[-1].id
    for headers in ({}, {"last-event-id": last}):
        query = "" if headers else f"&after={last}"
        response = await desk.get(f"{EVENTS}?follow=false{query}", headers)
        assert problem_of(response) == (410, "EVENT_GONE")


async def test_no_more_read_than_may(desk: Desk) -> None:
    async with reading(desk), reading(desk):
        async with reading(desk):
            response = await desk.get(EVENTS)
            assert problem_of(response) == (503, "TOO_MANY_STREAMS")
            assert response.headers["retry-after"]
            assert desk.house.engine.meters.streams.open == 3
        async with reading(desk) as reader:
            assert reader.status == 200
    assert desk.house.engine.meters.streams.open == 0
    assert desk.house.engine.recorder.on_commit is None


async def stop_taking(desk: Desk, reader: Reader) -> None:
    """Stop in the middle of being told."""
    await reader.many(1)
    reader.takes.clear()


async def test_who_falls_behind_is_cut_off_and_loses_nothing(patient: Desk) -> None:
    async with reading(patient) as quick, reading(patient) as slow:
        await place_orders(patient, 1)
        await stop_taking(patient, slow)
        await place_orders(patient, 8)
        whole = await quick.many(27)
        slow.takes.set()
        *told, last = await slow.to_the_end()
        assert last.event == "cut-off"
        assert last.data["reason"] == "behind"
    assert told == whole[: len(told)]
    assert len(told) < len(whole)
    assert patient.house.engine.meters.streams.ended["behind"] == 1
    assert patient.log.of("event-stream-cut-off") == [{"reason": "behind"}]
    async with reading(patient, last_event_id=last.id) as again:
        assert await again.many(27 - len(told)) == whole[len(told) :]


class Line:
    """A connection that can be broken."""

    abort: Callable[[], None]

    def get_extra_info(self, name: str) -> None:
        return None


async def test_who_takes_nothing_is_hung_up_on(desk: Desk) -> None:
    line = Line()
    desk.feed.transport_of = lambda _: cast("asyncio.Transport", line)
    async with reading(desk) as slow:
        line.abort = slow.gone.set
        await place_orders(desk, 1)
        await stop_taking(desk, slow)
        await place_orders(desk, 1)
        async with asyncio.timeout(5):
            await slow.gone.wait()
    assert not slow.ended
    assert desk.house.engine.meters.streams.ended["stalled"] == 1


async def test_an_unreadable_journal_ends_the_stream(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(**_: object) -> None:
        raise JournalUnavailable("gone")

    await place_orders(desk, 3)
    async with reading(desk) as live:
        real = desk.house.engine.journal.events
        place = (await reader_of_all(desk))[0].id
        calls = 0

        async def once(**asked: Any) -> Any:
            nonlocal calls
            calls += 1
            return await (real(**asked) if calls == 1 else gone())

        monkeypatch.setattr(desk.house.engine.journal, "events", once)
        async with reading(desk, last_event_id=place) as reader:
            (last,) = await reader.to_the_end()
        assert (last.event, last.data["reason"], last.id) == ("cut-off", "broken", place)
        monkeypatch.undo()
        await place_orders(desk, 1)
        assert len(await live.many(3)) == 3


async def reader_of_all(desk: Desk) -> list[Told]:
    async with reading(desk, "?after=start&follow=false") as reader:
        return await reader.to_the_end()


async def test_a_stopping_service_ends_its_streams_at_once(patient: Desk) -> None:
    async with reading(patient) as reader, reading(patient) as stuck:
        stuck.takes.clear()
        await place_orders(patient, 1)
        await reader.many(3)
        patient.feed.stop()
        await reader.to_the_end()
        assert reader.text.endswith(": the service stops\n\n")
        assert problem_of(await patient.get(EVENTS)) == (503, "DRAINING")
        began = patient.house.clock.monotonic()
        await patient.house.until(lambda: not patient.house.engine.meters.streams.open)
        assert patient.house.clock.monotonic() - began < PATIENT.stall
    assert patient.house.engine.meters.streams.ended["stopping"] == 2


async def test_many_reading_at_once_encode_an_event_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded: list[int] = []
    real = messages._data

    def count(record: Recorded, subject: Any) -> bytes:
        encoded.append(record.position)
        return real(record, subject)

    monkeypatch.setattr(messages, "_data", count)
    async with reading(desk) as one, reading(desk) as two, reading(desk) as three:
        await place_orders(desk, 2)
        for reader in (one, two, three):
            await reader.many(6)
    assert len(encoded) == len(set(encoded)) == 6


async def test_the_api_key_is_asked_for(tmp_path: Path) -> None:
    async with open_desk(tmp_path / "keyed", api_key="a-made-up-key") as desk:
        assert problem_of(await desk.get(EVENTS)) == (401, "UNAUTHENTICATED")
        async with reading(desk, authorization="Bearer a-made-up-key") as reader:
            assert reader.status == 200


async def test_orders_do_not_hear_of_readers_when_there_are_none(desk: Desk) -> None:
    await place_orders(desk, 1)
    assert desk.house.engine.recorder.on_commit is None
    assert desk.feed.tape.end == 0
