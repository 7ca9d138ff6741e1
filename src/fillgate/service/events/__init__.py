"""The event stream: what happens, told as it becomes durable (server-sent events).

- `api`: the operation; `stream`: one reader's answer; `wanted`: what it asked for
- `feed`: follows the journal for all who read; `tape`: what was told last, encoded once
- `messages`: events as they are sent; `places`: the ids that reading goes on from; `subjects`:
  what an event is about
- `limits`: of all that
"""

from fillgate.service.events.api import EVENT_STREAM, EventsApi
from fillgate.service.events.feed import EventFeed
from fillgate.service.events.limits import StreamLimits
from fillgate.service.events.messages import EventMessage

__all__ = ["EVENT_STREAM", "EventFeed", "EventMessage", "EventsApi", "StreamLimits"]
