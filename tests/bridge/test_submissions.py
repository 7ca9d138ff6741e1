"""Each request once, whatever comes again."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from fillgate.bridge.refusals import Refusal
from fillgate.bridge.submissions import Key, Submissions
from fillgate.domain.errors import NotSent, Rejected
from fillgate.domain.reports import ExecutionResult
from fillgate.plugins.ccxt_http.protocol import Ending
from fillgate.testing import RecordingLogger, VirtualClock

pytestmark = pytest.mark.anyio

ORDER = "fgtest000000100"
KEY = Key("execute_order", ORDER)
RESULT = ExecutionResult(success=True, order_id="venue-1", timestamp=1)


class Venue:
    """Counts what arrives; answers when told."""

    def __init__(self) -> None:
        self.arrived = 0
        self.answered = asyncio.Event()
        self.error: Exception | None = None

    async def work(self) -> object:
        self.arrived += 1
        await self.answered.wait()
        if self.error is not None:
            raise self.error
        return RESULT


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def venue() -> Venue:
    return Venue()


@pytest.fixture
def submissions(clock: VirtualClock) -> Submissions:
    return Submissions(clock, RecordingLogger(), deadline=5)


Once = Callable[..., Coroutine[Any, Any, Any]]


@pytest.fixture
def once(submissions: Submissions, venue: Venue, clock: VirtualClock) -> Once:
    async def send(asked: object = "an order", key: Key = KEY, at: int | None = None) -> Any:
        signed_at = clock.now() if at is None else at
        return await submissions.once(
            key, asked, signed_at, about=(ORDER,), check_time=lambda _: None, work=venue.work
        )

    return send


async def test_repeats_wait_for_the_first_and_hear_the_same(once: Once, venue: Venue) -> None:
    asking = [asyncio.create_task(once()) for _ in range(5)]
    await asyncio.sleep(0)
    venue.answered.set()
    told = [await each for each in asking]
    assert {ended for ended, _ in told} == {told[0][0]}
    assert [replayed for _, replayed in told] == [False, True, True, True, True]
    assert (await once())[1] is True
    assert venue.arrived == 1


async def test_who_hangs_up_cancels_nothing(
    once: Once, venue: Venue, submissions: Submissions
) -> None:
    asking = asyncio.create_task(once())
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert submissions.may_turn_up(ORDER, 0)
    venue.answered.set()
    ended, replayed = await once()
    assert (ended.ending, ended.value, replayed) == (Ending.RESULT, RESULT, True)
    assert venue.arrived == 1
    assert submissions.may_turn_up(ORDER, 0)


async def test_after_the_deadline_nothing_is_known_and_it_goes_on(
    venue: Venue, clock: VirtualClock
) -> None:
    submissions = Submissions(clock, RecordingLogger(), deadline=0.01)

    async def ask() -> Any:
        return await submissions.once(
            KEY, "an order", clock.now(), about=(ORDER,), check_time=lambda _: None, work=venue.work
        )

    ended, _ = await ask()
    assert (ended.ending, ended.code) == (Ending.UNKNOWN, "TIME_OUT")
    assert submissions.may_turn_up(ORDER, 0)
    venue.answered.set()
    await submissions.finish(5)
    assert (await ask())[0].ending is Ending.RESULT
    assert venue.arrived == 1


@pytest.mark.parametrize("error", [Rejected("NO", "no"), NotSent("NO", "no"), OSError("no")])
async def test_however_the_first_ended_it_is_not_sent_again(
    once: Once, venue: Venue, submissions: Submissions, error: Exception
) -> None:
    venue.error = error
    venue.answered.set()
    first, again = await once(), await once()
    assert (first[0], venue.arrived) == (again[0], 1)
    assert not submissions.may_turn_up(ORDER, 0)


async def test_not_found_is_no_answer_for_a_while_after_an_answer_was_lost(
    once: Once, venue: Venue, submissions: Submissions, clock: VirtualClock
) -> None:
    assert submissions.may_turn_up("sent by the process before", 10)
    clock.advance(10)
    venue.error = OSError("lost")
    venue.answered.set()
    await once()
    await asyncio.sleep(0)
    clock.advance(9.9)
    assert submissions.may_turn_up(ORDER, 10)
    assert not submissions.may_turn_up("another", 10)
    clock.advance(0.2)
    assert not submissions.may_turn_up(ORDER, 10)


async def test_an_order_is_being_changed_while_a_cancel_is_under_way(
    once: Once, venue: Venue, submissions: Submissions
) -> None:
    asking = asyncio.create_task(once("a cancel", Key("cancel_order", "request")))
    await asyncio.sleep(0)
    assert submissions.is_being_changed(ORDER)
    venue.answered.set()
    await asking
    assert not submissions.is_being_changed(ORDER)


async def test_another_request_under_the_same_id(once: Once, venue: Venue) -> None:
    venue.answered.set()
    await once("an order")
    ended, replayed = await once("another order")
    assert (ended.ending, ended.code, replayed) == (Ending.UNKNOWN, "DUPLICATE_ORDER", False)
    assert venue.arrived == 1


async def test_what_was_signed_before_the_start_is_not_sent(
    once: Once, venue: Venue, clock: VirtualClock
) -> None:
    ended, _ = await once(at=clock.now() - 1)
    assert (ended.ending, ended.code) == (Ending.UNKNOWN, "SIGNED_BEFORE_START")
    assert venue.arrived == 0


async def test_what_is_too_old_is_not_sent_and_leaves_no_trace(
    once: Once, submissions: Submissions, venue: Venue, clock: VirtualClock
) -> None:
    def too_old(_: int) -> None:
        raise Refusal("STALE", "too old")

    with pytest.raises(Refusal):
        await submissions.once(
            KEY, "an order", clock.now(), about=(ORDER,), check_time=too_old, work=venue.work
        )
    venue.answered.set()
    assert (await once())[0].ending is Ending.RESULT


async def test_stopping_waits_for_what_is_under_way(
    once: Once, venue: Venue, submissions: Submissions
) -> None:
    asking = asyncio.create_task(once())
    await asyncio.sleep(0)
    finishing = asyncio.create_task(submissions.finish(30))
    await asyncio.sleep(0)
    assert not finishing.done()
    venue.answered.set()
    await finishing
    assert (await asking)[0].ending is Ending.RESULT


async def test_stopping_gives_up_in_the_end_and_says_so(venue: Venue, clock: VirtualClock) -> None:
    logger = RecordingLogger()
    submissions = Submissions(clock, logger, deadline=30)
    asking = asyncio.create_task(
        submissions.once(
            KEY, "an order", clock.now(), about=(ORDER,), check_time=lambda _: None, work=venue.work
        )
    )
    await asyncio.sleep(0)
    await submissions.finish(0.01)
    assert [entry.event for entry in logger.entries] == ["stopped-with-request-under-way"]
    assert (await asking)[0].ending is Ending.UNKNOWN


async def test_memory_does_not_grow_with_history(
    once: Once, submissions: Submissions, venue: Venue, clock: VirtualClock
) -> None:
    venue.answered.set()
    for number in range(10):
        await once(key=Key("execute_order", str(number)))
        clock.advance(1800)
    assert len(submissions._sent) <= 4
    assert len(submissions._about[ORDER]) <= 4
