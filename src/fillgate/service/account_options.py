"""The options of accounts, as far as their plugins declare them: checked before anything starts."""

import msgspec

from fillgate.config import AccountConfig
from fillgate.domain.errors import ConfigurationError
from fillgate.domain.options import read_options
from fillgate.plugins.base import ExecutionPlugin
from fillgate.service.plugin_types import plugin_type

__all__ = ["check_account", "declared_options"]


def declared_options(plugin: type[ExecutionPlugin]) -> type[msgspec.Struct] | None:
    """Return the structure of a plugin's options; None if it declares none."""
    options = plugin.options
    is_struct = isinstance(options, type) and issubclass(options, msgspec.Struct)
    return options if is_struct else None


def check_account(name: str, account: AccountConfig) -> None:
    """Check an account's type, and its options if the plugin declares them.

    Raises:
        ConfigurationError: something is wrong; options from the environment are called by their
            variables.
    """
    where = f"accounts.{name}"
    options = declared_options(plugin_type(account.type, where))
    if options is None:
        return
    try:
        read_options(options, account.options, where)
    except ConfigurationError as error:
        findings = (_by_origin(text, where, account) for text in error.findings)
        raise ConfigurationError(*findings) from None


def _by_origin(finding: str, where: str, account: AccountConfig) -> str:
    for key, origin in account.origins.items():
        named = f"`{where}.{key}`"
        if finding.startswith(named):
            return f"`{origin.name(f'{where}.{key}')}`{finding.removeprefix(named)}"
    return finding
