"""The parameters of lists."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.life_cycle import OrderStatus
from fillgate.service.problems import Problem
from fillgate.service.queries import AccountQuery, OrdersQuery, QueryReader, SignalsQuery

KINDS: tuple[type[Any], ...] = (OrdersQuery, SignalsQuery, AccountQuery)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], OrdersQuery()),
        ([("limit", "500"), ("symbol", "A/B")], OrdersQuery(limit=500, symbol="A/B")),
        ([("account", "")], OrdersQuery(account="")),
        (
            [("status", "filled, new"), ("status", "UNKNOWN")],
            OrdersQuery(status=(OrderStatus.FILLED, OrderStatus.NEW, OrderStatus.UNKNOWN)),
        ),
    ],
)
def test_what_is_given_is_read(pairs: list[tuple[str, str]], expected: OrdersQuery) -> None:
    assert QueryReader(OrdersQuery).read(pairs) == expected


def read_or_refused(kind: type[Any], pairs: list[tuple[str, str]]) -> Any:
    try:
        return QueryReader(kind).read(pairs)
    except Problem as problem:
        return problem


@pytest.mark.parametrize("kind", KINDS)
@given(
    pairs=st.lists(
        st.tuples(
            st.sampled_from([*OrdersQuery.__struct_fields__, *SignalsQuery.__struct_fields__, "x"]),
            st.one_of(st.text(), st.sampled_from(["50", "waiting", "FILLED", "filled,new"])),
        ),
        max_size=4,
    )
)
def test_a_query_is_read_as_its_type_says_or_refused(
    kind: type[msgspec.Struct], pairs: list[tuple[str, str]]
) -> None:
    query = read_or_refused(kind, pairs)
    if isinstance(query, Problem):
        assert query.code == "INVALID_PARAMETER"
        assert len(query.detail) < 400
        return
    assert msgspec.convert(msgspec.to_builtins(query), kind) == query
    given_names = [name for name, _ in pairs]
    assert set(given_names) <= set(kind.__struct_fields__)
    assert all(given_names.count(name) == 1 for name in given_names if name != "status")


def test_a_parameter_without_notes_is_a_mistake_of_ours() -> None:
    class Bare(msgspec.Struct):
        one: str | None = None

    with pytest.raises(TypeError, match="has no notes"):
        QueryReader(Bare).read([("one", "1")])
