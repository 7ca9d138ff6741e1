"""Where in a file something stands."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.config import located
from fillgate.config.lines import places
from fillgate.domain.errors import ConfigurationError

NAMES = st.sampled_from(["a", "b", "c"])
VALUES = st.sampled_from(
    [
        "1",
        '"x"',
        "true",
        "[1, 2]",
        "[\n  1,\n  # a = 1\n]",
        '"""\n[d]\na = 1\n"""',
        "{ d = 1 }",
        '"\u2028"',
    ]
)
NOISE = st.sampled_from(["", "# [e]", "# a = 1", "   "])


@given(
    st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=3), max_size=3),
    st.lists(NOISE, max_size=3),
)
def test_each_key_is_found_where_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, tables: dict[str, dict[str, str]], noise: list[str]
) -> None:
    lines: list[str] = []
    expected = {}
    for table, values in tables.items():
        lines += [*noise, f"[{table}]"]
        expected[table] = len(lines)
        for key, value in values.items():
            lines += noise
            expected[f"{table}.{key}"] = len(lines) + 1
            lines += f"{key} = {value}".split("\n")
    path = tmp_path_factory.getbasetemp() / "lines.toml"
    path.write_text("\n".join(lines))
    found = places(path)
    assert {name: found[name] for name in expected} == expected
    assert all(name.endswith(".d") for name in found.keys() - expected.keys())


def test_other_ways_to_write_it(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text('a.b.c = 1\n"d e" = 2\n[f."g.h"]\ni = { j = 1 }\n[[k]]\nl = 1\n')
    assert places(path) == {
        "a": 1,
        "a.b": 1,
        "a.b.c": 1,
        "d e": 2,
        "f": 3,
        "f.g.h": 3,
        "f.g.h.i": 4,
        "f.g.h.i.j": 4,
        "k": 5,
        "k.l": 6,
    }


def say(path: Path | None, *findings: str) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught, located(path):
        raise ConfigurationError(*findings)
    return caught.value.findings


def test_findings_get_their_places(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("\n[a]\nb = 1\n")
    assert say(
        path, "`a.b`: wrong", "`a.c`: missing", "`a.b[1]`: wrong", "`X_A_B`: wrong", "`a`: b", "a.b"
    ) == (
        f"{path}, line 2: `a.c`: missing",
        f"{path}, line 2: `a`: b",
        f"{path}, line 3: `a.b`: wrong",
        f"{path}, line 3: `a.b[1]`: wrong",
        "`X_A_B`: wrong",
        "a.b",
    )
    assert say(None, "`a.b`: wrong") == ("`a.b`: wrong",)


@pytest.mark.parametrize(
    "content", [b"\xff", b"[a\n" + b"b = 1\n", b"a = [\n" + b"1,\n" * 5000 + b"]\nb = 1"]
)
def test_what_cannot_be_read_has_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(content)
    assert say(path, "`b`: wrong") == ("`b`: wrong",)
    assert say(tmp_path / "none", json.dumps("x")) == ('"x"',)
