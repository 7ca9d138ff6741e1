"""Each promise of the README names the proofs that hold it, and these exist."""

import re
from pathlib import Path

import pytest

from docs.invariants import INVARIANTS, PROOFS

ROOT = Path(__file__).parents[2]

_SECTION = re.compile(r"## What it promises\n(.*?)\n## ", re.DOTALL)
_ROW = re.compile(r"^\| \*\*(?P<promise>.+?)\*\*.* \| (?P<proofs>[^|]+) \|$", re.MULTILINE)


def promises() -> dict[str, list[str]]:
    """Return what holds each promise, by its first words."""
    found = _SECTION.search((ROOT / "README.md").read_text(encoding="utf-8"))
    assert found is not None
    rows = _ROW.finditer(found.group(1))
    return {row["promise"]: row["proofs"].split(", ") for row in rows}


def test_there_are_promises() -> None:
    assert len(promises()) > 5


@pytest.mark.parametrize("promise", promises())
def test_a_promise_names_what_holds_it(promise: str) -> None:
    for named in promises()[promise]:
        if named.isdigit():
            assert int(named) in INVARIANTS
            assert any(int(named) in proof.checks for proof in PROOFS)
        else:
            assert (ROOT / named.strip("`")).is_file(), named
