"""The TradingView alert: its body to a signal.

Invariants:

1. Only buy and sell are taken, with a size; nothing is derived that the alert does not say.
2. A field that is not known is ignored only where it can have been meant for none that is; the
   ignored ones are listed.
3. The `price` of a market order is the price that the strategy saw: a reference, never a limit.
"""

from collections.abc import Mapping
from typing import Final

from fillgate.signals.alert_text import AlertText, parse_alert
from fillgate.signals.bodies import AlertBody
from fillgate.signals.fields import BodyReader
from fillgate.signals.json_text import Json
from fillgate.signals.received import Received, signal_of
from fillgate.signals.refusals import Refusal, RefusalCode
from fillgate.signals.repair import words_of_repairs
from fillgate.signals.unknown_fields import likely_meant, shown_name

__all__ = ["alert_of", "read_alert"]

_READER: Final = BodyReader(AlertBody)
_MOST_IGNORED: Final = 64


def read_alert(body: bytes) -> Received:
    """Read the body of an alert.

    Where the body has to be authenticated by its `secret` before anything is said about it, use
    `parse_alert` and `alert_of`, and look at the secret in between.

    Raises:
        Refusal: the body is no JSON object, or not the alert that it should be.
    """
    return alert_of(parse_alert(body))


def alert_of(body: AlertText) -> Received:
    """Read an alert from its parsed body.

    Raises:
        Refusal: it is not the alert that it should be.
    """
    members = body.members
    ignored = _READER.unknown(members)
    if ignored:
        _check_ignored(ignored, members)
    try:
        values = _READER.values(members)
    except Refusal as refusal:
        raise _as_action(refusal) from None
    alert_id, secret = values.pop("id", None), values.pop("secret", None)
    return Received(
        signal=signal_of(values),
        id=alert_id,
        secret=secret,
        repairs=words_of_repairs(body.repairs) if body.repairs else (),
        ignored=ignored,
    )


def _check_ignored(ignored: tuple[str, ...], members: Mapping[str, Json]) -> None:
    if len(ignored) > _MOST_IGNORED:
        raise Refusal(
            RefusalCode.UNKNOWN_FIELD,
            f"{len(ignored)} fields are not those of an alert; at most {_MOST_IGNORED} are ignored",
        )
    for name in ignored:
        meant = likely_meant(name, _READER.names, members)
        if meant is not None:
            raise Refusal(
                RefusalCode.UNKNOWN_FIELD,
                f"{shown_name(name)} is not a field of an alert; did you mean `{meant}`?",
                name,
            )


def _as_action(refusal: Refusal) -> Refusal:
    if refusal.field == "action" and refusal.code is RefusalCode.INVALID_FIELD:
        return Refusal(RefusalCode.UNKNOWN_ACTION, refusal.reason, refusal.field)
    return refusal
