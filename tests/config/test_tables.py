"""Every setting: what it may be, and that each wrong value is refused with words that mend it."""

import json

import pytest

from fillgate.config import TABLES, settings, variable_of
from fillgate.domain.settings import alternatives
from tests.configuration import SECRET, line, load, refused
from tests.wrong_values import (
    Cases,
    is_number,
    misspelt,
    needs_cases,
    outermost,
    values_beyond,
    wrong_kinds,
)

SETTINGS = settings()
IN_TABLES = [key for key in SETTINGS if "." in key]
NOT_SECRET = [key for key in SETTINGS if not SETTINGS[key].setting.secret]

REFERENCES: tuple[list[object], list[object]] = (
    [SECRET, "", "env:", "file:", f"{SECRET}:{SECRET}", "http://" + SECRET],
    ["env:THE_KEY"],
)
CASES: Cases = {
    "default_account": (["", "other"], ["mock"]),
    "listen": (
        ["", "here", ":8005", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "h:65536", "::1:80"],
        ["127.0.0.1:0", "localhost:65535", "[::1]:8005", "127.9.9.9:1"],
    ),
    "data": ([""], ["/var/lib/fillgate", "."]),
    "api_key": REFERENCES,
    "secret": REFERENCES,
}
"""What only a setting's own check refuses and takes."""


def value_of(key: str, text: str | None, **environ: str) -> object:
    return load(text, THE_KEY=SECRET, **environ).value(key)


def test_every_check_has_cases() -> None:
    assert needs_cases(SETTINGS) <= CASES.keys()


def test_every_key_has_a_wrong_value() -> None:
    for field in SETTINGS.values():
        assert wrong_kinds(field)


def test_every_setting_says_what_it_means() -> None:
    for key, field in SETTINGS.items():
        assert field.setting.meaning.endswith("."), key
        if is_number(field):
            assert field.setting.most is not None, key
        if field.default is None:
            assert field.setting.example is not None, key


@pytest.mark.parametrize(
    ("key", "value"), [(key, value) for key, f in SETTINGS.items() for value in wrong_kinds(f)]
)
def test_a_value_of_the_wrong_kind_is_refused(key: str, value: object) -> None:
    words = refused(line(key, value))
    assert f"`{key}`: expected " in words
    assert "got" in words or "found" in words


@pytest.mark.parametrize(
    ("key", "value"),
    [(key, value) for key, f in SETTINGS.items() for value in values_beyond(f, CASES)],
)
def test_a_value_beyond_its_bounds_is_refused(key: str, value: object) -> None:
    words = refused(line(key, value))
    assert f"`{key}`: expected " in words
    assert "found" in words
    most = SETTINGS[key].setting.most
    assert most is None or str(most) in words


@pytest.mark.parametrize("key", [key for key, field in SETTINGS.items() if is_number(field)])
@pytest.mark.parametrize("value", ["nan", "inf"])
def test_no_number_is_a_wonder(key: str, value: str) -> None:
    assert f"`{key}`: expected " in refused(line(key, value))
    name = variable_of(key)
    assert f"`{name}`: expected " in refused("", **{name: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [(key, value) for key, f in SETTINGS.items() for value in outermost(f, CASES)],
)
def test_a_value_within_its_bounds_is_taken(key: str, value: object) -> None:
    assert value_of(key, line(key, value)) == value
    if not SETTINGS[key].setting.secret:
        assert value_of(key, "", **{variable_of(key): str(value)}) == value


@pytest.mark.parametrize("key", IN_TABLES)
def test_the_defaults_are_those_of_an_empty_file(key: str) -> None:
    assert value_of(key, "") == value_of(key, None) == SETTINGS[key].default


# By the environment


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (key, value)
        for key in NOT_SECRET
        for value in values_beyond(SETTINGS[key], CASES)
        if value != ""
    ],
)
def test_a_variable_beyond_its_bounds_is_refused(key: str, value: object) -> None:
    name = variable_of(key)
    words = refused("", **{name: str(value)})
    assert f"`{name}`: expected " in words
    assert "found" in words


@pytest.mark.parametrize("key", [key for key in NOT_SECRET if is_number(SETTINGS[key])])
@pytest.mark.parametrize("value", ["x", "1_0", " 1", "0x10", "true", "1,5", "9" * 5000])
def test_a_variable_that_is_no_number_is_refused(key: str, value: str) -> None:
    name = variable_of(key)
    words = refused("", **{name: value})
    assert f"`{name}`: expected " in words
    assert len(words) < 200


@pytest.mark.parametrize(
    "key", [key for key in SETTINGS if int in alternatives(SETTINGS[key].kind)]
)
def test_a_variable_that_is_no_whole_number_is_refused(key: str) -> None:
    name = variable_of(key)
    assert f"`{name}`: expected a whole number, found '1.5'" in refused("", **{name: "1.5"})


# Unknown names


@pytest.mark.parametrize("key", IN_TABLES)
def test_a_misspelt_key_is_refused_with_the_right_one(key: str) -> None:
    table, _, name = key.partition(".")
    for wrong in misspelt(name):
        words = refused(f"[{table}]\n{json.dumps(wrong)} = {json.dumps(SECRET)}")
        assert f"`{table}.{wrong}` is not a setting; did you mean `{name}`?" in words


@pytest.mark.parametrize("name", [*TABLES, "accounts", "default_account"])
def test_a_misspelt_table_is_refused_with_the_right_one(name: str) -> None:
    for wrong in misspelt(name):
        words = refused(f"[{json.dumps(wrong)}]\nx = 1")
        assert f"`{wrong}` is not a setting; did you mean `{name}`?" in words


@pytest.mark.parametrize("key", SETTINGS)
def test_a_misspelt_variable_is_refused_with_the_right_one(key: str) -> None:
    variable = variable_of(key)
    for wrong in misspelt(variable.removeprefix("FILLGATE_")):
        words = refused("", **{f"FILLGATE_{wrong}": SECRET})
        assert f"`FILLGATE_{wrong}`" in words
        assert f"did you mean `{variable}`?" in words


def test_a_key_of_another_table_is_refused_with_its_place() -> None:
    assert "did you mean `log.level`?" in refused('[service]\nlevel = "info"')
    assert "did you mean `webhook.max_age`?" in refused("[engine]\nmax_age = 5")


def test_a_key_like_no_other_is_refused_with_all_there_are() -> None:
    assert "min_confidence" in refused("[webhook]\nzzzzzz = 1")
    assert "webhook" in refused("zzzzzz = 1")


@pytest.mark.parametrize("name", [*TABLES, "accounts"])
@pytest.mark.parametrize("value", ["5", "true", '"x"', "[1]"])
def test_what_should_be_a_table(name: str, value: str) -> None:
    words = refused(f"{name} = {value}")
    assert f"`{name}`: expected a table [{name}], found " in words
