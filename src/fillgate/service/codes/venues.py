"""What the plugins that come with fillgate, and their venues, say of an order."""

from typing import Final

from fillgate.service.codes.kind import Group
from fillgate.service.codes.said import not_sent, refused, unanswered

__all__ = ["VENUES"]


VENUES: Final = Group(
    "Venues",
    "What the plugins `mock`, `ccxt-http` and `ccxt` and their venues say. Other plugins and "
    "venues bring codes of their own: with the status REJECTED they are refusals, with UNKNOWN the "
    "outcome is open.",
    (
        refused(
            "INSUFFICIENT_FUNDS",
            "The account cannot pay for it.",
            "mock, ccxt-http, ccxt.",
            "Send less, or fund the account.",
        ),
        refused(
            "INVALID_SYMBOL",
            "The simulated venue has no such symbol.",
            "mock.",
            "Use a symbol like `BTC/USDT`.",
        ),
        refused(
            "UNKNOWN_SYMBOL",
            "The venue has no such symbol.",
            "ccxt-http, ccxt.",
            "Write the symbol as the venue does, or as the detail names it.",
        ),
        refused(
            "AMBIGUOUS_SYMBOL",
            "The symbol could be one of several markets.",
            "ccxt.",
            "Use one of the symbols that the detail names, or set what it means in the account's "
            "table of symbols.",
        ),
        refused(
            "WRONG_MARKET_TYPE",
            "The symbol is of another type than the account's markets.",
            "ccxt.",
            "Use one of the symbols that the detail names, or an account of that market type.",
        ),
        refused(
            "OTHER_EXCHANGE",
            "The symbol is of a chart of another exchange.",
            "ccxt.",
            "Use a chart of the account's exchange, or allow the other's prefix in the account's "
            "settings.",
        ),
        refused(
            "DELAYED_FEED",
            "The symbol is of a chart whose prices are delayed.",
            "ccxt.",
            "Use a chart of live prices.",
        ),
        refused(
            "CONTINUOUS_FUTURE",
            "The symbol is of a chart of one contract after another, which nobody trades.",
            "ccxt.",
            "Use the symbol of a market, or set what it means in the account's table of symbols.",
        ),
        refused(
            "DATED_FUTURE",
            "The symbol is a future that expires, and accounts trade spot or perpetuals.",
            "ccxt.",
            "Use one of the symbols that the detail names.",
        ),
        refused(
            "INVALID_CLIENT_ORDER_ID",
            "The client order id cannot be used.",
            "mock.",
            "Report it: fillgate makes these ids.",
        ),
        refused(
            "UNKNOWN_ORDER",
            "The venue does not know the order.",
            "mock.",
            "Look at the order's story.",
        ),
        refused(
            "UNSUPPORTED_ORDER_TYPE",
            "The venue has no such order type.",
            "mock.",
            "Use one of those in the account's capabilities.",
        ),
        refused(
            "UNSUPPORTED_QUANTITY",
            "The venue takes no quantities in this unit, or no amounts in the quote currency.",
            "mock, ccxt.",
            "Send a `quantity` in the unit that the detail names.",
        ),
        refused(
            "INVALID_QUANTITY",
            "The quantity is not one that the venue takes.",
            "mock, ccxt.",
            "Send a quantity above 0, in whole steps of the symbol.",
        ),
        refused(
            "MINIMUM_NOTIONAL",
            "The order is worth less than the venue takes.",
            "mock, ccxt.",
            "Send a larger order.",
        ),
        refused(
            "INVALID_LEVERAGE",
            "The leverage is not one that the venue takes.",
            "mock.",
            "Use a leverage within the bounds that the detail names.",
        ),
        refused(
            "INVALID_PAIR",
            "Two orders cannot be one-cancels-the-other.",
            "mock.",
            "Use two orders of one account, symbol and side.",
        ),
        refused(
            "NO_PRICES",
            "The venue has no quote to trade on: none yet, too old, or the recording is over.",
            "mock.",
            "Look where the account's prices come from (`prices_from`, `replay`).",
        ),
        refused(
            "INVALID_PRICE",
            "A price is missing, not above 0, or between two steps of the symbol.",
            "mock, ccxt.",
            "Correct the price that the detail names.",
        ),
        refused(
            "INVALID_EXPIRE_TIME",
            "The expire time is missing or past.",
            "mock.",
            "Send a later `expire_time`.",
        ),
        refused(
            "INVALID_POST_ONLY",
            "Such an order cannot be post-only.",
            "mock.",
            "Use post_only with limit orders that may rest.",
        ),
        refused(
            "POST_ONLY_WOULD_CROSS",
            "The order would take liquidity at once.",
            "mock.",
            "Move the price away from the market, or leave `post_only` out.",
        ),
        refused(
            "INVALID_STOPS",
            "The attached stops cannot be.",
            "mock.",
            "Put them on the right sides of the price; none on reduce-only orders.",
        ),
        refused(
            "REDUCE_ONLY_REJECTED",
            "There is no position to reduce.",
            "mock.",
            "Look at the position; it may be closed already.",
        ),
        refused(
            "BAD_SIGNATURE",
            "The service refused fillgate's signature.",
            "ccxt-http.",
            "Compare the account's `webhook_secret` with the service's.",
        ),
        refused(
            "AUTHENTICATION_FAILED",
            "The venue refused the credentials.",
            "ccxt-http, ccxt.",
            "Check the keys that the account, or its service, has for the venue, and their rights.",
        ),
        refused(
            "INVALID_NONCE",
            "The venue refused the request's time.",
            "ccxt-http, ccxt.",
            "Set the clock of the service's machine by NTP.",
        ),
        refused(
            "MARKET_CLOSED",
            "The market is closed.",
            "ccxt-http, ccxt.",
            "Send a new signal when it is open.",
        ),
        refused(
            "ACCOUNT_SUSPENDED",
            "The venue suspended the account.",
            "ccxt-http, ccxt.",
            "Ask the venue.",
        ),
        refused(
            "ACCOUNT_NOT_ENABLED",
            "The account is not enabled for this.",
            "ccxt-http.",
            "Enable it at the venue.",
        ),
        refused(
            "RESTRICTED_LOCATION",
            "The venue does not serve that location.",
            "ccxt-http, ccxt.",
            "Ask the venue.",
        ),
        refused(
            "CONTRACT_UNAVAILABLE",
            "The contract cannot be traded.",
            "ccxt-http, ccxt.",
            "Use a contract that trades.",
        ),
        refused(
            "INVALID_ORDER",
            "The venue's rules forbid the order.",
            "ccxt-http, ccxt. For example too small, or a price off its steps.",
            "See the venue's words in `detail` and correct the order.",
        ),
        refused(
            "IGNORED",
            "The service did not execute the order.",
            "ccxt-http. The service answered `ignored`.",
            "See the service's own rules and its log.",
        ),
        refused(
            "DRY_RUN",
            "The service only rehearses.",
            "ccxt-http. The service answered `dry_run`: nothing was sent to the venue.",
            "Switch the service's dry run off if orders are meant to be real.",
        ),
        refused(
            "ERROR",
            "The service answered with an error.",
            "ccxt-http. Without a definite reason, and the account says `error_means_rejected`.",
            "See the service's words and its log.",
        ),
        refused(
            "BAD_REQUEST",
            "The service cannot use the request.",
            "ccxt-http. HTTP 400.",
            "See the service's words.",
        ),
        refused(
            "UNAUTHORIZED",
            "The service asks for credentials.",
            "ccxt-http. HTTP 401.",
            "Compare the account's `webhook_secret` with the service's.",
        ),
        refused(
            "FORBIDDEN",
            "The service forbids it.",
            "ccxt-http. HTTP 403.",
            "See the service's words.",
        ),
        refused(
            "INVALID_REQUEST",
            "The service cannot use the order.",
            "ccxt-http, ccxt. HTTP 422.",
            "See the service's words.",
        ),
        not_sent(
            "NOT_OPEN",
            "The account is not open.",
            "mock.",
            "It comes up by itself; see `/api/v1/accounts`.",
        ),
        not_sent(
            "NOT_READY",
            "The account has not been started.",
            "ccxt-http.",
            "It comes up by itself; see `/api/v1/accounts`.",
        ),
        not_sent(
            "NOT_SUPPORTED",
            "The service cannot be asked for that.",
            "ccxt-http. Or the venue itself refused it as not supported.",
            "Leave out what the detail names.",
        ),
        not_sent(
            "CONNECT_TIME_OUT",
            "No connection to the service in time.",
            "ccxt-http.",
            "See whether the service runs, and its address.",
        ),
        not_sent(
            "CONNECT_FAILED",
            "No connection to the service.",
            "ccxt-http, ccxt. Refused, unreachable, an unknown host, or TLS failed.",
            "See whether the service runs, and its address.",
        ),
        not_sent(
            "POOL_TIME_OUT",
            "All connections to the service were in use.",
            "ccxt-http.",
            "Send a new signal; if it happens often, the service is too slow.",
        ),
        unanswered("READ_TIME_OUT", "The service's answer did not come in time.", "ccxt-http."),
        unanswered(
            "WRITE_TIME_OUT",
            "The request could not be sent in time.",
            "ccxt-http. A part of it may have left.",
        ),
        unanswered("CONNECTION_LOST", "The connection broke.", "ccxt-http, ccxt."),
        unanswered("BROKEN_ANSWER", "The answer cannot be read.", "ccxt-http, ccxt."),
        unanswered("ANSWER_TOO_LARGE", "The answer is too large.", "ccxt-http, ccxt."),
        unanswered("TRANSPORT_FAILED", "The transport failed.", "ccxt-http."),
        unanswered("HTTP_STATUS", "An HTTP status that proves nothing.", "ccxt-http, ccxt."),
        unanswered("UNLISTED_STATUS", "A status that fillgate does not know.", "ccxt-http."),
        unanswered("NO_WORDS", "A refusal without words.", "ccxt-http."),
        unanswered("PERHAPS_PLACED", "The words speak of something that happened.", "ccxt-http."),
        unanswered(
            "DUPLICATE_ORDER",
            "The venue had the order already.",
            "ccxt-http, ccxt. That is no refusal: an earlier one was placed.",
        ),
        unanswered("UNDECIDED", "The service could not find out itself.", "ccxt-http."),
    ),
)
