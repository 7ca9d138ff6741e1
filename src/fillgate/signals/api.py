"""The body of `POST /api/v1/orders` to a signal.

Invariants:

1. Every field is known: one that is not is refused, with a hint.
2. `exchange` is the older name of `account`; where both stand they are equal.
"""

from typing import Final

from fillgate.domain.orders import Side
from fillgate.domain.signals import Action
from fillgate.signals.bodies import OrderBody
from fillgate.signals.fields import BodyReader
from fillgate.signals.json_text import parse_object
from fillgate.signals.received import Received, signal_of
from fillgate.signals.refusals import Refusal, RefusalCode
from fillgate.signals.unknown_fields import likely_meant, shown_name

__all__ = ["read_order"]

_READER: Final = BodyReader(OrderBody)

_ACTIONS: Final = {Side.BUY: Action.BUY, Side.SELL: Action.SELL}


def read_order(body: bytes) -> Received:
    """Read the body of an order request. It has neither an id nor a secret.

    Raises:
        Refusal: the body is no JSON object, or not the order that it should be.
    """
    members = parse_object(body)
    for name in _READER.unknown(members):
        meant = likely_meant(name, _READER.names, members)
        hint = f"did you mean `{meant}`?" if meant else f"known are {', '.join(_READER.names)}"
        reason = f"{shown_name(name)} is not a field of an order; {hint}"
        raise Refusal(RefusalCode.UNKNOWN_FIELD, reason, name)
    values = _READER.values(members)
    values["action"] = _ACTIONS[values.pop("side")]
    values["account"] = _account_of(values.pop("account", None), values.pop("exchange", None))
    return Received(signal=signal_of(values))


def _account_of(account: str | None, exchange: str | None) -> str | None:
    if account is None or exchange is None:
        return account or exchange
    if account != exchange:
        raise Refusal(
            RefusalCode.CONFLICTING_FIELDS,
            f"`exchange` is the older name of `account`, found {exchange!r} and {account!r}; give "
            "one of them",
            "exchange",
        )
    return account
