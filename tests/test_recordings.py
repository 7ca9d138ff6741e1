"""Files of recorded prices, written by the tests themselves."""

import builtins
import gzip
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from fillgate import recordings
from fillgate.market.feeds.base import Quote
from fillgate.market.feeds.quoting import Quoting, QuotingTerms
from fillgate.market.feeds.recordings import BadRecording, Kind, Recording
from fillgate.market.listings import Amendment, listing
from fillgate.recordings import SUFFIXES, find_recording, load_recording

LISTED = listing("BTCUSDT").amended(Amendment(tick=Decimal("0.1"), lot=Decimal("0.01")))
QUOTING = Quoting(LISTED, QuotingTerms())
COLUMNS = ("time", "bid", "bid_size", "ask", "ask_size")
ROWS = [
    (f"{1_704_067_200 + row}", f"{100 + row}.5", f"{row}.25", f"{101 + row}.5", "3")
    for row in range(50)
]


def load(path: Path) -> Recording:
    return load_recording(path, LISTED, QUOTING)


def csv_text(rows: Sequence[Sequence[str]] = ROWS, delimiter: str = ",") -> bytes:
    return "\n".join(delimiter.join(cells) for cells in (COLUMNS, *rows)).encode()


def write_csv(path: Path) -> None:
    path.write_bytes(csv_text())


def write_gzipped(path: Path) -> None:
    path.write_bytes(gzip.compress(csv_text()))


def write_parquet(path: Path, **columns: Any) -> None:
    as_text = {name: [cells[place] for cells in ROWS] for place, name in enumerate(COLUMNS)}
    parquet.write_table(pa.table(as_text | columns), path)


WRITERS: dict[str, Callable[[Path], None]] = {
    ".csv": write_csv,
    ".csv.gz": write_gzipped,
    ".parquet": write_parquet,
}


@pytest.fixture(params=SUFFIXES)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    made = tmp_path / f"BTCUSDT{request.param}"
    WRITERS[request.param](made)
    return made


def test_every_kind_of_file_says_the_same(path: Path) -> None:
    found = load(path)
    assert (found.kind, len(found.quotes), found.rounded) == (Kind.QUOTES, 50, 0)
    assert found.quotes.times[1] == 1_704_067_201_000_000
    assert found.quotes.quote(1) == Quote(1015, 1020, 1025)
    assert found.quotes.sizes is not None
    assert [list(lots[:3]) for lots in found.quotes.sizes.values()] == [[25, 125, 225], [300] * 3]


@pytest.mark.parametrize(
    "content",
    [
        csv_text(delimiter=";"),
        csv_text(delimiter="\t"),
        b"\xef\xbb\xbf" + csv_text().replace(b"\n", b"\r\n"),
        csv_text().replace(b",3\n", b',"3"\n') + b"\n\n",
    ],
)
def test_csv_is_read_as_others_write_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    found = load(path)
    assert (len(found.quotes), found.quotes.quote(0)) == (50, Quote(1005, 1010, 1015))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", r"a\.csv: expected columns named .* found none"),
        (csv_text([]), r"a\.csv: expected rows below the names"),
        (csv_text([ROWS[0], ROWS[1][:4]]), r"a\.csv, line 3: expected 5 cells, found 4"),
        (csv_text([("x", *ROWS[0][1:])]), r"a\.csv, line 2, column 'time': .* found 'x'"),
        (csv_text() + b'\n"', r"a\.csv, line 52: unexpected end of data"),
        (csv_text() + b"\n\xff", r"a\.csv: expected UTF-8 text"),
        (b"\xff\xfe", r"a\.csv: expected UTF-8 text"),
        (b"time,bid,ask\n1704067200," + b"1" * 200_000 + b",2", r"line 2: field larger than"),
    ],
)
def test_broken_csv_is_refused_at_the_place(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(BadRecording, match=words):
        load(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_files_that_cannot_be_read_are_refused(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(BadRecording, match="cannot be read: No such file"):
        load(tmp_path / f"a{suffix}")
    (tmp_path / f"b{suffix}").mkdir()
    with pytest.raises(BadRecording, match="cannot be read"):
        load(tmp_path / f"b{suffix}")


@pytest.mark.parametrize("suffix", [".csv.gz", ".parquet"])
@pytest.mark.parametrize("end", [0, 1, 30, -1])
def test_files_that_were_cut_off_or_damaged_are_refused(
    tmp_path: Path, suffix: str, end: int
) -> None:
    path = tmp_path / f"a{suffix}"
    WRITERS[suffix](path)
    whole = path.read_bytes()
    path.write_bytes(whole[:end])
    with pytest.raises(BadRecording):
        load(path)
    path.write_bytes(whole[:40] + bytes(byte ^ 0x55 for byte in whole[40:]))
    with pytest.raises(BadRecording):
        load(path)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match=r"a\.xlsx: expected a file named \*\.csv, \*\.csv\.gz"):
        load(tmp_path / "a.xlsx")


WHEN = [datetime.fromtimestamp(int(cells[0]), UTC) for cells in ROWS]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_parquet_times_are_read_in_every_unit(tmp_path: Path, unit: str) -> None:
    path = tmp_path / "a.parquet"
    write_parquet(path, time=pa.array(WHEN, pa.timestamp(unit, "Europe/Berlin")))
    assert load(path).quotes.times[1] == 1_704_067_201_000_000


def test_parquet_times_without_a_zone_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_parquet(path, time=pa.array(WHEN, pa.timestamp("us")))
    with pytest.raises(BadRecording, match=r"column 'time': expected times with a zone"):
        load(path)


@pytest.mark.parametrize(
    "column",
    [
        pa.array([Decimal(cells[1]) for cells in ROWS], pa.decimal128(30, 10)),
        pa.array([float(cells[1]) for cells in ROWS], pa.float64()),
        pa.array([float(cells[1]) for cells in ROWS], pa.float32()),
        pa.array([cells[1] for cells in ROWS], pa.large_string()),
        pa.array([cells[1] for cells in ROWS]).dictionary_encode(),
    ],
    ids=lambda column: str(column.type),
)
def test_parquet_numbers_are_read_from_every_kind_of_column(tmp_path: Path, column: Any) -> None:
    path = tmp_path / "a.parquet"
    write_parquet(path, bid=column)
    assert list(load(path).quotes.bids) == [1005 + 10 * row for row in range(50)]


def test_whole_numbers_are_read_and_other_columns_never_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    whole = [int(cells[0]) for cells in ROWS]
    nested = pa.array([{"a": [1]} for _ in ROWS])
    write_parquet(path, time=whole, ask_size=[7] * 50, info=nested)
    found = load(path)
    assert found.quotes.times[49] == 1_704_067_249_000_000
    assert found.quotes.quote(49).bid == 1495


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (pa.array([100.5] * 49 + [None]), "row 50, column 'bid': expected a number, found ''"),
        (pa.array([100.5] * 49 + [float("nan")]), "row 50, column 'bid': .* found 'nan'"),
        (pa.array([[1.0]] * 50), "cannot be read"),
        (pa.array([b"\xff"] * 50), "cannot be read"),
    ],
    ids=["null", "nan", "list", "bytes"],
)
def test_broken_parquet_is_refused_at_the_place(tmp_path: Path, column: Any, words: str) -> None:
    path = tmp_path / "a.parquet"
    write_parquet(path, bid=column)
    with pytest.raises(BadRecording, match=words):
        load(path)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_are_read_as_their_shortest_decimal(value: float) -> None:
    (text,) = recordings._texts(Path(), "", pa.array([value]), pa)
    assert Decimal(text) == Decimal(repr(value))


def test_without_pyarrow_a_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real = tmp_path / "a.parquet", builtins.__import__
    write_parquet(path)

    def without_pyarrow(name: str, *args: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ImportError("No module named 'pyarrow'")
        return real(name, *args)

    monkeypatch.setattr(builtins, "__import__", without_pyarrow)
    with pytest.raises(BadRecording, match=r"pip install 'fillgate\[parquet\]'"):
        load(path)


def test_a_folder_has_a_file_for_each_symbol(tmp_path: Path) -> None:
    for name in ("BTCUSDT.csv", "ETHUSDT.parquet", "ETHUSDT.csv.gz", "notes.txt"):
        (tmp_path / name).touch()
    assert find_recording(tmp_path, ["BTC/USDT", "BTCUSDT"]) == tmp_path / "BTCUSDT.csv"
    with pytest.raises(BadRecording, match=r"found ETHUSDT\.csv\.gz, ETHUSDT\.parquet"):
        find_recording(tmp_path, ["ETHUSDT"])
    with pytest.raises(BadRecording, match=r"one file named SOLUSDT with \*\.csv.*found none"):
        find_recording(tmp_path, ["SOLUSDT"])
    with pytest.raises(BadRecording, match="cannot be read"):
        find_recording(tmp_path / "no", ["SOLUSDT"])
