"""The demonstration's table holds what it promises."""

from collections import Counter

from fillgate.cli.demo_alerts import ALERTS, Door
from fillgate.domain.life_cycle import OrderStatus
from fillgate.service.problems import PROBLEMS


def test_there_are_thirty_of_many_kinds() -> None:
    assert len(ALERTS) == 30
    bodies = [alert.body for alert in ALERTS if not isinstance(alert.body, bytes)]
    kinds = Counter(body.get("order_type", "market") for body in bodies)
    assert {"market", "limit", "stop", "stop_limit"} <= kinds.keys()
    assert len({alert.symbol for alert in ALERTS if alert.symbol}) >= 5
    assert any("stop_loss" in body and "take_profit" in body for body in bodies)
    assert {alert.door for alert in ALERTS} == {
        Door.SIGNATURE,
        Door.TOKEN,
        Door.SECRET,
        Door.FORGED,
    }


def test_three_repeat_the_very_bytes_of_an_earlier_one() -> None:
    repeats = [(number, alert) for number, alert in enumerate(ALERTS) if alert.repeats]
    assert len(repeats) == 3
    for number, alert in repeats:
        assert alert.repeats is not None
        assert alert.repeats - 1 < number
        first = ALERTS[alert.repeats - 1]
        assert (alert.body, alert.key) == (first.body, first.key)


def test_refusals_end_with_a_code_and_its_http_status() -> None:
    for alert in ALERTS:
        if alert.ending in PROBLEMS:
            assert alert.http == PROBLEMS[alert.ending].status
        else:
            status = alert.ending.split(", ")[0]
            assert status in OrderStatus.__members__ or status == "SUSPECTED_DUPLICATE"


def test_the_words_fit_their_column() -> None:
    assert max(len(alert.words) for alert in ALERTS) <= 37
    assert max(len(alert.ending) for alert in ALERTS) <= 22
