"""What a sound configuration hardly means."""

import pytest

from fillgate.service.warnings import warnings
from tests.configuration import SECRET
from tests.service.configurations import load

CCXT = '[accounts.real]\ntype = "ccxt-http"\nbase_url = "http://h"\nwebhook_secret = "env:S"\n'


def said(text: str | None, **environ: str) -> str:
    configuration = load(text, S=SECRET, **environ)
    return "\n".join(warnings(configuration, environ))


@pytest.mark.parametrize("text", [None, "", CCXT, 'default_account = "mock"'])
def test_nothing_is_said_of_what_is_meant(text: str | None) -> None:
    assert said(text) == ""


def test_a_simulated_default_beside_a_real_account() -> None:
    words = said('default_account = "mock"\n' + CCXT)
    assert "`default_account` is 'mock', a simulated venue, though there is 'real'" in words


def test_an_environment_that_nobody_hears() -> None:
    environ = {"CCXT_BASE_URL": "http://h", "WEBHOOK_SECRET": SECRET}
    assert "CCXT_BASE_URL makes an account only without a configuration file" in said("", **environ)
    assert said(None, **environ) == ""


def test_a_timeout_that_is_never_reached() -> None:
    words = said(CCXT + "answer_timeout = 20")
    assert "`accounts.real.answer_timeout` of 20 seconds is never reached" in words
    assert said(CCXT + "answer_timeout = 20\n[engine]\nsubmit_deadline = 20") == ""
