"""The table of all operations of the HTTP API: one entry each.

Invariant: what stands here is routed and documented; what does not is neither.
"""

from typing import Final

from fillgate.service.asking import AskingApi
from fillgate.service.asking_answers import RequestAnswer
from fillgate.service.asking_bodies import CancelAllBody, ReplaceBody
from fillgate.service.events import EVENT_STREAM, EventMessage, EventsApi
from fillgate.service.exposition import OPEN_METRICS, TEXT, Exposition
from fillgate.service.findings import FindingBody
from fillgate.service.health import HealthApi, Ready, Unready
from fillgate.service.journal_api import JournalApi, ReleaseBody
from fillgate.service.operations import Access, Answered, Operation
from fillgate.service.pages import HTML, PageApi
from fillgate.service.problems import PROBLEMS_PAGE
from fillgate.service.reading import ReadingApi
from fillgate.service.reconciling import ReconcilingApi
from fillgate.service.taking import OrderTaker, WebhookTaker
from fillgate.service.views import Answer
from fillgate.signals.bodies import AlertBody, OrderBody

__all__ = ["OPERATIONS", "ORDERS_PATH", "WEBHOOK_PATH"]

WEBHOOK_PATH: Final = "/webhook/tradingview"
ORDERS_PATH: Final = "/api/v1/orders"

_BODY: Final = ("BODY_TOO_SLOW", "BODY_TOO_LARGE")
_READ: Final = ("JOURNAL_UNAVAILABLE",)
_TAKE: Final = (
    *_BODY,
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
_READABLE: Final = (
    "NOT_UTF8",
    "MALFORMED_JSON",
    "NOT_AN_OBJECT",
    "TOO_DEEP",
    "DUPLICATE_KEY",
    "UNRESOLVED_PLACEHOLDER",
    "UNKNOWN_FIELD",
    "MISSING_FIELD",
    "INVALID_FIELD",
)
_ORDER: Final = (
    *_READABLE,
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
_SAME: Final = Answered(status=304, text="It is still what it was.", headers=("ETag",))
_TAKING_HEADERS: Final = ("Idempotency-Key", "webhook-id", "Prefer")

_ALERT_NOTES: Final = """The same alert again gets the same answer, marked `replayed`, and there is
still one order. What makes it the same: `Idempotency-Key`, else `webhook-id`, else the body's `id`,
else an equal reading within `duplicate_window` (SUSPECTED_DUPLICATE).

Senders wait for 2.5 seconds at most, whatever `Prefer` says. 5xx is answered only where nothing was
taken and a re-send is wanted."""

_STREAM: Final = "Messages until the client hangs up, is cut off, or the service stops."

_STREAM_NOTES: Final = """Every event of the journal is told once it is durable, in the order of
commits. `id` is the place to go on from: ask again with it as `Last-Event-ID`, after a lost
connection, a restart of the service or a `kill -9`, and nothing is missing and nothing comes twice.
Without it, or `after`, only what happens from now on is told.

- `event` is the kind, `data` the event as the stories show it, one line of JSON: by its `event` one
  of the types whose names end in `Message`.
- A comment comes after 15 seconds of silence; with it comes the `id` of the last event, wanted or
  not.
- Who takes nothing for 10 seconds, or falls 10,000 events or 8 MiB behind, is cut off: by a last
  message `event: cut-off` with the `reason` where it is still taken, then by the end of the
  connection. Orders never wait for a reader."""

_ALERT_EXAMPLE: Final = """\
body='{"symbol": "BTC/USDT", "action": "buy", "quantity": 0.01, "id": "one"}'
signature=$(printf %s "$body" |
  openssl dgst -sha256 -hmac "$(cat .fillgate/webhook-secret)" |
  sed 's/.* //')
curl -s http://127.0.0.1:8005/webhook/tradingview \\
  -H "X-Webhook-Signature: $signature" -d "$body"
"""

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        method="POST",
        path=WEBHOOK_PATH,
        handler=WebhookTaker.__call__,
        title="Take a TradingView alert.",
        name="take_alert",
        group="Signals in",
        access=Access.WEBHOOK,
        body=AlertBody,
        headers=_TAKING_HEADERS,
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
        headers=_TAKING_HEADERS,
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
        headers=_TAKING_HEADERS,
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
    Operation(
        method="GET",
        path=ORDERS_PATH,
        handler=ReadingApi.list_orders,
        group="Orders",
        problems=("INVALID_PARAMETER", *_READ),
        example="curl -s 'http://127.0.0.1:8005/api/v1/orders?status=filled,new&limit=2'\n",
    ),
    Operation(
        method="POST",
        path=ORDERS_PATH + "/cancel-all",
        handler=AskingApi.cancel_all,
        group="Orders",
        body=CancelAllBody,
        headers=("Prefer",),
        problems=("UNKNOWN_ACCOUNT", "HELD", *_BODY, *_READ, *_READABLE),
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
        problems=("NOT_FOUND", *_READ),
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
        headers=_TAKING_HEADERS,
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
        headers=_TAKING_HEADERS,
        answers=_ASKED,
        problems=(
            "ORDER_UNDECIDED",
            "REQUEST_PENDING",
            "REPLACE_NOT_SUPPORTED",
            "NOTHING_TO_REPLACE",
            "FIELD_NOT_OF_TYPE",
            "QUANTITY_BELOW_FILLED",
            "LANE_HELD",
            *_BODY,
            *_READABLE,
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
        problems=("NOT_FOUND", "NOT_RESOLVABLE", *_BODY, *_READ, *_READABLE),
        notes="The lane goes on. Positions count what you say was executed.",
        example="""curl -s "http://127.0.0.1:8005/api/v1/orders/$order/resolve" \\
  -d '{"status": "REJECTED", "reason": "not in the list of orders at the venue"}'
""",
    ),
    Operation(
        method="GET",
        path="/api/v1/signals",
        handler=ReadingApi.list_signals,
        group="Signals",
        problems=("INVALID_PARAMETER", *_READ),
        example="curl -s 'http://127.0.0.1:8005/api/v1/signals?state=refused'\n",
    ),
    Operation(
        method="GET",
        path="/api/v1/signals/{number}",
        handler=ReadingApi.show_signal,
        group="Signals",
        problems=("NOT_FOUND", *_READ),
        example="curl -s http://127.0.0.1:8005/api/v1/signals/1\n",
    ),
    Operation(
        method="GET",
        path="/api/v1/events",
        handler=EventsApi.follow_events,
        group="Events",
        headers=("Last-Event-ID",),
        answers=(Answered(media_type=EVENT_STREAM, item=EventMessage, text=_STREAM),),
        problems=("INVALID_PARAMETER", "EVENT_GONE", "TOO_MANY_STREAMS", "DRAINING", *_READ),
        notes=_STREAM_NOTES,
        example="curl -s 'http://127.0.0.1:8005/api/v1/events?after=start&follow=false'\n",
    ),
    Operation(
        method="GET",
        path="/api/v1/positions",
        handler=ReadingApi.list_positions,
        group="Positions, accounts, quotes",
        problems=("INVALID_PARAMETER",),
        example="curl -s http://127.0.0.1:8005/api/v1/positions\n",
    ),
    Operation(
        method="GET",
        path="/api/v1/accounts",
        handler=ReadingApi.list_accounts,
        group="Positions, accounts, quotes",
        example="curl -s http://127.0.0.1:8005/api/v1/accounts\n",
    ),
    Operation(
        method="POST",
        path="/api/v1/accounts/{name}/reconcile",
        handler=ReconcilingApi.reconcile_account,
        group="Positions, accounts, quotes",
        problems=("NOT_FOUND", "NOT_RECONCILABLE", "DRAINING", *_READ),
        notes="It takes as long as the venue needs to answer. What differs is recorded, and what "
        "the venue's word can put right is. Nothing is invented, nothing is sent.",
        example="curl -s -X POST http://127.0.0.1:8005/api/v1/accounts/mock/reconcile\n",
    ),
    Operation(
        method="GET",
        path="/api/v1/ticker/{symbol:path}",
        handler=ReadingApi.show_ticker,
        group="Positions, accounts, quotes",
        problems=("INVALID_PARAMETER", "NOT_FOUND", "REJECTED", "VENUE_UNAVAILABLE"),
        open_ended=True,
        example="curl -s http://127.0.0.1:8005/api/v1/ticker/BTC/USDT\n",
    ),
    Operation(
        method="POST",
        path="/api/v1/journal/release",
        handler=JournalApi.release_journal,
        group="Journal",
        body=ReleaseBody,
        problems=("NOT_HELD", *_BODY, *_READ, *_READABLE),
        notes="A journal that was restored from a backup is held until then, or until all accounts "
        "were reconciled.",
        example="""curl -s http://127.0.0.1:8005/api/v1/journal/release \\
  -d '{"reason": "compared all accounts with their venues"}'
""",
    ),
    Operation(
        method="GET",
        path="/health",
        handler=HealthApi.health,
        group="Monitoring",
        access=Access.OPEN,
        example="curl -s http://127.0.0.1:8005/health\n",
    ),
    Operation(
        method="GET", path="/live", handler=HealthApi.live, group="Monitoring", access=Access.OPEN
    ),
    Operation(
        method="GET",
        path="/ready",
        handler=HealthApi.ready,
        group="Monitoring",
        access=Access.OPEN,
        answers=(
            Answered(body=Ready, text="Signals are taken."),
            Answered(status=503, body=Unready, text="No signals are taken."),
        ),
    ),
    Operation(
        method="GET",
        path="/metrics",
        handler=Exposition.metrics,
        name="show_metrics",
        group="Monitoring",
        answers=(
            Answered(
                media_type=TEXT,
                or_else=(OPEN_METRICS,),
                text="The metrics, in Prometheus' text format or as OpenMetrics.",
            ),
        ),
        example="curl -s http://127.0.0.1:8005/metrics\n",
    ),
    Operation(
        method="GET",
        path="/openapi.json",
        handler=PageApi.document,
        name="show_document",
        group="Documentation",
        access=Access.OPEN,
        headers=("If-None-Match",),
        answers=(Answered(body=dict, text="The document.", headers=("ETag",)), _SAME),
    ),
    Operation(
        method="GET",
        path="/docs",
        handler=PageApi.reference,
        name="show_reference",
        group="Documentation",
        access=Access.OPEN,
        headers=("If-None-Match",),
        answers=(Answered(media_type=HTML, text="The page.", headers=("ETag",)), _SAME),
    ),
    Operation(
        method="GET",
        path=PROBLEMS_PAGE,
        handler=PageApi.problems,
        name="show_problems",
        group="Documentation",
        access=Access.OPEN,
        headers=("If-None-Match",),
        answers=(Answered(media_type=HTML, text="The page.", headers=("ETag",)), _SAME),
    ),
)
"""All operations, in the order in which the pages tell of them."""
