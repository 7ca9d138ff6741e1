"""The body of a request, or the problem with it."""

from fillgate.service.http import MAX_BODY, BodyTooLarge, Receive, read_body
from fillgate.service.problems import Problem

__all__ = ["body_of"]


async def body_of(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    """Return the whole body.

    Raises:
        Problem: it is too large, or did not arrive in time.
        ClientGone: the client hung up.
    """
    try:
        return await read_body(headers, receive)
    except BodyTooLarge:
        raise Problem("BODY_TOO_LARGE", f"expected at most {MAX_BODY} bytes") from None
    except TimeoutError:
        raise Problem("BODY_TOO_SLOW", "the body did not arrive within 10 s") from None
