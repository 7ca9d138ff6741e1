"""Signals that cannot be acted on. They are kept with their reason; no order came of them."""

from typing import Final

from fillgate.service.codes.kind import Group, ProblemKind

__all__ = ["SIGNALS"]

SIGNALS: Final = Group(
    "Signals",
    "The body of an alert or an order cannot be acted on. Nothing was sent. The signal is kept "
    "with its reason in `/api/v1/signals` once its sender is known.",
    (
        ProblemKind(
            "NOT_UTF8",
            400,
            "The body is not UTF-8.",
            "The bytes are no text in UTF-8.",
            "Encode the body in UTF-8.",
        ),
        ProblemKind(
            "MALFORMED_JSON",
            400,
            "The body is not JSON.",
            "The body is empty, no JSON, or holds what JSON has no number or text for. An alert "
            "cannot be repaired without a guess.",
            "Correct the alert's template; the detail names line and column.",
        ),
        ProblemKind(
            "NOT_AN_OBJECT",
            400,
            "The body is no JSON object.",
            "The body is JSON, but an array, a text or a number.",
            "Send one object: `{...}`.",
        ),
        ProblemKind(
            "TOO_DEEP",
            400,
            "The body is nested too deep.",
            "Objects and arrays are nested more than 32 deep.",
            "Send a flat object.",
        ),
        ProblemKind(
            "DUPLICATE_KEY",
            400,
            "A key stands twice in one object.",
            "Which of the two counts is not guessed.",
            "Take one of them out.",
        ),
        ProblemKind(
            "UNRESOLVED_PLACEHOLDER",
            422,
            "A placeholder was not filled in.",
            "The body still holds `{{...}}`: TradingView sends a placeholder that it does not know "
            "as it is.",
            "Correct the placeholder's name in the alert's message, or take it out.",
        ),
        ProblemKind(
            "UNKNOWN_FIELD",
            422,
            "A field is not known.",
            "An order knows all its fields; an alert may have others, but none that was probably "
            "meant for one that is read.",
            "Use the name that the detail proposes, or take the field out.",
        ),
        ProblemKind(
            "MISSING_FIELD",
            422,
            "A field is missing.",
            "A field that is needed, always or for this type of order, is not there or null.",
            "Add the field that the detail names.",
        ),
        ProblemKind(
            "INVALID_FIELD",
            422,
            "A field's value cannot be used.",
            "A value is of the wrong kind or out of range.",
            "Correct the field; the detail says what was found and what would be right.",
        ),
        ProblemKind(
            "UNKNOWN_ACTION",
            422,
            "The action is neither buy nor sell.",
            "`action` is something else. Others, such as close, are not taken yet.",
            "Send `buy` or `sell`.",
        ),
        ProblemKind(
            "CONFLICTING_FIELDS",
            422,
            "Two fields cannot both be meant.",
            "For example `quantity` beside `quote_quantity`, or a `stop_price` on a market order.",
            "Leave one of them out.",
        ),
        ProblemKind(
            "STOP_WRONG_SIDE",
            422,
            "A protective price is on the wrong side.",
            "`stop_loss` or `take_profit` would trigger at once.",
            "For a buy: stop_loss below the entry, take_profit above; for a sell the other way "
            "round.",
        ),
        ProblemKind(
            "STALE",
            422,
            "The signal is too old to act on.",
            "More than `max_age` went by between the signal and its sending: on the way here, or "
            "while it waited in its lane. The order was not sent.",
            "Send a new signal if it is still wanted. If all are old: compare the clocks, or raise "
            "`webhook.max_age`.",
        ),
        ProblemKind(
            "FROM_THE_FUTURE",
            422,
            "The signal's time is ahead of this machine's clock.",
            "`timestamp` lies more than 30 seconds in the future.",
            "Set the clocks of both machines by NTP; mind the time zone of the timestamp.",
        ),
        ProblemKind(
            "LOW_CONFIDENCE",
            422,
            "The source is not sure enough.",
            "`confidence` is below `webhook.min_confidence`.",
            "Nothing, if that is what the limit is for; else lower it.",
        ),
        ProblemKind(
            "UNKNOWN_ACCOUNT",
            422,
            "No account has that name.",
            "`account` names none of the configured accounts, or one that is configured no more.",
            "Use a name that `/api/v1/accounts` lists.",
        ),
        ProblemKind(
            "KEY_REUSED",
            422,
            "The idempotency key belongs to another signal.",
            "The same id or key came before with another content. Nothing new was sent.",
            "Give each signal an id of its own. For a correction use a new one.",
        ),
        ProblemKind(
            "SUSPECTED_DUPLICATE",
            200,
            "Taken for an alert that came before.",
            "An alert without an id said the same as one within `duplicate_window`, so it was "
            "answered as that one. There is one order.",
            "Give alerts an `id`: the same for repeats, another for a new alert.",
        ),
    ),
)
