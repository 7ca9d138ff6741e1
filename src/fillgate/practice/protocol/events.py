"""What streams push: of markets to everybody, of orders and balances to their owner.

Source: Binance Spot API documentation, "WebSocket Streams" and "User Data Streams".
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from fillgate.domain.numbers import ZERO, add
from fillgate.market.accounts.wallet import Holding
from fillgate.practice.amounts import amount_text, milliseconds
from fillgate.practice.order_lists import ListView
from fillgate.practice.protocol.market_data import Ticker, ticker_24h
from fillgate.practice.protocol.order_lists import statuses_of
from fillgate.practice.trades import Trade
from fillgate.practice.views import OrderView

__all__ = [
    "account_position",
    "book_ticker_event",
    "execution_reports",
    "list_status",
    "mini_ticker_event",
    "ticker_event",
    "trade_event",
]


def execution_reports(
    view: OrderView,
    executions: int,
    *,
    is_new: bool,
    cancel_id: str | None = None,
    report: Callable[..., dict[str, Any]] | None = None,
) -> list[dict[str, Any]]:
    """Return what to tell of an order that changed, in the order in which it happened.

    Args:
        view: as it is now.
        executions: how many of its trades are new, the last ones.
        is_new: whether it has only just come.
        cancel_id: the client order id of the cancel that ended it.
        report: tells one thing of it, where that has another form than here.
    """
    said = report or _report
    told: list[dict[str, Any]] = []
    known = len(view.trades) - executions
    done, worth = _sums(view.trades[:known])
    if is_new:
        told.append(said(view, "NEW", view.status if view.waits else "NEW", done, worth))
    for trade in view.trades[known:]:
        done, worth = add(done, trade.fill.quantity), add(worth, trade.worth)
        whole = done >= view.held.order.quantity
        status = "FILLED" if whole else "PARTIALLY_FILLED"
        told.append(said(view, "TRADE", status, done, worth, trade=trade))
    if view.status not in {"PENDING_NEW", "NEW", "PARTIALLY_FILLED", "FILLED"}:
        told.append(_ending(view, cancel_id, said))
    elif not told:
        # A stop was triggered, and rests in the book now.
        told.append(said(view, "NEW", view.status, done, worth))
    return told


def _sums(trades: Iterable[Trade]) -> tuple[Decimal, Decimal]:
    done, worth = ZERO, ZERO
    for trade in trades:
        done, worth = add(done, trade.fill.quantity), add(worth, trade.worth)
    return done, worth


def _ending(
    view: OrderView, cancel_id: str | None, said: Callable[..., dict[str, Any]]
) -> dict[str, Any]:
    kind = {"EXPIRED_IN_MATCH": "TRADE_PREVENTION"}.get(view.status, view.status)
    report = said(view, kind, view.status, view.held.filled_quantity, view.held.worth)
    if cancel_id is not None:
        report |= {"c": cancel_id, "C": view.held.order.client_order_id}
    return report


def _report(
    view: OrderView,
    kind: str,
    status: str,
    done: Decimal,
    worth: Decimal,
    *,
    trade: Trade | None = None,
) -> dict[str, Any]:
    held, asked = view.held, view.asked
    at = milliseconds(held.updated if trade is None else trade.at)
    return {
        "e": "executionReport",
        "E": at,
        "s": asked.symbol,
        "c": held.order.client_order_id,
        "S": asked.side.upper(),
        "o": asked.kind.value,
        "f": asked.time_in_force,
        "q": amount_text(asked.quantity or held.order.quantity),
        "p": amount_text(asked.price),
        "P": amount_text(asked.stop_price),
        "F": amount_text(None),
        "g": view.list_id,
        "C": "",
        "x": kind,
        "X": status,
        "r": view.reject_reason,
        "i": view.order_id,
        "z": amount_text(done),
        "Z": amount_text(worth),
        "Q": amount_text(asked.quote_quantity),
        **_traded(trade),
        "T": at,
        "I": view.order_id,
        "w": view.is_working and not held.status.is_final,
        "M": False,
        "O": milliseconds(view.created),
        **({"W": milliseconds(held.arrived)} if view.is_working else {}),
        "V": asked.prevention,
    }


def _traded(trade: Trade | None) -> dict[str, Any]:
    if trade is None:
        nothing = amount_text(None)
        return {"l": nothing, "L": nothing, "Y": nothing, "n": "0", "N": None, "t": -1, "m": False}
    fees = trade.fill.fees
    return {
        "l": amount_text(trade.fill.quantity),
        "L": amount_text(trade.fill.price),
        "Y": amount_text(trade.worth),
        "n": amount_text(sum(fee.amount for fee in fees) or None),
        "N": next((fee.asset for fee in fees), None),
        "t": trade.trade_id,
        "m": trade.maker,
    }


def list_status(view: ListView) -> dict[str, Any]:
    """Return what to tell of a list that began, or is done."""
    held = view.held
    at = milliseconds(held.updated)
    status_type, status = statuses_of(held)
    return {
        "e": "listStatus",
        "E": at,
        "s": held.symbol,
        "g": held.list_id,
        "c": held.contingency,
        "l": status_type,
        "L": status,
        "r": "NONE",
        "C": held.name,
        "T": at,
        "O": [
            {"s": held.symbol, "i": each.order_id, "c": each.held.order.client_order_id}
            for each in view.orders
        ],
    }


def account_position(holdings: Iterable[Holding], at: int) -> dict[str, Any]:
    """Return what an account owns of the assets that an order may have changed.

    Args:
        holdings: of these.
        at: Unix milliseconds.
    """
    balances = [
        {"a": each.asset, "f": amount_text(each.free), "l": amount_text(each.locked)}
        for each in holdings
    ]
    return {"e": "outboundAccountPosition", "E": at, "u": at, "B": balances}


def mini_ticker_event(ticker: Ticker) -> dict[str, Any]:
    """Return what `<symbol>@miniTicker` pushes."""
    whole = ticker_24h(ticker)
    return {
        "e": "24hrMiniTicker",
        "E": ticker.at,
        "s": ticker.symbol,
        "c": whole["lastPrice"],
        "o": whole["openPrice"],
        "h": whole["highPrice"],
        "l": whole["lowPrice"],
        "v": whole["volume"],
        "q": whole["quoteVolume"],
    }


def ticker_event(ticker: Ticker) -> dict[str, Any]:
    """Return what `<symbol>@ticker` pushes."""
    whole = ticker_24h(ticker)
    return {
        **mini_ticker_event(ticker),
        "e": "24hrTicker",
        "p": whole["priceChange"],
        "P": whole["priceChangePercent"],
        "w": whole["weightedAvgPrice"],
        "x": whole["prevClosePrice"],
        "Q": whole["lastQty"],
        "b": whole["bidPrice"],
        "B": whole["bidQty"],
        "a": whole["askPrice"],
        "A": whole["askQty"],
        "O": whole["openTime"],
        "C": whole["closeTime"],
        "F": whole["firstId"],
        "L": whole["lastId"],
        "n": whole["count"],
    }


def book_ticker_event(ticker: Ticker, update_id: int) -> dict[str, Any]:
    """Return what `<symbol>@bookTicker` pushes."""
    return {
        "u": update_id,
        "s": ticker.symbol,
        "b": amount_text(ticker.bid[0]),
        "B": amount_text(ticker.bid[1]),
        "a": amount_text(ticker.ask[0]),
        "A": amount_text(ticker.ask[1]),
    }


def trade_event(trade: Trade) -> dict[str, Any]:
    """Return what `<symbol>@trade` pushes."""
    at = milliseconds(trade.at)
    return {
        "e": "trade",
        "E": at,
        "s": trade.symbol,
        "t": trade.trade_id,
        "p": amount_text(trade.fill.price),
        "q": amount_text(trade.fill.quantity),
        "T": at,
        "m": trade.buyer_is_maker,
        "M": True,
    }
