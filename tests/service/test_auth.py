"""Signatures, and who the API serves."""

import hashlib
import hmac

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fillgate.service.auth import ApiDoor, WebhookDoor, sign
from fillgate.service.problems import Problem


@given(st.text(min_size=1, max_size=40), st.binary(max_size=200))
def test_a_signature_is_what_the_standard_library_makes(secret: str, body: bytes) -> None:
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    assert sign(secret, body) == expected
    WebhookDoor(secret).check_signature(expected.encode(), body)


@pytest.mark.parametrize("length", [*range(1, 4), *range(62, 67), 127, 128, 129, 200, 1000])
@given(data=st.data())
def test_keys_of_every_length_sign_as_in_the_standard_library(
    length: int, data: st.DataObject
) -> None:
    secret = data.draw(st.text(st.characters(max_codepoint=127), min_size=length, max_size=length))
    door = WebhookDoor(secret)
    for body in data.draw(st.lists(st.binary(max_size=200), min_size=1, max_size=3)):
        expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        door.check_signature(expected.encode(), body)


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_only_the_bodys_own_signature_counts(signature: bytes, body: bytes) -> None:
    with pytest.raises(Problem, match="UNAUTHENTICATED"):
        WebhookDoor("secret").check_signature(signature, body)


@given(st.text(), st.text())
def test_a_secret_is_right_or_wrong(secret: str, guess: str) -> None:
    door = WebhookDoor(secret)
    door.check_secret(secret)
    door.check_token(secret)
    if guess != secret:
        for check in (door.check_secret, door.check_token):
            with pytest.raises(Problem, match="UNAUTHENTICATED"):
                check(guess)


@given(st.dictionaries(st.sampled_from([b"host", b"origin", b"authorization"]), st.binary()))
def test_nobody_guesses_the_key(headers: dict[bytes, bytes]) -> None:
    with pytest.raises(Problem, match="UNAUTHENTICATED"):
        ApiDoor("the-key").check(headers)


@given(st.sampled_from([b"host", b"origin"]), st.binary())
def test_nobody_guesses_the_name_of_this_machine(header: bytes, value: bytes) -> None:
    # Names that are right are found, too: generators know the words of the source.
    assume(not any(name in value.lower() for name in (b"localhost", b"127.0.0.1", b"::1")))
    with pytest.raises(Problem, match="CROSS_ORIGIN"):
        ApiDoor(None).check({header: value})


def test_programs_that_name_no_host_are_served() -> None:
    ApiDoor(None).check({})
