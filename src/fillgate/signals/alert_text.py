"""The text of an alert: JSON, or what can be repaired to be JSON without a guess.

Templates that people write, and what TradingView puts into them, are often not quite JSON.
Strict JSON is read as it is, at no cost more.
"""

from typing import Final, NamedTuple

from fillgate.signals.json_text import Json, parse_object, text_of
from fillgate.signals.refusals import Refusal, RefusalCode
from fillgate.signals.repair import Repair, Unclear, repaired

__all__ = ["AlertText", "parse_alert"]

_REPAIRABLE: Final = frozenset({RefusalCode.MALFORMED_JSON, RefusalCode.NOT_AN_OBJECT})


class AlertText(NamedTuple):
    """The members of an alert's object, and what had to be done to it."""

    members: dict[str, Json]
    repairs: tuple[Repair, ...]


def parse_alert(body: bytes) -> AlertText:
    """Read the object of an alert.

    Raises:
        Refusal: it is no JSON object, and cannot be made one; see `json_text` and `repair`.
    """
    try:
        return AlertText(parse_object(body), ())
    except Refusal as refusal:
        if refusal.code not in _REPAIRABLE or not body.strip():
            raise
        return _repaired(body, refusal)


def _repaired(body: bytes, refusal: Refusal) -> AlertText:
    try:
        text, repairs = repaired(text_of(body))
    except Unclear as unclear:
        reason = f"{refusal.reason}; it is not repaired, for {unclear}"
        raise Refusal(refusal.code, reason, refusal.field) from None
    return AlertText(parse_object(text.encode()), repairs)
