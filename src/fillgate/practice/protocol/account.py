"""An account: what it owns, and what it traded."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from fillgate.market.accounts.wallet import Holding
from fillgate.practice.amounts import amount_text, milliseconds
from fillgate.practice.trades import Trade

__all__ = ["account", "balances_by_asset", "my_trade"]

_BASIS_POINTS: Final = 10_000


def account(
    user_id: int, holdings: Iterable[Holding], rates: Mapping[str, Decimal], updated: int
) -> dict[str, Any]:
    """Return an account.

    Args:
        user_id: tells accounts apart.
        holdings: what it owns.
        rates: `maker` and `taker`, as parts of 1.
        updated: when it last changed, Unix milliseconds.
    """
    maker, taker = rates["maker"], rates["taker"]
    return {
        "makerCommission": int(maker * _BASIS_POINTS),
        "takerCommission": int(taker * _BASIS_POINTS),
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": {
            "maker": amount_text(maker),
            "taker": amount_text(taker),
            "buyer": amount_text(None),
            "seller": amount_text(None),
        },
        "canTrade": True,
        "canWithdraw": False,
        "canDeposit": False,
        "brokered": False,
        "requireSelfTradePrevention": False,
        "preventSor": False,
        "updateTime": updated,
        "accountType": "SPOT",
        "balances": balances_by_asset(holdings),
        "permissions": ["SPOT"],
        "uid": user_id,
    }


def balances_by_asset(holdings: Iterable[Holding]) -> list[dict[str, str]]:
    """Return what is free and what is locked."""
    return [
        {"asset": each.asset, "free": amount_text(each.free), "locked": amount_text(each.locked)}
        for each in holdings
    ]


def my_trade(trade: Trade, list_id: int) -> dict[str, Any]:
    """Return one of an account's trades.

    Args:
        trade: that one.
        list_id: of the list of its order; -1 for none.
    """
    fill = trade.fill
    return {
        "symbol": trade.symbol,
        "id": trade.trade_id,
        "orderId": trade.order_id,
        "orderListId": list_id,
        "price": amount_text(fill.price),
        "qty": amount_text(fill.quantity),
        "quoteQty": amount_text(trade.worth),
        "commission": amount_text(sum(fee.amount for fee in fill.fees) or None),
        "commissionAsset": next((fee.asset for fee in fill.fees), ""),
        "time": milliseconds(trade.at),
        "isBuyer": trade.side == "buy",
        "isMaker": trade.maker,
        "isBestMatch": True,
    }
