"""Freshness and confidence: the edges, and the numbers in the reasons."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.signals import Action, Signal
from fillgate.signals.checks import check_confidence, check_fresh
from fillgate.signals.refusals import Refusal, RefusalCode

NOW_MS = 1_795_379_642_000
SIGNAL = Signal(action=Action.BUY, symbol="X", quantity=Decimal(1))


def sent(milliseconds_ago: int) -> Signal:
    return Signal(
        action=Action.BUY,
        symbol="X",
        quantity=Decimal(1),
        timestamp=NOW_MS - milliseconds_ago,
    )


@given(st.integers(-10_000, 100_000))
def test_a_signal_is_fresh_within_its_limits(ago: int) -> None:
    if -5000 <= ago <= 60_000:
        check_fresh(sent(ago), NOW_MS * 1000, 60, 5)
        return
    with pytest.raises(Refusal) as caught:
        check_fresh(sent(ago), NOW_MS * 1000, 60, 5)
    assert caught.value.code is (RefusalCode.STALE if ago > 0 else RefusalCode.FROM_THE_FUTURE)
    assert caught.value.field == "timestamp"


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (60_001, "was sent 60.001 s ago; at most 60 s"),
        (-5_001, "is 5.001 s ahead of ours; at most 5 s"),
    ],
)
def test_reasons_tell_both_numbers(ago: int, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        check_fresh(sent(ago), NOW_MS * 1000, 60, 5)


def test_a_signal_without_a_time_passes() -> None:
    check_fresh(SIGNAL, NOW_MS * 1000, 0, 0)


@pytest.mark.parametrize(("confidence", "passes"), [("0.7", True), ("0.69", False), (None, True)])
def test_confidence(confidence: str | None, passes: bool) -> None:
    stated = None if confidence is None else Decimal(confidence)
    signal = Signal(action=Action.BUY, symbol="X", quantity=Decimal(1), confidence=stated)
    if passes:
        check_confidence(signal, Decimal("0.7"))
    else:
        with pytest.raises(Refusal, match=r"0\.69; at least 0\.7") as caught:
            check_confidence(signal, Decimal("0.7"))
        assert caught.value.code is RefusalCode.LOW_CONFIDENCE
