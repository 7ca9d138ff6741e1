"""Reading a service's event stream, and going on where it ended.

Invariants:

1. Every message is given once, in the order in which the service tells them: who was disconnected
   asks for what came after the last one it got.
2. Once there was an answer, connections that are lost or refused, and 5xx, are tried again after as
   long as the service asked for. What it refuses ends the command.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from fillgate.cli.client import NoAnswer, NotReached, Service
from fillgate.cli.output import Exit, fail

__all__ = ["Follower", "Message", "blocks"]

_PATH: Final = "/api/v1/events"
_SERVER_ERROR: Final = 500

# The service shows a sign of life every 15 seconds.
_SILENCE_SECONDS: Final = 40.0


class Message(NamedTuple):
    """One message of the stream."""

    id: str
    event: str
    data: Any


def blocks(pieces: Iterable[bytes]) -> Iterator[Mapping[str, str]]:
    """Return the blocks of a stream, each as its fields; comments and a torn end are passed over.

    Args:
        pieces: of the stream, cut anywhere.
    """
    fields: dict[str, str] = {}
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            if not line:
                yield fields
                fields = {}
                continue
            name, _, value = line.decode().partition(":")
            fields[name] = value.removeprefix(" ")


class Follower:
    """One who follows the events of a service."""

    def __init__(
        self,
        service: Service,
        parameters: Sequence[tuple[str, str]],
        *,
        notice: Callable[[str], None],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Ask for what the parameters say.

        Args:
            service: whom to ask.
            parameters: of the query.
            notice: hears of what happens to the connection.
            pause: waits for so many seconds.
        """
        self._service = service
        self._parameters = parameters
        self._notice = notice
        self._pause = pause
        self.answered = False
        """Whether the service has begun to tell."""
        self._place = ""
        self._told = ""
        self._retry = 1.0
        self._complete = ("follow", "false") in parameters

    def messages(self) -> Iterator[Message]:
        """Return the messages, as they come. Ends the command if the service refuses.

        It ends only where all was told that was asked for.
        """
        while True:
            try:
                yield from self._answer()
                if self._complete:
                    return
                self._tell("the service ended the stream; going on")
            except NotReached:
                if not self.answered:
                    self._service.fail_unreached()
                self._tell("no service answers; asking again")
            except NoAnswer as error:
                self._give_up(f"{self._service.url} gave no answer: {error}")
                self._tell(f"the connection was lost ({error}); asking again")
            self._pause(self._retry)

    def _tell(self, text: str) -> None:
        """Give notice, once while it stays so."""
        if text != self._told:
            self._told = text
            self._notice(text)

    def _give_up(self, text: str) -> None:
        """End the command if there was no answer yet."""
        if not self.answered:
            fail(text, Exit.NO_ANSWER)

    def _answer(self) -> Iterator[Message]:
        headers = {"Last-Event-ID": self._place} if self._place else {}
        with self._service.stream(
            _PATH, params=self._parameters, headers=headers, silence=_SILENCE_SECONDS
        ) as answer:
            if answer.refusal is not None:
                self._refused(answer.refusal)
            self.answered = True
            self._told = ""
            for fields in blocks(answer.pieces):
                yield from self._taken(fields)

    def _refused(self, reply: Any) -> None:
        if reply.status >= _SERVER_ERROR and self.answered:
            raise NoAnswer(reply.refusal)
        self._service.done(reply)

    def _taken(self, fields: Mapping[str, str]) -> Iterator[Message]:
        """Take note of a block, and return its message if it is one."""
        self._place = fields.get("id", self._place)
        if fields.get("retry", "").isdigit():
            self._retry = int(fields["retry"]) / 1000
        if "data" not in fields:
            return
        data = json.loads(fields["data"])
        if fields["event"] == "cut-off":
            self._tell(f"cut off: {data['text']}")
        else:
            yield Message(self._place, fields["event"], data)
