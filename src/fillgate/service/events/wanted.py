"""Which events a reader wants."""

from collections.abc import Collection, Sequence

from fillgate.service.events.messages import Message
from fillgate.service.queries import EventsQuery

__all__ = ["Wanted"]


class Wanted:
    """A filter of messages: each part that is given has to fit."""

    def __init__(self, query: EventsQuery) -> None:
        """Want what a query asks for."""
        self._kinds = frozenset(query.kind)
        self._accounts = frozenset(query.account)
        self._symbols = frozenset(query.symbol)
        self._everything = not (query.kind or query.account or query.symbol)

    def among(self, messages: Sequence[Message]) -> Sequence[Message]:
        """Return those that are wanted, in their order."""
        if self._everything:
            return messages
        return [message for message in messages if self._fits(message)]

    def _fits(self, message: Message) -> bool:
        subject = message.subject
        return (
            _has(self._kinds, message.kind)
            and _has(self._accounts, subject.account)
            and _has(self._symbols, subject.symbol)
        )


def _has(chosen: Collection[str], value: str | None) -> bool:
    return not chosen or value in chosen
