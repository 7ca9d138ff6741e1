"""What the plugin `ccxt` says of an order beside what other plugins say too."""

from typing import Final

from fillgate.service.codes.kind import Group
from fillgate.service.codes.said import not_sent, refused, unanswered

__all__ = ["EXCHANGES"]

EXCHANGES: Final = Group(
    "Exchanges through ccxt",
    "What the plugin `ccxt` says beside what stands under Venues.",
    (
        refused(
            "WOULD_TRADE_AT_ONCE",
            "The order would have traded, or its stop have been reached, at once.",
            "ccxt.",
            "Move the price away from the market, or leave `post_only` out.",
        ),
        refused(
            "WOULD_NOT_TRADE",
            "The order could not have been executed as it asked for.",
            "ccxt. For example fill-or-kill without enough on the other side.",
            "Send less, a worse price, or another time in force.",
        ),
        refused(
            "NOT_PERMITTED",
            "The keys may not do that.",
            "ccxt.",
            "Look at the rights of the key at the exchange, and at the addresses that it is for.",
        ),
        refused(
            "RATE_LIMITED",
            "The exchange takes no more requests for now.",
            "ccxt. The exchange says so in its own words: the order is not there.",
            "Send fewer orders, or a new signal later.",
        ),
        refused(
            "REFUSED",
            "The exchange refused it.",
            "ccxt.",
            "See the exchange's words.",
        ),
        not_sent(
            "NO_KEYS",
            "The account has no keys, and so only quotes.",
            "ccxt.",
            "Give the account keys, or send the signal to another account.",
        ),
        not_sent(
            "MARKETS_NOT_LOADED",
            "The markets of the exchange are not known.",
            "ccxt. They were asked for and not told.",
            "Look whether the exchange can be reached; then send a new signal.",
        ),
        not_sent(
            "NOT_PREPARED",
            "What has to be asked before an order was not answered well.",
            "ccxt.",
            "See the words; then send a new signal.",
        ),
        not_sent(
            "NOT_POSSIBLE",
            "Such an order is not sent by ccxt.",
            "ccxt. By its own checks, before any request.",
            "See the words, and correct the order.",
        ),
        not_sent(
            "UNKNOWN_HOST",
            "The exchange's host has no address.",
            "ccxt.",
            "See whether this machine can resolve names.",
        ),
        not_sent(
            "TLS_FAILED",
            "The exchange's certificate is not trusted.",
            "ccxt.",
            "See what stands between this machine and the exchange, and the machine's clock.",
        ),
        unanswered("NO_ANSWER", "No answer came.", "ccxt."),
        unanswered("NOT_TOLD", "The exchange took it, and does not tell of the order.", "ccxt."),
        unanswered("UNLISTED_REASON", "A reason that proves nothing.", "ccxt."),
    ),
)
