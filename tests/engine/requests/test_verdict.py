"""What a plugin's answer to a request is recorded as, as a table of cases."""

from decimal import Decimal
from typing import Any

import pytest

from fillgate.domain.errors import AccountDown, Denied, NotSent, NotSupported, Rejected, Unknown
from fillgate.domain.events import (
    RequestAnswered,
    RequestNotSent,
    RequestRejected,
    RequestUnanswered,
)
from fillgate.domain.ids import request_id
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import Order, Side
from fillgate.engine.requests.verdict import REQUEST_ENDINGS, Asked
from tests.engine.venue import report

S = OrderStatus
ID = "fg0000000000100"
ORDER = Order(client_order_id=ID, account="a", symbol="X", side=Side.BUY, quantity=Decimal(4))
STATE = OrderState(order=ORDER, signal=1, status=S.NEW, standing=S.NEW, created_at=1, updated_at=1)
ASKED = Asked(STATE, request_id(ID, 1))

ANSWERS: list[tuple[Any, str | None]] = [
    (report(ORDER, S.CANCELED), None),
    (report(ORDER, S.NEW), None),
    (report(ORDER, S.PENDING_CANCEL), None),
    (report(ORDER, S.FILLED, "4"), None),
    (None, "NO_RESULT"),
    ("ok", "NO_RESULT"),
    (report(ORDER, S.CANCELED, order_id=""), "NO_ORDER_ID"),
    (report(ORDER, S.CANCELED, average_price=Decimal("NaN")), "BROKEN_RESULT"),
    (report(ORDER, S.CANCELED, price=1.5), "BROKEN_RESULT"),
    (report(ORDER, S.CANCELED, busted=("\ud800",)), "BROKEN_RESULT"),
    (report(ORDER, S.FILLED), "CONTRADICTION"),
    *((report(ORDER, status), "CONTRADICTION") for status in (S.REJECTED, S.DENIED, S.ABSENT)),
    (report(ORDER, S.UNKNOWN), "CONTRADICTION"),
    (report(ORDER, S.CANCELED, symbol="Y"), "ANSWER_MISMATCH"),
    (report(ORDER, S.CANCELED, quantity=Decimal(5)), "ANSWER_MISMATCH"),
    (report(ORDER, S.CANCELED, client_order_id="other"), "ANSWER_MISMATCH"),
]


@pytest.mark.parametrize(("answer", "code"), ANSWERS)
def test_answers(answer: Any, code: str | None) -> None:
    event = REQUEST_ENDINGS.answered(ASKED, answer)
    assert (event.client_order_id, event.request) == (ID, ASKED.request)  # type: ignore[attr-defined]
    if code is None:
        assert isinstance(event, RequestAnswered)
        assert event.report == answer
    else:
        assert isinstance(event, RequestUnanswered)
        assert event.code == code


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (Rejected("UNKNOWN_ORDER", "no such order"), RequestRejected, "UNKNOWN_ORDER"),
        (NotSent("REFUSED", "nobody there"), RequestNotSent, "REFUSED"),
        (Denied("LOCAL", "a check"), RequestNotSent, "LOCAL"),
        (NotSupported("no such method"), RequestNotSent, "NOT_SUPPORTED"),
        (Unknown("HTTP_504", "gateway"), RequestUnanswered, "HTTP_504"),
        (AccountDown("down"), RequestUnanswered, "PLUGIN_ERROR"),
        (TimeoutError(), RequestUnanswered, "PLUGIN_ERROR"),
        (ValueError("body"), RequestUnanswered, "PLUGIN_ERROR"),
    ],
)
def test_errors(error: Exception, kind: type, code: str) -> None:
    event = REQUEST_ENDINGS.failed(ASKED, error)
    assert isinstance(event, kind)
    assert event.code == code  # type: ignore[attr-defined]
