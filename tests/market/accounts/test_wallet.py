"""Balances per asset."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fillgate.market.accounts.wallet import Holding, Wallet

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["change", "lock"]), st.sampled_from("AB"), st.decimals("-9", "9", places=3)
    ),
    max_size=20,
)


@given(STEPS)
def test_it_is_the_sum_of_what_it_was_told(steps: list[tuple[str, str, Decimal]]) -> None:
    wallet = Wallet()
    for what, asset, amount in steps:
        getattr(wallet, what)(asset, amount)
    for asset in "AB":
        total, locked = (
            sum(
                (amount for kind, name, amount in steps if (kind, name) == (what, asset)), Decimal()
            )
            for what in ("change", "lock")
        )
        assert wallet.of(asset) == Holding(asset, total, locked)
        assert wallet.of(asset).free == total - locked


def test_what_is_nothing_is_not_told() -> None:
    wallet = Wallet()
    wallet.change("B", Decimal(2))
    wallet.change("A", Decimal(1))
    wallet.change("C", Decimal(1))
    wallet.change("C", Decimal(-1))
    wallet.lock("D", Decimal(1))
    assert [holding.asset for holding in wallet.holdings()] == ["A", "B", "D"]
