"""The page of figures that were measured."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs.measure import BEGIN, END, PAGE, with_figures
from fillgate.cli.bench.report import COLUMNS


def figures() -> str:
    page = PAGE.read_text(encoding="utf-8")
    return page.partition(BEGIN)[2].partition(END)[0]


def test_the_page_has_a_whole_run_with_machine_versions_and_command() -> None:
    text = figures()
    for name in ("machine", "versions", "disk", "others"):
        assert f"\n| {name} | " in text
    assert "\n| command | fillgate bench --markdown |\n" in text
    assert "\n| rounds | medians of 5, " in text
    assert f"\n| {' | '.join(COLUMNS)} |\n" in text
    for concurrency in (1, 32, 128):
        for words in ("bare echo", "acknowledgement", "outcome"):
            assert f"\n| {concurrency} | {words} | " in text
    assert "WRONG" not in text


@given(st.text(alphabet="a|-\n"), st.text(alphabet="b|-\n"))
def test_figures_take_the_place_of_those_before(old: str, new: str) -> None:
    page = f"before\n{BEGIN}{old}{END}after\n"
    made = with_figures(page, new)
    assert made == f"before\n{BEGIN}\n{new.strip()}\n\n{END}after\n"
    assert with_figures(made, new) == made


def test_a_page_without_a_place_is_left_alone() -> None:
    with pytest.raises(AssertionError):
        with_figures("a page", "figures")
