"""What must hold when nothing is under way. Numbers are those of `docs/invariants.py`."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.requests import Request, RequestKind, RequestStatus
from fillgate.engine.lanes import Lane
from fillgate.journal.index import SignalState
from tests.simulation.callers import Callers
from tests.simulation.places import ACCOUNTS, SYMBOLS
from tests.simulation.reactions import BEHAVIOURS
from tests.simulation.truth import Truth
from tests.simulation.watch import Breach
from tests.simulation.world import World

__all__ = ["CHECKED", "found_at_rest", "restless"]

CHECKED = frozenset({1, 2, 3, 4, 10, 12, 13, 15, 16, 17, 24, 25, 26})
"""The invariants that are looked at here."""


def restless(world: World, callers: Callers) -> list[str]:
    """Return what has not come to its end, and why."""
    engine = world.engine
    found = [f"{who} waits" for who in callers.waiting]
    if engine.intake.unavailable is not None:
        found.append(f"nothing is taken: {engine.intake.unavailable}")
    if any(plugin.busy for plugin in world.house.plugins):
        found.append("the venue has not answered")
    if world.venue.coming:
        found.append(f"{world.venue.coming} things are to happen at the venue")
    if engine.recorder.in_flight or engine.dispatcher.lanes.flying or engine._sender.flying:
        found.append(f"{engine.recorder.in_flight} writes on their way")
    found += [f"{lane.key} is stuck" for lane in engine.dispatcher.lanes if _is_stuck(world, lane)]
    found += [breach.text for breach in _positions(world)]
    for state in engine.blotter.open_orders():
        truth = world.venue.orders.get(state.order.client_order_id)
        if not _is_settled(state, truth):
            found.append(f"{state.order.client_order_id} is {state.status}: {truth}")
    return found


def _is_stuck(world: World, lane: Lane) -> bool:
    holders = {
        state.order.client_order_id
        for state in world.engine.blotter.open_orders()
        if state.status is OrderStatus.UNKNOWN
    }
    return bool(lane.flying or lane.coming or lane.is_free or not lane.holders <= holders)


def _is_settled(state: OrderState, truth: Truth | None) -> bool:
    if state.status is OrderStatus.UNKNOWN:
        # Something did not fit, and the venue does not have it: that is left to a person.
        return bool(state.anomalies) and (truth is None or not truth.taken)
    if truth is None or not truth.taken:
        return state.status is OrderStatus.ABSENT
    if any(request.is_open for request in state.requests):
        return False
    return (state.status, state.executed.total.quantity) == (truth.status, truth.filled)


async def found_at_rest(world: World, callers: Callers) -> list[Breach]:
    """Return what does not hold."""
    found = [Breach(24, text) for text in restless(world, callers)]
    found += _failures(world)
    found += _endings(callers)
    found += _keys(world, callers)
    found += _keys_of_requests(world, callers)
    found += _turned_away(world, callers)
    found += _positions(world)
    found += [breach async for breach in _acknowledged(world, callers)]
    found += [breach async for breach in _orders(world)]
    found += _left_behind(world)
    return found


def _failures(world: World) -> Iterator[Breach]:
    for house in world.houses:
        for text in house.log.failures:
            yield Breach(25, f"{house.process.name}: {text}")
    for context in world.loop.failures:
        yield Breach(25, f"{context.get('message')}: {context.get('exception')!r}")


_ENDINGS = {"answered", "turned away", "reused", "refused", "not found", "cut off", "pending"}


def _endings(callers: Callers) -> Iterator[Breach]:
    for asked in callers.questions:
        if asked.ending not in _ENDINGS:
            yield Breach(25, f"a request about {asked.identity} ended with {asked.ending}")
    for one in callers.deliveries:
        if one.ending not in _ENDINGS - {"refused", "not found"}:
            yield Breach(25, f"{one.name} ended with {one.ending}")
        if one.ending == "turned away" and one.last:
            yield Breach(2, f"{one.name} was turned away when all was well")


def _keys(world: World, callers: Callers) -> Iterator[Breach]:
    numbers: defaultdict[str, set[int]] = defaultdict(set)
    statuses: defaultdict[str, set[OrderStatus]] = defaultdict(set)
    for one in callers.deliveries:
        if one.claim is not None and one.admission is not None:
            numbers[one.claim].add(one.admission.ticket.number)
            if one.status is not None:
                statuses[one.claim].add(one.status)
    for claim, held in numbers.items():
        if len(held) > 1:
            yield Breach(3, f"{claim} was answered with the signals {sorted(held)}")
    for claim, seen in statuses.items():
        if len(seen) > 1:
            yield Breach(4, f"{claim} was answered with {sorted(seen)}")
    claims = {one.name: one.claim or one.name for one in callers.deliveries}
    arrived = Counter(claims[str(truth.order.strategy)] for truth in world.venue.orders.values())
    for claim, count in arrived.items():
        if count > 1:
            yield Breach(3, f"{claim} has {count} orders")


def _keys_of_requests(world: World, callers: Callers) -> Iterator[Breach]:
    made: dict[str, str] = {}
    for asked in callers.questions:
        if asked.key is None:
            continue
        for outcome in asked.outcomes:
            request = outcome.request.request
            # A cancel that joined another one under way made none, and claimed nothing.
            if not outcome.replayed and made.setdefault(asked.key, request) != request:
                yield Breach(16, f"{asked.key} made {made[asked.key]} and {request}")
        # Of an order that never left the cancel's key is not claimed.
        withdrawn = asked.identity in world.disk.durable.withdrawn
        if asked.ending in {"refused", "not found"} and asked.key in made and not withdrawn:
            yield Breach(16, f"{asked.key} made {made[asked.key]}, and was {asked.ending} then")


def _turned_away(world: World, callers: Callers) -> Iterator[Breach]:
    arrived = {truth.order.strategy for truth in world.venue.orders.values()}
    for one in callers.deliveries:
        if one.name not in arrived:
            continue
        if one.ending == "turned away" and one.claim is None:
            if one.name not in callers.crashed_in_doubt:
                yield Breach(2, f"{one.name} was turned away, and sent all the same")
        elif one.ending == "reused":
            yield Breach(3, f"{one.name} was refused for its key, and sent all the same")


def _positions(world: World) -> Iterator[Breach]:
    for account in ACCOUNTS:
        for symbol in SYMBOLS:
            ours = world.engine.blotter.position(account, symbol).quantity
            theirs = world.venue.position(account, symbol)
            if ours != theirs:
                yield Breach(15, f"{account} {symbol}: we have {ours}, the venue {theirs}")


async def _acknowledged(world: World, callers: Callers) -> AsyncIterator[Breach]:
    engine = world.engine
    numbers = {one.admission.ticket.number for one in callers.deliveries if one.admission}
    for number in sorted(numbers):
        row = await engine.journal.find_signal(number)
        if row is None:
            yield Breach(1, f"signal {number} was acknowledged and is not in the journal")
        elif row.state == SignalState.WAITING:
            if number not in engine.dispatcher.under_way:
                yield Breach(1, f"signal {number} waits and is forgotten")
        else:
            ticket = await engine._recovery.ticket(number)
            identity = ticket.client_order_id
            state = None if identity is None else await engine.order(identity)
            if state is None:
                yield Breach(1, f"signal {number} has no order")


async def _orders(world: World) -> AsyncIterator[Breach]:
    """Compare every order of the journal with the venue."""
    for identity in world.disk.durable.orders:
        state = await world.engine.order(identity)
        if state is None:
            yield Breach(10, f"{identity} is gone")
            continue
        truth = world.venue.orders.get(identity)
        for breach in (*_order(state, truth), *_requests(state, truth)):
            yield breach


def _order(state: OrderState, truth: Truth | None) -> Iterator[Breach]:
    identity, status = state.order.client_order_id, state.status
    taken = truth is not None and truth.taken
    says = "nothing" if truth is None else BEHAVIOURS[truth.behaviour].says
    match status:
        case OrderStatus.DENIED if truth is not None and says != "not sent":
            yield Breach(10, f"{identity} is DENIED ({state.code}); the venue: {truth}")
        case OrderStatus.REJECTED if taken or says not in {"rejected", "rejected result"}:
            yield Breach(10, f"{identity} is REJECTED; the venue: {truth}")
        case OrderStatus.ABSENT if taken:
            yield Breach(10, f"{identity} is ABSENT; the venue: {truth}")
        case OrderStatus.UNKNOWN if taken:
            yield Breach(12, f"{identity} is UNKNOWN; the venue: {truth}")
        case OrderStatus.PENDING_NEW:
            yield Breach(10, f"{identity} is still on its way")
        case OrderStatus.CANCELED if state.code == "WITHDRAWN":
            if truth is not None:
                yield Breach(10, f"{identity} was cancelled here; the venue: {truth}")
            return
    if status in _THERE:
        yield from _there(state, truth)


_THERE = frozenset(OrderStatus) - {
    OrderStatus.DENIED,
    OrderStatus.REJECTED,
    OrderStatus.ABSENT,
    OrderStatus.UNKNOWN,
    OrderStatus.PENDING_NEW,
}


def _there(state: OrderState, truth: Truth | None) -> Iterator[Breach]:
    identity = state.order.client_order_id
    if truth is None or not truth.taken:
        yield Breach(10, f"{identity} is {state.status}; the venue: {truth}")
        return
    if state.status is not truth.status:
        yield Breach(10, f"{identity} is {state.status}; at the venue {truth.status}")
    executed = state.executed.total
    if executed.quantity != truth.filled or abs(executed.notional - truth.notional) > _TOLERANCE:
        told = f"{executed.quantity} for {executed.notional}"
        yield Breach(13, f"{identity}: {told}; the venue {truth.filled} for {truth.notional}")


def _requests(state: OrderState, truth: Truth | None) -> Iterator[Breach]:
    withdrawn = state.code == "WITHDRAWN"
    for request in state.requests:
        there = None if truth is None else truth.asked.get(request.request)
        done = there is not None and there.done
        match request.status:
            case RequestStatus.PENDING | RequestStatus.UNKNOWN if _is_known(state):
                wrong = True
            case RequestStatus.DONE:
                wrong = not (done or withdrawn or _was_cancelled(request, state))
            case RequestStatus.REJECTED:
                wrong = done or (there is not None and not there.refused)
            case RequestStatus.NOT_SENT:
                wrong = there is not None
            case RequestStatus.INEFFECTIVE | RequestStatus.TOO_LATE:
                wrong = done
            case _:
                wrong = False
        if wrong:
            yield Breach(17, f"{request.request} is {request.status}; the venue: {there}, {truth}")


def _is_known(state: OrderState) -> bool:
    return state.status not in {OrderStatus.UNKNOWN, OrderStatus.ABSENT}


def _was_cancelled(request: Request, state: OrderState) -> bool:
    """Tell whether what a cancel wanted has come about by whatever way."""
    return request.kind is RequestKind.CANCEL and state.standing is OrderStatus.CANCELED


_TOLERANCE = Decimal("1e-9")
"""Of a notional that was told as an average price."""


def _left_behind(world: World) -> Iterator[Breach]:
    dispatcher = world.engine.dispatcher
    orders = world.engine.blotter.open_orders()
    unknown = sum(state.status is OrderStatus.UNKNOWN for state in orders)
    explained = dispatcher.lanes.waiting + unknown
    if len(dispatcher.under_way) != explained:
        yield Breach(24, f"{len(dispatcher.under_way)} signals under way, {explained} explained")
    if len(dispatcher._tickets) > explained:
        yield Breach(24, f"{len(dispatcher._tickets)} tickets kept, {explained} explained")
