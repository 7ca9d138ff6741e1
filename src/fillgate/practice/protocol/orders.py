"""Orders: answers to new ones, to lookups and to cancels."""

from typing import Any

from fillgate.practice.amounts import amount_text, milliseconds
from fillgate.practice.new_order import ResponseType
from fillgate.practice.views import OrderView

__all__ = ["cancelled", "placed", "queried"]


def placed(view: OrderView, response: ResponseType) -> dict[str, Any]:
    """Return the answer to a new order."""
    answer = {**_names(view), "transactTime": milliseconds(view.held.arrived)}
    if response is not ResponseType.ACK:
        answer |= _state(view)
    if response is ResponseType.FULL:
        answer["fills"] = [
            {
                "price": amount_text(trade.fill.price),
                "qty": amount_text(trade.fill.quantity),
                "commission": amount_text(sum(fee.amount for fee in trade.fill.fees) or None),
                "commissionAsset": next((fee.asset for fee in trade.fill.fees), ""),
                "tradeId": trade.trade_id,
            }
            for trade in view.trades
        ]
    return answer


def queried(view: OrderView) -> dict[str, Any]:
    """Return an order as lookups and lists show it."""
    held = view.held
    return {
        **_names(view),
        **_state(view),
        "stopPrice": amount_text(held.order.stop_price),
        "icebergQty": amount_text(None),
        "time": milliseconds(view.created),
        "updateTime": milliseconds(held.updated),
        "isWorking": view.is_working,
    }


def cancelled(view: OrderView, client_order_id: str) -> dict[str, Any]:
    """Return the answer to a cancel, which has a client order id of its own."""
    return {
        **_names(view),
        "origClientOrderId": view.held.order.client_order_id,
        "clientOrderId": client_order_id,
        "transactTime": milliseconds(view.held.updated),
        **_state(view),
    }


def _names(view: OrderView) -> dict[str, Any]:
    order = view.held.order
    return {
        "symbol": order.symbol,
        "orderId": view.order_id,
        "orderListId": view.list_id,
        "clientOrderId": order.client_order_id,
    }


def _state(view: OrderView) -> dict[str, Any]:
    held, asked = view.held, view.asked
    stop = {"stopPrice": amount_text(asked.stop_price)} if asked.is_stop else {}
    return {
        "price": amount_text(asked.price),
        "origQty": amount_text(asked.quantity or held.order.quantity),
        "executedQty": amount_text(held.filled_quantity),
        "origQuoteOrderQty": amount_text(asked.quote_quantity),
        "cummulativeQuoteQty": amount_text(held.worth),
        "status": view.status,
        "timeInForce": asked.time_in_force,
        "type": asked.kind.value,
        "side": asked.side.upper(),
        **stop,
        "workingTime": milliseconds(held.arrived) if view.is_working else -1,
        "selfTradePreventionMode": asked.prevention,
    }
