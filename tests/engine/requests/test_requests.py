"""Cancels and replaces through a whole engine, over a real journal."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fillgate.domain.capabilities import Capabilities
from fillgate.domain.errors import CodedError, NotSent, Rejected
from fillgate.domain.events import CancelRequested, OrderIntended, OrderWithdrawn
from fillgate.domain.ids import request_id
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import OrderType
from fillgate.domain.requests import RequestStatus
from fillgate.engine.intake import EngineUnavailable, KeyReused
from fillgate.engine.reports import Channel
from fillgate.engine.requests.asker import Asker
from fillgate.engine.requests.checks import RequestRefused, Terms
from fillgate.engine.requests.outcomes import Outcome
from fillgate.engine.requests.requests import OrderNotFound
from tests.engine.conftest import House, open_house, replaced, unreadable
from tests.engine.venue import (
    Asked,
    canceled,
    deaf,
    filled,
    gated,
    never,
    raises,
    report,
    resting,
    returns,
    tells,
)
from tests.journal.faulty_disk import FaultyDisk, full_disk

pytestmark = pytest.mark.anyio

D = Decimal
S = OrderStatus
R = RequestStatus
ME = Asker(source="api", actor="api", reason="changed my mind")
LIMIT: dict[str, Any] = {"order_type": OrderType.LIMIT, "price": D(100), "quantity": D(4)}
WAIT = 5.0


def keyed(key: str) -> Asker:
    return Asker(source="api", actor="api", key=key)


async def placed(house: House, **fields: Any) -> OrderState:
    """Return an order that rests at the venue."""
    house.venue.answers["BTC/USDT"] = resting
    state = await house.send(**LIMIT | fields)
    house.venue.found[state.order.client_order_id] = report(state.order, S.NEW)
    return state


async def cancel(house: House, identity: str, asker: Asker = ME, wait: float = WAIT) -> Outcome:
    return await house.engine.requests.cancel(identity, asker, wait=wait)


async def replace(
    house: House, identity: str, asker: Asker = ME, wait: float = WAIT, **terms: str
) -> Outcome:
    given = Terms(**{name: D(value) for name, value in terms.items()})
    return await house.engine.requests.replace(identity, given, asker, wait=wait)


async def kinds(house: House, signal: int) -> list[str]:
    return [record.event.kind for record in await house.engine.journal.story(signal)]


async def test_a_working_order_is_cancelled(house: House) -> None:
    state = await placed(house)
    identity = state.order.client_order_id
    outcome = await cancel(house, identity)
    assert (outcome.state.status, outcome.request.status) == (S.CANCELED, R.DONE)
    assert outcome.request.request == request_id(identity, 1)
    assert house.venue.cancels == [
        Asked(state.order, identity, f"v-{identity}", outcome.request.request)
    ]
    assert (await kinds(house, state.signal))[-2:] == ["cancel-requested", "request-answered"]


async def test_a_cancel_is_durable_before_the_venue_hears_of_it(house: House) -> None:
    state = await placed(house)
    seen: list[str] = []

    async def look(asked: Asked) -> Any:
        seen.extend(await kinds(house, state.signal))
        return await canceled(asked)

    house.venue.cancel_answer = look
    await cancel(house, state.order.client_order_id)
    assert seen[-1] == "cancel-requested"


ENDINGS: list[tuple[Callable[[Any], Awaitable[Any]], OrderStatus, RequestStatus]] = [
    (tells(S.FILLED, "4"), S.FILLED, R.TOO_LATE),
    (tells(S.CANCELED, "1"), S.CANCELED, R.DONE),
    (raises(Rejected("UNKNOWN_ORDER", "Unknown order sent.")), S.NEW, R.REJECTED),
    (raises(NotSent("REFUSED", "nobody there")), S.NEW, R.NOT_SENT),
]


@pytest.mark.parametrize(("answer", "status", "outcome"), ENDINGS)
async def test_how_a_cancel_ends(
    house: House, answer: Any, status: OrderStatus, outcome: RequestStatus
) -> None:
    state = await placed(house)
    house.venue.cancel_answer = answer
    found = await cancel(house, state.order.client_order_id)
    assert (found.state.status, found.request.status) == (status, outcome)


LOST: list[Any] = [
    raises(ConnectionError("reset")),
    returns(None),
    never,
    tells(S.REJECTED),
    tells(S.FILLED),
    tells(S.CANCELED, symbol="ETH/USDT"),
    tells(S.CANCELED, order_id=" "),
]


@pytest.mark.parametrize("answer", LOST)
@pytest.mark.parametrize("truth", [S.NEW, S.CANCELED, S.FILLED])
async def test_a_cancel_without_an_answer_is_unknown_and_looked_up(
    house: House, answer: Any, truth: OrderStatus
) -> None:
    state = await placed(house)
    identity = state.order.client_order_id
    house.venue.cancel_answer = answer
    house.venue.lookup_error = ConnectionError("venue down")
    lost = await cancel(house, identity)
    assert (lost.state.status, lost.request.status) == (S.NEW, R.UNKNOWN)
    house.venue.cancel_answer = canceled
    house.venue.found[identity] = report(state.order, truth, "4" if truth is S.FILLED else "0")
    house.venue.lookup_error = None
    await house.until(lambda: not house.state(identity).requests[0].is_open)
    first = house.state(identity).requests[0].status
    assert first is {S.NEW: R.INEFFECTIVE, S.CANCELED: R.DONE, S.FILLED: R.TOO_LATE}[truth]
    # What works on although it was cancelled is cancelled again, under an id of its own.
    if truth is S.NEW:
        await house.until(lambda: house.status(identity) == "CANCELED")
        assert [each.actor for each in house.state(identity).requests] == ["api", "fillgate"]
    assert len(house.venue.cancels) == (2 if truth is S.NEW else 1)


async def test_what_is_found_of_another_order_says_nothing_of_a_cancel(house: House) -> None:
    state = await placed(house)
    identity = state.order.client_order_id
    house.venue.found[identity] = report(state.order, S.NEW, quantity=D(7))
    house.venue.cancel_answer = raises(ConnectionError("reset"))
    await cancel(house, identity)
    asked = len(house.venue.lookups)
    await house.until(lambda: len(house.venue.lookups) > asked + 40)
    assert house.state(identity).requests[0].status is R.UNKNOWN
    house.venue.found[identity] = report(state.order, S.CANCELED)
    await house.until(lambda: house.status(identity) == "CANCELED")
    assert house.state(identity).requests[0].status is R.DONE


async def test_a_cancel_that_never_has_an_effect_is_not_repeated_for_ever(house: House) -> None:
    state = await placed(house)
    identity = state.order.client_order_id
    house.venue.cancel_answer = raises(ConnectionError("reset"))
    await cancel(house, identity)

    def is_over() -> bool:
        asked = house.state(identity).requests
        return len(asked) == 4 and asked[-1].status is R.INEFFECTIVE

    await house.until(is_over)
    for _ in range(3):
        house.venue.lookups.clear()
        await house.until(lambda: bool(house.venue.lookups))
    assert len(house.venue.cancels) == 4
    assert house.status(identity) == "NEW"


async def test_a_venue_that_only_takes_the_cancel_is_asked_until_it_has_acted(
    house: House,
) -> None:
    state = await placed(house)
    identity = state.order.client_order_id
    house.venue.cancel_answer = tells(S.PENDING_CANCEL)
    outcome = await cancel(house, identity, wait=0)
    await house.until(lambda: bool(house.venue.cancels))
    assert outcome.state.status is S.PENDING_CANCEL
    house.venue.found[identity] = report(state.order, S.CANCELED)
    await house.until(lambda: house.status(identity) == "CANCELED")
    assert house.state(identity).requests[0].status is R.DONE


async def test_an_order_on_its_way_is_cancelled_by_its_id_and_again_once_it_works(
    house: House,
) -> None:
    gate = asyncio.Event()
    house.venue.answers["BTC/USDT"] = gated(gate, resting)
    admission = await house.accept(**LIMIT)
    identity = admission.ticket.client_order_id
    assert identity is not None
    await house.until(lambda: bool(house.venue.arrived))
    house.venue.cancel_answer = raises(Rejected("UNKNOWN_ORDER", "Unknown order sent."))
    early = await cancel(house, identity)
    assert (early.state.status, early.request.status) == (S.PENDING_NEW, R.REJECTED)
    assert house.venue.cancels[0].order_id is None
    house.venue.cancel_answer = canceled
    gate.set()
    await house.until(lambda: house.status(identity) == "CANCELED")
    assert len(house.venue.arrived) == 1
    assert [each.status for each in house.state(identity).requests] == [R.REJECTED, R.DONE]


async def test_an_unknown_order_is_cancelled_by_its_id(house: House) -> None:
    house.venue.answers["BTC/USDT"] = raises(ConnectionError("reset"))
    house.venue.lookup_error = ConnectionError("venue down")
    state = await house.send(**LIMIT)
    assert state.status is S.UNKNOWN
    outcome = await cancel(house, state.order.client_order_id)
    assert (outcome.state.status, outcome.request.status) == (S.CANCELED, R.DONE)
    await house.until(lambda: not list(house.engine.dispatcher.lanes))


async def test_not_found_to_a_cancel_proves_nothing(house: House) -> None:
    house.venue.answers["BTC/USDT"] = raises(ConnectionError("reset"))
    house.venue.lookup_error = ConnectionError("venue down")
    state = await house.send(**LIMIT)
    identity = state.order.client_order_id
    house.venue.cancel_answer = raises(Rejected("UNKNOWN_ORDER", "Unknown order sent."))
    outcome = await cancel(house, identity)
    assert (outcome.state.status, outcome.request.status) == (S.UNKNOWN, R.REJECTED)
    house.venue.cancel_answer = canceled
    house.venue.found[identity] = report(state.order, S.PARTIALLY_FILLED, "1")
    house.venue.lookup_error = None
    await house.until(lambda: house.status(identity) == "CANCELED")
    assert house.state(identity).executed.total.quantity == D(1)


async def test_a_signal_that_waits_in_its_lane_is_cancelled_here(house: House) -> None:
    gate = asyncio.Event()
    house.venue.answers["BTC/USDT"] = gated(gate)
    await house.accept()
    waiting = (await house.accept()).ticket
    identity = waiting.client_order_id
    assert identity is not None
    outcome = await cancel(house, identity)
    assert (outcome.state.status, outcome.request.status) == (S.CANCELED, R.DONE)
    assert not outcome.state.sending
    assert not house.venue.cancels
    story = await house.engine.journal.story(waiting.number)
    assert [type(record.event) for record in story[1:]] == [
        OrderIntended,
        CancelRequested,
        OrderWithdrawn,
    ]
    gate.set()
    await house.until(lambda: not house.engine.dispatcher.under_way)
    assert len(house.venue.arrived) == 1


async def test_what_is_being_cancelled_is_joined(house: House) -> None:
    state = await placed(house)
    gate = asyncio.Event()
    house.venue.cancel_answer = gated(gate, canceled)
    both = [asyncio.create_task(cancel(house, state.order.client_order_id)) for _ in range(2)]
    await house.until(lambda: bool(house.venue.cancels))
    gate.set()
    first, second = [await each for each in both]
    assert first.request == second.request
    assert (first.replayed, second.replayed) == (False, True)
    assert len(house.venue.cancels) == 1


async def test_a_late_answer_about_a_forgotten_order_counts(tmp_path: Path) -> None:
    gate = asyncio.Event()
    settings = replaced(remembered_orders=1, submit_deadline=0.05)
    async with open_house(tmp_path, settings=settings) as house:
        state = await placed(house)
        identity = state.order.client_order_id
        house.venue.found.clear()
        house.venue.lookup_error = ConnectionError("venue down")
        house.venue.cancel_answer = deaf(gate, tells(S.CANCELED, "0.5"))
        assert (await cancel(house, identity)).request.status is R.UNKNOWN
        told = report(state.order, S.CANCELED)
        await house.engine.reports.take("main", told, Channel.STREAM)
        house.venue.answers["ETH/USDT"] = filled
        for _ in range(3):
            await house.send(symbol="ETH/USDT")
        await house.settled()
        assert house.engine.blotter.order(identity) is None, "it is forgotten"
        with unreadable(house) as tried:
            gate.set()
            await house.until(lambda: tried() > 1)
        await house.until(lambda: house.engine.recorder.latest(identity) is not None)
        await house.settled()
        assert house.state(identity).executed.total.quantity == D("0.5")


async def test_a_cancel_with_a_key_is_made_once(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        identity = (await placed(house)).order.client_order_id
        house.venue.cancel_answer = raises(Rejected("BUSY", "try later"))
        first = await cancel(house, identity, keyed("k"))
        again = await cancel(house, identity, keyed("k"))
        assert (first.replayed, again.replayed) == (False, True)
        assert first.request == again.request
        with pytest.raises(KeyReused):
            await replace(house, identity, keyed("k"), price="90")
        assert len(house.venue.cancels) == 1
    async with open_house(tmp_path) as house:
        later = await cancel(house, identity, keyed("k"))
        assert (later.replayed, later.request.status) == (True, R.REJECTED)
        assert not house.venue.cancels


async def test_replaces_with_one_key_at_the_same_time_are_one(house: House) -> None:
    state = await placed(house)
    identity = state.order.client_order_id
    three = [replace(house, identity, keyed("k"), price="90") for _ in range(3)]
    outcomes = await asyncio.gather(*three)
    assert len({outcome.request.request for outcome in outcomes}) == 1
    assert sorted(outcome.replayed for outcome in outcomes) == [False, True, True]
    assert len(house.venue.replaces) == 1


async def test_a_replace_gives_the_order_other_terms(house: House) -> None:
    state = await placed(house)
    identity = state.order.client_order_id
    outcome = await replace(house, identity, price="90", quantity="5")
    assert (outcome.state.status, outcome.request.status) == (S.NEW, R.DONE)
    order = outcome.state.order
    assert (order.client_order_id, order.price, order.quantity) == (identity, D(90), D(5))
    (asked,) = house.venue.replaces
    assert (asked.client_order_id, asked.request_id) == (identity, request_id(identity, 1))
    again = await replace(house, identity, price="80")
    assert again.state.order.price == D(80)
    assert house.venue.replaces[1].client_order_id == request_id(identity, 1)
    await cancel(house, identity)
    assert house.venue.cancels[0].client_order_id == request_id(identity, 2)


@pytest.mark.parametrize("took", [True, False])
async def test_a_replace_without_an_answer_is_looked_up(house: House, took: bool) -> None:
    state = await placed(house)
    identity = state.order.client_order_id
    house.venue.replace_answer = raises(ConnectionError("reset"))
    house.venue.lookup_error = ConnectionError("venue down")
    lost = await replace(house, identity, price="90")
    assert (lost.state.status, lost.request.status) == (S.NEW, R.UNKNOWN)
    price = D(90) if took else D(100)
    house.venue.found[identity] = report(state.order, S.NEW, price=price)
    house.venue.lookup_error = None
    await house.until(lambda: not house.state(identity).requests[0].is_open)
    assert house.state(identity).order.price == price
    assert house.state(identity).requests[0].status is (R.DONE if took else R.INEFFECTIVE)
    assert len(house.venue.replaces) == 1


async def refused(work: Awaitable[Any]) -> str:
    with pytest.raises(CodedError) as caught:
        await work
    return caught.value.code


async def test_what_cannot_be_asked_changes_nothing(house: House) -> None:
    state = await placed(house)
    identity = state.order.client_order_id
    before = await kinds(house, state.signal)
    assert await refused(cancel(house, "fg0000000000000")) == "NOT_FOUND"
    assert await refused(cancel(house, "somebody-elses")) == "NOT_FOUND"
    assert await refused(replace(house, identity, quantity="4")) == "NOTHING_TO_REPLACE"
    assert await refused(replace(house, identity, stop_price="4")) == "FIELD_NOT_OF_TYPE"
    house.venue.found[identity] = report(state.order, S.PARTIALLY_FILLED, "2")
    await house.until(lambda: house.status(identity) == "PARTIALLY_FILLED")
    assert await refused(replace(house, identity, quantity="2")) == "QUANTITY_BELOW_FILLED"
    house.venue.capabilities = Capabilities(order_types=frozenset(OrderType))
    assert await refused(cancel(house, identity)) == "CANCEL_NOT_SUPPORTED"
    assert await refused(replace(house, identity, price="90")) == "REPLACE_NOT_SUPPORTED"
    assert (await kinds(house, state.signal))[: len(before)] == before
    assert not house.state(identity).requests
    assert not house.venue.cancels
    assert not house.venue.replaces


async def test_a_finished_order_is_neither_cancelled_nor_replaced(house: House) -> None:
    house.venue.answers["BTC/USDT"] = filled
    state = await house.send(**LIMIT)
    identity = state.order.client_order_id
    assert await refused(cancel(house, identity)) == "ORDER_FINISHED"
    assert await refused(replace(house, identity, price="90")) == "ORDER_FINISHED"


async def test_cancel_and_replace_at_the_same_time(house: House) -> None:
    state = await placed(house)
    identity = state.order.client_order_id
    gate = asyncio.Event()
    house.venue.replace_answer = gated(gate, tells(S.NEW))
    replacing = asyncio.create_task(replace(house, identity, price="90"))
    await house.until(lambda: bool(house.venue.replaces))
    assert house.status(identity) == "PENDING_REPLACE"
    assert await refused(replace(house, identity, price="80")) == "REQUEST_PENDING"
    # A cancel never waits.
    outcome = await cancel(house, identity)
    assert (outcome.state.status, outcome.request.status) == (S.CANCELED, R.DONE)
    gate.set()
    assert (await replacing).request.status is R.TOO_LATE
    assert await refused(replace(house, identity, price="80")) == "ORDER_FINISHED"


async def test_an_order_on_its_way_is_not_replaced(house: House) -> None:
    gate = asyncio.Event()
    house.venue.answers["BTC/USDT"] = gated(gate, resting)
    first = (await house.accept(**LIMIT)).ticket.client_order_id
    second = (await house.accept(**LIMIT)).ticket.client_order_id
    for identity in (first, second):
        assert identity is not None
        assert await refused(replace(house, identity, price="90")) == "ORDER_UNDECIDED"
    gate.set()


async def test_quantity_is_not_added_while_an_unknown_order_holds_the_lane(house: House) -> None:
    state = await placed(house)
    identity = state.order.client_order_id
    house.venue.answers["BTC/USDT"] = raises(ConnectionError("reset"))
    house.venue.lookup_error = ConnectionError("venue down")
    await house.send(**LIMIT)
    assert await refused(replace(house, identity, quantity="5")) == "LANE_HELD"
    assert (await replace(house, identity, quantity="3")).request.status is R.DONE
    assert (await cancel(house, identity)).request.status is R.DONE


async def test_all_are_cancelled_by_account_and_symbol(house: House) -> None:
    gate = asyncio.Event()
    resting_ones = [await placed(house) for _ in range(3)]
    house.venue.answers["ETH/USDT"] = gated(gate)
    flying = (await house.accept(symbol="ETH/USDT")).ticket
    waiting = (await house.accept(symbol="ETH/USDT")).ticket
    requests = house.engine.requests
    assert await requests.cancel_all(ME, account="other", symbol=None) == []
    of_symbol = await requests.cancel_all(ME, account="main", symbol="BTC/USDT", wait=WAIT)
    assert {outcome.state.status for outcome in of_symbol if isinstance(outcome, Outcome)} == {
        S.CANCELED
    }
    assert len(of_symbol) == len(resting_ones)
    house.venue.cancel_answer = raises(Rejected("UNKNOWN_ORDER", "Unknown order sent."))
    rest = await requests.cancel_all(ME, account=None, symbol=None, wait=WAIT)
    told = {
        outcome.state.order.client_order_id: (outcome.state.status, outcome.request.status)
        for outcome in rest
        if isinstance(outcome, Outcome)
    }
    assert told == {
        waiting.client_order_id: (S.CANCELED, R.DONE),
        flying.client_order_id: (S.PENDING_NEW, R.REJECTED),
    }
    gate.set()


async def test_all_that_can_be_is_cancelled_and_the_rest_is_named(house: House) -> None:
    state = await placed(house)
    house.venue.capabilities = Capabilities(order_types=frozenset(OrderType))
    (told,) = await house.engine.requests.cancel_all(ME, account=None, symbol=None)
    identity, error = told[0], told[1]
    assert identity == state.order.client_order_id
    assert isinstance(error, RequestRefused)
    assert error.code == "CANCEL_NOT_SUPPORTED"


async def test_a_request_that_was_under_way_at_a_crash_is_looked_up(tmp_path: Path) -> None:
    async with open_house(tmp_path, graceful=False) as house:
        state = await placed(house)
        identity = state.order.client_order_id
        house.venue.cancel_answer = never
        asking = asyncio.create_task(cancel(house, identity))
        await house.until(lambda: bool(house.venue.cancels))
        asking.cancel()
    async with open_house(
        tmp_path, prepare=lambda venue: venue.found.update({identity: report(state.order, S.NEW)})
    ) as house:
        house.venue.arrived.append(state.order)
        await house.until(lambda: house.status(identity) == "CANCELED")
        assert [each.status for each in house.state(identity).requests] == [
            R.INEFFECTIVE,
            R.DONE,
        ]


async def test_without_a_journal_nothing_is_asked(tmp_path: Path) -> None:
    with FaultyDisk() as faulty:
        async with open_house(tmp_path, disk=faulty.name) as house:
            identity = (await placed(house)).order.client_order_id
            faulty.on_write = full_disk
            with pytest.raises(EngineUnavailable):
                await cancel(house, identity)
            with pytest.raises(EngineUnavailable):
                await cancel(house, identity)
            assert not house.venue.cancels
            faulty.heal()
            await house.until(lambda: house.engine.recorder.fault is None)
            assert (await cancel(house, identity)).request.status is R.DONE


async def test_an_old_order_that_memory_forgot_can_be_cancelled(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        with pytest.raises(OrderNotFound):
            await cancel(house, "fg0000000000000")
        state = await placed(house)
        identity = state.order.client_order_id
        await cancel(house, identity)
    async with open_house(tmp_path) as house:
        assert house.engine.blotter.order(identity) is None
        assert await refused(cancel(house, identity)) == "ORDER_FINISHED"


async def test_an_order_that_is_being_written_down_never_leaves(tmp_path: Path) -> None:
    with FaultyDisk() as disk:
        async with open_house(tmp_path, disk=disk.name) as house:
            begun, go_on = threading.Event(), threading.Event()

            def hold() -> None:
                begun.set()
                assert go_on.wait(WAIT)

            disk.before_flush = hold
            accepting = asyncio.create_task(house.accept(**LIMIT))
            await house.until(begun.is_set)
            (ticket,) = house.engine.dispatcher.waiting()
            identity = ticket.client_order_id
            assert identity is not None
            canceling = asyncio.create_task(cancel(house, identity))
            await house.until(lambda: ticket.withdrawal is not None)
            disk.before_flush = None
            go_on.set()
            await accepting
            outcome = await canceling
            assert (outcome.state.status, outcome.request.status) == (S.CANCELED, R.DONE)
            assert not house.venue.arrived
            assert not list(house.engine.dispatcher.lanes)


async def test_what_is_cancelled_while_it_is_written_down_and_turns_out_a_repeat_is_no_order(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path) as house:
        await placed(house)
        first = await house.accept("k", **LIMIT)
    async with open_house(tmp_path) as house:
        again = asyncio.create_task(house.accept("k", **LIMIT))
        await asyncio.sleep(0)
        (ticket,) = house.engine.dispatcher.waiting()
        told = await house.engine.requests.cancel_all(ME, account=None, symbol=None, wait=WAIT)
        assert (await again).ticket.number == first.ticket.number
        (named,) = [each for each in told if not isinstance(each, Outcome)]
        assert named[0] == ticket.client_order_id
        assert named[1].code == "NOT_FOUND"
        assert await house.engine.journal.story(ticket.number) == []
