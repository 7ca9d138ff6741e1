"""Numbers in steps: exact, permitted, and as near as can be on the side that was asked for."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fillgate.plugins.ccxt.steps import ANY, Step, steps_in

numbers = st.decimals("1e-9", "1e9", places=12).filter(lambda number: number > 0)
sizes = st.sampled_from(["1e-8", "0.001", "0.05", "0.3", "1", "2.5", "100"]).map(Decimal)
steps = st.one_of(
    sizes.map(Step),
    st.integers(1, 8).map(lambda digits: Step(digits=digits)),
    st.builds(lambda size, digits: Step(size, digits, whole=True), sizes, st.integers(1, 8)),
)


@given(numbers, steps)
def test_down_and_up_enclose_a_number_within_one_step(number: Decimal, step: Step) -> None:
    down, up = step.down(number), step.up(number)
    size = step.at(number)
    assert size is not None
    assert down <= number <= up
    assert up - down in {0, size}


@given(numbers, steps)
def test_what_is_permitted_stays_what_it_is(number: Decimal, step: Step) -> None:
    up = step.up(number)
    assert step.down(up) == step.up(up) == up
    down = step.down(number)
    assert not down or step.down(down) == step.up(down) == down


@given(numbers, sizes)
def test_a_size_divides_what_it_permits(number: Decimal, size: Decimal) -> None:
    down = Step(size).down(number)
    assert down == steps_in(number, size) * size
    assert down % size == 0


@given(numbers, st.integers(1, 8))
def test_no_more_digits_than_permitted(number: Decimal, digits: int) -> None:
    for stepped in (Step(digits=digits).down(number), Step(digits=digits).up(number)):
        assert len(stepped.normalize().as_tuple().digits) <= digits


@given(numbers)
def test_without_steps_any_number_will_do(number: Decimal) -> None:
    assert ANY.down(number) == ANY.up(number) == number
