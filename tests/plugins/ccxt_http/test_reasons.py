import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.plugins.ccxt_http import reasons
from fillgate.plugins.ccxt_http.reasons import definite_reason, doubt_in

DEFINITE = [
    ("InsufficientFunds", "INSUFFICIENT_FUNDS"),
    ("INSUFFICIENT_FUNDS", "INSUFFICIENT_FUNDS"),
    (
        'binance {"code":-2010,"msg":"Account has insufficient balance for requested action."}',
        "INSUFFICIENT_FUNDS",
    ),
    ('binanceusdm {"code":-2019,"msg":"Margin is insufficient."}', "INSUFFICIENT_FUNDS"),
    ("order was not placed: not enough balance", "INSUFFICIENT_FUNDS"),
    ("Order could not be placed: insufficient funds", "INSUFFICIENT_FUNDS"),
    ("binance does not have market symbol FOO/BAR", "UNKNOWN_SYMBOL"),
    ("BadSymbol: binance FOO", "UNKNOWN_SYMBOL"),
    ("Unknown symbol", "UNKNOWN_SYMBOL"),
    ("Invalid signature", "BAD_SIGNATURE"),
    ("AuthenticationError", "AUTHENTICATION_FAILED"),
    ("InvalidNonce: binance", "INVALID_NONCE"),
    ("Timestamp for this request is outside of the recvWindow.", "INVALID_NONCE"),
    ("Filter failure: LOT_SIZE", "INVALID_ORDER"),
    ("binance Order would immediately trigger.", "INVALID_ORDER"),
    ("OrderImmediatelyFillable", "INVALID_ORDER"),
    ("ReduceOnly Order is rejected.", "INVALID_ORDER"),
    ("InvalidOrder", "INVALID_ORDER"),
    ("InvalidOrder: price too high", "INVALID_ORDER"),
    ("invalid_order", "INVALID_ORDER"),
    ("Market is closed", "MARKET_CLOSED"),
    ("ContractUnavailable: BTC", "CONTRACT_UNAVAILABLE"),
]

DOUBTFUL = [
    ("binance Duplicate order sent.", "DUPLICATE_ORDER"),
    ("DuplicateOrderId", "DUPLICATE_ORDER"),
    ("Client order ID already exists.", "DUPLICATE_ORDER"),
    ("client_order_id must be unique", "DUPLICATE_ORDER"),
    ("InvalidOrder: okx 51016 Client order ID already exists", "DUPLICATE_ORDER"),
    ("RequestTimeout", "UNDECIDED"),
    ("binance POST https://api.binance.com/api/v3/order request timed out (10000 ms)", "UNDECIDED"),
    ("Timeout waiting for response from backend server.", "UNDECIDED"),
    ("NetworkError", "UNDECIDED"),
    ("ExchangeNotAvailable: service unavailable", "UNDECIDED"),
    ("RateLimitExceeded: rate limit", "UNDECIDED"),
    ("DDoSProtection", "UNDECIDED"),
    ("HTTPTimeout", "UNDECIDED"),
    ("DNSError: no such host", "UNDECIDED"),
    ("Too many requests", "UNDECIDED"),
    ("OnMaintenance: under maintenance", "UNDECIDED"),
    ("Internal error; unable to process your request", "UNDECIDED"),
    ("An unknown error occurred", "UNDECIDED"),
    ("attempt 2 of 3: insufficient funds", "UNDECIDED"),
    ("timed out, retried: InsufficientFunds", "UNDECIDED"),
    ("OrderNotFound: order not found", "UNDECIDED"),
    ("connection reset by peer", "UNDECIDED"),
    ("Order placed, but its stop failed: insufficient funds", "PERHAPS_PLACED"),
    ("partially filled, then InsufficientFunds", "PERHAPS_PLACED"),
    ("order was cancelled by the exchange", "PERHAPS_PLACED"),
]

NOTHING_KNOWN = [
    "",
    "?",
    "something went wrong",
    "ExchangeError",
    "could not read the invalid order id in the exchange's answer",
    "invalid order response",
    "insufficient data",
    "funds",
    "symbolic",
]


@pytest.mark.parametrize(("text", "code"), DEFINITE)
def test_definite_reasons(text: str, code: str) -> None:
    assert definite_reason([text]) == code
    assert doubt_in([text], attached_stops=True) is None


@pytest.mark.parametrize(("text", "code"), DOUBTFUL)
def test_doubts(text: str, code: str) -> None:
    assert doubt_in([text], attached_stops=False) == code


@pytest.mark.parametrize("text", NOTHING_KNOWN)
def test_words_that_prove_nothing(text: str) -> None:
    assert definite_reason([text]) is None
    assert doubt_in([text], attached_stops=True) is None


@pytest.mark.parametrize("text", ["Failed to set stop_loss: InsufficientFunds", "takeProfit price"])
def test_words_about_a_stop_are_a_doubt_only_if_there_was_one(text: str) -> None:
    assert doubt_in([text], attached_stops=True) == "PERHAPS_PLACED"
    assert doubt_in([text], attached_stops=False) is None


@given(
    doubt=st.sampled_from(DOUBTFUL),
    others=st.lists(st.sampled_from(DEFINITE).map(lambda case: case[0]) | st.text(), max_size=4),
    data=st.data(),
)
def test_a_doubt_is_one_in_any_company(
    doubt: tuple[str, str], others: list[str], data: st.DataObject
) -> None:
    texts = data.draw(st.permutations([doubt[0], *others]))
    assert doubt_in(texts, attached_stops=False) is not None


@given(st.sampled_from([upper for table in (DEFINITE, DOUBTFUL) for upper in table]))
def test_the_case_of_words_does_not_matter(case: tuple[str, str]) -> None:
    snake = reasons._words(case[0]).replace(" ", "_").upper()
    assert reasons._words(snake) == reasons._words(case[0])


def test_no_definite_phrase_is_a_doubt_by_itself() -> None:
    phrases = [phrase for group in reasons._SPECIFIC.values() for phrase in group]
    for phrase in [*phrases, *reasons._GENERAL]:
        assert phrase == reasons._words(phrase), "phrases are compared as plain words"
        assert definite_reason([phrase]) is not None
        assert doubt_in([phrase], attached_stops=True) is None, phrase
