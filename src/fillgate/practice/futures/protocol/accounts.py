"""An account of the futures exchange: what it owns, what it holds, and what it traded."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from fillgate.domain.numbers import ZERO
from fillgate.practice.amounts import amount_text, milliseconds
from fillgate.practice.futures.new_order import BOTH
from fillgate.practice.futures.positions import Position, Wallet
from fillgate.practice.trades import Trade

__all__ = ["account", "balances", "position_risk", "user_trade"]


def account(
    wallets: Sequence[Wallet], positions: Iterable[Position], now: int, *, version: int
) -> dict[str, Any]:
    """Return an account.

    Args:
        wallets: what it owns.
        positions: what it holds.
        now: Unix milliseconds.
        version: 2 tells of all symbols, 3 of those where there is something.
    """
    shown = [each for each in positions if version < 3 or each.is_shown]  # noqa: PLR2004 - its number
    assets = [_asset(each, now) for each in wallets]
    totals = {
        f"total{name[:1].upper()}{name[1:]}": amount_text(
            sum((Decimal(each[name]) for each in assets), ZERO)
        )
        for name in _TOTALS
    }
    return {
        "feeTier": 0,
        "canTrade": True,
        "canDeposit": False,
        "canWithdraw": False,
        "multiAssetsMargin": False,
        "updateTime": 0,
        **totals,
        "availableBalance": amount_text(sum((each.free for each in wallets), ZERO)),
        "maxWithdrawAmount": amount_text(None),
        "assets": assets,
        "positions": [_held(each) for each in shown],
    }


_TOTALS = (
    "initialMargin",
    "maintMargin",
    "walletBalance",
    "unrealizedProfit",
    "marginBalance",
    "positionInitialMargin",
    "openOrderInitialMargin",
    "crossWalletBalance",
    "crossUnPnl",
)


def _asset(wallet: Wallet, now: int) -> dict[str, Any]:
    return {
        "asset": wallet.asset,
        "walletBalance": amount_text(wallet.total),
        "unrealizedProfit": amount_text(wallet.profit),
        "marginBalance": amount_text(wallet.margin),
        "maintMargin": amount_text(wallet.maintenance),
        "initialMargin": amount_text(wallet.locked),
        "positionInitialMargin": amount_text(wallet.of_positions),
        "openOrderInitialMargin": amount_text(wallet.locked - wallet.of_positions),
        "crossWalletBalance": amount_text(wallet.total - wallet.of_positions),
        "crossUnPnl": amount_text(None),
        "availableBalance": amount_text(wallet.free),
        "maxWithdrawAmount": amount_text(None),
        "marginAvailable": True,
        "updateTime": now,
    }


def balances(wallets: Iterable[Wallet], alias: str, now: int) -> list[dict[str, Any]]:
    """Return what an account owns; the alias tells accounts apart."""
    return [
        {
            "accountAlias": alias,
            "asset": each.asset,
            "balance": amount_text(each.total),
            "crossWalletBalance": amount_text(each.total - each.of_positions),
            "crossUnPnl": amount_text(None),
            "availableBalance": amount_text(each.free),
            "maxWithdrawAmount": amount_text(None),
            "marginAvailable": True,
            "updateTime": now,
        }
        for each in wallets
    ]


def _held(position: Position) -> dict[str, Any]:
    return {
        "symbol": position.symbol.name,
        "positionSide": BOTH,
        "positionAmt": amount_text(position.held.quantity),
        "unrealizedProfit": amount_text(position.profit),
        "isolated": True,
        "isolatedMargin": amount_text(position.held.margin + position.profit),
        "isolatedWallet": amount_text(position.held.margin),
        "notional": amount_text(position.notional),
        "entryPrice": amount_text(position.entry),
        "leverage": f"{position.leverage:f}",
        "initialMargin": amount_text(position.locked),
        "maintMargin": amount_text(position.maintenance),
        "positionInitialMargin": amount_text(position.held.margin),
        "openOrderInitialMargin": amount_text(position.of_orders),
        "updateTime": position.updated,
    }


def position_risk(position: Position, *, version: int) -> dict[str, Any]:
    """Return a position, by the version of the request: 2 tells the leverage, 3 the margins."""
    held = _held(position)
    both = ("symbol", "positionSide", "positionAmt", "entryPrice", "isolatedMargin", "notional")
    third = ("initialMargin", "maintMargin", "positionInitialMargin", "openOrderInitialMargin")
    risk = {
        **{name: held[name] for name in (*both, "isolatedWallet", "updateTime")},
        "breakEvenPrice": held["entryPrice"],
        "markPrice": amount_text(position.mark),
        "unRealizedProfit": held["unrealizedProfit"],
        "liquidationPrice": amount_text(position.liquidation),
    }
    if version < 3:  # noqa: PLR2004 - its number
        return risk | {
            "leverage": held["leverage"],
            "marginType": "isolated",
            "isAutoAddMargin": "false",
            "maxNotionalValue": "300000000",
        }
    more = {"adl": 0, "bidNotional": "0", "askNotional": "0", "marginAsset": position.symbol.quote}
    return risk | {name: held[name] for name in third} | more


def user_trade(trade: Trade, earned: Decimal, asset: str) -> dict[str, Any]:
    """Return one of an account's trades.

    Args:
        trade: the trade.
        earned: what it realised.
        asset: in which it is paid.
    """
    fill = trade.fill
    return {
        "symbol": trade.symbol,
        "id": trade.trade_id,
        "orderId": trade.order_id,
        "side": trade.side.upper(),
        "price": amount_text(fill.price),
        "qty": amount_text(fill.quantity),
        "quoteQty": amount_text(trade.worth),
        "realizedPnl": amount_text(earned),
        "commission": amount_text(sum(fee.amount for fee in fill.fees) or None),
        "commissionAsset": asset,
        "time": milliseconds(trade.at),
        "positionSide": BOTH,
        "buyer": trade.side == "buy",
        "maker": trade.maker,
    }
