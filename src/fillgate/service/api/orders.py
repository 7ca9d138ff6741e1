"""Operations on orders."""

from typing import Final

from fillgate.service.api.common import BODY, ORDERS_PATH, READ, READABLE, TAKING_HEADERS
from fillgate.service.asking import AskingApi
from fillgate.service.asking_answers import RequestAnswer
from fillgate.service.asking_bodies import CancelAllBody, ReplaceBody
from fillgate.service.findings import FindingBody
from fillgate.service.operations import Answered, Operation
from fillgate.service.reading import ReadingApi

__all__ = ["ORDERS"]

_ASKING: Final = (
    "NOT_FOUND",
    "INVALID_IDEMPOTENCY_KEY",
    "KEY_REUSED",
    "ORDER_FINISHED",
    "TOO_MANY_REQUESTS",
    "ACCOUNT_DOWN",
    "REQUEST_REJECTED",
    "REQUEST_NOT_SENT",
    "TOO_LATE",
    "INEFFECTIVE",
    "HELD",
    "JOURNAL_UNAVAILABLE",
)

_ASKED: Final = (
    Answered(body=RequestAnswer, text="The venue did as asked."),
    Answered(
        status=202,
        body=RequestAnswer,
        text="Written down, and its outcome is open: on its way, or the venue did not answer. The "
        "order is looked up. Ask at `Location`.",
        headers=("Location",),
    ),
)

ORDERS: Final[tuple[Operation, ...]] = (
    Operation(
        method="GET",
        path=ORDERS_PATH,
        handler=ReadingApi.list_orders,
        group="Orders",
        problems=("INVALID_PARAMETER", *READ),
        example="curl -s 'http://127.0.0.1:8005/api/v1/orders?status=filled,new&limit=2'\n",
    ),
    Operation(
        method="POST",
        path=ORDERS_PATH + "/cancel-all",
        handler=AskingApi.cancel_all,
        group="Orders",
        body=CancelAllBody,
        headers=("Prefer",),
        problems=("UNKNOWN_ACCOUNT", "HELD", *BODY, *READ, *READABLE),
        notes="Signals that wait in their lanes are cancelled too. Each order is told with what "
        "became of its cancel; an order that came in while this was answered is not among them.",
        example="""curl -s http://127.0.0.1:8005/api/v1/orders/cancel-all \\
  -d '{"symbol": "ETH/USDT", "reason": "done for today"}'
""",
    ),
    Operation(
        method="GET",
        path=ORDERS_PATH + "/{client_order_id:order}",
        handler=ReadingApi.show_order,
        group="Orders",
        problems=("NOT_FOUND", *READ),
        example="""order=$(curl -s 'http://127.0.0.1:8005/api/v1/orders?limit=1' |
  sed 's/.*"client_order_id":"\\(fg[^"]*\\)".*/\\1/')
curl -s "http://127.0.0.1:8005/api/v1/orders/$order"
""",
    ),
    Operation(
        method="DELETE",
        path=ORDERS_PATH + "/{client_order_id:order}",
        handler=AskingApi.cancel_order,
        group="Orders",
        headers=TAKING_HEADERS,
        answers=_ASKED,
        problems=(
            "INVALID_PARAMETER",
            "INVALID_FIELD",
            "CANCEL_NOT_SUPPORTED",
            *_ASKING,
        ),
        notes="An order that has not left is cancelled here; one that is on its way or UNKNOWN is "
        "cancelled at the venue by its id, and again if it turns out to work.",
        example="""order=$(curl -s http://127.0.0.1:8005/api/v1/orders \\
  -d '{"symbol": "BTC/USDT", "side": "buy", "quantity": 1, "order_type": "limit", "price": 9}' |
  sed 's/.*"client_order_id":"\\(fg[^"]*\\)".*/\\1/')
curl -s -X DELETE "http://127.0.0.1:8005/api/v1/orders/$order?reason=changed+my+mind"
""",
    ),
    Operation(
        method="PATCH",
        path=ORDERS_PATH + "/{client_order_id:order}",
        handler=AskingApi.replace_order,
        group="Orders",
        body=ReplaceBody,
        headers=TAKING_HEADERS,
        answers=_ASKED,
        problems=(
            "ORDER_UNDECIDED",
            "REQUEST_PENDING",
            "REPLACE_NOT_SUPPORTED",
            "NOTHING_TO_REPLACE",
            "FIELD_NOT_OF_TYPE",
            "QUANTITY_BELOW_FILLED",
            "LANE_HELD",
            *BODY,
            *READABLE,
            *_ASKING,
        ),
        notes="`quantity` counts what is executed already (FIX OrderQty). Fields that are left out "
        "stay as they are. The order keeps its id here.",
    ),
    Operation(
        method="POST",
        path=ORDERS_PATH + "/{client_order_id:order}/resolve",
        handler=ReadingApi.resolve_order,
        group="Orders",
        body=FindingBody,
        problems=("NOT_FOUND", "NOT_RESOLVABLE", *BODY, *READ, *READABLE),
        notes="The lane goes on. Positions count what you say was executed.",
        example="""curl -s "http://127.0.0.1:8005/api/v1/orders/$order/resolve" \\
  -d '{"status": "REJECTED", "reason": "not in the list of orders at the venue"}'
""",
    ),
)
"""In the order in which the pages tell of them."""
