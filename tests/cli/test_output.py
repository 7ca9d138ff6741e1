"""What is printed has no effect on the terminal, and is short where it is for people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.cli.output import console, printable, shortened


@given(st.text())
def test_what_is_printed_has_no_control_characters(text: str) -> None:
    shown = printable(text)
    assert all(character.isprintable() or character == "\n" for character in shown)
    if text.isprintable():
        assert shown == text


def test_an_escape_sequence_is_shown_and_not_obeyed() -> None:
    assert printable("\x1b[2Jgone\x07\nkept") == "\\x1b[2Jgone\\x07\nkept"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (None, ""),
        ("60518.72", "60518.72"),
        ("0.1", "0.1"),
        ("33.333333333333333333333333333333333333", "33.3333333333"),
        ("0.000000012345678901234567", "0.0000000123456789012"),
    ],
)
def test_numbers_are_shortened_for_people(number: str | None, shown: str) -> None:
    assert shortened(number) == shown


def test_markup_in_data_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    console().print("[bold]x[/bold] :smile:")
    assert capsys.readouterr().out == "[bold]x[/bold] :smile:\n"


def test_without_a_terminal_lines_are_a_hundred_wide(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert console().width == 100
    monkeypatch.setenv("COLUMNS", "70")
    assert console().width == 70
