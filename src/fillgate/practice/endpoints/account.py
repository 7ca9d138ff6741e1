"""What an account is asked: what it owns, what it traded, what it pays."""

from collections.abc import Iterable
from typing import Any

from fillgate.practice.amounts import amount_text
from fillgate.practice.calls import Call
from fillgate.practice.endpoints.asked import spot
from fillgate.practice.errors import Refused
from fillgate.practice.pages import read_page
from fillgate.practice.protocol.account import account, my_trade
from fillgate.practice.trades import Trade

__all__ = ["answer_account", "answer_my_trades", "answer_trade_fee"]


def answer_account(call: Call) -> dict[str, Any]:
    """Tell what the account owns."""
    owned = call.exchange.holdings(call.user)
    if call.parameters.text("omitZeroBalances") == "true":
        owned = [each for each in owned if each.total or each.locked]
    rules = call.exchange.rules
    rates = {"maker": rules.maker, "taker": rules.taker}
    number = call.exchange.users.all.index(call.user) + 1
    return account(number, owned, rates, call.exchange.now() // 1000)


def answer_my_trades(call: Call) -> list[dict[str, Any]]:
    """List the account's trades of a symbol, oldest first; of one order if one is named."""
    symbol, order_id = call.parameters.needed("symbol"), call.parameters.integer("orderId")
    page = read_page(call.parameters, "fromId")
    if order_id is None:
        return _told(call, call.exchange.my_trades(call.user, symbol, page))
    try:
        view = call.exchange.look_up(call.user, symbol, order_id, None)
    except Refused as refused:
        if refused.code == -2013:  # noqa: PLR2004 - there is no such order, and so no trades of it
            return []
        raise
    found = page.of(view.trades, at=lambda each: each.at, name=lambda each: each.trade_id)
    return _told(call, found)


def _told(call: Call, trades: Iterable[Trade]) -> list[dict[str, Any]]:
    return [my_trade(each, spot(call).list_of(each)) for each in trades]


def answer_trade_fee(call: Call) -> list[dict[str, Any]]:
    """Tell what executions cost."""
    symbol, rules = call.parameters.text("symbol"), call.exchange.rules
    if symbol is not None:
        call.exchange.symbols.find(symbol)
    return [
        {
            "symbol": name,
            "makerCommission": amount_text(rules.maker),
            "takerCommission": amount_text(rules.taker),
        }
        for name in call.exchange.symbols.by_name
        if symbol in {None, name}
    ]
