"""The lines of the log that are no steps of a signal or an order, for the page that lists them.

A test holds the table equal to what the code logs.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

__all__ = ["LINES", "logged_names"]

LINES: Final[Mapping[str, tuple[str, str]]] = {
    "service-started": ("info", "A process has the journal; `tag` is in its client order ids."),
    "service-listening": ("info", "The service takes requests."),
    "recovered": ("info", "What an earlier process left is taken up."),
    "service-stopping": ("info", "A signal of the system (`reason`) or the host ends the service."),
    "service-stopped": ("info", "The journal is closed; the process ends."),
    "stopped-with-orders-under-way": (
        "error",
        "The service stopped before the venue answered; the next start looks the orders up.",
    ),
    "account-came-up": ("info", "The account can be used."),
    "account-went-down": ("warning", "The account cannot be used; `reason` says why."),
    "service-capabilities": (
        "info",
        "An account of type `ccxt-http` was told what its service can do, other than before.",
    ),
    "ccxt-names-itself": (
        "warning",
        "CCXT tells the exchange that it is the broker; `text` says what that means.",
    ),
    "clock-off": (
        "warning",
        "An exchange refused this machine's time, `seconds` ahead; requests go by its own now.",
    ),
    "order-rounded": (
        "info",
        "An order's numbers were put into the steps of its exchange; `text` says which and how.",
    ),
    "stop-refused": (
        "warning",
        "A stop that an order carried could not be placed after its fill; nothing is in its place.",
    ),
    "bridge-listening": ("info", "The bridge takes requests."),
    "bridge-reachable": (
        "warning",
        "The bridge listens beyond this machine: what passes is signed and not encrypted.",
    ),
    "bridge-account-up": ("info", "The bridge's account can be used."),
    "bridge-account-down": ("warning", "The bridge's account cannot be used; `reason` says why."),
    "bridge-failed": ("error", "The bridge failed at a request, which was answered 500."),
    "bridge-stopping": ("info", "A signal of the system (`reason`) ends the bridge."),
    "bridge-stopped": ("info", "The bridge's account is closed; the process ends."),
    "stopped-with-request-under-way": (
        "error",
        "The bridge stopped before the venue answered; who asked has to look it up.",
    ),
    "account-recall-failed": (
        "warning",
        "The account's plugin failed while it was told of the account's open orders.",
    ),
    "account-close-failed": ("warning", "The account's plugin failed while it was closed."),
    "order-needs-a-person": (
        "error",
        "The order is UNKNOWN and its venue cannot be asked: somebody has to resolve it.",
    ),
    "request-needs-a-person": (
        "error",
        "A request to cancel or replace has no answer and its venue cannot be asked: look there.",
    ),
    "lookup-failed": (
        "warning",
        "The venue gave no answer about an order; it is asked again. Sampled.",
    ),
    "question-failed": (
        "warning",
        "The venue gave no answer about the account's `asked`; it is asked again. Sampled.",
    ),
    "stream-up": ("info", "The account's reports come by a stream."),
    "stream-down": (
        "warning",
        "The stream of reports ended, broke or could not be opened (`reason`); it is tried again.",
    ),
    "report-refused": ("warning", "A stream told what cannot be; nothing was taken. Sampled."),
    "report-not-taken": (
        "error",
        "A streamed report could not be taken: the journal failed. A reconciliation follows.",
    ),
    "reconciliation-failed": (
        "error",
        "An account could not be compared with its venue: the journal, or fillgate, failed.",
    ),
    "accounts-reconciled": ("info", "Every account was compared with its venue since the start."),
    "hold-needs-a-person": (
        "warning",
        "A restored journal stays held: the plugins of `accounts` cannot list orders and fills.",
    ),
    "another-fillgate": (
        "warning",
        "Orders on this account have another fillgate's `tag`: two installations share it.",
    ),
    "event-stream-cut-off": (
        "warning",
        "A reader of events was cut off: `behind`, `stalled`, or the journal `broken`. Sampled.",
    ),
    "request-refused": (
        "warning for 401, 403, 503; else info",
        "A request was answered with a problem and left no signal. Sampled.",
    ),
    "request-failed": ("error", "A request met an error of fillgate itself. Sampled."),
    "lines-of-many-kinds": ("warning", "Sampled lines of more kinds than are counted apart."),
    "log-lines-lost": ("warning", "So many lines could not be written: nobody read the log."),
    "journal-opened": ("info", "The journal is open; `heads` are the ends of its chains."),
    "journal-held": (
        "warning",
        "The journal was restored: no signal is taken and nothing is sent until it is released.",
    ),
    "hold-released": ("warning", "The journal is held no more; `actor` and `reason` say why."),
    "journal-commit-failed": ("error", "A commit failed; nothing is taken until it is decided."),
    "journal-not-reopened": ("warning", "The journal could not be opened anew; it is tried again."),
    "journal-reopened": ("info", "The journal works again; `durable` says how the commit ended."),
    "journal-closed-in-doubt": ("error", "The service stopped while a commit was in doubt."),
    "journal-checkpoint-failed": (
        "warning",
        "The log was not moved to the database; what is durable stays so.",
    ),
    "journal-not-moved": ("warning", "As before, when the journal was closed."),
    "journal-write-invalid": ("error", "A write broke a rule of the journal and is lost."),
    "journal-callback-failed": ("error", "Who waited for a write failed when it heard of it."),
    "journal-loop-closed": ("error", "The event loop ended before the journal was closed."),
    "facts-waiting": ("error", "Facts about orders wait until the journal can be written."),
    "facts-catch-up": ("info", "The journal is back; the facts that waited are written."),
    "fact-unwritable": ("error", "A fact about an order could not be written; it is lost."),
    "listener-failed": ("error", "A reader of changes failed; nothing else is touched."),
    "task-failed": ("error", "A background task ended with an error."),
    "task-stuck": ("error", "A background task did not end when the service stopped."),
    "arrival-quote-missing": (
        "info",
        "A venue gave no quote beside an order; its report of costs lacks it. Sampled.",
    ),
    "mock-quote-missing": (
        "warning",
        "Another account's venue gave the mock venue no quote; the last one becomes too old.",
    ),
    "mock-ledger-torn": ("warning", "The mock venue's ledger ended in half a line; it was cut."),
}
"""Name, level and meaning of each."""

_LEVELS: Final = frozenset({"debug", "info", "warning", "error"})


def logged_names(source: Path) -> Iterator[str]:
    """Return the names of lines that the code below a folder writes by a literal."""
    for path in source.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield from _names(node, node.func)


def _names(call: ast.Call, method: ast.Attribute) -> Iterator[str]:
    owner = ast.unparse(method.value)
    place = None
    if method.attr in _LEVELS and owner.endswith(("log", "logger")):
        place = 0
    elif method.attr == "write" and owner.endswith("sampler"):
        place = 1
    if place is not None and len(call.args) > place:
        name = call.args[place]
        if isinstance(name, ast.Constant):
            yield str(name.value)
