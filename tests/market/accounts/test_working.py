"""What working orders of a contract may open, against one that counts unit by unit."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.numbers import ZERO
from fillgate.market.accounts.working import Opening, WorkingSide

D = Decimal
ORDERS = st.dictionaries(
    st.integers(1, 9), st.tuples(st.integers(1, 6), st.integers(1, 20)), max_size=6
)
FEE = D("0.01")


def opening(quantity: int, price: int) -> Opening:
    worth = D(quantity * price)
    return Opening(D(quantity), worth, worth * FEE)


def working(orders: dict[int, tuple[int, int]]) -> WorkingSide:
    made = WorkingSide()
    for number, order in orders.items():
        made.put(number, opening(*order))
    return made


def slow(orders: dict[int, tuple[int, int]], closes: int) -> Opening:
    """Return the dearest units, one by one."""
    units = sorted(price for quantity, price in orders.values() for _ in range(quantity))[closes:]
    return Opening(D(len(units)), D(sum(units)), sum(units) * FEE)


@given(ORDERS, st.integers(0, 30))
def test_the_cheapest_close_and_the_rest_opens(
    orders: dict[int, tuple[int, int]], closes: int
) -> None:
    assert working(orders).beyond(D(closes)) == slow(orders, closes)


@given(ORDERS, ORDERS, st.integers(0, 30))
def test_only_the_orders_that_work_now_count(
    before: dict[int, tuple[int, int]], after: dict[int, tuple[int, int]], closes: int
) -> None:
    made = working(before)
    for number in before:
        made.put(number, None)
    assert made.beyond(ZERO) == Opening(ZERO, ZERO, ZERO)
    for number, order in before.items():
        made.put(number, opening(*order))
    for number, order in after.items():
        made.put(number, opening(*order))
    assert made.beyond(D(closes)) == slow(before | after, closes)


@given(ORDERS, st.tuples(st.integers(1, 6), st.integers(1, 20)), st.integers(0, 30))
def test_to_try_an_order_changes_nothing(
    orders: dict[int, tuple[int, int]], tried: tuple[int, int], closes: int
) -> None:
    made = working(orders)
    assert made.with_order(3, opening(*tried)).beyond(D(closes)) == slow(
        orders | {3: tried}, closes
    )
    assert made.beyond(D(closes)) == slow(orders, closes)


@given(ORDERS.filter(bool), st.integers(0, 30), st.data())
def test_in_whatever_order_they_are_executed_what_is_opened_does_not_grow(
    orders: dict[int, tuple[int, int]], closes: int, data: st.DataObject
) -> None:
    made = working(orders)
    number = data.draw(st.sampled_from(sorted(orders)))
    quantity, price = orders[number]
    executed = data.draw(st.integers(1, quantity))
    closed = min(executed, closes)
    before = made.beyond(D(closes))
    made.put(number, opening(quantity - executed, price) if executed < quantity else None)
    after = made.beyond(D(closes - closed))
    # What of it has opened a position is secured there.
    assert after.worth + (executed - closed) * price <= before.worth
