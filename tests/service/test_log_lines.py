"""Lines are lines: valid, whole and harmless whatever is logged; credentials never in them."""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fillgate.service import log_lines
from fillgate.service.log_lines import JsonLines, PeopleLines
from fillgate.service.redaction import HIDDEN, Redaction

SECRET = 'whsec "quoted" \\ and / ünïcode 0123456789'

NASTY = [
    "two\nlines",
    "\x1b[2J\x1b[31mred",
    "c1 \x9b31m \x85 next",
    "\u2028 \u202e \x7f \x00",
    '{"event":"forged"}',
    '" level=error event=forged',
    "\ud800 lone",
]

texts = st.one_of(st.text(), st.sampled_from(NASTY))
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        texts,
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.decimals(),
        st.binary(),
        st.just(object()),
        st.just(OSError("full\ndisk")),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(texts, st.integers()), inner, max_size=3),
        st.tuples(inner),
    ),
    max_leaves=6,
)


TIMES = [
    (0, "1970-01-01T00:00:00.000000Z"),
    (1_700_000_000_000_000_000, "2023-11-14T22:13:20.000000Z"),
    (1_700_000_000_000_001_999, "2023-11-14T22:13:20.000001Z"),
    (1_700_000_000_999_999_999, "2023-11-14T22:13:20.999999Z"),
    (1_700_000_001_000_000_000, "2023-11-14T22:13:21.000000Z"),
    # Somebody set the clock back, by less than a second and by a day.
    (1_700_000_000_999_998_000, "2023-11-14T22:13:20.999998Z"),
    (1_699_913_600_000_020_000, "2023-11-13T22:13:20.000020Z"),
]
"""Nanoseconds since 1970, one after the other, and how a line tells them."""


def hidden(*credentials: str) -> Redaction:
    redaction = Redaction()
    redaction.hide(credentials)
    return redaction


def lines(*credentials: str) -> JsonLines:
    return JsonLines(hidden(*credentials))


def people(*credentials: str) -> PeopleLines:
    return PeopleLines(hidden(*credentials), colors=False)


def raised(text: str) -> Exception:
    try:
        raise ValueError(text)  # noqa: TRY301 - for its traceback
    except ValueError as error:
        return error


def is_harmless(line: bytes) -> bool:
    text = line.decode()
    return text.endswith("\n") and len(text.splitlines()) == 1 and text[:-1].isprintable()


class Broken:
    def __str__(self) -> str:
        raise RuntimeError


@given(texts, st.dictionaries(texts, values, max_size=4))
@example("step", {"value": 2**70})
@example("step", {"value": Broken()})
@example("step", {"value": float("nan")})
@example("step", {"value": {1: {2: {3: {4: {5: {6: "deep"}}}}}}})
@example("step", {"value": "x" * 100_000})
@example("step", {"level": "forged", "timestamp": "forged"})
def test_json_is_one_valid_object_a_line(event: str, fields: dict[str, Any]) -> None:
    line = lines(SECRET)(None, "info", {**fields, "event": event})
    assert len(line) < 40_000
    assert len(line.decode().splitlines()) == 1
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", line.decode())
    found = json.loads(line)
    assert list(found)[:3] == ["timestamp", "level", "event"]
    assert found["level"] == "info"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", found["timestamp"])


@given(texts, st.dictionaries(texts, values, max_size=4))
@example("step", {"value": Broken()})
@example("step", {"value": float("nan")})
def test_for_people_a_line_is_printable(event: str, fields: dict[str, Any]) -> None:
    fields.pop("exc_info", None)
    fields.pop("exception", None)
    assert is_harmless(people(SECRET)(None, "info", {**fields, "event": event}))


def test_values_stay_what_they_are() -> None:
    given_ = {"signal": 7, "symbol": "BTC/USDT", "up": True, "none": None, "list": ["a", 1]}
    line = json.loads(lines()(None, "info", {**given_, "price": Decimal("1.50"), "event": "step"}))
    assert {name: line[name] for name in given_} == given_
    assert line["price"] == "1.50"


def test_the_time_is_told_wherever_the_clock_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(nanoseconds for nanoseconds, _ in TIMES)
    monkeypatch.setattr(log_lines, "time_ns", lambda: next(clock))
    render = lines()
    told = [json.loads(render(None, "info", {"event": "step"}))["timestamp"] for _ in TIMES]
    assert told == [text for _, text in TIMES]


def test_an_exception_is_told_in_a_sentence_and_with_its_traceback() -> None:
    for error in (raised("no\nroute"), (ValueError, raised("no\nroute"), None)):
        line = json.loads(lines()(None, "error", {"event": "failed", "exc_info": error}))
        assert line["error"].startswith("ValueError: no")
        assert "Traceback" in line["exception"]
        assert "test_log_lines.py" in line["exception"]
        assert "exc_info" not in line


def test_the_exception_of_the_moment_is_meant_by_true() -> None:
    try:
        raise raised("now")
    except ValueError:
        line = json.loads(lines()(None, "exception", {"event": "failed", "exc_info": True}))
    assert (line["level"], line["error"]) == ("error", "ValueError: now")
    assert "exception" not in json.loads(lines()(None, "info", {"event": "x", "exc_info": True}))


def test_for_people_a_traceback_is_indented() -> None:
    error = raised("first\n2026-01-01T00:00:00Z [error] forged\x1b[2J")
    told = people()(None, "error", {"event": "failed", "exc_info": error}).decode()
    head, *rest = told.splitlines()
    assert "failed" in head
    assert all(line.startswith("    ") and line.isprintable() for line in rest)
    assert any("forged" in line for line in rest)


def test_for_people_a_value_cannot_pass_for_two() -> None:
    told = people()(None, "info", {"event": "step", "symbol": "BTC account=other"}).decode()
    assert "symbol='BTC account=other'" in told


PLACES: dict[str, Callable[[str], dict[str, Any]]] = {
    "event": lambda secret: {"event": f"an event {secret}"},
    "value": lambda secret: {"event": "x", "symbol": secret},
    "inside": lambda secret: {"event": "x", "text": f"the venue says: {secret}!"},
    "name": lambda secret: {"event": "x", secret: 1},
    "nested": lambda secret: {"event": "x", "heads": {"a": [{"b": secret}]}},
    "object": lambda secret: {"event": "x", "value": ValueError(secret)},
    "exception": lambda secret: {"event": "x", "exc_info": raised(f"401 for {secret}")},
    "quoted": lambda secret: {"event": "x", "text": repr(secret)},
    "ascii": lambda secret: {"event": "x", "text": ascii(secret)},
    "json": lambda secret: {"event": "x", "text": json.dumps({"a": secret})},
    "bytes": lambda secret: {"event": "x", "text": secret.encode()},
    "twice": lambda secret: {"event": "x", "text": json.dumps(json.dumps({"a": secret}))},
}


@pytest.mark.parametrize("secret", ["plain-0123456789-secret", SECRET, "12345678901234"])
@pytest.mark.parametrize("place", PLACES)
def test_a_credential_is_nowhere(place: str, secret: str) -> None:
    for render in (lines("another", secret), people("another", secret)):
        line = render(None, "error", PLACES[place](secret)).decode()
        assert HIDDEN in line
        for telling in (secret, secret[:12], json.dumps(secret)[1:13], repr(secret)[1:13]):
            assert telling not in line


def test_a_number_can_be_a_credential() -> None:
    line = lines("123456789")(None, "info", {"event": "x", "value": 123456789, "other": 12})
    assert json.loads(line)["value"] == HIDDEN
    assert json.loads(line)["other"] == 12


def test_a_short_credential_is_hidden_where_it_is_the_whole_value() -> None:
    line = json.loads(lines("1")(None, "info", {"event": "x", "pin": "1", "count": "10"}))
    assert (line["pin"], line["count"]) == (HIDDEN, "10")


@pytest.mark.parametrize(
    "name",
    ["secret", "Webhook_Secret", "apiKey", "api-key", "Authorization", "X-Webhook-Signature"],
)
def test_a_name_that_says_credential_hides_its_value(name: str) -> None:
    for fields in ({name: "anything"}, {"headers": {name: "anything"}}):
        for render in (lines(), people()):
            line = render(None, "info", {"event": "x", **fields}).decode()
            assert "anything" not in line
            assert HIDDEN in line
