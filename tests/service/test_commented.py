"""The commented configuration file."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.config import Configuration, settings, variable_of
from fillgate.domain.settings import declared
from fillgate.plugins.ccxt.options import AccountOptions as CcxtOptions
from fillgate.plugins.ccxt_http.options import AccountOptions
from fillgate.plugins.mock.options import MockOptions
from fillgate.service.commented import commented_file
from fillgate.service.configuration import load

TEXT = commented_file()
ENVIRON = dict.fromkeys(
    (
        *("FILLGATE_API_KEY", "FILLGATE_WEBHOOK_SECRET", "CCXT_WEBHOOK_SECRET"),
        *("BINANCE_API_KEY", "BINANCE_SECRET", "OKX_PASSPHRASE"),
    ),
    "a made-up secret",
)
SETTING = re.compile(r"#(?=\S)")


def lines() -> Iterator[int]:
    """The lines that hold a setting, or the header of an account."""
    return (n for n, line in enumerate(TEXT.splitlines()) if SETTING.match(line))


def uncommented(chosen: set[int]) -> str:
    return "\n".join(
        SETTING.sub("", line) if number in chosen else line
        for number, line in enumerate(TEXT.splitlines())
    )


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("commented") / "fillgate.toml"


def loaded(path: Path, text: str) -> Configuration:
    path.write_text(text)
    return load(path, environ=ENVIRON)


def test_as_it_is_it_sets_nothing(path: Path) -> None:
    assert tomllib.loads(TEXT) == {"service": {}, "webhook": {}, "engine": {}, "log": {}}
    path.write_text(TEXT)
    assert load(path, environ={}).origins == {}


def test_with_every_line_it_is_right_and_has_every_setting(path: Path) -> None:
    configuration = loaded(path, uncommented(set(lines())))
    assert configuration.origins.keys() == settings().keys()
    for key, field in settings().items():
        assert configuration.value(key) == field.example
    accounts: Any = {
        name: {"type", *declared(options)}
        for name, options in (
            ("my-mock", MockOptions),
            ("my-ccxt-http", AccountOptions),
            ("my-ccxt", CcxtOptions),
        )
    }
    found = {name: each.origins.keys() for name, each in configuration.accounts.items()}
    assert {name: found[name] for name in accounts} == accounts


TOP = [n for n in lines() if n < TEXT.splitlines().index("#[accounts.my-ccxt]")]


@given(st.sets(st.sampled_from(TOP)))
def test_with_any_of_its_settings_it_is_right(path: Path, chosen: set[int]) -> None:
    configuration = loaded(path, uncommented(chosen))
    assert len(configuration.origins) >= len(chosen)


@pytest.mark.parametrize("key", settings())
def test_each_setting_is_explained_with_its_variable(key: str) -> None:
    field = settings()[key]
    before, _, _ = TEXT.partition(f"#{field.name} = ")
    told = " ".join(before.rpartition("\n\n")[2].replace("\n#", "").split())
    if key != "webhook.secret":
        assert field.setting.meaning in told
        assert variable_of(key) in told


def test_lines_fit_a_screen() -> None:
    assert max(map(len, TEXT.splitlines())) <= 100
