"""Which orders an account cannot place at the venue, and which terms it cannot give them."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order, OrderType, Side
from fillgate.market.accounts import AccountKind
from fillgate.market.feeds.base import NoPrices, Quote
from fillgate.market.rules import Refusal
from tests.market.scripted import Moment, Scripted, executions, limit, order, reopened
from tests.market.test_funds import PERPETUAL, at, opened, owned, quiet

B, S, Status = Side.BUY, Side.SELL, OrderStatus
SPOT, MARGIN = AccountKind.SPOT, AccountKind.MARGIN
D = Decimal


def trailing(side: Side, quantity: int, trail: int) -> Order:
    fields = {"order_type": OrderType.TRAILING_STOP, "trail": D(trail)}
    return order("t", side, quantity, **fields)


# Replacing


@pytest.mark.parametrize(
    ("kind", "symbol", "most"), [(SPOT, "X", 3), (MARGIN, PERPETUAL, 33)], ids=["spot", "margin"]
)
def test_new_terms_have_to_be_afforded_too(kind: AccountKind, symbol: str, most: int) -> None:
    venue = opened(kind, {"USD": D(300)}, [quiet()])
    held = venue.place(limit(90, symbol=symbol), at(0))
    wanted = replace(held.order, client_order_id="b", quantity=D(most + 1))
    refused = venue.replace(held, wanted, at(0))
    assert isinstance(refused, Refusal)
    assert refused.code == "INSUFFICIENT_FUNDS"
    # What it has locked itself is there for it.
    assert venue.replace(held, replace(wanted, quantity=D(most)), at(0)) == venue.state.orders[1]
    assert owned(venue)["USD"] == (D(300), D(300) - 90 * most / D(1 if kind is SPOT else 10))


def test_what_is_executed_of_an_order_needs_nothing_any_more() -> None:
    venue = opened(SPOT, {"USD": D(1000)}, [quiet(size=2)])
    held = venue.place(limit(101, quantity=6), at(0))
    assert executions(held) == [(101, 2)]
    assert owned(venue)["USD"] == (D(798), D(394))
    assert isinstance(
        venue.replace(held, replace(held.order, client_order_id="b", quantity=D(10)), at(0)),
        Refusal,
    )
    larger = replace(held.order, client_order_id="c", quantity=D(9))
    assert not isinstance(venue.replace(held, larger, at(0)), Refusal)


# Trailing stops


def test_a_trailing_sale_locks_what_it_sells() -> None:
    venue = opened(SPOT, {"X": D(3)}, [quiet()])
    assert venue.place(trailing(S, 3, 5), at(0)).status is Status.NEW
    assert owned(venue)["X"] == (D(3), D(0))
    assert venue.place(order("b", S), at(0)).code == "INSUFFICIENT_FUNDS"


def test_a_trailing_purchase_locks_what_it_costs_where_it_is_triggered() -> None:
    moments = [quiet(last=100), quiet(79, 81, last=80), quiet(89, 91, last=90)]
    venue = opened(SPOT, {"USD": D(330)}, moments)
    assert venue.place(trailing(B, 3, 11), at(0)).code == "INSUFFICIENT_FUNDS"
    venue.place(trailing(B, 3, 10), at(0))
    assert owned(venue)["USD"] == (D(330), D(0))
    venue.advance_all(at(1))
    assert owned(venue)["USD"] == (D(330), D(60))
    assert owned(reopened(venue))["USD"] == (D(330), D(60))
    venue.advance_all(at(2))
    assert owned(venue) == {"USD": (D(57), D(57)), "X": (D(3), D(3))}


# Sales


def test_a_spot_sale_cannot_be_protected() -> None:
    venue = opened(SPOT, {"X": D(3)}, [quiet()])
    refused = venue.place(order(side=S, quantity=3, stop_loss=D(150)), at(0))
    assert (refused.status, refused.code) == (Status.REJECTED, "INVALID_STOPS")
    assert owned(venue) == {"X": (D(3), D(3))}


def test_a_short_sale_is_secured_at_what_it_may_earn() -> None:
    # Another client bids more than the market outside.
    venue = opened(MARGIN, {"USD": D(100)}, [quiet(90, 110)])
    venue.place(limit(105, "bid", quantity=10, account="other", symbol=PERPETUAL), at(0))
    sale = limit(50, side=S, quantity=10, symbol=PERPETUAL)
    refused = venue.place(sale, at(0))
    assert refused.text == "The order needs 105 USD, free are 100."
    stop = limit(50, "s", S, 10, symbol=PERPETUAL, order_type=OrderType.STOP_LIMIT)
    assert venue.place(replace(stop, stop_price=D(95)), at(0)).code == "INSUFFICIENT_FUNDS"


def test_a_stop_that_sells_locks_what_it_may_earn() -> None:
    venue = opened(MARGIN, {"USD": D(100)}, [quiet()])
    stop = {"order_type": OrderType.STOP_LIMIT, "stop_price": D(95)}
    venue.place(limit(50, "s", S, 10, symbol=PERPETUAL, **stop), at(0))
    assert owned(venue)["USD"] == (D(100), D(5))


def test_what_may_buy_at_its_stop_locks_what_that_may_cost() -> None:
    venue = opened(SPOT, {"USD": D(220)}, [quiet()])
    oco = order(quantity=2, order_type=OrderType.OCO, price=D(90), stop_price=D(110))
    assert venue.place(oco, at(0)).status is Status.NEW
    assert owned(venue)["USD"] == (D(220), D(0))


# Leverage


def test_the_leverage_that_an_order_asks_for_holds_for_the_symbol() -> None:
    venue = opened(MARGIN, {"USD": D(1000)}, [quiet()])
    venue.place(limit(90, quantity=10, symbol=PERPETUAL), at(0))
    assert owned(venue)["USD"] == (D(1000), D(910))
    assert venue.place(limit(90, "b", symbol=PERPETUAL, leverage=D(1)), at(0)).code == ""
    assert owned(venue)["USD"] == (D(1000), D(10))
    assert owned(reopened(venue)) == owned(venue)


@pytest.mark.parametrize(
    "fields", [{"quantity": 1000}, {"reduce_only": True, "side": S}, {"quantity": -1}]
)
def test_orders_that_are_refused_or_reduce_set_no_leverage(fields: dict[str, object]) -> None:
    venue = opened(MARGIN, {"USD": D(1000)}, [quiet()])
    venue.place(order(quantity=10, symbol=PERPETUAL), at(0))
    venue.place(order("b", symbol=PERPETUAL, leverage=D(2), **fields), at(0))  # type: ignore[arg-type]
    account = venue.state.ownership.account("m")
    assert account.leverage(PERPETUAL) == 10  # type: ignore[attr-defined]


def test_another_leverage_moves_the_liquidation() -> None:
    venue = opened(MARGIN, {"USD": D(3000)}, [quiet(), quiet(88, 90), quiet(79, 81)])
    venue.place(order(quantity=10, symbol=PERPETUAL), at(0))
    venue.place(limit(50, "b", symbol=PERPETUAL, leverage=D(5)), at(0))
    venue.advance_all(at(1))
    assert venue.state.position("m", PERPETUAL) == 10
    venue.advance_all(at(2))
    assert venue.state.position("m", PERPETUAL) == 0


# Liquidation and funding


def test_a_position_that_is_liquidated_in_parts_costs_its_margin_once() -> None:
    thin = Moment([(80, 8)], [(82, 1000)])
    venue = opened(MARGIN, {"USD": D(1000)}, [quiet(), thin, thin, thin])
    venue.place(order(quantity=20, symbol=PERPETUAL), at(0))
    for second, left in ((1, 12), (2, 4), (3, 0)):
        venue = reopened(venue)
        venue.advance_all(at(second))
        assert venue.state.position("m", PERPETUAL) == left
        # 202 secured it.
        assert owned(venue)["USD"][0] == 798 + D("10.1") * left
    assert venue.state.ownership.income == {"USD": D(-218)}


def test_funding_that_is_not_free_brings_liquidation_nearer() -> None:
    venue = opened(MARGIN, {"USD": D(101)}, [quiet()], funding="0.01")
    venue.place(order(quantity=10, symbol=PERPETUAL), at(0))
    assert owned(venue)["USD"] == (D(101), D(0))
    hours = 8 * 3600
    for payment in range(1, 9):
        venue.advance_all(at(payment * hours))
        assert owned(venue)["USD"] == (D(101 - 10 * payment), D(0))
    # It was bought at 101: of the 11 that are left 10 are lost, and 5 have to be there.
    venue.advance_all(at(9 * hours))
    assert venue.state.position("m", PERPETUAL) == 0
    assert owned(venue) == {}
    assert venue.state.ownership.income == {"USD": D(101 - 20)}


class Silent(Scripted):
    """A feed whose quote becomes too old after an hour."""

    def quote(self, at: int) -> Quote:
        if at > 3_600_000_000:
            raise NoPrices("too old")
        return super().quote(at)


def test_without_a_price_there_is_no_funding_and_time_goes_on() -> None:
    venue = opened(MARGIN, {"USD": D(1000)}, Silent([quiet()]), funding="0.01")
    venue.place(order(quantity=10, symbol=PERPETUAL), at(0))
    venue.advance_all(at(9 * 3600))
    assert owned(venue)["USD"][0] == 1000
    assert venue.place(order("b", symbol=PERPETUAL), at(9 * 3600)).code == "NO_PRICES"


# Several symbols


JUMPS = {
    "X": [quiet(last=100), quiet(last=100), quiet(149, 151, last=106)],
    "Y": [quiet(last=100), quiet(129, 131, last=106), quiet(129, 131, last=106)],
}


@pytest.mark.parametrize("looked", ["XY", "YX", "Y", "X", ""])
def test_what_one_symbol_leaves_for_the_other_does_not_depend_on_who_looks(looked: str) -> None:
    def feed(symbol: str) -> Scripted:
        return Scripted(JUMPS[symbol])

    venue = opened(SPOT, {"USD": D(211)}, feed)
    for symbol in "XY":
        stop = order(symbol, symbol=symbol, order_type=OrderType.STOP, stop_price=D(105))
        venue.place(stop, at(0))
    for symbol in looked:
        venue.market(symbol, at(2))
    venue.advance_all(at(2))
    # Y was triggered first, when X held back 105 of the 211; 151 were there for X then.
    ended = [(held.order.symbol, held.status) for held in venue.state.orders.values()]
    assert ended == [("X", Status.FILLED), ("Y", Status.CANCELED)]
