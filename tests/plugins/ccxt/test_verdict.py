"""The verdict on what went over the wire, by classes that are named as ccxt's are."""

from typing import Any

import pytest

from fillgate.domain.errors import NotSent, Rejected, Unknown
from fillgate.plugins.ccxt.traffic import Call, Traffic
from fillgate.plugins.ccxt.venues import Evidence, Venue
from fillgate.plugins.ccxt.verdict import (
    ending_of,
    is_absence,
    placing_method,
    refuses_the_time,
    told,
)

VENUE = Venue(exchange="acme", evidence=Evidence.WIRE, duplicate_codes=frozenset({"51016"}))
GET_VENUE = Venue(exchange="acme", evidence=Evidence.WIRE, order_method="GET")


def error_of(*names: str, text: str = "") -> Exception:
    """Return an error whose classes have these names, the most special one first."""
    kind: type[Exception] = Exception
    for name in reversed(names):
        kind = type(name, (kind,), {})
    return kind(text)


def traffic(*calls: dict[str, Any]) -> Traffic:
    return Traffic([Call(**({"method": "POST", "place": "acme/order"} | call)) for call in calls])


REFUSAL = {"left": True, "status": 400, "body": '{"code": "7", "msg": "no"}'}


@pytest.mark.parametrize(
    ("error", "calls", "ending", "code"),
    [
        (error_of("ArgumentsRequired"), [], NotSent, "NOT_SUPPORTED"),
        (error_of("InvalidOrder"), [], NotSent, "INVALID_ORDER"),
        (error_of("ExchangeNotAvailable"), [{}], NotSent, "CONNECT_FAILED"),
        (error_of("BadRequest"), [REFUSAL | {"method": "GET"}], NotSent, "NOT_PREPARED"),
        (error_of("InvalidOrder"), [REFUSAL], Rejected, "INVALID_ORDER"),
        (error_of("BadSymbol", "BadRequest"), [REFUSAL], Rejected, "UNKNOWN_SYMBOL"),
        (error_of("RateLimitExceeded", "NetworkError"), [REFUSAL], Rejected, "RATE_LIMITED"),
        (error_of("DuplicateOrderId", "InvalidOrder"), [REFUSAL], Unknown, "DUPLICATE_ORDER"),
        (
            error_of("InvalidOrder"),
            [REFUSAL | {"body": '{"sCode": "51016", "sMsg": "x"}'}],
            Unknown,
            "DUPLICATE_ORDER",
        ),
        (error_of("InvalidOrder"), [REFUSAL | {"status": 503}], Unknown, "HTTP_STATUS"),
        (error_of("InvalidOrder"), [REFUSAL | {"body": "<html>"}], Unknown, "HTTP_STATUS"),
        (error_of("InvalidOrder"), [REFUSAL | {"body": "{}"}], Unknown, "HTTP_STATUS"),
        (error_of("InvalidOrder"), [REFUSAL | {"body": None}], Unknown, "TRANSPORT_FAILED"),
        (error_of("InvalidOrder"), [REFUSAL | {"read_well": True}], Unknown, "BROKEN_ANSWER"),
        (error_of("CancelPending", "OperationFailed"), [REFUSAL], Unknown, "NO_DEFINITE_REASON"),
        (error_of("ExchangeError"), [REFUSAL], Unknown, "NO_DEFINITE_REASON"),
        (error_of("Anything"), [REFUSAL], Unknown, "NO_DEFINITE_REASON"),
        (
            error_of("InvalidOrder"),
            [REFUSAL | {"body": '{"code": 7, "msg": "no", "data": {"orderId": "9"}}'}],
            Unknown,
            "CONTRADICTION",
        ),
        # An earlier request of the placing method left: it may have been the order.
        (error_of("X"), [{"left": True}, {}], Unknown, "TRANSPORT_FAILED"),
    ],
    ids=str,
)
def test_the_ending_is_by_what_went_over_the_wire(
    error: Exception, calls: list[dict[str, Any]], ending: type[Exception], code: str
) -> None:
    found = ending_of(error, traffic(*calls), VENUE, placing_method(VENUE))
    assert (type(found), found.code) == (ending, code)


LISTING = Venue(exchange="acme", evidence=Evidence.WIRE, refuses_with=frozenset({500}))
OWN = {"left": True, "status": 500, "body": '["error", 10001, "not enough balance"]'}


@pytest.mark.parametrize(
    ("changes", "venue", "ending"),
    [
        ({}, LISTING, Rejected),
        ({}, VENUE, Unknown),
        ({"status": 502}, LISTING, Unknown),
        ({"body": '["error", 10001]'}, LISTING, Unknown),
        ({"body": '["error", null, "no"]'}, LISTING, Unknown),
        ({"body": '["error", 10001, "no", {"orderId": 9}]'}, LISTING, Unknown),
        ({"body": '{"code": 10001, "msg": "not enough balance"}'}, LISTING, Unknown),
        ({"body": '["error", 10001, "cut of'}, LISTING, Unknown),
        ({"body": "<html>"}, LISTING, Unknown),
        ({"body": None}, LISTING, Unknown),
    ],
    ids=str,
)
def test_a_server_error_is_a_refusal_only_in_the_form_in_which_the_venue_refuses(
    changes: dict[str, Any], venue: Venue, ending: type[Exception]
) -> None:
    found = ending_of(error_of("InsufficientFunds"), traffic(OWN | changes), venue)
    assert type(found) is ending
    unlisted = ending_of(error_of("ExchangeError"), traffic(OWN | changes), venue)
    assert type(unlisted) is Unknown


def test_where_orders_go_by_get_every_get_may_be_one() -> None:
    left = traffic({"method": "GET", "left": True})
    found = ending_of(error_of("RequestTimeout"), left, GET_VENUE, placing_method(GET_VENUE))
    assert isinstance(found, Unknown)


def test_of_an_exchange_that_nobody_knows_every_request_may_place_an_order() -> None:
    unlisted = Venue(exchange="acme")
    left = traffic({"method": "GET", "left": True})
    found = ending_of(error_of("RequestTimeout"), left, unlisted, placing_method(unlisted))
    assert isinstance(found, Unknown)


@pytest.mark.parametrize(
    ("call", "is_there_none"),
    [
        (REFUSAL, True),
        (REFUSAL | {"status": 500}, False),
        (REFUSAL | {"body": "<html>"}, False),
        (REFUSAL | {"body": None}, False),
        ({"left": True, "status": 200, "body": "[]", "read_well": True}, True),
        ({"left": True, "status": 200, "body": "", "read_well": True}, False),
        ({"left": True, "status": 200, "body": "{}", "read_well": True}, False),
    ],
    ids=str,
)
def test_only_the_venue_says_that_there_is_no_order(
    call: dict[str, Any], is_there_none: bool
) -> None:
    missing = error_of("OrderNotFound", "InvalidOrder")
    assert is_absence(missing, traffic(call)) is is_there_none
    assert not is_absence(error_of("InvalidOrder"), traffic(call))
    assert not is_absence(missing, Traffic())


@pytest.mark.parametrize(
    ("error", "is_of_time"),
    [
        (error_of("InvalidNonce", "NetworkError"), True),
        (error_of("AuthenticationError", text='gate {"label":"REQUEST_EXPIRED"}'), True),
        (error_of("AuthenticationError", text='gate {"label":"INVALID_KEY"}'), False),
        (error_of("RequestTimeout"), False),
    ],
    ids=str,
)
def test_a_refused_time_is_known(error: Exception, is_of_time: bool) -> None:
    assert refuses_the_time(error) is is_of_time


def test_no_text_shows_a_signature() -> None:
    error = error_of("E", text="acme GET https://acme.com/order?signature=abc 400")
    assert told(error) == "E: acme GET https://acme.com/order?... 400"
