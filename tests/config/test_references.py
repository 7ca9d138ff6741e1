"""Secrets by reference: where they may be, and that none is shown."""

from pathlib import Path

import msgspec
import pytest

from tests.configuration import SECRET, line, load, refused

PLACES = {"service.api_key": "api_key", "webhook.secret": "webhook_secret"}
VARIABLES = {
    "service.api_key": "FILLGATE_API_KEY",
    "webhook.secret": "FILLGATE_WEBHOOK_SECRET",
}


@pytest.mark.parametrize("key", PLACES)
def test_a_secret_is_given_by_reference(tmp_path: Path, key: str) -> None:
    file = tmp_path / "secret"
    file.write_text(f"  {SECRET}\n")
    for text, environ in (
        (line(key, "env:MINE"), {"MINE": SECRET}),
        (line(key, f"file:{file}"), {}),
        (line(key, "env:MINE"), {"MINE": "another secret", VARIABLES[key]: SECRET}),
        ("", {VARIABLES[key]: SECRET}),
        (None, {VARIABLES[key]: SECRET}),
    ):
        configuration = load(text, **environ)
        assert getattr(configuration, PLACES[key]) == SECRET
        assert SECRET not in repr(configuration)
        assert SECRET not in str(configuration)
        assert SECRET not in repr(msgspec.structs.asdict(configuration)["service"])


@pytest.mark.parametrize("key", PLACES)
def test_a_secret_that_is_not_there(tmp_path: Path, key: str) -> None:
    empty, binary = tmp_path / "empty", tmp_path / "binary"
    empty.write_text("\n")
    binary.write_bytes(b"\xff" + SECRET.encode())
    for reference, words in (
        ("env:MINE", "MINE is not set"),
        ("env:", "expected a reference"),
        (f"file:{tmp_path / 'missing'}", "cannot be read"),
        (f"file:{tmp_path}", "cannot be read"),
        (f"file:{empty}", "is empty"),
        (f"file:{binary}", "cannot be read"),
        ("file:~nobody-of-that-name/x", "cannot be read"),
        ("file:a\0b", "cannot be read"),
    ):
        assert words in refused(line(key, reference))
    assert "MINE is not set" in refused(line(key, "env:MINE"), MINE="")


@pytest.mark.parametrize("key", PLACES)
def test_a_short_secret_is_refused(key: str) -> None:
    for words in (
        refused(line(key, "env:MINE"), MINE="seven77"),
        refused(None, **{VARIABLES[key]: "seven77"}),
    ):
        assert "seven77" not in words
        assert "8 characters" in words
