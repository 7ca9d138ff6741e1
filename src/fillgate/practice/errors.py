"""Why the exchange refuses a request: Binance's codes, words and HTTP statuses.

Source: Binance Spot API documentation, "Error codes" and "General API information".
"""

from functools import partial
from typing import Any, Final

__all__ = [
    "Refused",
    "bad_api_key",
    "bad_recv_window",
    "bad_side",
    "bad_symbol",
    "bad_tif",
    "bad_type",
    "cancel_rejected",
    "duplicate_order",
    "filter_failure",
    "invalid_combination",
    "invalid_signature",
    "mandatory",
    "market_closed",
    "no_such_list",
    "no_such_order",
    "not_required",
    "order_refused",
    "tif_not_required",
    "unknown_key",
    "unknown_list",
    "unknown_method",
    "would_trigger",
    "wrong_prices",
]


class Refused(Exception):
    """A request is refused; nothing of it was done."""

    def __init__(
        self, code: int, msg: str, status: int = 400, data: dict[str, Any] | None = None
    ) -> None:
        """Say why.

        Args:
            code: Binance's, below 0.
            msg: Binance's words.
            status: of HTTP.
            data: what else the answer holds.
        """
        super().__init__(msg)
        self.code = code
        self.msg = msg
        self.status = status
        self.data = data

    @property
    def body(self) -> dict[str, Any]:
        """What the answer holds."""
        more = {} if self.data is None else {"data": self.data}
        return {"code": self.code, "msg": self.msg, **more}


def mandatory(name: str) -> Refused:
    """Return that a parameter is missing or cannot be read."""
    text = f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
    return Refused(-1102, text)


def not_required(name: str) -> Refused:
    """Return that a parameter does not go with the others."""
    return Refused(-1106, f"Parameter '{name}' sent when not required.")


def filter_failure(name: str) -> Refused:
    """Return that an order does not pass a filter of its symbol."""
    return Refused(-1013, f"Filter failure: {name}")


def order_refused(msg: str) -> Refused:
    """Return that a new order is refused."""
    return Refused(-2010, msg)


# Made anew for each refusal: an exception that is raised again would remember all its ways.
invalid_signature: Final = partial(Refused, -1022, "Signature for this request is not valid.")
bad_api_key: Final = partial(Refused, -2014, "API-key format invalid.", 401)
unknown_key: Final = partial(Refused, -2015, "Invalid API-key, IP, or permissions for action.", 401)
bad_recv_window: Final = partial(Refused, -1131, "recvWindow must be less than 60000.")
bad_symbol: Final = partial(Refused, -1121, "Invalid symbol.")
bad_tif: Final = partial(Refused, -1115, "Invalid timeInForce.")
bad_type: Final = partial(Refused, -1116, "Invalid orderType.")
bad_side: Final = partial(Refused, -1117, "Invalid side.")
tif_not_required: Final = partial(Refused, -1114, "TimeInForce parameter sent when not required.")
invalid_combination: Final = partial(Refused, -1128, "Combination of optional parameters invalid.")
no_such_order: Final = partial(Refused, -2013, "Order does not exist.")
cancel_rejected: Final = partial(Refused, -2011, "Unknown order sent.")
duplicate_order: Final = partial(Refused, -2010, "Duplicate order sent.")
would_trigger: Final = partial(Refused, -2010, "Stop price would trigger immediately.")
no_such_list: Final = partial(Refused, -2018, "Order list does not exist.")
unknown_list: Final = partial(Refused, -2011, "Unknown order list sent.")
wrong_prices: Final = partial(
    Refused, -2010, "The relationship of the prices for the orders is not correct."
)
market_closed: Final = partial(Refused, -2010, "Market is closed.")
unknown_method: Final = partial(Refused, -1020, "This operation is not supported.", 404)
