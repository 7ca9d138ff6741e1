"""The API's own documentation: `/openapi.json`, and pages for people.

They are open to all who can reach the service, as `/health` is: they are made from the code alone,
the same for every installation of a version, and tell nothing of accounts, orders or settings. For
the same reason a web page of another host may well read them. All are made once, at start.

The pages load nothing, run nothing and are shown in no other page: their Content-Security-Policy
allows their own style sheet by its digest, and nothing else.
"""

import base64
import hashlib
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from fillgate.service.operations import JSON

__all__ = ["HTML", "PageApi"]

HTML: Final = "text/html"
_STYLE_END: Final = "</style>"


class PageApi:
    """Handlers over three contents."""

    def __init__(self, *, document: bytes, reference: str, problems: str) -> None:
        """Serve a document and two pages, each with one style sheet in it."""
        self._document = _Content(document, JSON, {})
        self._reference = _page(reference)
        self._problems = _page(problems)

    async def document(self, request: Request) -> Response:
        """Show this document: OpenAPI 3.1, made from the code."""
        return self._document.answer(request)

    async def reference(self, request: Request) -> Response:
        """Show the operations as a page."""
        return self._reference.answer(request)

    async def problems(self, request: Request) -> Response:
        """Show every code as a page, with its meaning and what to do."""
        return self._problems.answer(request)


class _Content:
    def __init__(self, body: bytes, media_type: str, headers: dict[str, str]) -> None:
        self._body = body
        self._media_type = media_type
        self._tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        self._headers = {
            "etag": self._tag,
            # Kept, but asked for each time: another version may serve here after an upgrade.
            "cache-control": "no-cache",
            "x-content-type-options": "nosniff",
            **headers,
        }

    def answer(self, request: Request) -> Response:
        """Return it, or 304 to who has it."""
        known = request.headers.get("if-none-match", "")
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        if self._tag in tags or tags == {"*"}:
            return Response(status_code=304, headers=self._headers)
        return Response(self._body, headers=self._headers, media_type=self._media_type)


def _page(html: str) -> _Content:
    style = html.partition("<style>")[2].partition(_STYLE_END)[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    headers = {"content-security-policy": policy, "referrer-policy": "no-referrer"}
    return _Content(html.encode(), HTML, headers)
