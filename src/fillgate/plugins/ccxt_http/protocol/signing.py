"""What is signed of a request, so that none can be made up, changed, or sent elsewhere or again."""

from typing import Final
from urllib.parse import urlencode

import msgspec

__all__ = ["PLACE", "SIGNATURE", "SIGNED_AT", "encode_query", "place_text", "signed_bytes"]

SIGNATURE: Final = "X-Fillgate-Signature"
"""The header with the signature, lower-case hex HMAC-SHA256 of `signed_bytes`."""

SIGNED_AT: Final = "X-Fillgate-Timestamp"
"""The header with the time of signing, Unix microseconds; no two requests have the same."""

PLACE: Final = "X-Fillgate-Place"
"""The header with the exchange and the network that the request is meant for."""

_DOMAIN: Final = b"fillgate-bridge-1"


def place_text(exchange: str, *, testnet: bool) -> str:
    """Return the header `PLACE`: `binance live`, or `binance test`."""
    return f"{exchange} {'test' if testnet else 'live'}"


def signed_bytes(
    method: str, target: bytes, *, signed_at: bytes, place: bytes, body: bytes
) -> bytes:
    """Return the bytes that a request's signature is of.

    Args:
        method: GET or POST.
        target: path and query below the service's base URL, exactly as they are sent.
        signed_at: the header `SIGNED_AT`.
        place: the header `PLACE`.
        body: the whole body.
    """
    return b"\n".join((_DOMAIN, method.encode(), target, signed_at, place, body))


def encode_query(asked: msgspec.Struct) -> str:
    """Return the parameters of a question as the end of its target, `?` included if there are any.

    What is at its default is left out.
    """
    fields = msgspec.to_builtins(asked)
    query = urlencode({name: value for name, value in fields.items() if value is not None})
    return f"?{query}" if query else ""
