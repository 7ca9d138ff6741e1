"""Every code of a refusal, and the documents they become."""

import json

import pytest

from fillgate.service.problems import PROBLEMS, Problem
from fillgate.signals.refusals import RefusalCode


@pytest.mark.parametrize("code", PROBLEMS)
@pytest.mark.parametrize("webhook", [False, True])
def test_a_problem_is_a_document(code: str, webhook: bool) -> None:
    problem = Problem(code, "what was wrong", field="price", signal=7)
    reply = problem.reply(webhook=webhook, headers=((b"x-more", b"1"),))
    document = json.loads(reply.body)
    kind = PROBLEMS[code]
    assert reply.content_type == b"application/problem+json"
    assert (b"x-more", b"1") in reply.headers
    assert reply.status == document["status"] == kind.status
    assert document["type"] == f"/docs/problems#{code.lower().replace('_', '-')}"
    assert document["title"] == kind.title
    assert (document["code"], document["detail"]) == (code, "what was wrong")
    assert (document["field"], document["signal"]) == ("price", 7)
    if webhook:
        assert document["success"] is False
        assert document["order_id"] is None
        assert document["error"] == "what was wrong"
    else:
        assert not {"success", "order_id", "error"} & set(document)


@pytest.mark.parametrize("code", RefusalCode)
def test_every_refusal_of_a_signal_has_a_kind(code: RefusalCode) -> None:
    assert 400 <= PROBLEMS[code].status < 500


def test_only_what_may_be_sent_again_is_an_error_of_ours() -> None:
    errors = {code for code, kind in PROBLEMS.items() if kind.status >= 500}
    assert errors == {
        "DRAINING",
        "HELD",
        "OVERLOADED",
        "JOURNAL_UNAVAILABLE",
        "INTERNAL_ERROR",
        "VENUE_UNAVAILABLE",
        "TOO_MANY_STREAMS",
    }


@pytest.mark.parametrize(
    ("code", "header"),
    [
        ("UNAUTHENTICATED", (b"www-authenticate", b"Bearer")),
        ("OVERLOADED", (b"retry-after", b"1")),
        ("METHOD_NOT_ALLOWED", (b"allow", b"POST")),
    ],
)
def test_headers_that_go_with_a_status(code: str, header: tuple[bytes, bytes]) -> None:
    assert header in Problem(code, "x").reply().headers


def test_a_venues_own_code_is_a_refusal() -> None:
    assert Problem("LOT_SIZE", "too small").reply().status == 422


def test_a_venues_word_is_explained_as_a_venues_word() -> None:
    """Whatever the word means elsewhere, the status is a refusal's, and so is the explanation."""
    refusal = PROBLEMS["REJECTED"]
    for code, anchor in (
        ("NOT_FOUND", "rejected"),
        ("STALE", "rejected"),
        ("INSUFFICIENT_FUNDS", "insufficient-funds"),
        ("LOT_SIZE", "rejected"),
    ):
        reply = Problem(code, "no", kind=refusal).reply()
        document = json.loads(reply.body)
        assert (reply.status, document["code"]) == (422, code)
        assert document["type"] == f"/docs/problems#{anchor}"


def test_what_fillgate_denies_is_explained_by_its_reason() -> None:
    denial = PROBLEMS["DENIED"]
    document = json.loads(Problem("STALE", "old", kind=denial).reply().body)
    assert (document["type"], document["title"]) == (
        "/docs/problems#stale",
        PROBLEMS["STALE"].title,
    )
    document = json.loads(Problem("ACME_LIMIT", "no", kind=denial).reply().body)
    assert document["type"] == "/docs/problems#denied"
