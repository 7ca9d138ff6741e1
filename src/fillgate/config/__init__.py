"""The configuration: one typed tree from a TOML file, the environment and the command line.

- `tables`: every setting, each declared once; `Configuration`, the whole tree
- `variables`: the environment variables of the settings
- `origins`: where a value comes from
- `addresses`, `references`: what some settings hold
- `accounts`: the accounts, from the file or the environment
- `lines`: where in the file something stands
- `toml`: how values are written
- `loading`: puts it together

Invariants:

1. Every wrong value is an error that names the key, what was found and what would be right; all
   errors of a file are told at once.
2. Secrets come by reference (`env:NAME`, `file:PATH`), never literally, and are never shown.
3. Default, file, environment, command line: the later wins. Each value knows where it is from.
4. The account `mock` is always there; it is the default only when it is alone.
"""

from fillgate.config.accounts import read_account
from fillgate.config.addresses import is_loopback, parse_listen
from fillgate.config.lines import located
from fillgate.config.loading import load_configuration
from fillgate.config.origins import DEFAULT, Origin
from fillgate.config.references import check_reference, secret_by_reference, secret_file
from fillgate.config.tables import (
    TABLES,
    AccountConfig,
    Configuration,
    EngineConfig,
    LogConfig,
    ServiceConfig,
    WebhookConfig,
    settings,
)
from fillgate.config.toml import toml_key, toml_text
from fillgate.config.variables import parse_flag, variable_of

__all__ = [
    "DEFAULT",
    "TABLES",
    "AccountConfig",
    "Configuration",
    "EngineConfig",
    "LogConfig",
    "Origin",
    "ServiceConfig",
    "WebhookConfig",
    "check_reference",
    "is_loopback",
    "load_configuration",
    "located",
    "parse_flag",
    "parse_listen",
    "read_account",
    "secret_by_reference",
    "secret_file",
    "settings",
    "toml_key",
    "toml_text",
    "variable_of",
]
