"""Values as TOML writes them. That they are read back is in tests/service/test_overview.py."""

import tomllib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.config import toml_key, toml_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        ("a", '"a"'),
        ('"\\\n\x7f\x85', '"\\"\\\\\\n\\U0000007f\\U00000085"'),
        (Decimal("0.60"), "0.6"),
        (2.0, "2.0"),
        (frozenset({"b", "a"}), '["a", "b"]'),
        ([1, "x"], '[1, "x"]'),
        ({"a b": [1]}, '{ "a b" = [1] }'),
        ({}, "{}"),
    ],
)
def test_values(value: object, text: str) -> None:
    assert toml_text(value) == text


@given(st.lists(st.text(), min_size=1, max_size=3))
def test_keys(names: list[str]) -> None:
    tree: Any = tomllib.loads(f"{toml_key(*names)} = 1")
    for name in names:
        tree = tree[name]
    assert tree == 1


@given(st.text())
def test_a_text_has_no_effect_on_a_terminal(text: str) -> None:
    assert toml_text(text).isprintable()
