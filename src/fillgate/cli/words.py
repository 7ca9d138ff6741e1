"""What each kind of event means, in words. One table, by the event's kind."""

from collections.abc import Callable, Mapping
from typing import Any, Final

__all__ = ["MEANINGS", "meaning"]

_Details = Mapping[str, Any]


def meaning(record: Mapping[str, Any]) -> str:
    """Return what one record of a story says, in words; for kinds not known here, its details."""
    words = MEANINGS.get(record["event"])
    return str(record["details"]) if words is None else words(record["details"])


_SENDING: Final = "about to go to the venue, noted before the first byte leaves"


def _accepted(event: _Details) -> str:
    key = event.get("key")
    claimed = "without a key" if key is None else f"{_shown_key(key)} claimed"
    words = f"taken from {event['source']} for {event['account']}, {claimed}, durable"
    return words + _repairs(event)


def _signal_refused(event: _Details) -> str:
    return f"refused: {event['code']}: {event['reason']}{_repairs(event)}"


def _repairs(event: _Details) -> str:
    return f"; repaired before: {'; '.join(event['repairs'])}" if event.get("repairs") else ""


def _shown_key(key: str) -> str:
    kind, _, text = key.partition(":")
    return f"key {text!r}" if kind == "id" else "its reading's fingerprint"


def _planned(event: _Details) -> str:
    order = event["order"]
    size = order.get("quote_quantity") or order["quantity"]
    kind = order.get("order_type", "market")
    sending = f"; {_SENDING}" if event.get("sending") else ""
    words = f"planned as {order['side']} {size} {order['symbol']}, {kind}; the checks passed"
    return words + sending


def _answered(event: _Details) -> str:
    result = event["result"]
    return f"the venue took it as {result['order_id']}{_status(result)}"


def _reported(event: _Details) -> str:
    report = event["report"]
    return f"the venue says ({event['channel']}): {report['order_id']}{_status(report)}"


def _status(told: _Details) -> str:
    status = f", {told['status']}" if told.get("status") else ""
    if told.get("average_price") is None:
        return status
    return f"{status}, {told['filled_quantity']} at {told['average_price']}"


def _resolved(event: _Details) -> str:
    return f"settled as {event['status']} by {event['actor']}: {event['reason']}"


def _fill(fill: _Details) -> str:
    return f"{fill['fill_id']}, {fill['quantity']} at {fill['price']}"


def _replace(event: _Details) -> str:
    order = event["replacement"]
    terms = [f"quantity {order['quantity']}"]
    terms += [f"{name} {order[name]}" for name in ("price", "stop_price") if order.get(name)]
    return f"{event['actor']} wants it replaced: {', '.join(terms)}"


def _reconciled(event: _Details) -> str:
    failed = f"; could not ask for {', '.join(event['failed'])}" if event.get("failed") else ""
    asked = ", ".join(event["asked"]) or "nothing"
    words = f"compared with the venue ({event['cause']}): {asked}"
    return f"{words}{failed}; differences: {event.get('findings', 0)}"


def _foreign(event: _Details) -> str:
    report, other = event["report"], event.get("installation")
    whose = "is not ours" if other is None else f"is another fillgate's ({other})"
    return f"the venue works order {report['order_id']}, which {whose}{_status(report)}"


def _coded(words: str) -> Callable[[_Details], str]:
    def say(event: _Details) -> str:
        return f"{words}: {': '.join(filter(None, (event['code'], event.get('text'))))}"

    return say


MEANINGS: Final[Mapping[str, Callable[[_Details], str]]] = {
    "signal-accepted": _accepted,
    "signal-refused": _signal_refused,
    "duplicate-suspected": lambda event: (
        f"equal to signal {event['duplicate_of']} and answered as that one"
    ),
    "order-intended": _planned,
    "order-denied": _coded("not sent, fillgate refused it"),
    "order-sending": lambda _: _SENDING,
    "submission-answered": _answered,
    "arrival-quoted": lambda event: (
        f"the venue quoted {event['quote']['bid']} bid and {event['quote']['ask']} asked when it"
        " arrived"
    ),
    "order-rejected": _coded("the venue refused it"),
    "order-not-sent": _coded("proven not to have left"),
    "order-unanswered": _coded("no definite answer, it may be at the venue"),
    "order-reported": _reported,
    "order-absent": lambda event: f"not at the venue, asked {event['asked']} times",
    "order-resolved": _resolved,
    "order-anomalous": _coded("something does not fit, a person should look"),
    "order-withdrawn": lambda event: f"cancelled here by {event['actor']}, it had not left",
    "order-adopted": lambda event: (
        f"found at the venue as {event['report']['order_id']}{_status(event['report'])}"
        " and taken over"
    ),
    "fill-found": lambda event: (
        f"a fill that no report had told ({event['channel']}): {_fill(event['fill'])}"
    ),
    "cancel-requested": lambda event: (
        f"{event['actor']} wants it cancelled; noted before the venue hears of it"
    ),
    "replace-requested": _replace,
    "request-answered": lambda event: f"the venue took the request{_status(event['report'])}",
    "request-rejected": _coded("the venue refused the request"),
    "request-not-sent": _coded("the request is proven not to have left"),
    "request-unanswered": _coded("no definite answer to the request, it may have taken effect"),
    "request-ineffective": lambda event: (
        f"the request had no effect, the order works on, asked {event['asked']} times"
    ),
    "service-started": lambda event: f"fillgate {event['software']} started",
    "service-stopped": lambda _: "stopped in good order",
    "account-went-down": lambda event: f"down: {event['reason']}",
    "account-came-up": lambda _: "up",
    "journal-restored": lambda event: f"goes on from a backup, held: {event['reason']}",
    "hold-released": lambda event: f"held no more, by {event['actor']}: {event['reason']}",
    "account-reconciled": _reconciled,
    "foreign-fill-seen": lambda event: (
        f"a fill of order {event['order_id']}, which is not ours: {_fill(event['fill'])}"
    ),
    "foreign-order-seen": _foreign,
    "position-differed": lambda event: (
        f"{event['symbol']}: the venue holds {event['theirs']}, the fills add up to {event['ours']}"
    ),
    "position-agreed": lambda event: (
        f"{event['symbol']}: the venue and the fills agree again on {event['quantity']}"
    ),
}
"""For each kind of event, the function that puts it into words."""
