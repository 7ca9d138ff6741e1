"""What is asked of the journal itself over HTTP: ending the hold of a restored one."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta
from starlette.requests import Request

from fillgate.engine.engine import Engine
from fillgate.service.bodies import Bodies
from fillgate.service.http import headers_of
from fillgate.service.problems import Problem
from fillgate.service.strict_bodies import StrictBody, free_text

__all__ = ["JournalApi", "JournalView", "ReleaseBody"]

_ACTOR: Final = "api"


class ReleaseBody(msgspec.Struct, frozen=True, kw_only=True):
    """Why a restored journal may act again."""

    reason: Annotated[
        str,
        Meta(description="How you know that nothing will be sent twice. Not blank."),
        free_text,
    ]


class JournalView(msgspec.Struct, frozen=True, kw_only=True):
    """The journal."""

    identity: str
    """Its own random id."""
    incarnations: tuple[str, ...]
    """The ids under which it was written: its identity, then one for each restoring."""
    hold: str | None
    """Why nothing is sent; null while all may be."""


_READER: Final = StrictBody(ReleaseBody)


class JournalApi:
    """Handlers over one engine."""

    def __init__(self, engine: Engine) -> None:
        """Act on the journal of `engine`."""
        self._engine = engine
        self._bodies = Bodies()

    async def release_journal(self, request: Request) -> JournalView:
        """Let a restored journal act: signals are taken and orders are sent again."""
        reason = _reason(await self._bodies.read(headers_of(request.scope), request.receive))
        fault = self._engine.recorder.fault
        if fault is not None:
            raise Problem("JOURNAL_UNAVAILABLE", fault)
        if not await self._engine.hold.release(actor=_ACTOR, reason=reason):
            raise Problem("NOT_HELD", "the journal is not held")
        journal = self._engine.journal
        return JournalView(
            identity=journal.identity,
            incarnations=tuple(journal.incarnations),
            hold=self._engine.hold.reason,
        )


def _reason(body: bytes) -> str:
    reason = _READER.read(body).reason
    if not reason.strip():
        raise Problem("INVALID_FIELD", "`reason`: say how you know", field="reason")
    return reason
