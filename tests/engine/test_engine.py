"""The way of a signal through the whole engine, over a real journal."""

import asyncio
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from fillgate.domain.errors import NotSent, Rejected, Unknown, UnknownAccount
from fillgate.domain.events import OrderEvent
from fillgate.domain.fills import Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Side
from fillgate.domain.reports import ExecutionResult
from fillgate.engine.intake import EngineUnavailable, KeyReused
from fillgate.engine.resolution import NotResolvable, Resolution
from tests.engine.conftest import PATIENCE, House, open_house, replaced
from tests.engine.venue import Venue, deaf, filled, gated, never, raises, report, resting, returns


async def test_who_cannot_be_written_down_is_told_at_once(house: House) -> None:
    arrival = house.arrival("\ud800")
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(EngineUnavailable, match="surrogates"):
            await house.engine.intake.accept(arrival, wait=10 * PATIENCE)
    assert house.engine.dispatcher.lanes.waiting == 0
    assert (await house.send()).status is OrderStatus.FILLED


async def kinds(house: House, signal: int) -> list[str]:
    return [record.event.kind for record in await house.engine.journal.story(signal)]


async def test_a_signal_becomes_one_order_written_down_before_and_after(house: House) -> None:
    admission = await house.accept()
    state = await house.outcome(admission)
    assert state.status is OrderStatus.FILLED
    assert state.order_id == f"v-{state.order.client_order_id}"
    assert [order.client_order_id for order in house.venue.arrived] == [state.order.client_order_id]
    assert await kinds(house, admission.ticket.number) == [
        "signal-accepted",
        "order-intended",
        "submission-answered",
    ]


async def test_sending_is_durable_when_the_venue_hears_of_the_order(house: House) -> None:
    seen: list[list[str]] = []

    async def look(order: object) -> ExecutionResult:
        identity = house.venue.arrived[-1].client_order_id
        row = await house.engine.journal.find_order(identity)
        assert row is not None
        seen.append(await kinds(house, row.signal))
        return await filled(house.venue.arrived[-1])

    house.venue.answers["BTC/USDT"] = look
    await house.send()
    assert seen == [["signal-accepted", "order-intended"]]


ENDINGS = [
    (filled, "FILLED", None),
    (resting, "NEW", None),
    (raises(Rejected("INSUFFICIENT_FUNDS", "not enough")), "REJECTED", "INSUFFICIENT_FUNDS"),
    (raises(NotSent("REFUSED", "connection refused")), "DENIED", "REFUSED"),
    (raises(Unknown("RESET", "connection reset")), "UNKNOWN", "RESET"),
    (raises(ValueError("bug in the plugin")), "UNKNOWN", "PLUGIN_ERROR"),
    (raises(TimeoutError()), "UNKNOWN", "PLUGIN_ERROR"),
    (returns(None), "UNKNOWN", "NO_RESULT"),
    (never, "UNKNOWN", "TIME_OUT"),
    (returns(ExecutionResult(success=True, timestamp=1)), "UNKNOWN", "NO_ORDER_ID"),
    (returns(ExecutionResult(success=True, order_id=" ", timestamp=1)), "UNKNOWN", "NO_ORDER_ID"),
    (returns(ExecutionResult(success=False, timestamp=1)), "UNKNOWN", "NO_DEFINITE_REASON"),
    (
        returns(ExecutionResult(success=True, order_id="v", filled_quantity=0.5, timestamp=1)),  # type: ignore[arg-type]  # what is tested
        "UNKNOWN",
        "BROKEN_RESULT",
    ),
    (
        returns(
            ExecutionResult(success=True, order_id="v", filled_quantity=Decimal("NaN"), timestamp=1)
        ),
        "UNKNOWN",
        "BROKEN_RESULT",
    ),
    (
        returns(ExecutionResult(success=True, order_id="\ud800", timestamp=1)),
        "UNKNOWN",
        "BROKEN_RESULT",
    ),
    (
        returns(
            ExecutionResult(
                success=True,
                order_id="v",
                status=OrderStatus.FILLED,
                fills=(Fill(fill_id="1", quantity=Decimal(1), price=Decimal(100), timestamp=1),),
                timestamp=1,
            )
        ),
        "FILLED",
        None,
    ),
    (
        returns(
            ExecutionResult(success=True, order_id="v", status=OrderStatus.FILLED, timestamp=1)
        ),
        "UNKNOWN",
        "CONTRADICTION",
    ),
    (raises(Rejected("LOT_SIZE", "\ud800")), "REJECTED", "LOT_SIZE"),
    (
        returns(ExecutionResult(success=False, error="time-out", timestamp=1)),
        "UNKNOWN",
        "NO_DEFINITE_REASON",
    ),
    (
        returns(
            ExecutionResult(
                success=False, status=OrderStatus.REJECTED, error="lot size", timestamp=1
            )
        ),
        "REJECTED",
        "REJECTED",
    ),
]


@pytest.mark.parametrize(("answer", "status", "code"), ENDINGS)
async def test_each_way_a_submission_can_end(
    house: House, answer: object, status: str, code: str | None
) -> None:
    house.venue.answers["BTC/USDT"] = answer  # type: ignore[assignment]
    house.venue.lookup_error = ConnectionError()
    state = await house.send()
    assert (state.status.value, state.code) == (status, code)
    assert len(house.venue.arrived) == 1


async def test_two_hundred_deliveries_under_one_key_make_one_order(house: House) -> None:
    admissions = await asyncio.gather(*(house.accept("alert-1") for _ in range(200)))
    states = [await house.outcome(admission) for admission in admissions]
    assert len(house.venue.arrived) == 1
    assert {state.order.client_order_id for state in states} == {
        house.venue.arrived[0].client_order_id
    }
    assert [admission.replayed for admission in admissions].count(False) == 1


async def test_a_key_with_another_reading_is_an_error(house: House) -> None:
    await house.accept("alert-1")
    with pytest.raises(KeyReused):
        await house.accept("alert-1", quantity=Decimal(2))
    assert (await house.accept("alert-1", quantity=Decimal(1))).replayed
    assert (await house.accept("alert-1", timestamp=house.clock.now() // 1000)).replayed


async def test_a_fingerprint_counts_within_its_window_only(tmp_path: Path) -> None:
    async with open_house(tmp_path, settings=replaced(fingerprint_window=0.1)) as house:
        first = await house.accept(fingerprint=True)
        second = await house.accept(fingerprint=True)
        other = await house.accept(fingerprint=True, quantity=Decimal(2))
        assert second.ticket is first.ticket
        assert second.suspected
        assert not other.suspected
        end = first.ticket.received_at + 100_000
        await house.until(lambda: house.clock.now() > end)
        later = await house.accept(fingerprint=True)
        assert not later.suspected
        await house.outcome(later)
        assert len(house.venue.arrived) == 3


async def test_a_lane_passes_one_order_at_a_time(house: House) -> None:
    gate = asyncio.Event()
    house.venue.answers["BTC/USDT"] = gated(gate)
    admissions = [await house.accept() for _ in range(5)]
    elsewhere = await house.send(symbol="ETH/USDT")
    assert elsewhere.status is OrderStatus.FILLED
    assert len(house.venue.arrived) == 2
    gate.set()
    for admission in admissions:
        await house.outcome(admission)
    numbers = [order.client_order_id for order in house.venue.arrived if order.symbol != "ETH/USDT"]
    assert numbers == sorted(numbers)
    assert len(numbers) == 5


async def test_an_unknown_order_holds_its_lane_until_a_lookup_finds_it(house: House) -> None:
    house.venue.answers["BTC/USDT"] = never
    house.venue.lookup_error = ConnectionError("venue down")
    unknown = await house.send()
    house.venue.answers["BTC/USDT"] = filled
    waiting = await house.accept()
    reducing = await house.send(reduce_only=True)
    assert reducing.status is OrderStatus.FILLED
    assert not waiting.ticket.answered.is_open
    house.venue.found[unknown.order.client_order_id] = report(
        unknown.order, OrderStatus.FILLED, "1"
    )
    house.venue.lookup_error = None
    assert (await house.outcome(waiting)).status is OrderStatus.FILLED
    assert house.status(unknown.order.client_order_id) == "FILLED"


async def test_signals_behind_a_held_lane_end_at_their_age_limit(tmp_path: Path) -> None:
    settings = replaced(max_age=0.15)
    async with open_house(tmp_path, settings=settings) as house:
        house.venue.answers["BTC/USDT"] = raises(Unknown("RESET", ""))
        house.venue.lookup_error = ConnectionError()
        unknown = await house.send()
        state = await house.send()
        assert (state.status, state.code) == (OrderStatus.DENIED, "LANE_HELD")
        assert unknown.order.client_order_id in (state.text or "")
        assert len(house.venue.arrived) == 1


async def test_an_order_not_found_for_long_enough_is_absent(house: House) -> None:
    house.venue.answers["BTC/USDT"] = raises(Unknown("RESET", ""))
    unknown = await house.send()
    identity = unknown.order.client_order_id
    await house.until(lambda: house.status(identity) == "ABSENT")
    assert len(house.venue.lookups) >= 3
    assert len(house.venue.arrived) == 1


async def test_a_failed_lookup_is_no_answer(house: House) -> None:
    house.venue.answers["BTC/USDT"] = raises(Unknown("RESET", ""))
    house.venue.lookup_error = ConnectionError()
    unknown = await house.send()
    await house.until(lambda: len(house.venue.lookups) > 8)
    assert house.status(unknown.order.client_order_id) == "UNKNOWN"


@pytest.mark.parametrize(
    "changes",
    [
        {"symbol": "ETH/USDT"},
        {"side": Side.SELL},
        {"quantity": Decimal(3)},
        {"created": 1_000},
        {"client_order_id": "somebody-else"},
    ],
)
async def test_what_does_not_fit_our_order_is_an_anomaly(
    house: House, changes: dict[str, object]
) -> None:
    house.venue.answers["BTC/USDT"] = raises(Unknown("RESET", ""))
    house.venue.lookup_error = ConnectionError()
    unknown = await house.send()
    identity = unknown.order.client_order_id
    house.venue.found[identity] = report(unknown.order, OrderStatus.FILLED, "1", **changes)
    house.venue.lookup_error = None
    await house.until(lambda: bool(house.state(identity).anomalies))
    assert house.status(identity) == "UNKNOWN"
    assert not house.engine.blotter.position("main", "BTC/USDT").quantity


async def test_a_resting_order_is_polled_until_it_is_filled(house: House) -> None:
    house.venue.answers["BTC/USDT"] = resting
    state = await house.send()
    identity = state.order.client_order_id
    house.venue.found[identity] = report(state.order, OrderStatus.PARTIALLY_FILLED, "0.4")
    await house.until(lambda: house.status(identity) == "PARTIALLY_FILLED")
    assert house.engine.blotter.position("main", "BTC/USDT").quantity == Decimal("0.4")
    house.venue.found[identity] = report(state.order, OrderStatus.FILLED, "1")
    await house.until(lambda: house.status(identity) == "FILLED")
    assert house.engine.blotter.position("main", "BTC/USDT").quantity == 1
    reports = [kind for kind in await kinds(house, state.signal) if kind == "order-reported"]
    assert len(reports) == 2


async def test_what_a_poll_finds_must_fit_our_order(house: House) -> None:
    house.venue.answers["BTC/USDT"] = resting
    state = await house.send()
    identity = state.order.client_order_id
    other = report(state.order, OrderStatus.FILLED, "3", quantity=Decimal(3))
    house.venue.found[identity] = other
    await house.until(lambda: bool(house.state(identity).anomalies))
    asked = len(house.venue.lookups)
    await house.until(lambda: len(house.venue.lookups) > asked + 2)
    assert (house.status(identity), house.state(identity).anomalies) == ("NEW", 1)
    assert not house.engine.blotter.position("main", "BTC/USDT").quantity


async def test_a_late_answer_is_evidence(house: House) -> None:
    released = asyncio.Event()
    house.venue.answers["BTC/USDT"] = deaf(released)
    house.venue.lookup_error = ConnectionError()
    unknown = await house.send()
    assert unknown.status is OrderStatus.UNKNOWN
    released.set()
    await house.until(lambda: house.status(unknown.order.client_order_id) == "FILLED")


async def test_an_account_that_is_down_denies(tmp_path: Path) -> None:
    def break_it(venue: Venue) -> None:
        venue.init_error = ConnectionError("no route")

    async with open_house(tmp_path, prepare=break_it) as house:
        state = await house.send()
        assert (state.status, state.code) == (OrderStatus.DENIED, "ACCOUNT_DOWN")
        assert "no route" in (state.text or "")
        house.venue.init_error = None
        await house.until(lambda: house.engine.accounts.get("main").up)
        assert (await house.send()).status is OrderStatus.FILLED


async def test_what_the_venue_cannot_do_is_denied(house: House) -> None:
    state = await house.send(post_only=True)
    assert (state.status, state.code) == (OrderStatus.DENIED, "POST_ONLY_NOT_SUPPORTED")
    assert not house.venue.arrived


async def test_an_unknown_account_is_refused_by_name(house: House) -> None:
    with pytest.raises(UnknownAccount, match=r"nowhere.*main"):
        await house.accept(account="nowhere")


async def test_after_a_crash_what_was_sent_is_unknown_and_looked_up(tmp_path: Path) -> None:
    async with open_house(tmp_path, graceful=False) as house:
        house.venue.answers["BTC/USDT"] = never
        on_its_way = await house.accept("k1")
        waiting = await house.accept("k2")
        await house.until(lambda: len(house.venue.arrived) == 1)
        order = house.venue.arrived[0]
        numbers = (on_its_way.ticket.number, waiting.ticket.number)

    def remember(venue: Venue) -> None:
        venue.found[order.client_order_id] = report(order, OrderStatus.FILLED, "1")

    async with open_house(tmp_path, prepare=remember) as house:
        again = await house.accept("k1")
        assert again.replayed
        assert again.ticket.number == numbers[0]
        assert (await house.outcome(again)).order.client_order_id == order.client_order_id
        await house.until(lambda: house.status(order.client_order_id) == "FILLED")
        second = await house.accept("k2")
        assert second.ticket.number == numbers[1]
        assert (await house.outcome(second)).status is OrderStatus.FILLED
        assert len(house.venue.arrived) == 1
        assert house.engine.blotter.position("main", "BTC/USDT").quantity == 2


async def test_after_a_crash_stale_signals_are_denied(tmp_path: Path) -> None:
    async with open_house(tmp_path, graceful=False) as house:
        house.venue.answers["BTC/USDT"] = never
        await house.accept()
        waiting = await house.accept("k2")
        assert waiting.ticket.state is None
    async with open_house(tmp_path, settings=replaced(max_age=0.0)) as house:
        again = await house.accept("k2")
        state = await house.outcome(again)
        assert state.status is OrderStatus.DENIED
        assert state.code in {"STALE", "LANE_HELD"}
        assert not house.venue.arrived


async def test_keys_outlive_a_restart_and_memory(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        first = await house.send(key="k1")
    async with open_house(tmp_path) as house:
        again = await house.accept("k1")
        assert again.replayed
        state = await house.outcome(again)
        assert state.order == first.order
        assert state.status == first.status
        with pytest.raises(KeyReused):
            await house.accept("k1", quantity=Decimal(7))
        assert not house.venue.arrived


async def test_numbers_are_never_used_twice(tmp_path: Path) -> None:
    identities = set()
    for _ in range(3):
        async with open_house(tmp_path) as house:
            identities |= {(await house.send()).order.client_order_id for _ in range(3)}
    assert len(identities) == 9


async def test_a_person_settles_what_the_venue_cannot_tell(house: House) -> None:
    house.venue.answers["BTC/USDT"] = raises(Unknown("RESET", ""))
    house.venue.lookup_error = ConnectionError()
    identity = (await house.send()).order.client_order_id
    after = await house.engine.resolve(
        identity,
        Resolution(
            status=OrderStatus.FILLED,
            reason="seen in the venue's app",
            actor="test",
            order_id="v-1",
            average_price=Decimal(90),
        ),
    )
    assert after.status is OrderStatus.FILLED
    position = house.engine.blotter.position("main", "BTC/USDT")
    assert (position.quantity, position.cost) == (Decimal(1), Decimal(90))
    with pytest.raises(NotResolvable, match="FILLED"):
        await house.engine.resolve(
            identity, Resolution(status=OrderStatus.ABSENT, reason="no", actor="test")
        )


async def test_draining_turns_new_signals_away_and_ends_what_flies(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with open_house(tmp_path) as house:
        house.venue.answers["BTC/USDT"] = gated(gate)
        flying = await house.accept()
        draining = asyncio.create_task(house.engine.drain())
        await house.until(lambda: house.engine.intake.draining)
        with pytest.raises(EngineUnavailable, match="DRAINING"):
            await house.accept()
        gate.set()
        await draining
        assert (await house.outcome(flying)).status is OrderStatus.FILLED
        assert house.venue.closed == 0
    assert house.venue.closed == 1


async def test_the_journal_tells_the_same_as_the_blotter(house: House) -> None:
    house.venue.answers["ETH/USDT"] = resting
    for symbol in ("BTC/USDT", "ETH/USDT", "BTC/USDT"):
        state = await house.send(symbol=symbol)
        stored = await house.engine.journal.story(state.signal)
        assert [record.signal for record in stored] == [state.signal] * len(stored)
        assert isinstance(stored[-1].event, OrderEvent)
        row = await house.engine.journal.find_order(state.order.client_order_id)
        assert row is not None
        assert row.status is state.status
    assert list(await house.engine.journal.positions()) == list(house.engine.blotter.positions())


async def test_a_known_key_is_found_without_taking_anything_in(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        first = await house.send(key="k1")
        held = await house.engine.intake.find(house.arrival("k1"))
        assert held is not None
        assert held.ticket.state == first
    async with open_house(tmp_path) as house:
        stored = await house.engine.intake.find(house.arrival("k1"))
        assert stored is not None
        assert stored.replayed
        assert stored.ticket.state == first
        assert await house.engine.intake.find(house.arrival("k2")) is None
        assert await house.engine.intake.find(house.arrival()) is None
        with pytest.raises(KeyReused):
            await house.engine.intake.find(house.arrival("k1", quantity=Decimal(9)))
        assert not house.venue.arrived


async def test_only_misses_after_the_settle_time_count(house: House) -> None:
    house.venue.capabilities = msgspec.structs.replace(Venue.capabilities, settle_seconds=1e6)
    house.venue.answers["BTC/USDT"] = raises(Unknown("RESET", ""))
    identity = (await house.send()).order.client_order_id
    await house.until(lambda: len(house.venue.lookups) > 5)
    assert house.status(identity) == "UNKNOWN"
    house.venue.capabilities = msgspec.structs.replace(Venue.capabilities, settle_seconds=0.0)
    asked = len(house.venue.lookups)
    await house.until(lambda: house.status(identity) == "ABSENT")
    assert len(house.venue.lookups) >= asked + 3


async def test_a_poll_that_tells_a_known_fill_otherwise_is_raised_and_followed(
    house: House,
) -> None:
    house.venue.answers["BTC/USDT"] = resting
    order = (await house.send()).order
    identity = order.client_order_id

    def told(status: OrderStatus, filled_quantity: str, quantity: str) -> None:
        fill = Fill(fill_id="1", quantity=Decimal(quantity), price=Decimal(100), timestamp=1)
        house.venue.found[identity] = report(order, status, filled_quantity, fills=(fill,))

    told(OrderStatus.PARTIALLY_FILLED, "0.4", "0.4")
    await house.until(lambda: house.status(identity) == "PARTIALLY_FILLED")
    told(OrderStatus.PARTIALLY_FILLED, "0.4", "0.3")
    await house.until(lambda: bool(house.state(identity).anomalies))
    assert house.engine.blotter.position("main", "BTC/USDT").quantity == Decimal("0.4")
    told(OrderStatus.FILLED, "1", "0.3")
    await house.until(lambda: house.status(identity) == "FILLED")
    assert house.engine.blotter.position("main", "BTC/USDT").quantity == 1
