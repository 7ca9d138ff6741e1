"""The resolved configuration, setting by setting, with where each value comes from.

Invariant: no secret is in it. A secret is shown as its reference; a value that has a credential's
name, or a credential in an address, is cut.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from fillgate.config import DEFAULT, AccountConfig, Configuration, Origin, settings
from fillgate.domain.settings import Declared, declared, is_credential
from fillgate.service.account_options import declared_options
from fillgate.service.plugin_types import plugin_type

__all__ = ["CUT", "Row", "overview"]

CUT: Final = "[redacted]"
_USERINFO: Final = re.compile(r"(?<=://)[^/\s@]*@")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One setting."""

    table: tuple[str, ...]
    """Names of the table that it stands in; empty for the top of the file."""
    key: str
    value: Any
    """None if it has none."""
    origin: Origin
    secret: str | None = None
    """For a reference to a secret: `set`, or why it is not."""


def overview(configuration: Configuration, missing: Mapping[str, str]) -> Iterator[Row]:
    """Give all settings in the file's order, those at their defaults too.

    Args:
        configuration: the whole tree.
        missing: for each setting whose secret was not found why not.
    """
    for key in settings():
        *table, name = key.split(".")
        value, origin = configuration.value(key), configuration.origin(key)
        is_reference = settings()[key].setting.secret and value is not None
        # A secret's reference may have come from its variable.
        secret = missing.get(origin.name(key), "set") if is_reference else None
        yield Row(table=tuple(table), key=name, value=value, origin=origin, secret=secret)
    for name, account in configuration.accounts.items():
        yield from _account_rows(name, account, missing)


def _account_rows(name: str, account: AccountConfig, missing: Mapping[str, str]) -> Iterator[Row]:
    table, fields = ("accounts", name), _fields(name, account)
    defaults = {key: field.default for key, field in fields.items()}
    for key, value in {"type": account.type, **defaults, **account.options}.items():
        secret = None
        if key in account.references:
            shown: Any = account.references[key]
            secret = missing.get(f"accounts.{name}.{key}", "set")
        elif key in fields and fields[key].setting.secret and value is not None:
            shown = CUT
        else:
            shown = _redacted(key, value)
        origin = account.origins.get(key, DEFAULT)
        yield Row(table=table, key=key, value=shown, origin=origin, secret=secret)


def _fields(name: str, account: AccountConfig) -> Mapping[str, Declared]:
    options = declared_options(plugin_type(account.type, f"accounts.{name}"))
    return {} if options is None else declared(options)


def _redacted(key: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _redacted(name, each) for name, each in value.items()}
    if value is not None and is_credential(key):
        return CUT
    if isinstance(value, list):
        return [_redacted(key, each) for each in value]
    return _USERINFO.sub(f"{CUT}@", value) if isinstance(value, str) else value
