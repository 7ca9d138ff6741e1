"""The faults of the practice exchange in the torture: all of the notes, as often as is said."""

from collections import Counter
from decimal import Decimal
from typing import Any, Final

from fillgate.practice.faults import FaultKind
from tests.torture.faults import Faults
from tests.torture.plans import WITH_CCXT
from tests.torture.practice_faults import ORDER, faults_of

_PAGES: Final = {200, 400, 403, 404, 409, 429, 500, 502, 503, 524}


def set_up(faults: Faults) -> list[dict[str, Any]]:
    return list(faults_of(faults, "7"))


def test_an_order_is_broken_in_every_way_and_once_for_sure() -> None:
    for method in ("POST", "DELETE"):
        sure = [
            each
            for each in set_up(WITH_CCXT.faults)
            if (each["method"], each["path"], each["times"]) == (method, ORDER, 1)
        ]
        kinds = {each["fault"] for each in sure}
        assert kinds == set(FaultKind) - ({FaultKind.DELAY} if method == "DELETE" else set())
        assert {each["status"] for each in sure if each["fault"] is FaultKind.HTML} == _PAGES
        assert max(Counter(each["skip"] for each in sure).values()) == 1


def test_chances_are_those_of_the_plan() -> None:
    left, hit = Decimal(1), Decimal(0)
    for each in set_up(Faults(dropped=0.2, reset=0.3, truncated=0.5)):
        if each["times"] is None:
            hit += left * Decimal(each["probability"])
            left *= 1 - Decimal(each["probability"])
    assert round(hit, 9) == 1
