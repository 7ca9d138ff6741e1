"""Operations that take signals in."""

from typing import Final

from fillgate.service.api.common import BODY, ORDERS_PATH, READABLE, TAKING_HEADERS, WEBHOOK_PATH
from fillgate.service.operations import Access, Answered, Operation
from fillgate.service.taking import OrderTaker, WebhookTaker
from fillgate.service.views import Answer
from fillgate.signals.bodies import AlertBody, OrderBody

__all__ = ["SIGNALS_IN"]

_TAKE: Final = (
    *BODY,
    "INVALID_IDEMPOTENCY_KEY",
    "UNKNOWN_ACCOUNT",
    "KEY_REUSED",
    "DRAINING",
    "HELD",
    "OVERLOADED",
    "JOURNAL_UNAVAILABLE",
    "DENIED",
    "REJECTED",
    "ABSENT",
)

_ORDER: Final = (
    *READABLE,
    "CONFLICTING_FIELDS",
    "STOP_WRONG_SIDE",
    "STALE",
    "FROM_THE_FUTURE",
)

_ALERT: Final = (*_ORDER, "UNKNOWN_ACTION", "LOW_CONFIDENCE")

_TAKEN: Final = (
    Answered(
        status=200,
        body=Answer,
        text="The outcome is known: the venue took the order.",
        headers=("Idempotent-Replayed",),
    ),
    Answered(
        status=202,
        body=Answer,
        text="Accepted and on disk; the outcome is open. UNKNOWN means that the order may or may "
        "not be at the venue; PENDING_NEW that it waits or is on its way. Ask at `Location`.",
        headers=("Idempotent-Replayed", "Location"),
    ),
)

_ALERT_NOTES: Final = """The same alert again gets the same answer, marked `replayed`, and there is
still one order. What makes it the same: `Idempotency-Key`, else `webhook-id`, else the body's `id`,
else an equal reading within `duplicate_window` (SUSPECTED_DUPLICATE).

Senders wait for 2.5 seconds at most, whatever `Prefer` says. 5xx is answered only where nothing was
taken and a re-send is wanted."""

_ALERT_EXAMPLE: Final = """\
body='{"symbol": "BTC/USDT", "action": "buy", "quantity": 0.01, "id": "one"}'
signature=$(printf %s "$body" |
  openssl dgst -sha256 -hmac "$(cat .fillgate/webhook-secret)" |
  sed 's/.* //')
curl -s http://127.0.0.1:8005/webhook/tradingview \\
  -H "X-Webhook-Signature: $signature" -d "$body"
"""

SIGNALS_IN: Final[tuple[Operation, ...]] = (
    Operation(
        method="POST",
        path=WEBHOOK_PATH,
        handler=WebhookTaker.__call__,
        title="Take a TradingView alert.",
        name="take_alert",
        group="Signals in",
        access=Access.WEBHOOK,
        body=AlertBody,
        headers=TAKING_HEADERS,
        answers=_TAKEN,
        problems=(*_TAKE, *_ALERT),
        open_ended=True,
        notes=_ALERT_NOTES,
        example=_ALERT_EXAMPLE,
        routed=False,
    ),
    Operation(
        method="POST",
        path=WEBHOOK_PATH + "/{token}",
        handler=WebhookTaker.__call__,
        title="Take a TradingView alert at an address that holds the secret.",
        name="take_alert_with_token",
        group="Signals in",
        access=Access.WEBHOOK_TOKEN,
        body=AlertBody,
        headers=TAKING_HEADERS,
        answers=_TAKEN,
        problems=(*_TAKE, *_ALERT),
        open_ended=True,
        notes="For senders that can sign nothing. Percent-encode the secret.",
        example="""secret=$(cat .fillgate/webhook-secret)
curl -s "http://127.0.0.1:8005/webhook/tradingview/$secret" \\
  -d '{"symbol": "BTC/USDT", "action": "sell", "quantity": "0.01", "id": "another"}'
""",
        routed=False,
    ),
    Operation(
        method="POST",
        path=ORDERS_PATH,
        handler=OrderTaker.__call__,
        title="Place an order.",
        name="place_order",
        group="Signals in",
        body=OrderBody,
        headers=TAKING_HEADERS,
        answers=_TAKEN,
        problems=(*_TAKE, *_ORDER),
        open_ended=True,
        notes="With an `Idempotency-Key` the request can be repeated without a second order; "
        "without one each request is an order.",
        example="""curl -s http://127.0.0.1:8005/api/v1/orders -H 'Idempotency-Key: order-1' \\
  -d '{"symbol": "ETH/USDT", "side": "buy", "quantity": 0.5}'
""",
        routed=False,
    ),
)
"""In the order in which the pages tell of them."""
