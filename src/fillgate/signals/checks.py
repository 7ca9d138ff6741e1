"""Whether a signal is fresh and its source sure enough. What it does not say is not checked."""

from decimal import Decimal

from fillgate.domain.numbers import decimal_text
from fillgate.domain.signals import Signal
from fillgate.signals.refusals import Refusal, RefusalCode

__all__ = ["check_confidence", "check_fresh"]


def check_fresh(signal: Signal, now_us: int, max_age_s: float, max_ahead_s: float) -> None:
    """Check the time at which the source says it sent the signal.

    Args:
        signal: without a timestamp it passes.
        now_us: now, in Unix microseconds.
        max_age_s: how many seconds ago it may have been sent.
        max_ahead_s: how many seconds the source's clock may be ahead of ours.

    Raises:
        Refusal: STALE or FROM_THE_FUTURE.
    """
    if signal.timestamp is None:
        return
    age = now_us / 1_000_000 - signal.timestamp / 1000
    if age > max_age_s:
        raise Refusal(
            RefusalCode.STALE,
            f"the signal was sent {age:.3f} s ago; at most {max_age_s:g} s are allowed",
            "timestamp",
        )
    if -age > max_ahead_s:
        raise Refusal(
            RefusalCode.FROM_THE_FUTURE,
            f"the signal's time is {-age:.3f} s ahead of ours; at most {max_ahead_s:g} s are "
            "allowed",
            "timestamp",
        )


def check_confidence(signal: Signal, minimum: Decimal) -> None:
    """Check how sure the source is; a signal without a confidence passes.

    Raises:
        Refusal: LOW_CONFIDENCE.
    """
    if signal.confidence is not None and signal.confidence < minimum:
        raise Refusal(
            RefusalCode.LOW_CONFIDENCE,
            f"the confidence is {decimal_text(signal.confidence)}; at least "
            f"{decimal_text(minimum)} is asked for",
            "confidence",
        )
