"""What an unknown field was probably meant to be."""

import pytest

from fillgate.signals.bodies import AlertBody
from fillgate.signals.fields import BodyReader
from fillgate.signals.unknown_fields import likely_meant, shown_name

KNOWN = BodyReader(AlertBody).names


@pytest.mark.parametrize("known", KNOWN)
def test_every_slip_of_one_letter_is_noticed(known: str) -> None:
    if len(known) < 4:
        return
    slips = {known[:n] + known[n + 1 :] for n in range(len(known))}
    slips |= {known[:n] + known[n] + known[n:] for n in range(len(known))}
    slips |= {known.upper(), known.replace("_", ""), known.replace("_", "-")} - {known}
    assert [slip for slip in slips if likely_meant(slip, KNOWN, ()) != known] == []


@pytest.mark.parametrize(
    "name",
    [
        "comment",
        "interval",
        "exchange",
        "close",
        "open",
        "high",
        "low",
        "time",
        "timenow",
        "plot_0",
        "message",
        "market_position",
        "position_size",
        "alert_message",
        "basecurrency",
        "bar_index",
        "order_id",
    ],
)
def test_placeholders_of_tradingview_are_not_meant_for_anything(name: str) -> None:
    assert likely_meant(name, KNOWN, ()) is None


def test_other_receivers_names_count_only_while_the_field_is_missing() -> None:
    assert likely_meant("ticker", KNOWN, {"action"}) == "symbol"
    assert likely_meant("ticker", KNOWN, {"symbol"}) is None
    assert likely_meant("ticker", ("price",), ()) is None


def test_slips_count_also_beside_the_field() -> None:
    assert likely_meant("stop_los", KNOWN, {"stop_loss"}) == "stop_loss"


def test_names_are_shown_printably() -> None:
    assert shown_name("stop_los") == "`stop_los`"
    assert shown_name("a b") == "'a b'"
    assert shown_name("\n\u202e").isprintable()
    assert len(shown_name("x" * 1000)) < 70
