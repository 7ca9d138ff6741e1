"""`GET /api/v1/events`."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from fillgate.service.events.feed import EventFeed
from fillgate.service.events.places import Place, find_place, place_of
from fillgate.service.events.stream import EVENT_STREAM
from fillgate.service.events.wanted import Wanted
from fillgate.service.queries import EventsQuery

__all__ = ["EVENT_STREAM", "EventsApi"]

_HEADER: Final = "Last-Event-ID"


class EventsApi:
    """The handler over one feed."""

    def __init__(self, feed: EventFeed) -> None:
        """Serve what `feed` tells."""
        self._feed = feed

    async def follow_events(self, request: Request, query: EventsQuery) -> Response:
        """Follow what happens, as server-sent events, each once, in the order of commits."""
        self._feed.check_room()
        end = place_of(await self._feed.journal.last_event())
        begin = await self._begin(request, query) or end
        return self._feed.open(Wanted(query), begin, end, follow=query.follow)

    async def _begin(self, request: Request, query: EventsQuery) -> Place | None:
        """Return where the reader is; None if it does not say."""
        received = request.headers.get(_HEADER)
        # A browser that comes back asks at the same address, with the header.
        if received:
            return await find_place(self._feed.journal, received, _HEADER)
        if query.after is not None:
            return await find_place(self._feed.journal, query.after, "after")
        return None
