"""What fillgate says of an order, and of settling one."""

from typing import Final

from fillgate.service.codes.kind import Group, ProblemKind

__all__ = ["ORDERS"]

_LOOKED_UP: Final = (
    "Wait: the order is looked up where the venue can be asked. If it stays UNKNOWN, look at the "
    "venue and settle it with `fillgate order resolve`. Do not send it again."
)

ORDERS: Final = Group(
    "Orders",
    "What became of an order that was planned. With 422 it was not sent or refused; with 202 its "
    "outcome is open. The same codes stand in the order and in its story.",
    (
        ProblemKind(
            "DENIED",
            422,
            "fillgate did not send the order.",
            "A check before the sending failed, or the order is proven not to have left.",
            "See `code` and `detail`. It is safe to send a new signal.",
        ),
        ProblemKind(
            "REJECTED",
            422,
            "The venue refused.",
            "The venue said no to the order, or to the question for a quote, definitely and in its "
            "own words. `code` may be the venue's own.",
            "See `detail` for the venue's words. It is safe to send a corrected signal.",
        ),
        ProblemKind(
            "ABSENT",
            422,
            "The order is not at the venue.",
            "Its answer was missing, and the venue, asked for long enough, does not know it. It "
            "stays watched for an hour.",
            "Look at the venue yourself before you send a new signal.",
        ),
        ProblemKind(
            "ACCOUNT_DOWN",
            422,
            "The account cannot be used now.",
            "The account's plugin did not start or its health check fails. The order was not sent.",
            "See the reason in `/api/v1/accounts`. It is tried again by itself.",
        ),
        ProblemKind(
            "LANE_HELD",
            422,
            "The lane is held.",
            "An earlier order of the same account and symbol is UNKNOWN, or the account was not "
            "compared with its venue since the start (`reconciliation`); what would add risk "
            "waited until it was too old. The order was not sent.",
            "Settle the order that the detail names: `fillgate order resolve`. For "
            "`reconciliation` see the reason in `/api/v1/accounts`.",
        ),
        ProblemKind(
            "JOURNAL_FAILED",
            422,
            "Its sender heard that it was not taken.",
            "The journal failed while the signal was taken, and its sender heard 503. As it has "
            "no key it may come again, so it is not sent.",
            "Nothing. With an id or a key such a signal is sent once.",
        ),
        ProblemKind(
            "ORDER_TYPE_NOT_SUPPORTED",
            422,
            "The venue has no such order type.",
            "The account's venue cannot do this `order_type`. The order was not sent.",
            "Use one of those in the account's capabilities.",
        ),
        ProblemKind(
            "TIME_IN_FORCE_NOT_SUPPORTED",
            422,
            "The venue cannot be asked for that time in force.",
            "The account's venue takes no such `time_in_force`. The order was not sent.",
            "Leave it out, or use one of those in the account's capabilities.",
        ),
        ProblemKind(
            "ATTACHED_STOPS_NOT_SUPPORTED",
            422,
            "The venue keeps no attached stops.",
            "The order would lose its `stop_loss` or `take_profit` silently. It was not sent.",
            "Send it without them and protect the position in another way.",
        ),
        ProblemKind(
            "REDUCE_ONLY_NOT_SUPPORTED",
            422,
            "The venue does not enforce reduce_only.",
            "The order could open a position. It was not sent.",
            "Leave `reduce_only` out if that is acceptable.",
        ),
        ProblemKind(
            "POST_ONLY_NOT_SUPPORTED",
            422,
            "The venue does not enforce post_only.",
            "The order could take liquidity. It was not sent.",
            "Leave `post_only` out if that is acceptable.",
        ),
        ProblemKind(
            "QUOTE_QUANTITY_NOT_SUPPORTED",
            422,
            "The venue takes no amounts in the quote currency.",
            "The order was not sent.",
            "Send a `quantity`.",
        ),
        ProblemKind(
            "TIME_OUT",
            202,
            "The venue did not answer in time.",
            "No answer within `engine.submit_deadline`. The order may be at the venue.",
            _LOOKED_UP,
        ),
        ProblemKind(
            "RESTARTED",
            202,
            "The service stopped before the venue answered.",
            "fillgate ended between sending and the answer. The order may be at the venue.",
            _LOOKED_UP,
        ),
        ProblemKind(
            "CANCELLED",
            202,
            "The service stopped before the venue answered.",
            "The service was stopped while the order was on its way. It may be at the venue.",
            _LOOKED_UP,
        ),
        ProblemKind(
            "PLUGIN_ERROR",
            202,
            "The plugin failed.",
            "The plugin raised something that says nothing of the order. It may be at the venue.",
            _LOOKED_UP + " Tell the plugin's author.",
        ),
        ProblemKind(
            "NO_RESULT",
            202,
            "The plugin returned no result.",
            "What the plugin returned is no ExecutionResult. The order may be at the venue.",
            _LOOKED_UP + " Tell the plugin's author.",
        ),
        ProblemKind(
            "BROKEN_RESULT",
            202,
            "The plugin's result cannot be.",
            "The result holds values of the wrong type or no numbers. The order may be at the "
            "venue.",
            _LOOKED_UP + " Tell the plugin's author.",
        ),
        ProblemKind(
            "NO_ORDER_ID",
            202,
            "Success without the venue's order id.",
            "The answer says that the order was taken and does not name it. It may be at the "
            "venue.",
            _LOOKED_UP,
        ),
        ProblemKind(
            "CONTRADICTION",
            202,
            "The answer contradicts itself.",
            "For example a success with a status of refusal, or a refusal that names an order. The "
            "order may be at the venue.",
            _LOOKED_UP,
        ),
        ProblemKind(
            "NO_DEFINITE_REASON",
            202,
            "A failure without a definite reason.",
            "The answer says that it failed, not why; that is no proof. The order may be at the "
            "venue.",
            _LOOKED_UP,
        ),
        ProblemKind(
            "LOOKUP_MISMATCH",
            200,
            "A lookup found an order that does not fit.",
            "Under the order's id the venue has one of another symbol, side or quantity. It "
            "changed nothing.",
            "Look at the venue and settle the order with `fillgate order resolve`.",
        ),
        ProblemKind(
            "POLL_MISMATCH",
            200,
            "The venue tells of the order what does not fit.",
            "A poll of a working order told another symbol, side or quantity. It changed nothing.",
            "Look at the order at the venue.",
        ),
        ProblemKind(
            "STREAM_MISMATCH",
            200,
            "The venue streams of the order what does not fit.",
            "A streamed report told another symbol, side or quantity. It changed nothing.",
            "Look at the order at the venue.",
        ),
        ProblemKind(
            "RECONCILIATION_MISMATCH",
            200,
            "The venue lists the order otherwise.",
            "Among the venue's open orders or fills it has another symbol, side or quantity. It "
            "changed nothing.",
            "Look at the order at the venue.",
        ),
        ProblemKind(
            "MISSING_AT_VENUE",
            200,
            "The venue does not have a working order.",
            "It is neither among the venue's open orders nor found when it is asked for. That is "
            "no proof, so its status stays.",
            "Look at the venue and settle the order with `fillgate order resolve`.",
        ),
        ProblemKind(
            "NOT_RESOLVABLE",
            409,
            "The order cannot be settled like that.",
            "Only orders that are UNKNOWN or ABSENT, or that the venue has lost "
            "(MISSING_AT_VENUE), are settled by a person; `reason` says what this one is not.",
            "Look at the order: its outcome may have come in between.",
        ),
        ProblemKind(
            "ORDER_NOT_UNKNOWN",
            409,
            "The order is not UNKNOWN.",
            "A `reason` beside NOT_RESOLVABLE: the order has an outcome already.",
            "Nothing, if the outcome is right.",
        ),
        ProblemKind(
            "REASON_MISSING",
            422,
            "How you know is missing.",
            "A `reason` beside INVALID_FIELD: the field `reason` is blank.",
            "Say in `reason` how you know.",
        ),
        ProblemKind(
            "STATUS_NOT_A_FINDING",
            422,
            "No one can find that out.",
            "A `reason` beside INVALID_FIELD: an order is not settled as, say, PENDING_NEW.",
            "Use one of the statuses that the detail lists.",
        ),
        ProblemKind(
            "ORDER_ID_MISSING",
            422,
            "The venue's order id is missing.",
            "A `reason` beside INVALID_FIELD: the status says that the venue has or had the order.",
            "Give `order_id` as the venue shows it.",
        ),
        ProblemKind(
            "FILLED_QUANTITY_WRONG",
            422,
            "The filled quantity does not fit.",
            "A `reason` beside INVALID_FIELD: `filled_quantity` does not go with status and "
            "quantity.",
            "Give what was executed in all.",
        ),
        ProblemKind(
            "AVERAGE_PRICE_MISSING",
            422,
            "The price is missing.",
            "A `reason` beside INVALID_FIELD: something was executed, and positions need its "
            "price.",
            "Give `average_price`.",
        ),
    ),
)
