"""The verdict against a table of cases, and against a slow and obvious reading of its rules."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.errors import CodedError, Rejected, Unknown
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.reports import ExecutionResult
from fillgate.plugins.ccxt_http.verdict import Submitted, result_of
from fillgate.plugins.ccxt_http.wire import Answer
from tests.plugins.ccxt_http.conftest import an_order

NOW = 1_767_225_600_123
SIZE = Decimal("0.5")


def judge(
    status: int, content: object, *, exact: bool = False, **order: object
) -> ExecutionResult | CodedError:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    submitted = Submitted(
        order=an_order(quantity=SIZE, **order), timestamp=NOW, error_means_rejected=exact
    )
    try:
        return result_of(submitted, Answer(status, body))
    except CodedError as ending:
        return ending


def ending(found: ExecutionResult | CodedError) -> tuple[str, str]:
    if isinstance(found, CodedError):
        return type(found).__name__, found.code
    assert found.status is not None
    return "result", found.status.value


TAKEN = {"status": "executed", "order_id": "77"}


@pytest.mark.parametrize("http_status", [200, 201, 202])
@pytest.mark.parametrize("status", ["executed", "ok", "success", "filled", "OK", " Filled "])
def test_success_with_an_order_id_is_a_result(http_status: int, status: str) -> None:
    content = {"status": status, "message": "fine", "order_id": "77", "filled_quantity": 0.5}
    assert judge(http_status, {**content, "average_price": 100.25}) == ExecutionResult(
        success=True,
        order_id="77",
        filled_quantity=SIZE,
        average_price=Decimal("100.25"),
        timestamp=NOW,
        status=OrderStatus.FILLED,
    )


@pytest.mark.parametrize(
    ("numbers", "filled", "average", "status"),
    [
        (b"", "0", None, OrderStatus.NEW),
        (b',"filled_quantity":null,"average_price":null', "0", None, OrderStatus.NEW),
        (b',"filled_quantity":0.0,"average_price":0.0', "0", None, OrderStatus.NEW),
        (b',"filled_quantity":-0', "0", None, OrderStatus.NEW),
        (b',"filled_quantity":0.1', "0.1", None, OrderStatus.PARTIALLY_FILLED),
        (b',"filled_quantity":1e-1', "0.1", None, OrderStatus.PARTIALLY_FILLED),
        (b',"filled_quantity":"0.5","average_price":"9"', "0.5", "9", OrderStatus.FILLED),
        (b',"filled_quantity":0.5,"average_price":-37.63', "0.5", "-37.63", OrderStatus.FILLED),
        # More than was ordered: the fill counts, and the engine raises it.
        (b',"filled_quantity":0.6', "0.6", None, OrderStatus.FILLED),
        (
            b',"filled_quantity":0.30000000000000004',
            "0.30000000000000004",
            None,
            OrderStatus.PARTIALLY_FILLED,
        ),
    ],
)
def test_numbers_of_a_result(
    numbers: bytes, filled: str, average: str | None, status: OrderStatus
) -> None:
    result = judge(200, b'{"status":"ok","order_id":1' + numbers + b"}")
    assert isinstance(result, ExecutionResult)
    assert str(result.filled_quantity) == filled
    assert result.average_price == (None if average is None else Decimal(average))
    assert (result.status, result.order_id) == (status, "1")


DUPLICATE = {"status": "error", "message": "Duplicate order sent."}
FUNDS = {"status": "error", "message": "InsufficientFunds"}
VAGUE = {"status": "error", "message": "something went wrong"}
TIMED_OUT = {"status": "error", "message": "request timed out"}

CASES: list[tuple[int, object, str, str]] = [
    # A success that names no order, or is none.
    (200, {"status": "ok"}, "Unknown", "NO_ORDER_ID"),
    (200, {"status": "ok", "order_id": None}, "Unknown", "NO_ORDER_ID"),
    (200, {"status": "ok", "order_id": ""}, "Unknown", "NO_ORDER_ID"),
    (200, {"status": "ok", "order_id": " \n"}, "Unknown", "NO_ORDER_ID"),
    (200, {"status": "ok", "order_id": "None"}, "Unknown", "NO_ORDER_ID"),
    (200, {"status": "ok", "order_id": True}, "Unknown", "BROKEN_ANSWER"),
    (200, {"status": "ok", "order_id": ["1"]}, "Unknown", "BROKEN_ANSWER"),
    (200, {"status": "ok", "orderId": "1"}, "Unknown", "NO_ORDER_ID"),
    (200, {**TAKEN, "filled_quantity": -0.1}, "Unknown", "BROKEN_ANSWER"),
    (200, {**TAKEN, "filled_quantity": float("nan")}, "Unknown", "BROKEN_ANSWER"),
    (200, {**TAKEN, "filled_quantity": "NaN"}, "Unknown", "BROKEN_ANSWER"),
    (200, {**TAKEN, "filled_quantity": True}, "Unknown", "BROKEN_ANSWER"),
    (200, {**TAKEN, "filled_quantity": {}}, "Unknown", "BROKEN_ANSWER"),
    (200, {**TAKEN, "filled_quantity": 1e-300}, "Unknown", "BROKEN_ANSWER"),
    (200, {**TAKEN, "average_price": float("inf")}, "Unknown", "BROKEN_ANSWER"),
    (200, {**TAKEN, "average_price": "?"}, "Unknown", "BROKEN_ANSWER"),
    # Statuses that are none of the listed.
    (200, {"order_id": "77"}, "Unknown", "BROKEN_ANSWER"),
    (200, {**TAKEN, "status": None}, "Unknown", "BROKEN_ANSWER"),
    (200, {**TAKEN, "status": 200}, "Unknown", "BROKEN_ANSWER"),
    (200, {**TAKEN, "status": "pending"}, "Unknown", "UNLISTED_STATUS"),
    (200, {**TAKEN, "status": "rejected"}, "Unknown", "UNLISTED_STATUS"),
    (200, {**FUNDS, "status": "rejected"}, "Unknown", "UNLISTED_STATUS"),
    # What is no JSON object.
    (200, b"", "Unknown", "BROKEN_ANSWER"),
    (200, b"executed", "Unknown", "BROKEN_ANSWER"),
    (200, b"<html>executed</html>", "Unknown", "BROKEN_ANSWER"),
    (200, [TAKEN], "Unknown", "BROKEN_ANSWER"),
    (200, b'{"status":"ok","order_id":"1","order_id":"2"}', "Unknown", "BROKEN_ANSWER"),
    (200, b'{"status":"ignored","status":"ok","order_id":"2"}', "Unknown", "BROKEN_ANSWER"),
    # Not executed.
    (200, {"status": "ignored"}, "Rejected", "IGNORED"),
    (200, {"status": "DRY_RUN"}, "Rejected", "DRY_RUN"),
    (200, {**TAKEN, "status": "dry_run", "filled_quantity": 0.5}, "Rejected", "DRY_RUN"),
    (200, {**TAKEN, "status": "ignored"}, "Rejected", "IGNORED"),
    (400, {"status": "ignored", "message": "paused"}, "Rejected", "IGNORED"),
    # Errors.
    (200, FUNDS, "Rejected", "INSUFFICIENT_FUNDS"),
    (202, {"status": "Error", "code": "BAD_SYMBOL"}, "Rejected", "UNKNOWN_SYMBOL"),
    (200, {"status": "error", "error": {"code": "INVALID_ORDER"}}, "Rejected", "INVALID_ORDER"),
    (200, {"status": "error"}, "Unknown", "NO_DEFINITE_REASON"),
    (200, VAGUE, "Unknown", "NO_DEFINITE_REASON"),
    (200, TIMED_OUT, "Unknown", "UNDECIDED"),
    (200, DUPLICATE, "Unknown", "DUPLICATE_ORDER"),
    (200, {**FUNDS, "order_id": "77"}, "Unknown", "CONTRADICTION"),
    (200, {**FUNDS, "filled_quantity": 0.1}, "Unknown", "CONTRADICTION"),
    (200, {**FUNDS, "order": {"order_id": 7}}, "Unknown", "CONTRADICTION"),
    # Refusals.
    (400, {"detail": "quantity must be positive"}, "Rejected", "BAD_REQUEST"),
    (401, {"detail": "Invalid signature"}, "Rejected", "BAD_SIGNATURE"),
    (401, {"detail": "who are you"}, "Rejected", "UNAUTHORIZED"),
    (403, {"status": 403, "error": "Forbidden"}, "Rejected", "FORBIDDEN"),
    (422, {"detail": [{"loc": ["body"], "msg": "field required"}]}, "Rejected", "INVALID_REQUEST"),
    (400, FUNDS, "Rejected", "INSUFFICIENT_FUNDS"),
    (400, {"status": "failed", "message": "no"}, "Rejected", "BAD_REQUEST"),
    (400, TIMED_OUT, "Unknown", "UNDECIDED"),
    (400, DUPLICATE, "Unknown", "DUPLICATE_ORDER"),
    (422, {"detail": "client_order_id must be unique"}, "Unknown", "DUPLICATE_ORDER"),
    (400, {"detail": "placed, but its stop was not"}, "Unknown", "PERHAPS_PLACED"),
    (400, {**TAKEN}, "Unknown", "CONTRADICTION"),
    (400, {"order_id": "7", "message": "no"}, "Unknown", "CONTRADICTION"),
    (400, {"status": "pending", "message": "no"}, "Unknown", "CONTRADICTION"),
    (400, {"status": 200, "message": "no"}, "Unknown", "CONTRADICTION"),
    (400, {"status": True, "message": "no"}, "Unknown", "CONTRADICTION"),
    (400, {"status": "error"}, "Unknown", "NO_WORDS"),
    (400, {}, "Unknown", "NO_WORDS"),
    (403, {"blocked": "by the firewall"}, "Unknown", "NO_WORDS"),
    (403, b"<html>blocked</html>", "Unknown", "BROKEN_ANSWER"),
    (401, b"Unauthorized", "Unknown", "BROKEN_ANSWER"),
    (400, b"", "Unknown", "BROKEN_ANSWER"),
    (422, [{"msg": "no"}], "Unknown", "BROKEN_ANSWER"),
    # Everything else, even if it says that it worked or why it did not.
    *[
        (status, content, "Unknown", "HTTP_STATUS")
        for status in (101, 203, 204, 206, 301, 302, 304, 307, 308, 402, 404, 405, 408, 409)
        for content in (TAKEN, FUNDS)
    ],
    *[
        (status, content, "Unknown", "HTTP_STATUS")
        for status in (410, 413, 415, 418, 425, 429, 451, 500, 501, 502, 503, 504, 520, 599)
        for content in (TAKEN, FUNDS)
    ],
]


@pytest.mark.parametrize(("status", "content", "kind", "code"), CASES)
def test_endings(status: int, content: object, kind: str, code: str) -> None:
    assert ending(judge(status, content)) == (kind, code)


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (VAGUE, "Rejected", "ERROR"),
        (TIMED_OUT, "Rejected", "ERROR"),
        ({"status": "error"}, "Rejected", "ERROR"),
        (FUNDS, "Rejected", "INSUFFICIENT_FUNDS"),
        (DUPLICATE, "Unknown", "DUPLICATE_ORDER"),
        ({**VAGUE, "order_id": "7"}, "Unknown", "CONTRADICTION"),
        ({**FUNDS, "message": "placed; stop: InsufficientFunds"}, "Unknown", "PERHAPS_PLACED"),
        ({"status": "pending"}, "Unknown", "UNLISTED_STATUS"),
    ],
)
def test_errors_of_a_service_known_to_be_exact(content: object, kind: str, code: str) -> None:
    assert ending(judge(200, content, exact=True)) == (kind, code)


def test_words_about_a_stop_are_a_doubt_if_the_order_had_one() -> None:
    content = {"status": "error", "message": "stop_loss: InsufficientFunds"}
    assert ending(judge(200, content)) == ("Rejected", "INSUFFICIENT_FUNDS")
    with_stop = judge(200, content, stop_loss=Decimal(90))
    assert ending(with_stop) == ("Unknown", "PERHAPS_PLACED")


def test_a_rejection_is_in_the_services_words() -> None:
    content = {"status": "error", "message": "too poor\n\x1b[31m", "code": "InsufficientFunds"}
    found = judge(200, content)
    assert isinstance(found, Rejected)
    assert found.text == "too poor [31m; InsufficientFunds"


# The rules once more, slowly. What `reasons` finds in words is tested there; here each text that is
# drawn is of a known kind.

DEFINITE = ["InsufficientFunds", "unknown symbol", "invalid signature", "InvalidOrder"]
DOUBTFUL = ["timed out", "Duplicate order", "order placed", "try again", "network"]
EMPTY = ["hm", "no", "error 17"]
SUCCESS = {"executed", "ok", "success", "filled"}
WORDS = ("message", "error", "detail", "code")


def pairs_of(text: str) -> list[list[tuple[str, Any]]]:
    """All objects in a JSON text, as lists of pairs."""
    seen: list[list[tuple[str, Any]]] = []

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen.append(pairs)
        return dict(pairs)

    json.loads(text, object_pairs_hook=note, parse_float=Decimal, parse_int=Decimal)
    return seen


def oracle(status: int, body: bytes) -> str:
    """Return how it should end: `result`, `Rejected` or `Unknown`."""
    try:
        text = body.decode("utf-8")
        objects = pairs_of(text)
        answer = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError, ArithmeticError):
        return "Unknown"
    if not isinstance(answer, dict) or re.search(r"NaN|Infinity", text):
        return "Unknown"
    if any(len({name for name, _ in pairs}) < len(pairs) for pairs in objects):
        return "Unknown"
    said = answer.get("status")
    said = said.strip().lower() if isinstance(said, str) else said
    if status in {200, 201, 202} and isinstance(said, str):
        return oracle_of_an_outcome(answer, said)
    return (
        oracle_of_a_refusal(status, answer, said) if status in {400, 401, 403, 422} else "Unknown"
    )


def oracle_of_an_outcome(answer: dict[str, Any], said: str) -> str:
    if said in {"ignored", "dry_run"}:
        return "Rejected"
    if said == "error":
        words = said_words(answer)
        definite = any(text in DEFINITE for text in words)
        return "Rejected" if definite and not doubt(answer, words) else "Unknown"
    if said not in SUCCESS or not has_id(answer):
        return "Unknown"
    filled, average = answer.get("filled_quantity"), answer.get("average_price")
    if not is_number(filled) or not is_number(average):
        return "Unknown"
    return "Unknown" if filled is not None and Decimal(filled) < 0 else "result"


def oracle_of_a_refusal(status: int, answer: dict[str, Any], said: object) -> str:
    if said in {"ignored", "dry_run"}:
        return "Rejected"
    if said is not None and said != "error" and (isinstance(said, bool) or said != status):
        return "Unknown"
    words = said_words(answer)
    return "Rejected" if words and not doubt(answer, words) else "Unknown"


def said_words(answer: dict[str, Any]) -> list[str]:
    values = [answer.get(name) for name in WORDS]
    return [str(value) for value in values if isinstance(value, str | Decimal) and value != ""]


def doubt(answer: dict[str, Any], words: list[str]) -> bool:
    filled = answer.get("filled_quantity")
    nothing_filled = filled is None or (is_number(filled) and not Decimal(filled))
    order_id = answer.get("order_id")
    named = order_id is not None and not (isinstance(order_id, str) and not order_id.strip())
    return named or not nothing_filled or any(text in DOUBTFUL for text in words)


def has_id(answer: dict[str, Any]) -> bool:
    order_id = answer.get("order_id")
    if isinstance(order_id, bool) or not isinstance(order_id, str | Decimal):
        return False
    return bool(str(order_id).strip())


def is_number(value: object) -> bool:
    if value is None:
        return True
    if isinstance(value, bool) or not isinstance(value, str | Decimal):
        return False
    return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", str(value)) is not None


statuses = st.sampled_from(
    [*SUCCESS, "OK", "ignored", "dry_run", "error", "Error", "pending", "", 200, 400, None, True]
)
texts = st.sampled_from([*DEFINITE, *DOUBTFUL, *EMPTY, "", None, 17])
numbers = st.sampled_from([0, 1, 0.25, 0.5, -1, "0.5", "x", "", None, True, 2, [1]])
ids = st.sampled_from(["a-1", 7, "", " ", None, True, {"a": 1}])
members = st.fixed_dictionaries(
    {},
    optional={
        "status": statuses,
        "order_id": ids,
        "filled_quantity": numbers,
        "average_price": numbers,
        "message": texts,
        "error": texts,
        "detail": texts,
        "code": texts,
        "else": st.sampled_from([1, "ok", None]),
    },
)
http_statuses = st.sampled_from([200, 201, 202, 400, 401, 403, 422]) | st.integers(100, 599)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """JSON with a piece cut out, doubled or replaced."""
    body = json.dumps(draw(members)).encode()
    start = draw(st.integers(0, len(body)))
    end = draw(st.integers(start, len(body)))
    middle = draw(st.sampled_from([b"", body[start:end] * 2, b",", b"\xff", b"1", b'"']))
    return body[:start] + middle + body[end:]


def test_the_oracle_knows_the_kinds_of_its_texts() -> None:
    for text in DEFINITE:
        assert ending(judge(200, {"status": "error", "code": text}))[0] == "Rejected"
    for text in [*DOUBTFUL, *EMPTY]:
        assert ending(judge(200, {"status": "error", "code": text}))[0] == "Unknown"


@given(status=http_statuses, answer=members)
def test_any_answer_ends_as_the_rules_say(status: int, answer: dict[str, Any]) -> None:
    body = json.dumps(answer).encode()
    assert ending(judge(status, body))[0] == oracle(status, body)


@given(status=http_statuses, body=damaged() | st.binary() | st.text().map(str.encode))
def test_any_bytes_end_as_the_rules_say(status: int, body: bytes) -> None:
    found = judge(status, body)
    if ending(found)[0] != "Unknown":
        assert ending(found)[0] == oracle(status, body)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    status=http_statuses,
    answer=st.dictionaries(
        st.sampled_from(["status", "order_id", "message", "error", "detail", "filled_quantity"]),
        json_values | statuses | texts,
    ),
    exact=st.booleans(),
)
def test_no_json_does_anything_but_end(status: int, answer: dict[str, Any], exact: bool) -> None:
    found = judge(status, answer, exact=exact)
    if isinstance(found, ExecutionResult):
        assert found.order_id
        assert found.filled_quantity >= 0
        assert str(answer["status"]).strip().lower() in SUCCESS
        assert status in {200, 201, 202}
    elif isinstance(found, Rejected):
        assert status in {200, 201, 202, 400, 401, 403, 422}
        found.text.encode()
    else:
        assert type(found) is Unknown
