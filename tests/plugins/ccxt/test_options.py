"""The settings of an account, and its keys, without ccxt."""

from pathlib import Path
from typing import Any

import pytest

from fillgate.domain.errors import ConfigurationError
from fillgate.plugins.ccxt import CcxtPlugin
from fillgate.plugins.ccxt.credentials import Credentials
from fillgate.plugins.ccxt.options import practice_place, read_settings, tls_context
from fillgate.testing import plugin_context

KEYS = {"api_key": "a-made-up-key", "secret": "a-made-up-secret", "password": "a-made-up-phrase"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"exchange": "Binance!"}, "`a.exchange`: expected ccxt's id of an exchange"),
        ({"market_type": "margin"}, "`a.market_type`: expected"),
        ({"options": {"maxRetriesOnFailure": 3}}, "maxRetriesOnFailure would send an order again"),
        ({"options": {"x": {"maxRetriesOnFailure": 1}}}, "would send an order again"),
        ({"options": {"max_retries_on_failure": 1}}, "would send an order again"),
        ({"practice": "10.0.0.1:8443"}, "`a.practice`: expected a loopback address and a port"),
        ({"practice": "127.0.0.1"}, "`a.practice`: expected a loopback address and a port"),
        ({"practice_ca": "ca.pem"}, "`a.practice_ca`: expected `a.practice` beside it"),
        ({"api_key": "key", "secret": None}, "`a.secret`: expected the secret of the key"),
        ({"secret": ""}, "`a.secret`: expected a text, found an empty text"),
        ({"answer_timeout": 0}, "`a.answer_timeout`: expected"),
        ({"apikey": "x"}, "`a.apikey` is not a setting"),
    ],
    ids=str,
)
def test_a_wrong_setting_is_told(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read_settings({"exchange": "binance", **KEYS} | changes, "a")
    assert words in str(raised.value)
    assert not any(secret in str(raised.value) for secret in KEYS.values())


def test_the_keys_are_told_to_ccxt_alone() -> None:
    options, credentials = read_settings({"exchange": "binance", **KEYS}, "a")
    assert credentials.for_ccxt() == {
        "apiKey": KEYS["api_key"],
        "secret": KEYS["secret"],
        "password": KEYS["password"],
    }
    shown = repr(options) + repr(credentials)
    assert not any(secret in shown for secret in KEYS.values())


def test_what_quotes_a_key_is_told_without_it() -> None:
    credentials = Credentials({"apiKey": "abcd", "secret": "abcdefgh"})
    assert credentials.redact("abcdefgh and abcd") == "*** and ***"


def test_an_account_may_have_no_keys() -> None:
    _, credentials = read_settings({"exchange": "binance"}, "a")
    assert not credentials


@pytest.mark.parametrize(
    ("text", "place"),
    [("127.0.0.1:8443", ("127.0.0.1", 8443)), ("[::1]:1", ("::1", 1))],
)
def test_a_practice_exchange_is_on_this_machine(text: str, place: tuple[str, int]) -> None:
    assert practice_place(text) == place


def test_certificates_that_are_not_there_are_a_wrong_setting(tmp_path: Path) -> None:
    given = {"practice": "127.0.0.1:1", "practice_ca": str(tmp_path / "none.pem")}
    options, _ = read_settings({"exchange": "binance", **given}, "a")
    with pytest.raises(ConfigurationError, match=r"`a\.practice_ca`: expected a PEM file"):
        tls_context(options, "a")


async def test_without_ccxt_an_account_says_what_to_install() -> None:
    plugin = CcxtPlugin("acme", plugin_context())
    with pytest.raises(ConfigurationError, match=r"install `fillgate\[ccxt\]`"):
        await plugin.init({"exchange": "binance"})
    await plugin.close()
