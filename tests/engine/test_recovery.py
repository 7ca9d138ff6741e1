"""What a start takes up, also under another configuration than before."""

from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from fillgate.domain.errors import Unknown
from fillgate.domain.life_cycle import OrderStatus
from fillgate.engine.resolution import Resolution
from tests.engine.conftest import House, open_house, replaced
from tests.engine.venue import Venue, never, raises, report, resting

SYMBOLS = ("\x00", "A\x00B", "a:b/c|d e", "\N{ROCKET}", "x" * 5000, "' --")
UNKNOWN, FLYING, RESTING, WAITING = "BTC/USDT", "ETH/USDT", "SOL/USDT", "BTC/USDT"


async def leave_behind(folder: Path) -> dict[str, int]:
    """Stop with an order of each open kind and return the numbers of their signals."""
    async with open_house(folder, graceful=False) as house:
        house.venue.lookup_error = ConnectionError()
        house.venue.answers[UNKNOWN] = raises(Unknown("RESET", ""))
        house.venue.answers[FLYING] = never
        house.venue.answers[RESTING] = resting
        unknown = await house.accept("unknown", symbol=UNKNOWN)
        await house.outcome(unknown)
        rests = await house.accept("resting", symbol=RESTING)
        await house.outcome(rests)
        waiting = await house.accept("waiting", symbol=WAITING)
        flying = await house.accept("flying", symbol=FLYING)
        await house.until(lambda: len(house.venue.arrived) == 3)
        kinds = {"unknown": unknown, "resting": rests, "waiting": waiting, "flying": flying}
        return {kind: admission.ticket.number for kind, admission in kinds.items()}


async def state_of(house: House, number: int) -> tuple[str, str | None]:
    ticket = await house.engine._ticket(number)
    assert ticket.client_order_id is not None
    state = await house.engine.order(ticket.client_order_id)
    assert state is not None
    return state.status.value, state.code


def is_status(house: House, identity: str, status: str) -> bool:
    return house.status(identity) == status


@pytest.mark.anyio
async def test_orders_of_an_account_that_is_configured_no_more_stay_visible(tmp_path: Path) -> None:
    numbers = await leave_behind(tmp_path)
    async with open_house(tmp_path, account="other") as house:
        await house.outcome(await house.accept("flying", symbol=FLYING))
        waiting = numbers.pop("waiting")
        found = {kind: await state_of(house, number) for kind, number in numbers.items()}
        shown = {state.signal for state in house.engine.blotter.open_orders()}
        assert house.engine.dispatcher.under_way[waiting].state is None
        assert not house.venue.arrived
    assert found == {
        "unknown": ("UNKNOWN", "RESET"),
        "flying": ("UNKNOWN", "RESTARTED"),
        "resting": ("NEW", None),
    }
    assert shown == set(numbers.values())


@pytest.mark.anyio
async def test_a_person_settles_an_order_of_an_account_that_is_gone(tmp_path: Path) -> None:
    numbers = await leave_behind(tmp_path)
    async with open_house(tmp_path, account="other") as house:
        for kind in ("unknown", "flying"):
            identity = (await house.engine._ticket(numbers[kind])).client_order_id
            assert identity is not None
            await house.until(partial(is_status, house, identity, "UNKNOWN"))
            found = Resolution(
                status=OrderStatus.FILLED,
                reason="seen in the venue's app",
                actor="test",
                order_id="v",
                average_price=Decimal(100),
            )
            assert (await house.engine.resolve(identity, found)).status is OrderStatus.FILLED
        assert house.engine.blotter.position("main", UNKNOWN).quantity == 1
        waiting = await house.outcome(await house.accept("waiting", symbol=WAITING))
        assert (waiting.status.value, waiting.code) == ("DENIED", "UNKNOWN_ACCOUNT")


@pytest.mark.anyio
async def test_what_an_account_can_do_may_show_only_once_it_is_up(tmp_path: Path) -> None:
    numbers = await leave_behind(tmp_path)

    def late(venue: Venue) -> None:
        full = venue.capabilities
        venue.capabilities = type(full)()
        venue.init_error = ConnectionError("not yet")

        async def init(config: object) -> None:
            if venue.init_error is not None:
                raise venue.init_error
            venue.capabilities = full

        venue.init = init  # type: ignore[method-assign]

    async with open_house(tmp_path, prepare=late) as house:
        states = house.engine.blotter.open_orders()
        assert {state.signal for state in states} >= {numbers["unknown"], numbers["resting"]}
        for state in states:
            house.venue.found[state.order.client_order_id] = report(
                state.order, OrderStatus.FILLED, "1"
            )
        house.venue.init_error = None
        identities = [state.order.client_order_id for state in states]
        await house.until(lambda: all(house.status(i) == "FILLED" for i in identities))


@pytest.mark.anyio
async def test_an_absent_order_stays_watched_after_a_restart(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.venue.answers["BTC/USDT"] = raises(Unknown("RESET", ""))
        order = (await house.send()).order
        identity = order.client_order_id
        await house.until(lambda: house.status(identity) == "ABSENT")

    def find(venue: Venue) -> None:
        venue.found[identity] = report(order, OrderStatus.FILLED, "1")

    async with open_house(tmp_path, prepare=find) as house:
        await house.until(lambda: house.status(identity) == "FILLED")
        assert house.engine.blotter.position("main", "BTC/USDT").quantity == 1


@pytest.mark.anyio
async def test_an_absent_order_is_watched_for_a_while_only(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.venue.answers["BTC/USDT"] = raises(Unknown("RESET", ""))
        identity = (await house.send()).order.client_order_id
        await house.until(lambda: house.status(identity) == "ABSENT")
    async with open_house(tmp_path, settings=replaced(watch_absent=0.0)) as house:
        await house.send(symbol="ETH/USDT")
        assert not house.venue.lookups
        assert not house.engine.blotter.open_orders()


@pytest.mark.anyio
@pytest.mark.parametrize("symbol", SYMBOLS)
async def test_any_symbol_survives_a_restart(tmp_path: Path, symbol: str) -> None:
    async with open_house(tmp_path) as house:
        house.venue.answers[symbol] = resting
        order = (await house.send(symbol=symbol)).order

    def fill(venue: Venue) -> None:
        venue.found[order.client_order_id] = report(order, OrderStatus.FILLED, "1")

    async with open_house(tmp_path, prepare=fill) as house:
        await house.until(lambda: house.status(order.client_order_id) == "FILLED")
        assert house.engine.blotter.position("main", symbol).quantity == 1
        assert list(await house.engine.journal.positions()) == list(
            house.engine.blotter.positions()
        )
