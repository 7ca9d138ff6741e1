"""What fillgate says of requests to cancel or replace an order."""

from typing import Final

from fillgate.service.codes.kind import Group, ProblemKind

__all__ = ["ASKING"]

ASKING: Final = Group(
    "Cancelling and replacing",
    "What became of a request to cancel or replace an order. Where nothing was asked of the venue "
    "the order's story does not change; what was asked has an id and stands in the story.",
    (
        ProblemKind(
            "ORDER_FINISHED",
            409,
            "The order has ended.",
            "It is filled, canceled, expired, refused or not at the venue. Nothing was asked.",
            "Nothing, if the end is right. An ABSENT order is settled with `fillgate order "
            "resolve`.",
        ),
        ProblemKind(
            "ORDER_UNDECIDED",
            409,
            "It is open whether the venue has the order.",
            "An order that waits, is on its way or is UNKNOWN cannot be replaced. Nothing was "
            "asked.",
            "Wait for its outcome, or cancel it.",
        ),
        ProblemKind(
            "REQUEST_PENDING",
            409,
            "Another request about the order is open.",
            "A replace waits for the outcome of the request that the detail names. Nothing was "
            "asked.",
            "Wait for that outcome. Cancels need not wait.",
        ),
        ProblemKind(
            "CANCEL_NOT_SUPPORTED",
            422,
            "The account's plugin cannot cancel.",
            "Its capabilities do not have `cancel_order`. Nothing was asked.",
            "Cancel the order at the venue itself.",
        ),
        ProblemKind(
            "REPLACE_NOT_SUPPORTED",
            422,
            "The venue cannot replace in one step.",
            "Cancelling and placing anew leaves a gap in which both or neither may be filled, so "
            "it is not done by itself. Nothing was asked.",
            "Cancel the order, wait for the outcome, then place a new one.",
        ),
        ProblemKind(
            "NOTHING_TO_REPLACE",
            422,
            "The order has these terms already.",
            "No field differs from the order as it is. Nothing was asked.",
            "Name at least one of `quantity`, `price` and `stop_price` with another value.",
        ),
        ProblemKind(
            "FIELD_NOT_OF_TYPE",
            422,
            "An order of this type has no such field.",
            "For example the `price` of a market order. Nothing was asked.",
            "Leave the field out.",
        ),
        ProblemKind(
            "QUANTITY_BELOW_FILLED",
            422,
            "So much is filled already.",
            "`quantity` is the whole quantity, what is executed included, and has to be above it. "
            "Nothing was asked.",
            "Give more, or cancel the rest.",
        ),
        ProblemKind(
            "TOO_MANY_REQUESTS",
            422,
            "The order had too many requests.",
            "The ids of its requests are used up. Nothing was asked.",
            "Cancel it at the venue itself and place a new one.",
        ),
        ProblemKind(
            "REQUEST_REJECTED",
            422,
            "The venue refused the request.",
            "The order is what it was. `reason` has the venue's code, `detail` its words. That it "
            "does not find the order proves nothing; the order is looked up.",
            "See the order as it is then.",
        ),
        ProblemKind(
            "REQUEST_NOT_SENT",
            422,
            "The request did not leave.",
            "It is proven that the venue never heard of it. The order is what it was.",
            "Ask again.",
        ),
        ProblemKind(
            "TOO_LATE",
            409,
            "The order had ended before.",
            "It was filled, or ended otherwise, before the request took effect.",
            "See the order as it is.",
        ),
        ProblemKind(
            "INEFFECTIVE",
            409,
            "The request had no effect.",
            "Its answer was missing, and the venue, asked for long enough, works the order on as "
            "before. A cancel is asked again by itself, up to three times.",
            "See the order as it is; ask again.",
        ),
        ProblemKind(
            "ANSWER_MISMATCH",
            202,
            "The answer to a request is about another order.",
            "It tells another symbol, side or quantity. The request may have taken effect.",
            "Wait: the order is looked up.",
        ),
        ProblemKind(
            "WITHDRAWN",
            200,
            "Cancelled before it left.",
            "The order was cancelled while it waited, and never left this machine.",
            "Nothing.",
        ),
    ),
)
