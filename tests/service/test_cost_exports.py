"""Reports of costs as files."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from fillgate.costs import CostTotals, Key
from fillgate.service.cost_exports import write_csv, write_parquet
from fillgate.service.shown_costs import CostGroup, cost_group
from tests.costs.test_grouping import executed

D = Decimal


def group() -> CostGroup:
    totals = CostTotals("USDT")
    totals.add(executed(3, 110, 100))
    totals.add(executed(4, 100, None))
    return cost_group({Key.SYMBOL: "BTC/USDT", Key.STRATEGY: ""}, totals)


EXPECTED: dict[str, Any] = {
    "symbol": "BTC/USDT",
    "strategy": "",
    "currency": "USDT",
    "orders": 2,
    "worth": D(730),
    "arrival_cost": D(30),
    "arrival_bps": D(1000),
    "without_arrival_price": 1,
}


def test_csv_has_exact_texts_and_nothing_for_what_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "costs.csv"
    assert write_csv([group()], CostGroup, path) == 1
    with path.open(encoding="utf-8") as file:
        [row] = csv.DictReader(file)
    for name, value in EXPECTED.items():
        assert row[name] == str(value)
    assert (row["day"], row["signal_bps"], row["fees"]) == ("", "", "1 USDT")


def test_parquet_has_decimals(tmp_path: Path) -> None:
    path = tmp_path / "costs.parquet"
    assert write_parquet([group()], CostGroup, path) == 1
    table = pyarrow.parquet.read_table(path)
    assert str(table.schema.field("worth").type) == "decimal128(38, 12)"
    assert str(table.schema.field("orders").type) == "int64"
    [row] = table.to_pylist()
    for name, value in EXPECTED.items():
        assert row[name] == value
    assert (row["day"], row["signal_bps"], row["fees"]) == (None, None, "1 USDT")


@pytest.mark.parametrize("write", [write_csv, write_parquet])
def test_nothing_is_a_file_with_names(write: Any, tmp_path: Path) -> None:
    path = tmp_path / "costs"
    assert write([], CostGroup, path) == 0
    assert path.stat().st_size > 0
