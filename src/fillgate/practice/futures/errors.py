"""Why a request to the futures is refused, where Binance says it otherwise than for spot.

Source: Binance USDⓈ-M Futures API documentation, "Error Code".
"""

from functools import partial
from typing import Final

from fillgate.practice.errors import Refused

__all__ = [
    "bad_client_id",
    "bad_leverage",
    "bad_precision",
    "cannot_post",
    "cannot_reduce",
    "closed_symbol",
    "conditional",
    "duplicate_id",
    "lower_leverage",
    "no_margin",
    "no_need_of_margin_type",
    "no_need_of_position_side",
    "no_such_listen_key",
    "not_at_once",
    "only_limit",
    "same_terms",
    "too_little",
    "too_little_leverage",
    "too_long",
    "too_many_orders",
    "unsupported",
    "wrong_position_side",
]

bad_precision: Final = partial(
    Refused, -1111, "Precision is over the maximum defined for this asset."
)
unsupported: Final = partial(Refused, -1020, "This operation is not supported.")
no_such_listen_key: Final = partial(Refused, -1125, "This listenKey does not exist.")
no_margin: Final = partial(Refused, -2019, "Margin is insufficient.")
cannot_reduce: Final = partial(Refused, -2022, "ReduceOnly Order is rejected.")
too_long: Final = partial(Refused, -4165, "Maximum time interval is 7 days.")
too_many_orders: Final = partial(Refused, -2025, "Reach max open order limit.")
too_little_leverage: Final = partial(
    Refused, -2028, "Leverage is smaller than permitted: insufficient margin balance."
)
bad_client_id: Final = partial(Refused, -4015, "Client order id is not valid.")
no_need_of_margin_type: Final = partial(Refused, -4046, "No need to change margin type.")
no_need_of_position_side: Final = partial(Refused, -4059, "No need to change position side.")
wrong_position_side: Final = partial(
    Refused, -4061, "Order's position side does not match user's setting."
)
duplicate_id: Final = partial(Refused, -4116, "ClientOrderId is duplicated.")
conditional: Final = partial(
    Refused,
    -4120,
    "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.",
)
closed_symbol: Final = partial(Refused, -4141, "Symbol is closed.")
lower_leverage: Final = partial(
    Refused,
    -4161,
    "Leverage reduction is not supported in Isolated Margin Mode with open positions.",
)
not_at_once: Final = partial(
    Refused, -5021, "The order could not be filled at once: the FOK order has been rejected."
)
cannot_post: Final = partial(
    Refused, -5022, "The order could not be executed as maker: the Post Only order is rejected."
)
only_limit: Final = partial(Refused, -5025, "Only limit order is supported.")
same_terms: Final = partial(Refused, -5027, "No need to modify the order.")


def bad_leverage(leverage: int) -> Refused:
    """Return that there is no such leverage."""
    return Refused(-4028, f"Leverage {leverage} is not valid")


def too_little(least: str, *, amends: bool) -> Refused:
    """Return that an order is worth too little, or would be with other terms."""
    if amends:
        return Refused(-5029, f"Order's notional must be no smaller than {least}.")
    text = f"Order's notional must be no smaller than {least} (unless you choose reduce only)."
    return Refused(-4164, text)
