"""The environment variables of the settings."""

import pytest

from fillgate.config import settings, variable_of
from tests.configuration import SECRET, load, refused


def test_a_variable_is_named_as_its_setting() -> None:
    assert variable_of("service.listen") == "FILLGATE_SERVICE_LISTEN"
    assert variable_of("default_account") == "FILLGATE_DEFAULT_ACCOUNT"
    assert variable_of("service.api_key") == "FILLGATE_API_KEY"
    assert variable_of("webhook.secret") == "FILLGATE_WEBHOOK_SECRET"


def test_each_setting_has_its_own() -> None:
    assert len({variable_of(key) for key in settings()}) == len(settings())


@pytest.mark.parametrize("key", settings())
def test_an_empty_one_counts_as_none(key: str) -> None:
    assert load(None, **{variable_of(key): ""}) == load(None)


def test_a_secret_stands_for_the_reference_to_itself() -> None:
    configuration = load("", FILLGATE_API_KEY=SECRET)
    assert (configuration.service.api_key, configuration.api_key) == (
        "env:FILLGATE_API_KEY",
        SECRET,
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("FILLGATE_SERVICE_API_KEY", "did you mean `FILLGATE_API_KEY`?"),
        ("FILLGATE_LISTEN", "did you mean `FILLGATE_SERVICE_LISTEN`?"),
        ("FILLGATE_URLS", "did you mean `FILLGATE_URL`?"),
        ("FILLGATE_ACCOUNTS_ACME_TOKEN", "accounts stand in the configuration file"),
        ("FILLGATE_", "known: FILLGATE_API_KEY, FILLGATE_DEFAULT_ACCOUNT, "),
    ],
)
def test_one_that_belongs_to_nothing_is_refused(name: str, words: str) -> None:
    for text in (None, ""):
        said = refused(text, **{name: SECRET})
        assert f"`{name}` is not a variable of a setting" in said
        assert words in said


@pytest.mark.parametrize(
    "name",
    [
        "FILLGATE_URL",
        "FILLGATE_SERVICE_HOST",
        "FILLGATE_SERVICE_PORT",
        "FILLGATE_SERVICE_PORT_HTTP",
        "FILLGATE_PORT",
        "FILLGATE_PORT_8005_TCP",
        "FILLGATE_PORT_8005_TCP_ADDR",
        "FILLGATEKEEPER",
        "fillgate_x",
    ],
)
def test_those_of_others_are_let_be(name: str) -> None:
    assert load(None, **{name: "x"}) == load(None)
