"""The page of all settings, made from their declarations."""

from collections.abc import Iterable, Iterator
from typing import Final

from docs.markdown import table
from fillgate.config import TABLES, settings, toml_text, variable_of
from fillgate.domain.options import kind_in_words
from fillgate.domain.settings import Declared, declared
from fillgate.service.account_options import declared_options
from fillgate.service.plugin_types import plugin_type

__all__ = ["configuration"]

_CONFIGURATION: Final = """\
# Configuration

Made from the settings themselves by `make docs`. How to work with it:
[configure](../how-to/configure.md).

The file is [TOML](https://toml.io), `fillgate.toml` in the working directory unless `--config`
names another. What is left out is at its default. A value comes from the last of these that gives
one:

1. the default,
2. the file,
3. the environment variable beside the setting; an empty one counts as not set,
4. the command line: `--listen` and `--data` of `fillgate serve`.

A wrong value is an error also where a later one replaces it. A variable that begins with
`FILLGATE_` and belongs to no setting is an error. `FILLGATE_URL` belongs to the commands that ask
a service; the names that Kubernetes gives to containers beside a service called fillgate are let
be.

`service.api_key` and `webhook.secret` are references in the file (`env:NAME`, `file:PATH`), while
their variables, `FILLGATE_API_KEY` and `FILLGATE_WEBHOOK_SECRET`, hold the secrets themselves: at
least 8 characters.
"""

_ACCOUNTS: Final = """\
## Accounts

One table `[accounts.NAME]` for each account: `type` is the type of its plugin, the rest are the
plugin's options. They have no variables of their own, but each option whose name ends in
`secret`, `password`, `passphrase`, `token`, `api_key` or `private_key` is a reference to a
secret. The account `mock` is always there.

Without a configuration file, `CCXT_BASE_URL` makes one account of the type `ccxt-http`, named as
the exchange: with `WEBHOOK_SECRET`, which it needs, `EXCHANGE` and `TESTNET`.
"""


def configuration() -> Iterator[str]:
    """Give the lines of the page."""
    yield _CONFIGURATION
    yield from ("## Top of the file", "")
    yield from _settings(key for key in settings() if "." not in key)
    for name in TABLES:
        yield from (f"## [{name}]", "")
        yield from _settings(key for key in settings() if key.startswith(f"{name}."))
    yield _ACCOUNTS
    for kind in ("ccxt", "ccxt-http", "mock"):
        options = declared_options(plugin_type(kind, "accounts"))
        assert options is not None
        yield from (f'### type = "{kind}"', "")
        head = ("option", "default", "may be", "")
        fields = sorted(declared(options).values(), key=lambda field: not field.needed)
        yield from table(head, map(_declared, fields))


def _settings(keys: Iterable[str]) -> list[str]:
    rows = ((*_declared(settings()[key]), f"`{variable_of(key)}`") for key in keys)
    return table(("setting", "default", "may be", "", "variable"), rows)


def _declared(field: Declared) -> tuple[str, ...]:
    default = "needed" if field.needed else "none"
    if field.default is not None:
        default = f"`{toml_text(field.default)}`"
    kind, bounds = kind_in_words(field), field.bounds
    numeric = kind in {"a number", "a whole number"}
    may_be = f"{kind}, {bounds}" if bounds and numeric else bounds or kind
    return f"`{field.name}`", default, may_be, field.setting.meaning
