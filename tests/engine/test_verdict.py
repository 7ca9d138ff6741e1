"""What a plugin returned, at the edges of what can be counted."""

from decimal import Decimal
from typing import Any

import pytest

from fillgate.domain.reports import ExecutionResult
from tests.engine.conftest import House
from tests.engine.venue import raises, returns

pytestmark = pytest.mark.anyio

BEYOND = ["1E+900000", "1E+40", "1E-900000", "9" * 60]


@pytest.mark.parametrize("number", BEYOND)
@pytest.mark.parametrize("field", ["filled_quantity", "average_price"])
async def test_numbers_beyond_all_limits_leave_the_order_unknown(
    house: House, field: str, number: str
) -> None:
    told: dict[str, Any] = {"filled_quantity": Decimal(1), "average_price": Decimal(100)}
    told[field] = Decimal(number)
    result = ExecutionResult(success=True, order_id="v", timestamp=1, **told)
    house.venue.answers["BTC/USDT"] = returns(result)
    house.venue.lookup_error = ConnectionError()
    state = await house.send()
    assert (state.status.value, state.code) == ("UNKNOWN", "BROKEN_RESULT")


class Wordless(Exception):
    """An error that cannot be told."""

    def __str__(self) -> str:
        raise RuntimeError("not even this")


async def test_an_error_without_words_is_unknown(house: House) -> None:
    house.venue.answers["BTC/USDT"] = raises(Wordless())
    house.venue.lookup_error = ConnectionError()
    state = await house.send()
    assert state.status.value == "UNKNOWN"
    await house.until(lambda: not house.engine.dispatcher.lanes.flying)
