"""The words of pages that are made from the code and need more than its docstrings."""

from typing import Final

__all__ = ["LOGS_PAGE", "METRICS_PAGE"]

METRICS_PAGE: Final = """
`GET /metrics` answers in Prometheus' text format, or in OpenMetrics where the client asks for it.
How to scrape it and what to be told of: [Watch it](../how-to/monitor.md).

**Who may read it.** Account names and numbers of orders are not for everybody: the rule is that of
`/api/v1`. With `FILLGATE_API_KEY` it asks for `Authorization: Bearer KEY`. Without it fillgate
listens on this machine only, and serves programs of this machine that call it by the name
`localhost` or a loopback address, no web pages.

**What is counted.** Counters and histograms begin at 0 with the process; gauges are read from the
engine at the moment of the scrape. Orders and signals are counted when their events are durable.
Requests without a valid credential are counted by door and code and leave no other trace.

**Times** count from the last byte of the request, as the service read it, on a clock that a change
of the time of day does not touch. A signal that an earlier process took in has no time. An order's
ending is the first status after PENDING_NEW: an answer of the venue, a refusal, or UNKNOWN. What
follows it (a resting order's fill, a lookup) is in `fillgate_order_events_total` alone.

**Flushes.** `fillgate_journal_commits_total` counts commits, and each flushes the write-ahead log
once (fdatasync), however many signals and outcomes wait for it. A checkpoint costs three flushes
more: the log before, the database after, and the log's new beginning. Commits of the service
itself, at its start and when an account goes up or down, count too.

**Labels** never hold what callers or venues send. All their values are there from the start, with
0. `account` is `(removed)` for orders of accounts that are configured no more.

Beside these there are Prometheus' usual `process_*` and `python_*` metrics.

Recording took 2 microseconds an order where it was measured; in a clone,
`python -m tests.engine.test_meter_cost` measures it anew.

## All metrics
"""

LOGS_PAGE: Final = """
fillgate logs to standard error, one line a step.

```toml
[log]
level = "info"     # debug, info, warning, error
format = "auto"    # json, console; auto: console on a terminal, else json
```

JSON is one object a line, always valid: `timestamp` (RFC 3339, UTC, microseconds), `level`,
`event`, then the fields. For people the same stands in words. In both, control characters of
foreign texts are written as escapes, so that no symbol and no venue's text can begin a line or
reach a terminal. A traceback is in the field `exception`; for people it is indented below its
line.

| field | meaning |
|---|---|
| `signal` | number of the signal in the journal, as in the API and in problem documents |
| `client_order_id` | the order's own name, as at the venue |
| `account`, `symbol` | where the order goes, and what it trades |
| `order_id` | the venue's id of the order |
| `source` | `tradingview` or `api` |
| `status`, `filled_quantity` | of the order, after the step |
| `code`, `text`, `reason` | why, stable and in words |
| `door`, `client` | of a request: where it came in, and from which address |
| `error`, `exception` | what failed, in a sentence and as a traceback |
| `logger` | the library that a line comes from; fillgate's own lines have none |
| `suppressed` | how many lines like this one were not written |

Every line about an order has `signal`, `client_order_id`, `account` and `symbol`. Lines of a
plugin have its `account`.

| level | meaning |
|---|---|
| error | a person should look now |
| warning | a person should look when there is time |
| info | a signal was accepted, an order got an ending, the service or an account changed |
| debug | the steps between |

**Credentials** are redacted as the last thing before a line is written: those of the configuration
wherever they stand, tracebacks and lines of libraries included, and every field whose name says
secret, token, password, authorization and the like.

**Sampling.** What happens to an order is never sampled. What others can cause at will (refused and
repeated signals, refused requests, invalid HTTP, venues that give no answers) is: of each kind
five lines in ten seconds, then one with `suppressed`. The [metrics](metrics.md) count all signals
and requests.

**When nobody reads.** Lines are handed to a thread that writes them: warnings and errors at once,
others within 20 ms. A pipe that is full or closed stops nothing; 20,000 lines wait, further ones
are lost, and `log-lines-lost` tells how many. After a `kill -9` the last 20 ms may be missing. The
[journal](../explanation/journal.md) does not depend on the log and misses nothing.
"""
