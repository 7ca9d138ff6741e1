from pathlib import Path
from typing import Any

import pytest

from fillgate.domain.errors import ConfigurationError
from fillgate.plugins.ccxt_http.options import Options, read_settings, tls_context
from tests.plugins.ccxt_http.conftest import Certificate

SECRET = "s3cret-of-the-test"
GOOD: dict[str, Any] = {"base_url": "http://127.0.0.1:8080", "webhook_secret": SECRET}


def read(**changes: Any) -> Options:
    return read_settings({**GOOD, **changes}, "accounts.acme")[0]


def test_defaults() -> None:
    options = read()
    assert (options.exchange, options.testnet) == ("binance", False)
    assert (options.connect_timeout, options.answer_timeout) == (3.0, 10.0)
    assert not options.error_means_rejected
    assert options.time_in_force == frozenset()
    assert not options.reduce_only
    assert not options.post_only


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("https://ccxt.example/bridge//", "https://ccxt.example/bridge"),
        ("HTTP://[::1]:80", "HTTP://[::1]:80"),
        ("http://münchen.example", "http://münchen.example"),
    ],
)
def test_base_url_is_kept_without_slashes_at_its_end(given: str, kept: str) -> None:
    assert read(base_url=given).base_url == kept


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("", "scheme ''"),
        ("127.0.0.1:8080", "scheme"),
        ("ftp://host", "scheme 'ftp'"),
        ("http://", "no host"),
        ("http:///path", "no host"),
        ("http://:80", "no host"),
        ("http://me@host", "credentials"),
        ("http://me:pa55word@host", "credentials"),
        ("http://me:pa55word", "cannot be read"),
        ("http://host:99999", "cannot be read"),
        ("http://host:0", "port 0"),
        ("http://[::1", "cannot be read"),
        ("http://a..b", "cannot be read"),
        ("http://" + "a" * 70 + ".example", "cannot be read"),
        ("http://host/?a=b", "query"),
        ("http://host?", "query"),
        ("http://host/#top", "fragment"),
        ("http://ho st", "white space"),
        ("http://host\n", "white space"),
        (" http://host", "white space"),
        ("http://host/\x00", "white space"),
    ],
)
def test_bad_base_urls(url: str, fault: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(base_url=url)
    assert "`accounts.acme.base_url`" in str(caught.value)
    assert fault in str(caught.value)
    assert "pa55word" not in str(caught.value)


@pytest.mark.parametrize("secret", [None, "", "  \n", 12345678, 1.5, True, ["s3cret"], {"a": "b"}])
def test_a_secret_that_is_none(secret: object) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(webhook_secret=secret)
    assert "`accounts.acme.webhook_secret`" in str(caught.value)
    assert "12345678" not in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_a_missing_secret() -> None:
    with pytest.raises(ConfigurationError, match=r"`accounts\.acme\.webhook_secret`.*nothing"):
        read_settings({"base_url": "http://h"}, "accounts.acme")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[
            (key, value)
            for key in ("connect_timeout", "pool_timeout", "answer_timeout", "data_timeout")
            for value in (0, -1, float("nan"), float("inf"), 601, "3", True, None)
        ],
        ("base_url", 80),
        ("exchange", ""),
        ("exchange", "bin ance"),
        ("exchange", "binance\n"),
        ("testnet", "yes"),
        ("testnet", 1),
        ("max_connections", 0),
        ("max_connections", 1.5),
        ("error_means_rejected", "true"),
        ("time_in_force", "IOC"),
        ("time_in_force", ["NOW"]),
        ("bas_url", "http://h"),
        ("webhook_secrets", "x"),
    ],
)
def test_wrong_settings_are_named_and_the_secret_is_not(key: str, value: object) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(**{key: value})
    assert f"accounts.acme.{key}" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_base_url_is_needed() -> None:
    with pytest.raises(ConfigurationError, match=r"accounts\.acme.*base_url"):
        read_settings({"webhook_secret": SECRET}, "accounts.acme")


def test_the_secret_is_in_nothing_that_can_be_shown() -> None:
    options, signer = read_settings(GOOD, "accounts.acme")
    assert SECRET not in f"{options!r} {options} {signer!r}"


def test_a_ca_file_that_is_none(tmp_path: Path) -> None:
    text = tmp_path / "text.pem"
    text.write_text("no certificate")
    for path in (tmp_path / "missing.pem", text):
        with pytest.raises(ConfigurationError, match=r"`accounts\.acme\.ca_file`"):
            tls_context(read(ca_file=str(path)), "accounts.acme")


def test_a_ca_file_replaces_the_systems_certificates(certificate: Certificate) -> None:
    path, _ = certificate
    context = tls_context(read(base_url="https://h", ca_file=str(path)), "accounts.acme")
    assert [entry["subject"] for entry in context.get_ca_certs()] == [
        ((("commonName", "localhost"),),)
    ]


def test_the_environment_adds_no_certificates(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _ = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    context = tls_context(read(base_url="https://h"), "accounts.acme")
    assert "localhost" not in str(context.get_ca_certs())
