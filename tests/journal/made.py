"""Writes as the engine makes them, and a logger that remembers."""

from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

from fillgate.domain.events import OrderIntended, OrderSending, OrderUnanswered, SignalAccepted
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order, Side
from fillgate.domain.positions import Position
from fillgate.domain.signals import Action, Signal
from fillgate.journal.base import (
    INBOX,
    Claim,
    Entry,
    Write,
    account_stream,
)
from fillgate.journal.index import OrderRow, SignalRow, SignalState

AT = 1_790_000_000_000_000
SECOND = 1_000_000
ACCOUNT = "main"


class Notes:
    """A logger that keeps what it is told."""

    def __init__(self) -> None:
        self.notes: list[tuple[str, str, Mapping[str, Any]]] = []

    def is_enabled_for(self, level: int) -> bool:
        return True

    def debug(self, event: str, **fields: Any) -> None:
        self.notes.append(("debug", event, fields))

    def info(self, event: str, **fields: Any) -> None:
        self.notes.append(("info", event, fields))

    def warning(self, event: str, **fields: Any) -> None:
        self.notes.append(("warning", event, fields))

    def error(self, event: str, **fields: Any) -> None:
        self.notes.append(("error", event, fields))

    def about(self, event: str) -> list[Mapping[str, Any]]:
        return [fields for _, name, fields in self.notes if name == event]


def order_id(signal: int, leg: int = 0) -> str:
    return f"fg0000{signal:07d}{leg}0"


def an_order(signal: int, leg: int = 0) -> Order:
    return Order(
        client_order_id=order_id(signal, leg),
        account=ACCOUNT,
        symbol="BTC/USDT",
        side=Side.BUY,
        quantity=Decimal("0.5"),
        leg=leg,
    )


def claim(signal: int, *, key: str | None = None, expires: int | None = None) -> Claim:
    return Claim(
        source="tv",
        key=key or f"key {signal}",
        reading=b"reading %d" % signal,
        at=AT + signal,
        expires=expires,
    )


def order_row(signal: int, status: OrderStatus = OrderStatus.PENDING_NEW, leg: int = 0) -> OrderRow:
    return OrderRow(
        client_order_id=order_id(signal, leg),
        signal=signal,
        leg=leg,
        account=ACCOUNT,
        symbol="BTC/USDT",
        status=status,
        at=AT + signal,
    )


def signal_row(signal: int, state: str = SignalState.PLANNED) -> SignalRow:
    return SignalRow(
        number=signal, at=AT + signal, source="tv", state=state, account=ACCOUNT, symbol="BTC/USDT"
    )


def accepted(signal: int) -> Entry:
    body = b"body %d" % signal
    event = SignalAccepted(
        signal=signal,
        source="tv",
        reading=Signal(action=Action.BUY, symbol="BTC/USDT", quantity=Decimal("0.5")),
        account=ACCOUNT,
        body_digest=sha256(body).hexdigest(),
    )
    return Entry(INBOX, AT + signal, event)


def taken(signal: int, **changes: Any) -> Write:
    """Accept a signal, plan its order and mark it as being sent: what a webhook writes."""
    at = AT + signal
    stream = account_stream(ACCOUNT)
    fields: dict[str, Any] = {
        "entries": (
            accepted(signal),
            Entry(
                stream,
                at,
                OrderIntended(
                    client_order_id=order_id(signal), signal=signal, order=an_order(signal)
                ),
            ),
            Entry(stream, at, OrderSending(client_order_id=order_id(signal))),
        ),
        "signal": signal,
        "claim": claim(signal),
        "body": b"body %d" % signal,
        "signal_row": signal_row(signal),
        "order_rows": (order_row(signal),),
    }
    return Write(**(fields | changes))


def unanswered(signal: int) -> Write:
    """Note that the order of a signal is UNKNOWN."""
    event = OrderUnanswered(client_order_id=order_id(signal), code="TIMEOUT", text="no answer")
    return Write(
        entries=(Entry(account_stream(ACCOUNT), AT + signal, event),),
        signal=signal,
        order_rows=(order_row(signal, OrderStatus.UNKNOWN),),
        positions=(Position(account=ACCOUNT, symbol="BTC/USDT", quantity=Decimal(signal)),),
    )
