import asyncio
import threading
from pathlib import Path

import msgspec
import pytest

from fillgate.domain.life_cycle import OrderStatus
from fillgate.journal.base import (
    INBOX,
    CommitOutcome,
    Committed,
    Entry,
    JournalLocked,
    JournalUnavailable,
    KeyTaken,
    Lost,
    Sighting,
    Write,
    account_stream,
)
from fillgate.journal.index import OrderQuery, OrderRow, SignalQuery, SignalRow, SignalState
from fillgate.journal.schema import connect_writer
from fillgate.journal.sqlite import BATCH_LIMIT
from tests.journal.listening import Heard, append, commit, open_journal
from tests.journal.made import (
    ACCOUNT,
    AT,
    SECOND,
    Notes,
    accepted,
    claim,
    order_id,
    order_row,
    signal_row,
    taken,
    unanswered,
)

pytestmark = pytest.mark.anyio


async def test_a_write_is_all_there_once_it_is_committed(tmp_path: Path) -> None:
    async with open_journal(tmp_path, identity="ab" * 16) as journal:
        assert (journal.identity, journal.last_signal, journal.fault) == ("ab" * 16, 0, None)
        assert list(journal.incarnations) == ["ab" * 16]
        assert await journal.last_event() is None
        assert await commit(journal, taken(7)) == Committed(3)
        assert await commit(journal, unanswered(7)) == Committed(4)
        story = await journal.story(7)
        assert [(r.position, r.stream, r.sequence) for r in story] == [
            (1, INBOX, 1),
            (2, account_stream(ACCOUNT), 1),
            (3, account_stream(ACCOUNT), 2),
            (4, account_stream(ACCOUNT), 3),
        ]
        written = [entry for write in (taken(7), unanswered(7)) for entry in write.entries]
        assert [Entry(r.stream, r.at, r.event) for r in story] == written
        assert {record.signal for record in story} == {7}
        assert list(await journal.events()) == list(story)
        assert await journal.last_event() == story[-1]
        assert await journal.body(7) == b"body 7"
        assert await journal.find_signal(7) == signal_row(7)
        assert await journal.find_order(order_id(7)) == order_row(7, OrderStatus.UNKNOWN)
        assert list(await journal.positions()) == list(unanswered(7).positions)
        heads = await journal.heads()
        assert {head.stream: head.hash for head in heads.values()} == {
            INBOX: story[0].hash,
            account_stream(ACCOUNT): story[3].hash,
        }


async def test_everything_is_there_after_opening_again(tmp_path: Path) -> None:
    async with open_journal(tmp_path) as journal:
        identity = journal.identity
        await commit(journal, taken(5))
    async with open_journal(tmp_path, identity="cd" * 16) as journal:
        assert journal.identity == identity
        assert journal.last_signal == 5
        assert await commit(journal, taken(6, claim=claim(5))) == KeyTaken(5, b"reading 5")
        assert await commit(journal, taken(6)) == Committed(6)
        assert await journal.verify() is None


async def test_a_new_journal_has_an_identity_of_its_own(tmp_path: Path) -> None:
    identities = set()
    for name in ("one", "two"):
        async with open_journal(tmp_path / name) as journal:
            identities.add(journal.identity)
            assert len(bytes.fromhex(journal.identity)) == 16
    assert len(identities) == 2


async def test_done_is_called_in_the_loop_and_never_inside_append(tmp_path: Path) -> None:
    async with open_journal(tmp_path) as journal:
        told: list[threading.Thread] = []

        def done(outcome: CommitOutcome) -> None:
            told.append(threading.current_thread())

        for number in range(1, 20):
            journal.append(taken(number), done)
            assert not told
        await commit(journal, taken(20))
        assert told == [threading.current_thread()] * 19
    # A closed journal does not call inside append either.
    heard = append(journal, taken(21))
    assert not heard.outcomes
    assert isinstance(await heard.last(), Lost)


async def test_a_callback_that_fails_reaches_nobody_else(tmp_path: Path) -> None:
    notes = Notes()
    async with open_journal(tmp_path, logger=notes) as journal:

        def fail(outcome: CommitOutcome) -> None:
            raise RuntimeError("the client is gone")

        def cancel(outcome: CommitOutcome) -> None:
            raise asyncio.CancelledError

        before = append(journal, taken(1))
        journal.append(taken(2), fail)
        journal.append(taken(3), cancel)
        behind = append(journal, taken(4))
        assert await before.last() == Committed(3)
        assert await behind.last() == Committed(12)
        assert await commit(journal, taken(5)) == Committed(15)
        failures = notes.about("journal-callback-failed")
        assert [repr(fields["exc_info"]) for fields in failures] == [
            "RuntimeError('the client is gone')",
            "CancelledError()",
        ]


async def test_writes_are_committed_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    async with open_journal(tmp_path) as journal:
        count = 2 * BATCH_LIMIT + 100
        heard = [append(journal, Write(entries=(accepted(n),))) for n in range(1, count + 1)]
        outcomes = [await each.last() for each in heard]
        assert outcomes == [Committed(n) for n in range(1, count + 1)]
        events = await journal.events(limit=count)
        assert [record.sequence for record in events] == list(range(1, count + 1))
        assert await journal.verify() is None


async def test_a_taken_key_leaves_nothing_behind(tmp_path: Path) -> None:
    async with open_journal(tmp_path) as journal:
        first = append(journal, taken(1))
        second = append(journal, taken(2, claim=claim(2, key="key 1")))
        third = append(journal, taken(3))
        assert await first.last() == Committed(3)
        assert await second.last() == KeyTaken(1, b"reading 1")
        assert await third.last() == Committed(6)
        assert await commit(journal, taken(2, claim=claim(2, key="key 3"))) == KeyTaken(
            3, b"reading 3"
        )
        assert not await journal.story(2)
        assert await journal.body(2) is None
        assert await journal.find_signal(2) is None
        assert await journal.find_order(order_id(2)) is None
        # Its own key is free all the same.
        assert await commit(journal, taken(2)) == Committed(9)


async def test_a_key_is_taken_for_ever_and_for_its_source_only(tmp_path: Path) -> None:
    async with open_journal(tmp_path) as journal:
        assert await commit(journal, taken(1, claim=claim(1, key="k"))) == Committed(3)
        for months in range(-1, 3):
            at = AT + months * 30 * 24 * 3600 * SECOND
            again = msgspec.structs.replace(claim(2, key="k"), at=at)
            assert await commit(journal, taken(2, claim=again)) == KeyTaken(1, b"reading 1")
            other = msgspec.structs.replace(again, key=f"other {months}")
            await commit(journal, taken(10 + months, claim=other))
        elsewhere = msgspec.structs.replace(claim(3, key="k"), source="bot")
        assert isinstance(await commit(journal, taken(3, claim=elsewhere)), Committed)
    async with open_journal(tmp_path) as journal:
        assert await commit(journal, taken(4, claim=claim(4, key="k"))) == KeyTaken(1, b"reading 1")


async def test_a_fingerprint_is_taken_until_it_expires(tmp_path: Path) -> None:
    async with open_journal(tmp_path) as journal:

        async def claim_at(signal: int, second: int) -> CommitOutcome:
            at = AT + second * SECOND
            mark = msgspec.structs.replace(
                claim(signal, key="print"), at=at, expires=at + 30 * SECOND
            )
            return await commit(journal, taken(signal, claim=mark))

        assert await claim_at(1, 0) == Committed(3)
        assert await claim_at(2, 29) == KeyTaken(1, b"reading 1")
        assert await claim_at(3, 30) == Committed(6)
        assert await claim_at(4, 31) == KeyTaken(3, b"reading 3")
        # A key of the same text is another matter.
        assert await commit(journal, taken(5, claim=claim(5, key="print"))) == Committed(9)


async def test_expired_fingerprints_are_deleted_now_and_then(tmp_path: Path) -> None:
    async with open_journal(tmp_path) as journal:
        for number in range(1, 400):
            at = AT + number * 60 * SECOND
            mark = msgspec.structs.replace(claim(number), at=at, expires=at + SECOND)
            append(journal, taken(number, claim=mark))
        await commit(journal, taken(400))
        with journal._connection() as connection:
            left = connection.execute("SELECT count(*) FROM fingerprints").get
        assert isinstance(left, int)
        # An hour's worth, and what came since the last time.
        assert left < 60 + 64 + 5


async def test_a_write_that_breaks_a_rule_is_lost_alone(tmp_path: Path) -> None:
    notes = Notes()
    async with open_journal(tmp_path, logger=notes) as journal:
        await commit(journal, taken(1))
        clash = msgspec.structs.replace(order_row(1), client_order_id="another")
        second_body = msgspec.structs.replace(taken(5), signal=1)
        heard = [
            append(journal, taken(2)),
            append(journal, taken(3, order_rows=(order_row(3), clash))),
            append(journal, taken(4, entries=(Entry(INBOX, 2**70, accepted(4).event),))),
            append(journal, second_body),
            append(journal, taken(6)),
            append(journal, taken(7, claim=claim(3))),
        ]
        outcomes = [await each.last() for each in heard]
        assert [type(outcome) for outcome in outcomes] == [
            Committed,
            Lost,
            Lost,
            Lost,
            Committed,
            Committed,
        ]
        assert all(each.invalid for each in outcomes if isinstance(each, Lost))
        assert journal.fault is None
        assert len(notes.about("journal-write-invalid")) == 3
        for number in (3, 4, 5):
            assert not await journal.story(number)
            assert await journal.body(number) is None
        assert await journal.body(1) == b"body 1"
        assert await commit(journal, taken(8)) == Committed(15)
        assert await journal.verify() is None


@pytest.mark.parametrize("field", ["claim", "body"])
async def test_what_can_never_be_written_is_refused_at_once(tmp_path: Path, field: str) -> None:
    async with open_journal(tmp_path) as journal:
        write = Write(entries=(), **{field: getattr(taken(1), field)})
        with pytest.raises(ValueError, match="needs the number of its signal"):
            journal.append(write, Heard())
        broken = Write(entries=(Entry(INBOX, AT, object()),))  # type: ignore[arg-type]  # that is it
        with pytest.raises((TypeError, AttributeError)):
            journal.append(broken, Heard())
        assert await commit(journal, taken(1)) == Committed(3)


async def test_writes_without_events_are_kept(tmp_path: Path) -> None:
    async with open_journal(tmp_path) as journal:
        waiting = Write(entries=(), signal_row=signal_row(1, SignalState.WAITING))
        assert await commit(journal, waiting) == Committed(0)
        assert await commit(journal, Write(entries=())) == Committed(0)
        assert list(await journal.waiting_signals()) == [waiting.signal_row]


async def test_closing_commits_what_waits(tmp_path: Path) -> None:
    async with open_journal(tmp_path) as journal:
        heard = [append(journal, taken(number)) for number in range(1, 700)]
        await journal.close()
        assert {type(each.outcomes[-1]) for each in heard} == {Committed}
        assert journal.fault == "the journal is closed"
        with pytest.raises(JournalUnavailable, match="is closed"):
            await journal.heads()
    async with open_journal(tmp_path) as journal:
        assert journal.last_signal == 699


async def test_closing_moves_everything_to_the_one_file(tmp_path: Path) -> None:
    async with open_journal(tmp_path, durable=True) as journal:
        await commit(journal, taken(1))
    assert (tmp_path / "journal.db-wal").stat().st_size == 0
    (tmp_path / "copy").mkdir()
    (tmp_path / "journal.db").rename(tmp_path / "copy" / "journal.db")
    async with open_journal(tmp_path / "copy") as journal:
        assert journal.last_signal == 1
        assert await journal.verify() is None


async def test_a_second_writer_is_refused_until_the_first_has_closed(tmp_path: Path) -> None:
    async with open_journal(tmp_path):
        (tmp_path / "alias").symlink_to(tmp_path, target_is_directory=True)
        (tmp_path / "other").mkdir()
        (tmp_path / "other" / "journal.db").symlink_to(tmp_path / "journal.db")
        for folder in (tmp_path, tmp_path / "alias", tmp_path / "other"):
            with pytest.raises(JournalLocked, match=r"journal\.db: the process with the id \d+"):
                async with open_journal(folder):
                    pass
    async with open_journal(tmp_path) as journal:
        assert await commit(journal, taken(1)) == Committed(3)


async def test_the_wal_does_not_grow_without_end(tmp_path: Path) -> None:
    async with open_journal(tmp_path, checkpoint_pages=50) as journal:
        largest = 0
        for number in range(1, 400):
            await commit(journal, taken(number))
            if not number % 10:
                await journal.story(number)
                largest = max(largest, (tmp_path / "journal.db-wal").stat().st_size)
        assert largest < 200 * 4096
        assert (tmp_path / "journal.db").stat().st_size > 50 * 4096


@pytest.mark.parametrize("apart", [1, 1500, 9000])
async def test_orders_are_listed_by_page_newest_first(tmp_path: Path, apart: int) -> None:
    async with open_journal(tmp_path) as journal:
        rows = [
            msgspec.structs.replace(
                order_row(apart * number, status, leg),
                account=f"account {number % 2}",
                symbol=f"symbol {number % 3}",
            )
            for number in range(1, 13)
            for leg, status in enumerate([OrderStatus.FILLED, OrderStatus.NEW])
        ]
        await commit(journal, Write(entries=(), order_rows=tuple(rows)))
        newest = sorted(rows, key=lambda row: (row.signal, row.leg), reverse=True)
        queries = [
            OrderQuery(),
            OrderQuery(account="account 1"),
            OrderQuery(symbol="symbol 2"),
            OrderQuery(symbol="symbol 3"),
            OrderQuery(symbol="symbol 2", statuses=(OrderStatus.NEW,)),
            OrderQuery(symbol="symbol 2", statuses=(OrderStatus.FILLED,)),
            OrderQuery(account="account 0", symbol="symbol 1"),
            OrderQuery(statuses=(OrderStatus.NEW,)),
            OrderQuery(statuses=(OrderStatus.NEW, OrderStatus.FILLED), account="account 1"),
            OrderQuery(statuses=(OrderStatus.REJECTED,)),
            OrderQuery(account="nobody"),
        ]
        for query in queries:
            expected = [
                row
                for row in newest
                if query.account in {None, row.account}
                and query.symbol in {None, row.symbol}
                and (not query.statuses or row.status in query.statuses)
            ]
            found: list[OrderRow] = []
            page = await journal.orders(msgspec.structs.replace(query, limit=5))
            found += page.rows
            while page.more:
                before = (found[-1].signal, found[-1].leg)
                page = await journal.orders(msgspec.structs.replace(query, limit=5, before=before))
                found += page.rows
            assert found == expected
        open_rows = [row for row in reversed(newest) if row.status is OrderStatus.NEW]
        assert list(await journal.open_orders()) == open_rows


async def test_absent_orders_are_told_since_they_were_planned(tmp_path: Path) -> None:
    async with open_journal(tmp_path) as journal:
        statuses = [OrderStatus.ABSENT, OrderStatus.FILLED, OrderStatus.ABSENT, OrderStatus.ABSENT]
        rows = [order_row(number, status) for number, status in enumerate(statuses, 1)]
        await commit(journal, Write(entries=(), order_rows=tuple(rows)))
        found = order_row(4, OrderStatus.NEW)
        await commit(journal, Write(entries=(), order_rows=(found,)))
        assert list(await journal.absent_orders()) == [rows[0], rows[2]]
        assert list(await journal.absent_orders(since=rows[2].at)) == [rows[2]]
        assert not await journal.absent_orders(since=rows[2].at + 1)


async def test_what_was_told_of_a_venue_is_remembered(tmp_path: Path) -> None:
    subjects = ["1", "two", "\x00", "a\x00b", '"', "\N{ROCKET}", "", "x" * 5000]
    async with open_journal(tmp_path) as journal:
        seen = [Sighting("main", "foreign-order", subject, "NEW") for subject in subjects]
        await commit(journal, Write(entries=(), sightings=tuple(seen)))
        again = Sighting("main", "foreign-order", "two", "FILLED")
        await commit(journal, Write(entries=(), sightings=(again,)))
    async with open_journal(tmp_path) as journal:
        asked = [*subjects, "never", "1", "'); DROP TABLE sightings"]
        told = await journal.sightings("main", "foreign-order", asked)
        assert told == dict.fromkeys(subjects, "NEW") | {"two": "FILLED"}
        assert not await journal.sightings("main", "foreign-fill", asked)
        assert not await journal.sightings("other", "foreign-order", asked)
        assert not await journal.sightings("main", "foreign-order", [])


async def test_a_hold_lasts_until_a_write_ends_it(tmp_path: Path) -> None:
    async with open_journal(tmp_path) as journal:
        assert journal.hold is None
        with journal._connection() as connection:
            path = connection.filename
    writer = connect_writer(Path(path), durable=False)
    writer.execute("INSERT INTO meta VALUES ('hold', 'restored')")
    writer.execute("INSERT INTO incarnations VALUES (2, 'second')")
    writer.close()
    for _ in range(2):
        async with open_journal(tmp_path) as journal:
            assert journal.hold == "restored"
            assert list(journal.incarnations) == [journal.identity, "second"]
    async with open_journal(tmp_path) as journal:
        assert await commit(journal, Write(entries=(), ends_hold=True)) == Committed(0)
        assert journal.hold == "restored"
    async with open_journal(tmp_path) as journal:
        assert journal.hold is None


async def test_signals_are_listed_by_page_newest_first(tmp_path: Path) -> None:
    async with open_journal(tmp_path) as journal:
        states = [SignalState.WAITING, SignalState.PLANNED, SignalState.REFUSED]
        rows = [
            msgspec.structs.replace(signal_row(n, states[n % 3]), source=f"source {n % 2}")
            for n in range(1, 15)
        ]
        for row in rows:
            append(journal, Write(entries=(), signal_row=row))
        await commit(journal, Write(entries=()))
        for source in (None, "source 0", "nobody"):
            for state in (None, *states, SignalState.DUPLICATE, "made up"):
                expected = [
                    row
                    for row in reversed(rows)
                    if source in {None, row.source} and state in {None, row.state}
                ]
                found: list[SignalRow] = []
                before, more = None, True
                while more:
                    page = await journal.signals(
                        SignalQuery(source=source, state=state, before=before, limit=2)
                    )
                    found += page.rows
                    more = page.more
                    before = found[-1].number if found else None
                assert found == expected
        waiting = [row for row in rows if row.state == SignalState.WAITING]
        assert list(await journal.waiting_signals()) == waiting


async def test_events_are_read_on_from_a_position(tmp_path: Path) -> None:
    async with open_journal(tmp_path) as journal:
        for number in range(1, 6):
            append(journal, taken(number))
        await commit(journal, Write(entries=()))
        found: list[int] = []
        while page := await journal.events(after=found[-1] if found else 0, limit=4):
            found += [record.position for record in page]
        assert found == list(range(1, 16))
