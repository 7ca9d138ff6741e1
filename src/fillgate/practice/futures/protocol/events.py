"""What streams of the futures exchange push: of markets, of orders, of balances and positions.

Source: Binance USDⓈ-M Futures API documentation, "User Data Streams" and "Websocket Market
Streams".
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Final

from fillgate.domain.numbers import ZERO, divide
from fillgate.practice.amounts import amount_text, milliseconds
from fillgate.practice.exchange import Exchange, News
from fillgate.practice.futures.exchange import Futures
from fillgate.practice.futures.new_order import BOTH
from fillgate.practice.futures.positions import Position, Wallet
from fillgate.practice.futures.protocol.orders import client_order_id, type_of
from fillgate.practice.hub import Speech
from fillgate.practice.protocol import events as spot
from fillgate.practice.protocol.market_data import Ticker
from fillgate.practice.trades import Trade
from fillgate.practice.views import OrderView

__all__ = ["FUTURES", "key_expired"]

_KINDS: Final[Mapping[str, str]] = {"TRADE_PREVENTION": "EXPIRED"}
_NOT_HERE: Final = ("x", "b", "B", "a", "A")


def _of_order(exchange: Exchange, news: News) -> list[dict[str, Any]]:
    """Return what is told of an order that changed, and of what that changed."""
    assert isinstance(exchange, Futures)
    view, updated = news.view, milliseconds(news.view.held.updated)
    report = partial(_report, exchange)
    told = spot.execution_reports(view, news.executions, is_new=news.is_new, report=report)
    if exchange.amending == view.order_id:
        goes_on = news.executions or view.held.status.is_final
        told = [_amendment(view, news.executions, report), *(told if goes_on else ())]
    if not news.executions:
        return told
    account = view.held.order.account
    position = exchange.position(account, view.asked.symbol)
    return [_account_update(exchange.wallets(account), position, updated), *told]


def _amendment(
    view: OrderView, executions: int, report: Callable[..., dict[str, Any]]
) -> dict[str, Any]:
    before = view.trades[: len(view.trades) - executions]
    done = sum((each.fill.quantity for each in before), ZERO)
    worth = sum((each.worth for each in before), ZERO)
    return report(view, "AMENDMENT", "PARTIALLY_FILLED" if done else "NEW", done, worth)


def _report(
    exchange: Futures,
    view: OrderView,
    kind: str,
    status: str,
    *sums: Decimal,
    trade: Trade | None = None,
) -> dict[str, Any]:
    done, worth = sums
    held, asked = view.held, view.asked
    at = milliseconds(held.updated if trade is None else trade.at)
    is_liquidation = type_of(view) == "LIQUIDATION"
    order = {
        "s": asked.symbol,
        "c": client_order_id(view),
        "S": asked.side.upper(),
        "o": type_of(view),
        "f": asked.time_in_force,
        "q": amount_text(held.order.quantity),
        "p": amount_text(held.order.price),
        "ap": amount_text(divide(worth, done) if done else None),
        "sp": amount_text(None),
        "x": "CALCULATED" if trade and is_liquidation else _KINDS.get(kind, kind),
        "X": status,
        "i": view.order_id,
        "z": amount_text(done),
        **_traded(exchange, trade),
        "T": at,
        "b": "0",
        "a": "0",
        "R": held.order.reduce_only,
        "wt": "CONTRACT_PRICE",
        "ot": type_of(view),
        "ps": BOTH,
        "cp": False,
        "pP": False,
        "si": 0,
        "ss": 0,
        "V": asked.prevention,
        "pm": "NONE",
        "gtd": 0,
    }
    return {"e": "ORDER_TRADE_UPDATE", "E": at, "T": at, "o": order}


def _traded(exchange: Futures, trade: Trade | None) -> dict[str, Any]:
    if trade is None:
        nothing = amount_text(None)
        return {"l": nothing, "L": nothing, "t": 0, "m": False, "rp": nothing}
    fees = trade.fill.fees
    paid = (
        {"n": amount_text(sum((fee.amount for fee in fees), ZERO)), "N": fees[0].asset}
        if fees
        else {}
    )
    return {
        "l": amount_text(trade.fill.quantity),
        "L": amount_text(trade.fill.price),
        "t": trade.trade_id,
        "m": trade.maker,
        "rp": amount_text(exchange.profits.of(trade.order_id, trade.fill.fill_id)),
        **paid,
    }


def _account_update(wallets: Sequence[Wallet], position: Position, at: int) -> dict[str, Any]:
    changed = {
        "m": "ORDER",
        "B": [
            {
                "a": each.asset,
                "wb": amount_text(each.total),
                "cw": amount_text(each.total - each.of_positions),
                "bc": "0",
            }
            for each in wallets
        ],
        "P": [
            {
                "s": position.symbol.name,
                "pa": amount_text(position.held.quantity),
                "ep": amount_text(position.entry),
                "bep": amount_text(position.entry),
                "cr": "0",
                "up": amount_text(position.profit),
                "mt": "isolated",
                "iw": amount_text(position.held.margin),
                "ps": BOTH,
            }
        ],
    }
    return {"e": "ACCOUNT_UPDATE", "E": at, "T": at, "a": changed}


def key_expired(key: str, at: int) -> dict[str, Any]:
    """Return that a listen key is valid no more, at a time in Unix milliseconds."""
    return {"e": "listenKeyExpired", "E": at, "listenKey": key}


def _ticker(ticker: Ticker) -> dict[str, Any]:
    whole = spot.ticker_event(ticker)
    return {name: value for name, value in whole.items() if name not in _NOT_HERE}


def _book_ticker(ticker: Ticker, update_id: int) -> dict[str, Any]:
    told = spot.book_ticker_event(ticker, update_id)
    return {"e": "bookTicker", "E": ticker.at, "T": ticker.at, **told}


def _trade(trade: Trade) -> dict[str, Any]:
    told, name = spot.trade_event(trade), trade.trade_id
    del told["M"], told["t"]
    return told | {"e": "aggTrade", "a": name, "f": name, "l": name}


FUTURES: Final = Speech(
    of_order=_of_order,
    to_user=lambda _, event: event,
    tickers={"miniTicker": spot.mini_ticker_event, "ticker": _ticker},
    book_ticker=_book_ticker,
    trades="aggTrade",
    trade=_trade,
)
"""How the streams of the futures exchange speak."""
