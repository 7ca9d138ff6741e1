"""The tape holds everything after its start, within its bounds, whatever is told."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.events import AccountWentDown
from fillgate.journal.base import Recorded
from fillgate.service.events.limits import StreamLimits
from fillgate.service.events.messages import Message
from fillgate.service.events.subjects import NOTHING
from fillgate.service.events.tape import Tape


def message(position: int, size: int) -> Message:
    event = AccountWentDown(account="main", reason="x" * size)
    record = Recorded(
        position=position, stream="account:main", sequence=position, at=0, signal=None,
        event=event, hash=bytes(32),
    )  # fmt: skip
    return Message(record, NOTHING)


pages = st.lists(st.lists(st.integers(0, 400), max_size=6), max_size=8)


@given(pages=pages, gap=st.integers(1, 3), page=st.integers(1, 4))
def test_it_holds_everything_after_its_start_and_no_more_than_it_may(
    pages: Sequence[Sequence[int]], gap: int, page: int
) -> None:
    limits = StreamLimits(page=page, kept_events=7, kept_bytes=2000)
    tape = Tape(limits)
    tape.restart(5)
    told: list[Message] = []
    for sizes in pages:
        news = [message(5 + gap * (len(told) + n), size) for n, size in enumerate(sizes, 1)]
        tape.append(news)
        told += news
        kept = [each for each in told if each.position > tape.start]
        assert kept == tape._messages
        assert len(kept) <= limits.kept_events
        assert sum(len(each.frame) for each in kept) <= limits.kept_bytes
        assert tape.end == (told[-1].position if told else 5)
        for position in range(tape.end + 2):
            following = [each for each in told if each.position > position][:page]
            assert tape.after(position) == (None if position < tape.start else following)


def test_what_is_alone_too_large_is_dropped() -> None:
    tape = Tape(StreamLimits(kept_bytes=500))
    tape.append([message(1, 10), message(2, 1000)])
    assert tape.after(1) is None
    assert tape.after(2) == []
    tape.append([message(3, 10)])
    assert [each.position for each in tape.after(2) or ()] == [3]
