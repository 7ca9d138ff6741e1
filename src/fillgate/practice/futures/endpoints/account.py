"""What an account is asked, and told to be: balances, positions, trades, leverage, listen keys."""

from enum import StrEnum
from functools import partial
from typing import Any, Final

from fillgate.practice.amounts import amount_text
from fillgate.practice.calls import Call
from fillgate.practice.errors import Refused, mandatory
from fillgate.practice.futures.endpoints.asked import futures, read_week
from fillgate.practice.futures.errors import (
    no_need_of_margin_type,
    no_need_of_position_side,
    unsupported,
)
from fillgate.practice.futures.exchange import HIGHEST_LEVERAGE
from fillgate.practice.futures.protocol import accounts
from fillgate.practice.futures.protocol.exchange_info import leverage_brackets

__all__ = [
    "answer_account_2",
    "answer_account_3",
    "answer_balance",
    "answer_commission_rate",
    "answer_extend_listen_key",
    "answer_leverage",
    "answer_leverage_brackets",
    "answer_listen_key",
    "answer_margin_type",
    "answer_no_listen_key",
    "answer_position_risk_2",
    "answer_position_risk_3",
    "answer_position_side",
    "answer_set_position_side",
    "answer_user_trades",
]


def _account(call: Call, version: int) -> dict[str, Any]:
    exchange = futures(call)
    positions = exchange.positions(call.user)
    wallets, now = exchange.wallets(call.user.name), exchange.now() // 1000
    return accounts.account(wallets, positions, now, version=version)


answer_account_2: Final = partial(_account, version=2)
"""Tell what the account owns and holds, of all symbols."""
answer_account_3: Final = partial(_account, version=3)
"""Tell what the account owns and holds."""


def answer_balance(call: Call) -> list[dict[str, Any]]:
    """Tell what the account owns."""
    exchange = futures(call)
    exchange.advance()
    now = exchange.now() // 1000
    return accounts.balances(exchange.wallets(call.user.name), call.user.name, now)


def _position_risk(call: Call, version: int) -> list[dict[str, Any]]:
    symbol = call.parameters.text("symbol")
    found = futures(call).positions(call.user, symbol)
    shown = found if version < 3 else [each for each in found if each.is_shown]  # noqa: PLR2004 - its number
    return [accounts.position_risk(each, version=version) for each in shown]


answer_position_risk_2: Final = partial(_position_risk, version=2)
"""List the positions in all symbols."""
answer_position_risk_3: Final = partial(_position_risk, version=3)
"""List the positions where there is something."""


def answer_user_trades(call: Call) -> list[dict[str, Any]]:
    """List the account's trades of a symbol, oldest first; of one order if one is named."""
    exchange, symbol = futures(call), call.parameters.needed("symbol")
    order_id, page = call.parameters.integer("orderId"), read_week(call, "fromId")
    asset = exchange.symbols.find(symbol).quote
    found = exchange.my_trades(call.user, symbol, page)
    return [
        accounts.user_trade(each, exchange.profits.of(each.order_id, each.fill.fill_id), asset)
        for each in found
        if order_id in {None, each.order_id}
    ]


def answer_commission_rate(call: Call) -> dict[str, Any]:
    """Tell what executions cost."""
    symbol, rules = call.parameters.needed("symbol"), call.exchange.rules
    call.exchange.symbols.find(symbol)
    return {
        "symbol": symbol,
        "makerCommissionRate": amount_text(rules.maker),
        "takerCommissionRate": amount_text(rules.taker),
    }


# Leverage and modes


def answer_leverage(call: Call) -> dict[str, Any]:
    """Set the leverage of a symbol."""
    symbol, leverage = call.parameters.needed("symbol"), call.parameters.integer("leverage")
    if leverage is None:
        raise mandatory("leverage")
    call.parameters.check_all_read()
    futures(call).set_leverage(call.user, symbol, leverage)
    return {"symbol": symbol, "leverage": leverage, "maxNotionalValue": "300000000"}


def answer_leverage_brackets(call: Call) -> Any:
    """Tell how much leverage there is."""
    symbol, symbols = call.parameters.text("symbol"), call.exchange.symbols
    if symbol is not None:
        return leverage_brackets(symbols.find(symbol), HIGHEST_LEVERAGE)
    return [leverage_brackets(each, HIGHEST_LEVERAGE) for each in symbols.by_name.values()]


class _MarginType(StrEnum):
    ISOLATED = "ISOLATED"
    CROSSED = "CROSSED"


def answer_margin_type(call: Call) -> dict[str, Any]:
    """Refuse another margin than the isolated one."""
    call.exchange.symbols.find(call.parameters.needed("symbol"))
    refused = Refused(-1130, "Data sent for parameter 'marginType' is not valid.")
    kind = call.parameters.word("marginType", _MarginType, refused)
    if kind is None:
        raise mandatory("marginType")
    raise no_need_of_margin_type() if kind is _MarginType.ISOLATED else unsupported()


def answer_position_side(_call: Call) -> dict[str, Any]:
    """Tell that there is one position a symbol."""
    return {"dualSidePosition": False}


def answer_set_position_side(call: Call) -> dict[str, Any]:
    """Refuse positions of both sides."""
    wanted = call.parameters.needed("dualSidePosition")
    raise unsupported() if wanted.lower() == "true" else no_need_of_position_side()


# Listen keys


def answer_listen_key(call: Call) -> dict[str, Any]:
    """Return a key to hear of the account with."""
    exchange = futures(call)
    return {"listenKey": exchange.listen_keys.take(call.user.name, exchange.now())}


def answer_extend_listen_key(call: Call) -> dict[str, Any]:
    """Let the account's key be valid for longer."""
    call.parameters.text("listenKey")
    exchange = futures(call)
    return {"listenKey": exchange.listen_keys.extend(call.user.name, exchange.now())}


def answer_no_listen_key(call: Call) -> dict[str, Any]:
    """Let the account's key be valid no more."""
    call.parameters.text("listenKey")
    futures(call).listen_keys.drop(call.user.name)
    return {}
