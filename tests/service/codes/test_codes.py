"""Every code that the program can say is in the table, and the table holds no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fillgate.engine import reports, story
from fillgate.plugins.ccxt import symbols
from fillgate.plugins.ccxt import verdict as ccxt_verdict
from fillgate.plugins.ccxt_http import reasons, verdict, wire
from fillgate.risk.checks import _FLAGS
from fillgate.service.asking import _FAILURES
from fillgate.service.codes import CODES, GROUPS, ProblemKind
from fillgate.service.problems import PROBLEMS
from fillgate.signals.refusals import RefusalCode

SOURCE = Path(__file__).parents[3] / "src" / "fillgate"

ERRORS = {
    "AccountDown", "CodedError", "Denied", "EngineUnavailable", "KeyReused", "NotReconciled",
    "NotResolvable", "NotSent", "OrderNotFound", "Problem", "Refusal", "Rejected", "RequestRefused",
    "Unknown", "unanswered",
}  # fmt: skip
"""What is called with a code as its first argument."""

ELSEWHERE = {"engine/verification", "cli", "journal", "testing"}
"""Rooms whose codes no caller of the API meets: findings of `fillgate journal verify`."""

COMPUTED = {
    *(f"{flag.upper()}_NOT_SUPPORTED" for flag in _FLAGS),
    *reasons._SPECIFIC,
    *reasons._GENERAL.values(),
    *reasons._DOUBTS,
    "PERHAPS_PLACED",  # doubt_in
    *verdict._REFUSALS.values(),
    *symbols._CODES.values(),
    *ccxt_verdict._REFUSALS.values(),
    *ccxt_verdict._NEVER_LEFT.values(),
    *ccxt_verdict._LOST.values(),
    *(status.upper() for status in verdict._NOT_EXECUTED),
    *RefusalCode,
    *(code for _, _, code in wire._ENDINGS),
    *_FAILURES.values(),
    *reports._MISMATCH.values(),
    story.MISSING,
    "NOT_RESOLVABLE",  # chosen by the reason
    "NOT_FOUND", "METHOD_NOT_ALLOWED",  # of Starlette's exceptions
    "ABSENT",  # a status that is its own reason
    "DENIED",
}  # fmt: skip
"""Codes that stand in tables or are put together."""


def said() -> Iterator[tuple[str, str]]:
    """Find codes in calls of errors and in `code=`, with the place of each."""
    for path in sorted(SOURCE.rglob("*.py")):
        room = path.relative_to(SOURCE).as_posix()
        if any(room.startswith(each) for each in ELSEWHERE):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield from ((code, f"{room}:{node.lineno}") for code in _codes_in(node))


def _codes_in(call: ast.Call) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    places = [keyword.value for keyword in call.keywords if keyword.arg == "code"]
    if name in ERRORS:
        places += call.args[:3]
    for place in places:
        for node in ast.walk(place):
            value = getattr(node, "value", None)
            if isinstance(value, str) and re.fullmatch("[A-Z][A-Z0-9_]{3,}", value):
                yield value


FOUND = dict(said())


@pytest.mark.parametrize("code", sorted(FOUND))
def test_what_is_said_is_in_the_table(code: str) -> None:
    assert code in CODES, FOUND[code]


@pytest.mark.parametrize("code", sorted(COMPUTED))
def test_what_is_put_together_is_in_the_table(code: str) -> None:
    assert code in CODES


def test_the_table_holds_nothing_that_is_never_said() -> None:
    assert CODES.keys() - FOUND.keys() - COMPUTED == set()


def test_no_code_stands_there_twice() -> None:
    assert sum(len(group.kinds) for group in GROUPS) == len(CODES)


@pytest.mark.parametrize("kind", CODES.values(), ids=lambda kind: kind.code)
def test_a_kind_says_what_it_means_and_what_to_do(kind: ProblemKind) -> None:
    for text in (kind.title, kind.meaning, kind.remedy):
        assert text[0].isupper() or text[0] in "`f", text
        assert text.endswith("."), text
        assert "  " not in text
    assert 200 <= kind.status < 600
    assert (kind.code in PROBLEMS) == (kind.status >= 400)


def test_titles_are_the_kinds_own() -> None:
    titles = [kind.title for kind in CODES.values()]
    twice = {title for title in titles if titles.count(title) > 1}
    # The same to whoever asks for the order; which of them it is the code says.
    assert twice <= {
        "The service stopped before the venue answered.",
        "The venue has no such order type.",
        "The venue takes no amounts in the quote currency.",
    }
