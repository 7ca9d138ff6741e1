"""Operations that tell, and compare, what there is."""

from typing import Final

from fillgate.service.api.common import BODY, READ, READABLE
from fillgate.service.costs_api import CostsApi
from fillgate.service.events import EVENT_STREAM, EventMessage, EventsApi
from fillgate.service.journal_api import JournalApi, ReleaseBody
from fillgate.service.operations import Answered, Operation
from fillgate.service.reading import ReadingApi
from fillgate.service.reconciling import ReconcilingApi

__all__ = ["STATE"]

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

_COST_NOTES: Final = """Slippage is by how much executions were worse than a reference, for
buyers and sellers alike: the price that the signal named, and the middle of bid and ask when the
order arrived. Over several orders it is the sum of costs over the sum of worths at the references.
Amounts of different currencies are never added. At most 10,000 orders are read for one answer,
newest first by day: give `first`, or use `fillgate report costs`, where there are more."""

STATE: Final[tuple[Operation, ...]] = (
    Operation(
        method="GET",
        path="/api/v1/signals",
        handler=ReadingApi.list_signals,
        group="Signals",
        problems=("INVALID_PARAMETER", *READ),
        example="curl -s 'http://127.0.0.1:8005/api/v1/signals?state=refused'\n",
    ),
    Operation(
        method="GET",
        path="/api/v1/signals/{number}",
        handler=ReadingApi.show_signal,
        group="Signals",
        problems=("NOT_FOUND", *READ),
        example="curl -s http://127.0.0.1:8005/api/v1/signals/1\n",
    ),
    Operation(
        method="GET",
        path="/api/v1/events",
        handler=EventsApi.follow_events,
        group="Events",
        headers=("Last-Event-ID",),
        answers=(Answered(media_type=EVENT_STREAM, item=EventMessage, text=_STREAM),),
        problems=("INVALID_PARAMETER", "EVENT_GONE", "TOO_MANY_STREAMS", "DRAINING", *READ),
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
        path="/api/v1/reports/costs",
        handler=CostsApi.report_costs,
        group="Costs",
        problems=("INVALID_PARAMETER", "TOO_MANY_ORDERS", *READ),
        notes=_COST_NOTES,
        example="curl -s 'http://127.0.0.1:8005/api/v1/reports/costs?by=symbol,strategy'\n",
    ),
    Operation(
        method="GET",
        path="/api/v1/reports/costs/orders",
        handler=CostsApi.list_costs,
        group="Costs",
        problems=("INVALID_PARAMETER", *READ),
        notes="Where a filter takes few of many orders, a page may hold fewer than `limit`, or "
        "none, and `next` all the same.",
        example="curl -s 'http://127.0.0.1:8005/api/v1/reports/costs/orders?limit=2'\n",
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
        problems=("NOT_FOUND", "NOT_RECONCILABLE", "DRAINING", *READ),
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
        problems=("NOT_HELD", *BODY, *READ, *READABLE),
        notes="A journal that was restored from a backup is held until then, or until all accounts "
        "were reconciled.",
        example="""curl -s http://127.0.0.1:8005/api/v1/journal/release \\
  -d '{"reason": "compared all accounts with their venues"}'
""",
    ),
)
"""In the order in which the pages tell of them."""
