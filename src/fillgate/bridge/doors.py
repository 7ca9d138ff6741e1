"""Who may ask: who knows the secret, now, and each request once.

Invariants:

1. Comparisons take the same time whatever the guess.
2. A question that is older than `max_age`, or ahead by more than `AHEAD_SECONDS`, is refused, and
   so is one that came before: what is remembered of them covers all that are young enough.
3. What acts is not counted here: an order that comes twice is answered twice, and placed once
   (`submissions`), where its time is checked too.
"""

from collections.abc import Mapping
from typing import Final

from fillgate.bridge.places import check_place
from fillgate.bridge.refusals import Refusal
from fillgate.domain.clock import Clock
from fillgate.plugins.ccxt_http.protocol import (
    PLACE,
    SIGNATURE,
    SIGNED_AT,
    signed_bytes,
)
from fillgate.plugins.ccxt_http.signing import Signer

__all__ = ["AHEAD_SECONDS", "Door"]

AHEAD_SECONDS: Final = 1.0
"""How far ahead of this machine's clock a request may be signed. It is as much longer young enough,
so this is little."""


_WEBHOOK_SIGNATURE: Final = b"x-webhook-signature"
_SIGNATURE: Final = SIGNATURE.lower().encode()
_SIGNED_AT: Final = SIGNED_AT.lower().encode()
_PLACE: Final = PLACE.lower().encode()
_LONGEST_TIME: Final = 20


class Door:
    """Lets in what is signed with one secret."""

    def __init__(
        self, secret: str, clock: Clock, *, place: Mapping[str, object], max_age: float
    ) -> None:
        """Let in what is signed.

        Args:
            secret: what it is signed with.
            clock: what its age is measured by.
            place: the account's `exchange` and `testnet`, where it has such.
            max_age: how old it may be, in seconds.
        """
        self._place = place
        self._signer = Signer(secret)
        self._clock = clock
        self._max_age = int(max_age * 1_000_000)
        self._seen: dict[bytes, int] = {}

    def check_order(self, headers: dict[bytes, bytes], body: bytes) -> None:
        """Check the signature of an order; its time stands in its body, see `check_time`.

        Raises:
            Refusal: it is none of these bytes.
        """
        if not self._signer.signed(headers.get(_WEBHOOK_SIGNATURE, b""), body):
            raise Refusal(
                "UNAUTHENTICATED", "invalid signature: X-Webhook-Signature is not of this body"
            )

    def check_request(
        self, method: str, target: bytes, headers: dict[bytes, bytes], body: bytes
    ) -> int:
        """Check the signature of any other request, and return when it was made, Unix microseconds.

        Raises:
            Refusal: it is not signed, or meant for another exchange.
        """
        signed_at = headers.get(_SIGNED_AT, b"")
        place = headers.get(_PLACE, b"")
        signed = signed_bytes(method, target, signed_at=signed_at, place=place, body=body)
        if not self._signer.signed(headers.get(_SIGNATURE, b""), signed):
            raise Refusal(
                "UNAUTHENTICATED",
                f"invalid signature: {SIGNATURE} is not of this method, target, {SIGNED_AT}, "
                f"{PLACE} and body",
            )
        self._check_place(place)
        is_time = signed_at.isdigit() and len(signed_at) < _LONGEST_TIME
        return int(signed_at) if is_time else 0

    def _check_place(self, place: bytes) -> None:
        exchange, _, network = place.decode("latin-1").partition(" ")
        meant = {"exchange": exchange, "testnet": network == "test"}
        check_place(meant, self._place)

    def is_signed(self, headers: dict[bytes, bytes]) -> bool:
        """Tell whether a request that need not be signed says that it is."""
        return _SIGNATURE in headers

    def check_question(self, target: bytes, headers: dict[bytes, bytes]) -> None:
        """Check a question: that it is signed, that it is young, and that it did not come before.

        Raises:
            Refusal: it is not so.
        """
        at = self.check_request("GET", target, headers, b"")
        self.check_time(at)
        self._check_first(headers[_SIGNATURE], at)

    def check_time(self, at: int) -> None:
        """Check when a request was signed, Unix microseconds.

        Raises:
            Refusal: too long ago, or too far ahead.
        """
        age = (self._clock.now() - at) / 1_000_000
        if not -AHEAD_SECONDS <= age <= self._max_age / 1_000_000:
            raise Refusal(
                "STALE",
                f"signed {age:.1f} s ago by this machine's clock; expected at most "
                f"{self._max_age / 1_000_000:g} s, and at least {-AHEAD_SECONDS:g} s: do the "
                "clocks agree?",
            )

    def _check_first(self, signature: bytes, at: int) -> None:
        if signature in self._seen:
            raise Refusal("REPLAYED", "this very request came before")
        self._forget()
        self._seen[signature] = at

    def _forget(self) -> None:
        """Forget those that are refused for their age alone.

        They stand in the order in which they came, so that one from the future is kept too long at
        the worst, with those behind it.
        """
        oldest = self._clock.now() - self._max_age
        while self._seen:
            first = next(iter(self._seen))
            if self._seen[first] >= oldest:
                break
            del self._seen[first]
