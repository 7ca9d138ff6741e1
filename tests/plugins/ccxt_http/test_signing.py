import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from fillgate.plugins.ccxt_http.signing import Signer


def test_a_known_signature() -> None:
    """Test case 2 of RFC 4231."""
    signature = Signer("Jefe").signature(b"what do ya want for nothing?")
    assert signature == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


@given(secret=st.text(min_size=1), body=st.binary())
def test_it_is_hmac_sha256_in_lower_case_hexadecimal(secret: str, body: bytes) -> None:
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    assert Signer(secret).signature(body) == expected == expected.lower()


def test_a_secret_that_is_no_utf8_is_its_bytes() -> None:
    raw = b"\xff\xfesecret"
    expected = hmac.new(raw, b"body", hashlib.sha256).hexdigest()
    assert Signer(raw.decode("utf-8", "surrogateescape")).signature(b"body") == expected


def test_the_secret_does_not_show() -> None:
    signer = Signer("hunter2")
    assert "hunter2" not in f"{signer!r} {signer} {[signer]}"
    assert signer.redact("expected hunter2, found hunter3") == "expected ***, found hunter3"
