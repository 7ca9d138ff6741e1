"""What the plugins that come with fillgate, and their venues, say of an order."""

from typing import Final

from fillgate.service.codes.kind import Group, ProblemKind

__all__ = ["VENUES"]


def _refused(code: str, title: str, by: str, remedy: str) -> ProblemKind:
    return ProblemKind(
        code, 422, title, f"A refusal: what was asked for was not done. Said by {by}", remedy
    )


def _not_sent(code: str, title: str, by: str, remedy: str) -> ProblemKind:
    meaning = f"The order is proven not to have left. Said by {by}"
    return ProblemKind(code, 422, title, meaning, remedy)


def _unanswered(code: str, title: str, by: str) -> ProblemKind:
    return ProblemKind(code, 202, title, f"The order may be at the venue. Said by {by}", _LOOK)


_LOOK: Final = (
    "Wait for the lookup where the venue can be asked. Else look at the venue and settle the order "
    "with `fillgate order resolve`. Do not send it again."
)

VENUES: Final = Group(
    "Venues",
    "What the plugins `mock`, `ccxt-http` and `ccxt` and their venues say. Other plugins and "
    "venues bring codes of their own: with the status REJECTED they are refusals, with UNKNOWN the "
    "outcome is open.",
    (
        _refused(
            "INSUFFICIENT_FUNDS",
            "The account cannot pay for it.",
            "mock, ccxt-http, ccxt.",
            "Send less, or fund the account.",
        ),
        _refused(
            "INVALID_SYMBOL",
            "The simulated venue has no such symbol.",
            "mock.",
            "Use a symbol like `BTC/USDT`.",
        ),
        _refused(
            "UNKNOWN_SYMBOL",
            "The venue has no such symbol.",
            "ccxt-http, ccxt.",
            "Write the symbol as the venue does, or as the detail names it.",
        ),
        _refused(
            "AMBIGUOUS_SYMBOL",
            "The symbol could be one of several markets.",
            "ccxt.",
            "Use one of the symbols that the detail names, or set what it means in the account's "
            "table of symbols.",
        ),
        _refused(
            "WRONG_MARKET_TYPE",
            "The symbol is of another type than the account's markets.",
            "ccxt.",
            "Use one of the symbols that the detail names, or an account of that market type.",
        ),
        _refused(
            "OTHER_EXCHANGE",
            "The symbol is of a chart of another exchange.",
            "ccxt.",
            "Use a chart of the account's exchange, or allow the other's prefix in the account's "
            "settings.",
        ),
        _refused(
            "DELAYED_FEED",
            "The symbol is of a chart whose prices are delayed.",
            "ccxt.",
            "Use a chart of live prices.",
        ),
        _refused(
            "CONTINUOUS_FUTURE",
            "The symbol is of a chart of one contract after another, which nobody trades.",
            "ccxt.",
            "Use the symbol of a market, or set what it means in the account's table of symbols.",
        ),
        _refused(
            "DATED_FUTURE",
            "The symbol is a future that expires, and accounts trade spot or perpetuals.",
            "ccxt.",
            "Use one of the symbols that the detail names.",
        ),
        _refused(
            "INVALID_CLIENT_ORDER_ID",
            "The client order id cannot be used.",
            "mock, ccxt.",
            "Report it: fillgate makes these ids.",
        ),
        _refused(
            "UNKNOWN_ORDER",
            "The venue does not know the order.",
            "mock, ccxt.",
            "Look at the order's story.",
        ),
        _refused(
            "UNSUPPORTED_ORDER_TYPE",
            "The venue has no such order type.",
            "mock.",
            "Use one of those in the account's capabilities.",
        ),
        _refused(
            "UNSUPPORTED_QUANTITY",
            "The venue takes no quantities in this unit, or no amounts in the quote currency.",
            "mock, ccxt.",
            "Send a `quantity` in the unit that the detail names.",
        ),
        _refused(
            "INVALID_QUANTITY",
            "The quantity is not one that the venue takes.",
            "mock, ccxt.",
            "Send a quantity above 0, in whole steps of the symbol.",
        ),
        _refused(
            "MINIMUM_NOTIONAL",
            "The order is worth less than the venue takes.",
            "mock, ccxt.",
            "Send a larger order.",
        ),
        _refused(
            "INVALID_LEVERAGE",
            "The leverage is not one that the venue takes.",
            "mock.",
            "Use a leverage within the bounds that the detail names.",
        ),
        _refused(
            "INVALID_PAIR",
            "Two orders cannot be one-cancels-the-other.",
            "mock.",
            "Use two orders of one account, symbol and side.",
        ),
        _refused(
            "NO_PRICES",
            "The venue has no quote to trade on: none yet, too old, or the recording is over.",
            "mock.",
            "Look where the account's prices come from (`prices_from`, `replay`).",
        ),
        _refused(
            "INVALID_PRICE",
            "A price is missing, not above 0, or between two steps of the symbol.",
            "mock, ccxt.",
            "Correct the price that the detail names.",
        ),
        _refused(
            "INVALID_EXPIRE_TIME",
            "The expire time is missing, past, or sooner than the venue takes.",
            "mock, ccxt.",
            "Send a later `expire_time`.",
        ),
        _refused(
            "INVALID_POST_ONLY",
            "Such an order cannot be post-only.",
            "mock.",
            "Use post_only with limit orders that may rest.",
        ),
        _refused(
            "POST_ONLY_WOULD_CROSS",
            "The order would take liquidity at once.",
            "mock.",
            "Move the price away from the market, or leave `post_only` out.",
        ),
        _refused(
            "INVALID_STOPS",
            "The attached stops cannot be.",
            "mock.",
            "Put them on the right sides of the price; none on reduce-only orders.",
        ),
        _refused(
            "REDUCE_ONLY_REJECTED",
            "There is no position to reduce.",
            "mock.",
            "Look at the position; it may be closed already.",
        ),
        _refused(
            "BAD_SIGNATURE",
            "The service refused fillgate's signature.",
            "ccxt-http.",
            "Compare the account's `webhook_secret` with the service's.",
        ),
        _refused(
            "AUTHENTICATION_FAILED",
            "The venue refused the credentials.",
            "ccxt-http, ccxt.",
            "Check the keys that the service has for the venue, and their rights.",
        ),
        _refused(
            "INVALID_NONCE",
            "The venue refused the request's time.",
            "ccxt-http, ccxt.",
            "Set the clock of the service's machine by NTP.",
        ),
        _refused(
            "MARKET_CLOSED",
            "The market is closed.",
            "ccxt-http, ccxt.",
            "Send a new signal when it is open.",
        ),
        _refused(
            "ACCOUNT_SUSPENDED",
            "The venue suspended the account.",
            "ccxt-http, ccxt.",
            "Ask the venue.",
        ),
        _refused(
            "ACCOUNT_NOT_ENABLED",
            "The account is not enabled for this.",
            "ccxt-http, ccxt.",
            "Enable it at the venue.",
        ),
        _refused(
            "RESTRICTED_LOCATION",
            "The venue does not serve that location.",
            "ccxt-http, ccxt.",
            "Ask the venue.",
        ),
        _refused(
            "CONTRACT_UNAVAILABLE",
            "The contract cannot be traded.",
            "ccxt-http, ccxt.",
            "Use a contract that trades.",
        ),
        _refused(
            "INVALID_ORDER",
            "The venue's rules forbid the order.",
            "ccxt-http, ccxt. For example too small, or a price off its steps.",
            "See the venue's words in `detail` and correct the order.",
        ),
        _refused(
            "IGNORED",
            "The service did not execute the order.",
            "ccxt-http. The service answered `ignored`.",
            "See the service's own rules and its log.",
        ),
        _refused(
            "DRY_RUN",
            "The service only rehearses.",
            "ccxt-http. The service answered `dry_run`: nothing was sent to the venue.",
            "Switch the service's dry run off if orders are meant to be real.",
        ),
        _refused(
            "ERROR",
            "The service answered with an error.",
            "ccxt-http. Without a definite reason, and the account says `error_means_rejected`.",
            "See the service's words and its log.",
        ),
        _refused(
            "BAD_REQUEST",
            "The service cannot use the request.",
            "ccxt-http. HTTP 400.",
            "See the service's words.",
        ),
        _refused(
            "UNAUTHORIZED",
            "The service asks for credentials.",
            "ccxt-http. HTTP 401.",
            "Compare the account's `webhook_secret` with the service's.",
        ),
        _refused(
            "FORBIDDEN",
            "The service forbids it.",
            "ccxt-http. HTTP 403.",
            "See the service's words.",
        ),
        _refused(
            "INVALID_REQUEST",
            "The service cannot use the order.",
            "ccxt-http. HTTP 422.",
            "See the service's words.",
        ),
        _refused(
            "RATE_LIMITED",
            "The venue takes no more requests for now.",
            "ccxt. The venue said so itself.",
            "Send fewer orders, and a new signal later.",
        ),
        _not_sent(
            "NO_KEYS",
            "The account has no keys, and so only quotes.",
            "ccxt.",
            "Set `api_key` and `secret` of the account, or send the order to another.",
        ),
        _not_sent(
            "VENUE_ID_NOT_KNOWN",
            "The venue wants its own id of the order, which is not known yet.",
            "ccxt.",
            "Ask again once the order's submission is settled.",
        ),
        _not_sent(
            "NOT_PREPARED",
            "What has to be asked before an order was not answered well.",
            "ccxt.",
            "See the venue's words in `detail`, and send a new signal.",
        ),
        _not_sent(
            "MARKETS_NOT_LOADED",
            "The venue's markets could not be loaded.",
            "ccxt.",
            "See the detail, and send a new signal.",
        ),
        _not_sent(
            "NOT_OPEN",
            "The account is not open.",
            "mock.",
            "It comes up by itself; see `/api/v1/accounts`.",
        ),
        _not_sent(
            "NOT_READY",
            "The account has not been started.",
            "ccxt-http, ccxt.",
            "It comes up by itself; see `/api/v1/accounts`.",
        ),
        _not_sent(
            "NOT_SUPPORTED",
            "The service cannot be asked for that.",
            "ccxt-http, ccxt. Or the venue itself refused it as not supported.",
            "Leave out what the detail names.",
        ),
        _not_sent(
            "CONNECT_TIME_OUT",
            "No connection to the service in time.",
            "ccxt-http, ccxt.",
            "See whether the service runs, and its address.",
        ),
        _not_sent(
            "CONNECT_FAILED",
            "No connection to the service.",
            "ccxt-http, ccxt. Refused, unreachable, an unknown host, or TLS failed.",
            "See whether the service runs, and its address.",
        ),
        _not_sent(
            "POOL_TIME_OUT",
            "All connections to the service were in use.",
            "ccxt-http.",
            "Send a new signal; if it happens often, the service is too slow.",
        ),
        _unanswered(
            "READ_TIME_OUT", "The service's answer did not come in time.", "ccxt-http, ccxt."
        ),
        _unanswered(
            "WRITE_TIME_OUT",
            "The request could not be sent in time.",
            "ccxt-http. A part of it may have left.",
        ),
        _unanswered("CONNECTION_LOST", "The connection broke.", "ccxt-http, ccxt."),
        _unanswered("BROKEN_ANSWER", "The answer cannot be read.", "ccxt-http, ccxt."),
        _unanswered("ANSWER_TOO_LARGE", "The answer is too large.", "ccxt-http, ccxt."),
        _unanswered("TRANSPORT_FAILED", "The transport failed.", "ccxt-http, ccxt."),
        _unanswered("HTTP_STATUS", "An HTTP status that proves nothing.", "ccxt-http, ccxt."),
        _unanswered("UNLISTED_STATUS", "A status that fillgate does not know.", "ccxt-http."),
        _unanswered("NO_WORDS", "A refusal without words.", "ccxt-http."),
        _unanswered("PERHAPS_PLACED", "The words speak of something that happened.", "ccxt-http."),
        _unanswered(
            "DUPLICATE_ORDER",
            "The venue had the order already.",
            "ccxt-http, ccxt. That is no refusal: an earlier one was placed.",
        ),
        _unanswered(
            "NOT_TOLD",
            "The venue took the request, and does not tell what the order is then.",
            "ccxt.",
        ),
        _unanswered("UNDECIDED", "The service could not find out itself.", "ccxt-http."),
    ),
)
