"""The idempotency key of a request: which header or field gives it, and what it may be."""

from fillgate.service.problems import Problem

__all__ = ["request_key"]

_LONGEST = 255


def request_key(headers: dict[bytes, bytes], body_id: str | None) -> str | None:
    """Return the key: `Idempotency-Key`, else `webhook-id`, else the body's own id.

    `Idempotency-Key` may be a structured-header string in quotes or a bare word.

    Raises:
        Problem: a header's key is empty, too long or not printable ASCII.
    """
    for name in (b"idempotency-key", b"webhook-id"):
        value = headers.get(name)
        if value is not None:
            return _checked(name.decode(), _unquoted(value.decode("latin-1").strip()))
    return body_id


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return text


def _checked(name: str, key: str) -> str:
    if not key or len(key) > _LONGEST or not key.isascii() or not key.isprintable():
        raise Problem(
            "INVALID_IDEMPOTENCY_KEY",
            f"{name}: expected 1 to {_LONGEST} printable ASCII characters",
            field=name,
        )
    return key
