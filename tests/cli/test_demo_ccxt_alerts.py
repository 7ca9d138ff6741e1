"""The table of the demonstration with ccxt holds what it promises."""

from fillgate.cli.demo_ccxt_alerts import BROKEN, CCXT_ALERTS
from fillgate.domain.life_cycle import OrderStatus


def test_there_are_twenty_and_their_words_fit() -> None:
    assert len(CCXT_ALERTS) == 20
    assert max(len(alert.words) for alert in CCXT_ALERTS) <= 37
    assert max(len(alert.ending) for alert in CCXT_ALERTS) <= 22


def test_repeats_send_the_very_bytes_and_cancels_an_order_that_rests() -> None:
    for number, alert in enumerate(CCXT_ALERTS):
        if alert.repeats is not None:
            assert alert.repeats - 1 < number
            assert alert.body == CCXT_ALERTS[alert.repeats - 1].body
        if alert.cancels is not None:
            assert alert.cancels - 1 < number
            assert CCXT_ALERTS[alert.cancels - 1].ending == "NEW"
            assert not alert.arrives


def test_the_broken_one_is_the_one_that_is_unknown_first() -> None:
    assert [n for n, each in enumerate(CCXT_ALERTS, 1) if "UNKNOWN," in each.ending] == [BROKEN]


def test_endings_are_statuses() -> None:
    endings = {alert.ending.split(", ")[0] for alert in CCXT_ALERTS}
    assert endings - set(OrderStatus.__members__) == {"SUSPECTED_DUPLICATE"}
