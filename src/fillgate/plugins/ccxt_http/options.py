"""The settings of an account of type `ccxt-http`.

The secret is none of them: it is taken out before the rest is read, so that neither an error nor
the `repr` of the settings can show it.
"""

import re
import ssl
from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import SplitResult, urlsplit

import httpx2
import msgspec

from fillgate.domain.errors import ConfigurationError
from fillgate.domain.options import read_options
from fillgate.domain.orders import TimeInForce
from fillgate.domain.settings import Setting, shown
from fillgate.plugins.ccxt_http.signing import MASK, Signer

__all__ = ["AccountOptions", "Options", "read_settings", "tls_context"]


def _seconds(meaning: str) -> Setting:
    return Setting(meaning, unit="seconds", above=0, most=600)


_NAME: Final = re.compile(r"[A-Za-z0-9_.-]+")
_NAME_FORM: Final = "a name of letters, digits, `_`, `.` and `-`"
_URL_FORM: Final = "a URL such as `http://127.0.0.1:8080`"


def _check_name(name: str) -> None:
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"expected {_NAME_FORM}, found {shown(name)}")


def _check_base_url(url: str) -> None:
    try:
        fault = _fault_of(url, urlsplit(url))
    except (ValueError, httpx2.InvalidURL):
        # Without the error's words: they quote the URL, and what cannot be taken apart may hold
        # credentials.
        fault = "one whose host or port cannot be read"
    if fault is not None:
        raise ValueError(f"expected {_URL_FORM}, found {fault}")


def _fault_of(url: str, parts: SplitResult) -> str | None:
    """Return what is wrong with a base URL in words that hold none of its secrets, or None."""
    faults = {
        "white space or a control character in it": (
            re.search(r"[\s\0-\x1f\x7f]", url) is not None
        ),
        "credentials in it; the service knows fillgate by the signature": "@" in parts.netloc,
        "a query in it": "?" in url,
        "a fragment in it": "#" in url,
        f"the scheme {parts.scheme!r}; expected http or https": (
            parts.scheme not in {"http", "https"}
        ),
        "no host in it": not parts.hostname,
        "port 0 in it": parts.port == 0,
    }
    for fault, there in faults.items():
        if there:
            return fault
    # What the resolver and the HTTP client will have to understand. Here it is a setting to mend,
    # there it would be an order whose end is not proven.
    (parts.hostname or "").encode("idna")
    httpx2.URL(url)
    return None


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set, `webhook_secret` aside. Times are in seconds."""

    base_url: Annotated[
        str,
        Setting(
            "Where the service is; a path may follow.",
            check=_check_base_url,
            form=_URL_FORM,
            example="http://127.0.0.1:8006",
        ),
    ]
    exchange: Annotated[
        str,
        Setting(
            "CCXT's id of the exchange, sent with each order. Older services ignore it and use "
            "their own.",
            check=_check_name,
            form=_NAME_FORM,
        ),
    ] = "binance"
    testnet: Annotated[
        bool,
        Setting("Ask for the exchange's test network. Older services ignore it and use their own."),
    ] = False
    connect_timeout: Annotated[
        float, _seconds("For the name look-up and the TCP connection, and once more for TLS.")
    ] = 3.0
    pool_timeout: Annotated[
        float, _seconds("How long an order may wait for one of `max_connections`.")
    ] = 2.0
    answer_timeout: Annotated[
        float, _seconds("From a sent order to the whole answer. After it the order is UNKNOWN.")
    ] = 10.0
    data_timeout: Annotated[float, _seconds("The same for `/health` and `/ticker`.")] = 5.0
    max_connections: Annotated[
        int, Setting("How many orders may be under way at once.", least=1, most=1000)
    ] = 32
    error_means_rejected: Annotated[
        bool,
        Setting("The service answers `error` only if nothing was placed, whatever its words."),
    ] = False
    time_in_force: Annotated[
        frozenset[TimeInForce],
        Setting("What the service honours of `time_in_force`; an older one ignores the field."),
    ] = frozenset()
    reduce_only: Annotated[
        bool, Setting("The service honours `reduce_only`; an older one ignores the field.")
    ] = False
    post_only: Annotated[
        bool, Setting("The service honours `post_only`; an older one ignores the field.")
    ] = False
    ca_file: Annotated[
        str | None,
        Setting(
            "PEM file of the certificates to trust instead of the system's.",
            example="/etc/ssl/certs/ca-certificates.crt",
        ),
    ] = None


class AccountOptions(Options, frozen=True, kw_only=True):
    """All that can be set. For checks and pages; a running account never holds one."""

    webhook_secret: Annotated[
        str,
        Setting(
            "Reference to the secret shared with the service.",
            secret=True,
            example="env:CCXT_WEBHOOK_SECRET",
        ),
    ]


def read_settings(config: Mapping[str, Any], where: str) -> tuple[Options, Signer]:
    """Read an account's settings.

    Args:
        config: the table as it was parsed, references to secrets resolved.
        where: its name for error messages, for example `accounts.binance-main`.

    Raises:
        ConfigurationError: names the key, what was found and what would be right.
    """
    secret = _secret(config, where)
    options = read_options(AccountOptions, {**config, "webhook_secret": MASK}, where)
    base_url = options.base_url.rstrip("/")
    return msgspec.structs.replace(options, base_url=base_url), Signer(secret)


def _secret(config: Mapping[str, Any], where: str) -> str:
    secret = config.get("webhook_secret")
    if isinstance(secret, str) and secret.strip():
        return secret
    found = "nothing" if secret is None else "an empty text"
    if secret is not None and not isinstance(secret, str):
        found = f"a value of type {type(secret).__name__}"
    msg = f"`{where}.webhook_secret`: expected the secret shared with the service, found {found}"
    raise ConfigurationError(msg)


def tls_context(options: Options, where: str) -> ssl.SSLContext:
    """Return which certificates to trust; the environment has no say.

    Raises:
        ConfigurationError: `ca_file` cannot be read.
    """
    if options.ca_file is not None:
        try:
            return ssl.create_default_context(cafile=options.ca_file)
        except OSError as error:
            msg = f"`{where}.ca_file`: expected a PEM file of certificates; {error}"
            raise ConfigurationError(msg) from None
    if options.base_url.lower().startswith("https:"):
        return httpx2.create_ssl_context(trust_env=False)
    # Never used, and much cheaper than one that has read the system's certificates.
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
