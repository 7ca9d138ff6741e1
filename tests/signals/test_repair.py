"""What is repaired, what is not, and that nothing is guessed."""

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.signals.alert_text import AlertText, parse_alert
from fillgate.signals.json_text import MAX_DEPTH, Json, NumberText, parse_object
from fillgate.signals.refusals import Refusal, RefusalCode
from fillgate.signals.repair import Repair, RepairKind, words_of_repairs

K = RepairKind
NUMBER = NumberText

REPAIRED: list[tuple[str, dict[str, Json], list[RepairKind]]] = [
    ('{"a": 1,}', {"a": "1"}, [K.TRAILING_COMMA]),
    ('{"a": [1, 2, ], }', {"a": ["1", "2"]}, [K.TRAILING_COMMA] * 2),
    ("{'a': 'b'}", {"a": "b"}, [K.SINGLE_QUOTES] * 2),
    (r"{'a': 'it\'s'}", {"a": "it's"}, [K.SINGLE_QUOTES] * 2),
    ("{'a': 'say \"hi\"'}", {"a": 'say "hi"'}, [K.SINGLE_QUOTES] * 2),
    ("{\u201ca\u201d: \u201eb c\u201c}", {"a": "b c"}, [K.SMART_QUOTES] * 2),
    ("{\u2018a\u2019: 1}", {"a": "1"}, [K.SMART_QUOTES]),
    ('{"a": "\u201cb\u201d"}', {"a": "\u201cb\u201d"}, []),
    ("{a: 1, _b.c-d: 2}", {"a": "1", "_b.c-d": "2"}, [K.UNQUOTED_NAME] * 2),
    ('{"a": buy}', {"a": "buy"}, [K.UNQUOTED_VALUE]),
    ('{"a": Long Entry , "b": 1}', {"a": "Long Entry", "b": "1"}, [K.UNQUOTED_VALUE]),
    ('{"a": BINANCE:BTCUSDT}', {"a": "BINANCE:BTCUSDT"}, [K.UNQUOTED_VALUE]),
    ('{"a": 2026-11-25T10:00:00Z}', {"a": "2026-11-25T10:00:00Z"}, [K.UNQUOTED_VALUE]),
    ('{"a": 1D}', {"a": "1D"}, [K.UNQUOTED_VALUE]),
    ('{"a": 007, "b": .5}', {"a": "007", "b": ".5"}, [K.UNQUOTED_VALUE] * 2),
    ('{"a": NaN, "b": -Infinity}', {"a": "NaN", "b": "-Infinity"}, [K.NOT_A_NUMBER] * 2),
    ('{"a": True, "b": False}', {"a": True, "b": False}, [K.CAPITAL_LITERAL] * 2),
    ('{"a": 1 // why\n}', {"a": "1"}, [K.COMMENT]),
    ('{"a": 1 # why\n, "b": 2}', {"a": "1", "b": "2"}, [K.COMMENT]),
    ('{"a": /* why\n */ 1}', {"a": "1"}, [K.COMMENT]),
    ('{"a": buy // why\n}', {"a": "buy"}, [K.UNQUOTED_VALUE, K.COMMENT]),
    ('{// "a": 1,\n"b": 2}', {"b": "2"}, [K.COMMENT]),
    ('{"a": "http://b # c"}', {"a": "http://b # c"}, []),
    ('{"a": "b\nc\td"}', {"a": "b\nc\td"}, [K.CONTROL_CHARACTER]),
    ('{"a":\r\n1}\r\n', {"a": "1"}, []),
    ('\ufeff{"a": 1}', {"a": "1"}, [K.BYTE_ORDER_MARK]),
    ('Alert on BTC: {"a": 1}', {"a": "1"}, [K.TEXT_AROUND]),
    ('{"a": 1};', {"a": "1"}, [K.TEXT_AROUND]),
    ('```json\n{"a": 1}\n```', {"a": "1"}, [K.TEXT_AROUND] * 2),
    (json.dumps('{"a": 1}'), {"a": "1"}, [K.OUTER_QUOTES]),
    ("'{\"a\": 1}'", {"a": "1"}, [K.OUTER_QUOTES] * 2),
    ("{}", {}, []),
    ("{ } x", {}, [K.TEXT_AROUND]),
]


@pytest.mark.parametrize(("text", "members", "kinds"), REPAIRED)
def test_what_is_repaired(text: str, members: dict[str, Json], kinds: list[RepairKind]) -> None:
    found = parse_alert(text.encode())
    assert found.members == members
    assert [each.kind for each in found.repairs] == kinds


UNCLEAR: list[tuple[str, str]] = [
    ("buy BTC", "it holds no object"),
    ('{"a": 1', "it ends before it is complete"),
    ('{"a": "b', "a text has no end"),
    ('{"a": 1 "b": 2}', "a comma or '}' is missing (line 1, column 9)"),
    ('{"a": 1\n"b": 2}', "a comma or '}' is missing (line 2, column 1)"),
    ("{a: buy\nb: 2}", "a comma or '}' is missing (line 2, column 1)"),
    ("{a: buy b: 2}", "a comma or a quote is missing before a colon (line 1, column 9)"),
    ("{a:buy b:2}", "a comma or a quote is missing before a colon"),
    ('{"a": "say "hi", now"}', "a comma or '}' is missing (line 1, column 13)"),
    ("{'a': 'don't'}", "a comma or '}' is missing"),
    ('{"a": "b\u201d, "c": 1}', "a comma or '}' is missing"),
    ('{"a" 1}', "a colon is missing behind a name"),
    ("{a b: 1}", "a colon is missing behind a name"),
    ('{"a": }', "a value is missing"),
    ('{"a": , "b": 1}', "a value is missing"),
    ('{"a": 1,, "b": 2}', "a name is missing"),
    ("{,}", "a name is missing"),
    ('{"a": [1,,2]}', "a value is missing"),
    ('{"a": 1 /* b}', "a comma or '}' is missing"),
    ('{"a": 1} {"b": 2}', "there are brackets behind the object"),
    ('{"a": 1}}', "there are brackets behind the object"),
    ('[{"a": 1}]', "there are brackets before the object"),
    ("[1] {'a': 1}", "there are brackets before the object"),
    (r"{\"a\": 1}", "a name is missing"),
    ("{" + "a: {" * MAX_DEPTH + "}" * MAX_DEPTH + "}", ""),
]


@pytest.mark.parametrize(("text", "why"), UNCLEAR)
def test_what_could_be_read_in_two_ways_is_not_repaired(text: str, why: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_alert(text.encode())
    assert caught.value.reason.isprintable()
    if why:
        assert f"it is not repaired, for {why}" in caught.value.reason


STILL_REFUSED: list[tuple[str, RefusalCode]] = [
    ("{a: 1, 'a': 2}", RefusalCode.DUPLICATE_KEY),
    ("{a: {{close}}}", RefusalCode.UNRESOLVED_PLACEHOLDER),
    (r"{'a': '\x41'}", RefusalCode.MALFORMED_JSON),
    (r"{'a': '\ud800'}", RefusalCode.MALFORMED_JSON),
    (r"{'a': '\u0000'}", RefusalCode.MALFORMED_JSON),
    ("{'a': '\0'}", RefusalCode.MALFORMED_JSON),
    ("", RefusalCode.MALFORMED_JSON),
    ("1", RefusalCode.NOT_AN_OBJECT),
]


@pytest.mark.parametrize(("text", "code"), STILL_REFUSED)
def test_what_is_repaired_keeps_to_the_rules_of_json(text: str, code: RefusalCode) -> None:
    with pytest.raises(Refusal) as caught:
        parse_alert(text.encode())
    assert caught.value.code is code


# Whatever is written sloppily is read as it was meant, or not at all.

names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0{}"), max_size=12)
scalars = st.booleans() | st.none() | st.integers() | st.decimals(0, 9, places=3).map(float) | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


class Sloppy:
    """Writes JSON as no machine would, so that it can mean one thing only."""

    def __init__(self, choose: Callable[[Sequence[str]], str]) -> None:
        self.choose = choose

    def write(self, value: Any) -> str:
        if isinstance(value, dict):
            members = [self.name(each) + self.space() + self.write(value[each]) for each in value]
            return "{" + self.space() + self.joined(members) + "}"
        if isinstance(value, list):
            return "[" + self.joined([self.write(each) for each in value]) + "]"
        if isinstance(value, bool):
            return self.choose([str(value), str(value).lower()])
        return self.text(value) if isinstance(value, str) else json.dumps(value)

    def joined(self, parts: list[str]) -> str:
        comma = self.choose(["", ","]) if parts else ""
        return f",{self.space()}".join(parts) + comma + self.space()

    def name(self, name: str) -> str:
        return self.choose([name, f"'{name}'", f'"{name}"', f"\u201c{name}\u201d"]) + ":"

    def text(self, text: str) -> str:
        written = json.dumps(text, ensure_ascii=self.choose(["yes", ""]) == "yes")
        inner = written[1:-1].replace("'", "\\u0027")
        return self.choose([written, f"'{inner}'"])

    def space(self) -> str:
        return self.choose(["", " ", "\r\n", " // x: 1,\n", " /* {} */ ", " # 'a'\n"])


def read(text: str) -> AlertText | None:
    """Return what a text is read as; None if it is refused, in printable words."""
    try:
        return parse_alert(text.encode())
    except Refusal as refusal:
        printable = refusal.reason.isprintable()
    assert printable
    return None


@given(st.dictionaries(names, values, max_size=4), st.data())
def test_what_is_written_sloppily_is_read_as_it_was_meant(
    value: dict[str, Any], data: st.DataObject
) -> None:
    found = read(Sloppy(lambda options: data.draw(st.sampled_from(options))).write(value))
    # A text that holds typographic quotes may not stand in single ones.
    if found is None:
        assert set(json.dumps(value, ensure_ascii=False)) & TYPOGRAPHIC
    else:
        assert found.members == parse_object(json.dumps(value).encode())


TYPOGRAPHIC = set("\u2018\u2019\u201a\u201b")
ALERT = '{"symbol": "BTCUSDT", "action": "sell", "quantity": 2, "price": 10.5, "note": "a, b"}'


@given(st.integers(0, len(ALERT) - 1), st.sampled_from(["", *"{}[]:,'\"#/\\ \n0a"]))
def test_a_character_more_or_less_changes_nothing_unnoticed(at: int, new: str) -> None:
    for text in (ALERT[:at] + new + ALERT[at:], ALERT[:at] + new + ALERT[at + 1 :]):
        try:
            strict: Any = parse_object(text.encode())
        except Refusal:
            strict = None
        found = read(text)
        if strict is not None:
            assert found == (strict, ())
        elif found is not None:
            assert found.repairs


@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    found = read(text)
    assert found is None or isinstance(found.members, dict)


UNITS = ["'a", "{a:", "[", "//", "/*", "\u201c", "a b ", '"\\', "#\n"]


@pytest.mark.parametrize("unit", UNITS)
def test_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    def seconds(size: int) -> float:
        body = ("{a: " + unit * (size // len(unit)))[:size]
        best = float("inf")
        for _ in range(3):
            began = time.process_time()
            assert read(body) is None
            best = min(best, time.process_time() - began)
        return best

    assert seconds(20_000) < 40 * max(seconds(2_000), 0.0001)


def test_repairs_are_told_by_kind() -> None:
    told = [Repair(K.COMMENT, 1, 2), Repair(K.TRAILING_COMMA, 1, 9), Repair(K.COMMENT, 3, 4)]
    assert words_of_repairs(told) == (
        "comment left out (line 1, column 2), 2 times",
        "comma before a closing bracket left out (line 1, column 9)",
    )
    assert words_of_repairs(()) == ()
