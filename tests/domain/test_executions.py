"""Executions: fills count once in any order; evidence counts where it knows more."""

from decimal import Decimal
from itertools import permutations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.executions import Executed, Totals, sum_fees
from fillgate.domain.fills import Fee, Fill

D = Decimal

amounts = st.decimals("0.01", 100, places=2)
fees = st.lists(
    st.builds(Fee, st.sampled_from(["USDT", "BNB"]), st.decimals(-1, 1, places=2)), max_size=2
).map(tuple)
fills = st.builds(
    lambda number, quantity, price, costs: Fill(
        fill_id=str(number), quantity=quantity, price=price, fees=costs, timestamp=number
    ),
    st.integers(0, 5),
    amounts,
    amounts,
    fees,
)
distinct_fills = st.lists(fills, max_size=6, unique_by=lambda fill: fill.fill_id)


def fill(name: str, quantity: str, price: str, *costs: Fee) -> Fill:
    return Fill(fill_id=name, quantity=D(quantity), price=D(price), fees=costs, timestamp=1)


def by_asset(costs: tuple[Fee, ...]) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = {}
    for fee in costs:
        totals[fee.asset] = totals.get(fee.asset, D(0)) + fee.amount
    return {asset: amount for asset, amount in totals.items() if amount}


def summed(known: list[Fill]) -> tuple[Decimal, Decimal, dict[str, Decimal]]:
    """Add fills up slowly: quantity, notional, fees by asset."""
    costs = tuple(fee for one in known for fee in one.fees)
    quantity = sum((one.quantity for one in known), D(0))
    return quantity, sum((one.quantity * one.price for one in known), D(0)), by_asset(costs)


def facts(totals: Totals) -> tuple[Decimal, Decimal, dict[str, Decimal]]:
    return totals.quantity, totals.notional, by_asset(totals.fees)


@given(distinct_fills, st.data())
def test_fills_count_once_in_any_order_and_repetition(
    known: list[Fill], data: st.DataObject
) -> None:
    executed = Executed()
    delivered = data.draw(
        st.permutations(
            known
            + data.draw(
                st.lists(
                    st.sampled_from(known or [fill("0", "1", "1")]), max_size=4 if known else 0
                )
            )
        )
    )
    while delivered:
        count = data.draw(st.integers(1, len(delivered)))
        executed = executed.with_fills(tuple(delivered[:count]))
        delivered = delivered[count:]
    assert facts(executed.total) == summed(known)
    assert {one.fill_id for one in executed.fills} == {one.fill_id for one in known}


@given(st.lists(fills, max_size=8))
def test_the_first_fill_of_an_id_counts_and_others_conflict(delivered: list[Fill]) -> None:
    executed = Executed()
    first: dict[str, Fill] = {}
    for one in delivered:
        known = first.setdefault(one.fill_id, one)
        conflicts = (known.quantity, known.price) != (one.quantity, one.price)
        assert executed.conflicting((one,)) == ((one,) if conflicts else ())
        executed = executed.with_fills((one,))
    assert facts(executed.total) == summed(list(first.values()))


class SlowExecuted:
    """The rule in words: the larger quantity counts, fills where both are equal."""

    def __init__(self) -> None:
        self.fills: dict[str, Fill] = {}
        self.quantity = D(0)
        self.price = D(0)

    def deliver(self, step: Fill | tuple[Decimal, Decimal]) -> None:
        if isinstance(step, Fill):
            self.fills.setdefault(step.fill_id, step)
        elif step[0] > self.quantity:
            self.quantity, self.price = step

    def total(self) -> tuple[Decimal, Decimal]:
        quantity, notional, _ = summed(list(self.fills.values()))
        if self.quantity > quantity:
            return self.quantity, self.quantity * self.price
        return quantity, notional


@given(st.lists(fills | st.tuples(amounts, amounts), max_size=12))
def test_evidence_and_fills_against_the_rule(steps: list[Fill | tuple[Decimal, Decimal]]) -> None:
    executed, slow = Executed(), SlowExecuted()
    for step in steps:
        before = executed.total.quantity
        if isinstance(step, Fill):
            executed = executed.with_fills((step,))
        else:
            executed = executed.with_evidence(step[0], step[1], (), timestamp=1)
        slow.deliver(step)
        assert (executed.total.quantity, executed.total.notional) == slow.total()
        assert executed.total.quantity >= before


@given(distinct_fills)
def test_evidence_of_the_same_executions_changes_nothing(known: list[Fill]) -> None:
    alone = Executed().with_fills(tuple(known))
    average = alone.total.average_price
    behind = alone.with_evidence(alone.total.quantity, average, alone.total.fees, timestamp=1)
    ahead = Executed().with_evidence(alone.total.quantity, average, alone.total.fees, timestamp=1)
    assert facts(behind.total) == facts(alone.total)
    assert facts(ahead.with_fills(tuple(known)).total) == facts(alone.total)


def test_a_gap_of_evidence_is_replaced_by_its_fills() -> None:
    executed = Executed().with_fills((fill("a", "1", "100"),))
    executed = executed.with_evidence(D(3), D(110), (), timestamp=1)
    assert executed.total == Totals(quantity=D(3), notional=D(330))
    executed = executed.with_fills((fill("b", "1", "114"),))
    assert executed.total == Totals(quantity=D(3), notional=D(330))
    executed = executed.with_fills((fill("c", "1", "116"),))
    assert executed.total == Totals(quantity=D(3), notional=D(330))
    executed = executed.with_fills((fill("d", "1", "120"),))
    assert executed.total == Totals(quantity=D(4), notional=D(450))


@given(st.lists(fills | st.tuples(amounts, amounts), max_size=4))
def test_the_average_is_that_of_the_total(steps: list[Fill | tuple[Decimal, Decimal]]) -> None:
    executed = Executed()
    assert executed.average_price is None
    for step in steps:
        if isinstance(step, Fill):
            executed = executed.with_fills((step,))
        else:
            executed = executed.with_evidence(step[0], step[1], (), timestamp=1)
        assert executed.average_price == executed.total.average_price


def test_a_fill_of_nothing_has_no_average() -> None:
    assert Executed().with_fills((fill("a", "0", "100"),)).average_price is None


def test_nothing_executed_has_no_average() -> None:
    assert Executed().total.average_price is None
    assert Totals(quantity=D(3), notional=D(10)).average_price == D("3." + "3" * 36)


def test_a_price_nobody_told_is_that_of_what_is_known() -> None:
    executed = (
        Executed().with_fills((fill("a", "1", "100"),)).with_evidence(D(3), None, (), timestamp=1)
    )
    assert executed.total == Totals(quantity=D(3), notional=D(300))


@pytest.mark.parametrize("known", [(), (fill("a", "1", "100"),)])
def test_a_real_price_replaces_an_inferred_one(known: tuple[Fill, ...]) -> None:
    executed = Executed().with_fills(known).with_evidence(D(2), None, (), timestamp=1)
    executed = executed.with_evidence(D(2), D(120), (), timestamp=1)
    assert executed.total == Totals(quantity=D(2), notional=D(240))


def test_a_real_price_replaces_an_inferred_one_of_a_larger_quantity() -> None:
    executed = (
        Executed()
        .with_evidence(D(1), D(100), (), timestamp=1)
        .with_evidence(D(2), None, (), timestamp=1)
    )
    assert executed.with_evidence(D(2), D(120), (), timestamp=1).total.notional == D(240)


def test_a_real_price_is_not_replaced() -> None:
    executed = (
        Executed()
        .with_evidence(D(2), D(120), (), timestamp=1)
        .with_evidence(D(2), D(130), (), timestamp=1)
    )
    assert executed.total.notional == D(240)
    assert executed.with_evidence(D(2), None, (), timestamp=1).total.notional == D(240)


def test_fees_that_are_told_later_count() -> None:
    fee = Fee("USDT", D("0.5"))
    executed = (
        Executed()
        .with_evidence(D(2), D(120), (), timestamp=1)
        .with_evidence(D(2), D(120), (fee,), timestamp=1)
    )
    assert executed.total.fees == (fee,)


def test_known_fees_are_not_forgotten_by_who_does_not_know_them() -> None:
    fee = Fee("USDT", D("0.5"))
    fills_first = Executed().with_fills((fill("a", "1", "100", fee),))
    assert fills_first.with_evidence(D(2), D(100), (), timestamp=1).total.fees == (fee,)
    evidence_first = Executed().with_evidence(D(1), D(100), (fee,), timestamp=1)
    assert evidence_first.with_fills((fill("a", "1", "100"),)).total.fees == (fee,)
    both = evidence_first.with_fills((fill("a", "1", "100", fee), fill("b", "1", "100", fee)))
    assert both.with_evidence(D(3), D(100), (), timestamp=1).total.fees == (Fee("USDT", D(1)),)


@given(st.lists(fees, max_size=4))
def test_fees_add_up_by_asset(parts: list[tuple[Fee, ...]]) -> None:
    total: tuple[Fee, ...] = ()
    for part in parts:
        total = sum_fees(total, part)
    assert by_asset(total) == by_asset(tuple(fee for part in parts for fee in part))


def test_assets_stay_in_the_order_in_which_they_came() -> None:
    one, two = Fee("B", D(1)), Fee("A", D(2))
    assert sum_fees((one,), (two, one)) == (Fee("B", D(2)), two)


@given(distinct_fills.filter(lambda known: len(known) <= 4))
def test_state_does_not_depend_on_the_order(known: list[Fill]) -> None:
    outcomes = {
        msgspec.json.encode(facts(Executed().with_fills(order).total), order="sorted")
        for order in permutations(known)
    }
    assert len(outcomes) == 1
