"""A journal is checked as it was lived, and after every kind of damage."""

import asyncio
import shutil
from decimal import Decimal
from pathlib import Path

import apsw
import msgspec
import pytest

from fillgate.domain.errors import Rejected
from fillgate.domain.events import OrderEvent, OrderReported
from fillgate.domain.fills import Fill
from fillgate.domain.fold import fold_orders
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import OrderType
from fillgate.engine.recorder import Job
from fillgate.engine.requests.asker import Asker
from fillgate.engine.resolution import Resolution
from fillgate.engine.verification import Finding, Verification, check, verify
from fillgate.journal.base import Head
from fillgate.journal.reader import SqliteReader
from tests.engine.conftest import House, open_house
from tests.engine.venue import never, raises, report, resting


async def live(house: House) -> None:
    """Let everything happen that can happen to an order."""
    venue = house.venue
    venue.answers |= {"REST": resting, "REFUSED": raises(Rejected("NO_FUNDS", "no")), "LOST": never}
    await house.send(key="a")
    await house.accept(key="a")
    await house.send(fingerprint=True, symbol="ETH/USDT", action="sell", quantity=Decimal("0.7"))
    await house.accept(fingerprint=True, symbol="ETH/USDT", action="sell", quantity=Decimal("0.7"))
    await house.send(symbol="REST", order_type=OrderType.LIMIT, price=Decimal(9))
    await house.send(symbol="REFUSED", key="b")
    await house.send(symbol="TRAIL", order_type=OrderType.TRAILING_STOP, trail=Decimal(1))
    await house.engine.intake.refuse(
        source="test", code="STALE", reason="old", body=b"{old}", received_at=house.clock.now()
    )
    lost = await house.send(symbol="LOST")
    absent = lost.order.client_order_id
    await house.until(lambda: house.status(absent) == "ABSENT")
    await house.engine.resolve(
        absent,
        Resolution(
            status=OrderStatus.FILLED,
            reason="seen at the venue",
            actor="test",
            order_id="v-9",
            average_price=Decimal(101),
        ),
    )


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The journal of a life, closed."""
    folder = tmp_path_factory.mktemp("lived")

    async def run() -> None:
        async with open_house(folder) as house:
            await live(house)
            # Left open: one that works, one that nobody knows of.
            house.venue.lookup_error = OSError("no connection")
            await house.send(symbol="LOST", quantity=Decimal(3))

    asyncio.run(run())
    return folder / "journal.db"


@pytest.fixture
def journal(lived: Path, tmp_path: Path) -> Path:
    path = tmp_path / "journal.db"
    shutil.copy(lived, path)
    return path


async def checked(path: Path, known: tuple[Head, ...] = ()) -> Verification:
    reader = await SqliteReader.open(path)
    try:
        return await verify(reader, known)
    finally:
        await reader.close()


def damage(path: Path, *statements: str) -> None:
    connection = apsw.Connection(str(path))
    for statement in statements:
        connection.execute(statement)
        assert connection.changes(), statement
    connection.close()


def codes(verification: Verification) -> set[str]:
    return {finding.code for finding in verification.findings}


async def test_a_journal_as_it_was_lived_is_whole(journal: Path) -> None:
    verification = await checked(journal)
    assert verification.findings == ()
    assert verification.ok
    assert (verification.orders, verification.signals) == (7, 9)
    assert verification.bodies == 9
    assert verification.erased == 0


async def test_the_counts_are_those_of_a_plain_fold(journal: Path) -> None:
    reader = await SqliteReader.open(journal)
    records = await reader.events(limit=10_000)
    positions = await reader.positions()
    await reader.close()
    states: dict[str, OrderState] = {}
    for record in records:
        if isinstance(record.event, OrderEvent):
            fold_orders(states, record.event, record.at)
    verification = await checked(journal)
    assert verification.events == len(records)
    assert verification.orders == len(states)
    assert verification.positions == len(positions)
    assert {head.stream for head in verification.heads} == {record.stream for record in records}


DAMAGE = [
    (
        "a changed event",
        """UPDATE events SET data = CAST(replace(data, '100', '900') AS BLOB)
        WHERE kind = 'submission-answered'""",
        "CHAIN_BROKEN",
    ),
    ("a removed event", "DELETE FROM events WHERE kind = 'submission-answered'", "CHAIN_BROKEN"),
    (
        "an event of no known kind",
        "UPDATE events SET kind = 'order-lost' WHERE kind = 'order-rejected'",
        "EVENT_UNREADABLE",
    ),
    (
        "an event that is no JSON",
        "UPDATE events SET data = x'00' WHERE kind = 'order-rejected'",
        "EVENT_UNREADABLE",
    ),
    (
        "an order whose plan is gone",
        "DELETE FROM events WHERE kind = 'order-intended'",
        "ORDER_NEVER_PLANNED",
    ),
    (
        "a wrong status",
        "UPDATE orders SET status = 'FILLED' WHERE status = 'NEW'",
        "ORDER_ROW_WRONG",
    ),
    ("a status that is none", "UPDATE orders SET status = 'LOST'", "INDEX_UNREADABLE"),
    ("an order not listed as open", "UPDATE orders SET open = 0", "ORDER_ROW_WRONG"),
    ("an order listed as open", "UPDATE orders SET open = 1", "ORDER_ROW_WRONG"),
    ("an order's row gone", "DELETE FROM orders WHERE status = 'REJECTED'", "ORDER_ROW_WRONG"),
    (
        "an order from nowhere",
        """INSERT INTO orders SELECT signal, leg + 1, 'fgxxxx', account, symbol, status, open, at
        FROM orders LIMIT 1""",
        "ORDER_ROW_SPARE",
    ),
    (
        "a signal that waits again",
        "UPDATE signals SET state = 'waiting' WHERE number = 1",
        "SIGNAL_ROW_WRONG",
    ),
    ("a signal's row gone", "DELETE FROM signals WHERE number = 1", "SIGNAL_ROW_WRONG"),
    (
        "a signal from nowhere",
        """INSERT INTO signals SELECT 1000, at, source, state, account, symbol, code
        FROM signals LIMIT 1""",
        "SIGNAL_ROW_SPARE",
    ),
    ("a changed body", "UPDATE bodies SET body = x'7b7d20' WHERE signal = 3", "BODY_CHANGED"),
    (
        "a changed position",
        """UPDATE positions SET data = CAST(replace(data, '0.7', '0.8') AS BLOB)
        WHERE symbol = 'ETH/USDT'""",
        "POSITION_WRONG",
    ),
    ("a position gone", "DELETE FROM positions WHERE symbol = 'ETH/USDT'", "POSITION_WRONG"),
    (
        "a position from nowhere",
        """INSERT INTO positions
        SELECT account, 'X', CAST(replace(data, 'ETH/USDT', 'X') AS BLOB)
        FROM positions WHERE symbol = 'ETH/USDT'""",
        "POSITION_WRONG",
    ),
    (
        "a position that is there twice",
        "INSERT INTO positions SELECT account, 'X', data FROM positions LIMIT 1",
        "POSITION_WRONG",
    ),
    ("a key given away", "UPDATE keys SET signal = 2", "KEY_WRONG"),
    ("a key gone", "DELETE FROM keys", "KEY_WRONG"),
    ("a key from nowhere", "INSERT INTO keys VALUES (0, 'test', 'id:x', 1, x'')", "KEY_SPARE"),
    ("a venue's id gone", "DELETE FROM venue_ids WHERE symbol = 'REST'", "VENUE_ID_WRONG"),
    (
        "a venue's id of another order",
        """UPDATE venue_ids SET client_order_id = (SELECT client_order_id FROM orders LIMIT 1)
        WHERE symbol = 'REST'""",
        "VENUE_ID_WRONG",
    ),
    (
        "a venue's id from nowhere",
        "INSERT INTO venue_ids SELECT 0, account, 'X', order_id, 'fgxxxx' FROM venue_ids LIMIT 1",
        "VENUE_ID_SPARE",
    ),
    ("a sighting gone", "DELETE FROM sightings", "SIGHTING_WRONG"),
    ("a position that is none", "UPDATE positions SET data = x'00'", "INDEX_UNREADABLE"),
]


@pytest.mark.parametrize(("what", "statement", "code"), DAMAGE, ids=[row[0] for row in DAMAGE])
async def test_damage_is_found_and_named(
    journal: Path, what: str, statement: str, code: str
) -> None:
    damage(journal, statement)
    assert code in codes(await checked(journal))


COLUMNS = {
    "events": ("stream", "sequence", "at", "signal", "kind", "version", "data", "hash"),
    "orders": ("signal", "leg", "client_order_id", "account", "symbol", "status", "open", "at"),
    # Not `at`: of signals that were not accepted no event tells when they came.
    "signals": ("source", "state", "code"),
    # Not account and symbol: only `data` is read.
    "positions": ("data",),
    "bodies": ("body",),
    # Not `bucket`: it is looked for in all of them.
    "keys": ("source", "key", "signal"),
    "venue_ids": ("account", "symbol", "order_id", "client_order_id"),
    "sightings": ("account", "kind", "subject", "value"),
}
KEYS = {
    "orders": "client_order_id",
    "positions": "symbol",
    "signals": "number",
    "keys": "key",
    "venue_ids": "order_id",
    "sightings": "kind",
}


@pytest.mark.parametrize(
    ("table", "column"), [(table, column) for table in COLUMNS for column in COLUMNS[table]]
)
async def test_no_changed_value_passes(journal: Path, table: str, column: str) -> None:
    heads = (await checked(journal)).heads
    for place in (0, 1, -1):
        changed = journal.with_suffix(f".{place}")
        shutil.copy(journal, changed)
        change(changed, table, column, place)
        assert not (await checked(changed, heads)).ok, place


def change(path: Path, table: str, column: str, place: int) -> None:
    """Change one value of the row at that place, or so many places on from the first."""
    connection = apsw.Connection(str(path))
    key = KEYS.get(table, "rowid")
    rows = connection.execute(f"SELECT {key}, {column} FROM {table} ORDER BY {key}").fetchall()
    identity, value = rows[place % len(rows)]
    sql = f"UPDATE {table} SET {column} = ? WHERE {key} = ?"
    connection.execute(sql, (another(value), identity))
    connection.close()


def another(value: object) -> object:
    """Return a value of the same type that is not this one."""
    match value:
        case None:
            return 999
        case int():
            return 1 - value if value in {0, 1} else value + 900
        case bytes():
            return value[:-1] + bytes([value[-1] ^ 1])
    return f"{value}x"


async def test_an_end_that_was_cut_off_is_found_by_those_who_noted_it(journal: Path) -> None:
    whole = await checked(journal)
    damage(
        journal,
        "DELETE FROM events WHERE position = (SELECT max(position) FROM events)",
    )
    assert codes(await checked(journal)) == {"CHAIN_BROKEN"}, "the journal notes its ends"
    damage(
        journal,
        """UPDATE streams SET (position, sequence, hash) = (
            SELECT position, sequence, hash FROM events WHERE stream = streams.id
            ORDER BY position DESC LIMIT 1
        )""",
    )
    assert (await checked(journal)).ok, "the last event is the stop of the service"
    cut = await checked(journal, whole.heads)
    assert codes(cut) == {"CHAIN_BROKEN"}
    assert "system" in cut.findings[0].place


async def test_erased_bodies_are_counted_and_allowed(journal: Path) -> None:
    damage(journal, "DELETE FROM bodies WHERE signal = 1")
    verification = await checked(journal)
    assert verification.ok
    assert (verification.bodies, verification.erased) == (8, 1)


async def test_a_finding_says_what_is_there_and_what_should_be(journal: Path) -> None:
    damage(journal, "UPDATE orders SET status = 'CANCELED', open = 0 WHERE status = 'NEW'")
    findings = (await checked(journal)).findings
    assert [finding.code for finding in findings] == ["ORDER_ROW_WRONG"] * 2
    assert "status: the index says CANCELED, the events give NEW" in findings[0].text
    assert "does not list it as open" in findings[1].text


async def test_many_findings_are_counted_and_the_first_hundred_kept(journal: Path) -> None:
    connection = apsw.Connection(str(journal))
    for number in range(2000, 2150):
        connection.execute(
            "INSERT INTO signals SELECT ?, at, source, state, account, symbol, code"
            " FROM signals LIMIT 1",
            (number,),
        )
    connection.close()
    verification = await checked(journal)
    assert verification.found == 150
    assert len(verification.findings) == 100


async def test_a_late_report_counts_though_its_order_was_dropped_pages_ago(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        first = await house.send()
        for number in range(340):
            await house.send(symbol="ETH/USDT", quantity=Decimal(number + 1))
        # The same status and another price: only the position shows it.
        fill = Fill(fill_id="1", quantity=Decimal(1), price=Decimal(99), timestamp=3)
        told = report(house.venue.arrived[0], OrderStatus.FILLED, "1", fills=(fill,))
        event = OrderReported(
            client_order_id=first.order.client_order_id, report=told, channel="stream"
        )
        house.engine.recorder.record(Job(signal=first.signal, events=(event,)))
        await house.until(lambda: house.engine.blotter.position("main", "BTC/USDT").cost == 99)
    verification = await checked(tmp_path / "journal.db")
    assert verification.events > 1000, "more than a page"
    assert verification.findings == ()


async def test_a_journal_is_checked_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Small pages: the engine runs in the same loop, and more can happen in between.
    monkeypatch.setattr(check, "_PAGE", 20)
    async with open_house(tmp_path) as house:
        house.venue.answers["REST"] = resting
        reader = await SqliteReader.open(tmp_path / "journal.db")
        counts = []
        for _ in range(6):
            writing = asyncio.create_task(write_on(house))
            verification = await verify(reader)
            assert verification.findings == ()
            counts.append(verification.events)
            await writing
        await reader.close()
    # At least what was written in the rounds before is counted.
    assert len(set(counts)) > 2


async def write_on(house: House) -> None:
    for number in range(12):
        await house.accept(symbol="LATER")
        await house.send(symbol="REST" if number % 3 else "BTC/USDT", quantity=Decimal("0.3"))


async def test_a_journal_of_several_starts_is_whole(tmp_path: Path) -> None:
    for number in range(3):
        async with open_house(tmp_path) as house:
            await house.send(key=f"k{number}")
    assert (await checked(tmp_path / "journal.db")).findings == ()


async def test_keys_of_requests_are_checked_like_those_of_signals(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.venue.answers["REST"] = resting
        state = await house.send(symbol="REST", key="a")
        asker = Asker(source="test", actor="test", key="b")
        await house.engine.requests.cancel(state.order.client_order_id, asker)
    path = tmp_path / "journal.db"
    assert (await checked(path)).ok
    damage(path, "UPDATE keys SET key = 'request:c' WHERE key = 'request:b'")
    assert codes(await checked(path)) == {"KEY_WRONG"}
    damage(
        path, "INSERT INTO keys SELECT 0, source, 'request:b', signal, reading FROM keys LIMIT 1"
    )
    assert codes(await checked(path)) == {"KEY_SPARE"}


def test_a_verification_is_plain_data() -> None:
    finding = Finding("BODY_CHANGED", "signal 1", "why")
    assert msgspec.json.decode(msgspec.json.encode(finding), type=Finding) == finding
