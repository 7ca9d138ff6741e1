"""The configuration file that `fillgate init` writes: every setting at its default, explained.

Invariants:

1. As it is written, it sets nothing.
2. A line that begins with `#` and no space is a setting or a table: without its `#` it is right.
"""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from fillgate.config import settings, toml_key, toml_text, variable_of
from fillgate.domain.options import kind_in_words
from fillgate.domain.settings import Declared, declared
from fillgate.service.account_options import declared_options
from fillgate.service.plugin_types import installed_types

__all__ = ["commented_file"]

_WIDTH: Final = 96

_HEAD: Final = (
    "The configuration of fillgate. Each setting stands here at its default, or with an example if "
    "it has none, behind a `#`: take the `#` away to change it. Behind a setting's bounds stands "
    "the environment variable that counts more than this file. `fillgate config check` checks what "
    "you wrote, `fillgate config show` tells what counts and where it is from."
)
_SECRETS: Final = (
    'Secrets never stand here, only where they are: "env:NAME" is an environment variable, '
    '"file:PATH" the text of a file.'
)
_ACCOUNTS: Final = (
    "Accounts: one table each, [accounts.NAME], with the type of its plugin and the plugin's "
    "options. An account `mock`, a simulated venue, is always there."
)


def commented_file() -> str:
    """Return the file's text, with an example of an account for each plugin that is installed."""
    lines = [*_comment(_HEAD), "#", *_comment(_SECRETS)]
    table = ""
    for key, field in settings().items():
        before, _, _ = key.rpartition(".")
        if before != table:
            lines += ["", f"[{before}]"]
            table = before
        lines += ["", *_setting(field, variable_of(key))]
    lines += ["", "", *_comment(_ACCOUNTS)]
    for kind, options in _declared_types():
        lines += ["", "", *_account(kind, options)]
    return "\n".join(lines) + "\n"


def _declared_types() -> Iterator[tuple[str, type[msgspec.Struct]]]:
    for kind, plugin in installed_types().items():
        options = declared_options(plugin)
        if options is not None:
            yield kind, options


def _account(kind: str, options: type[msgspec.Struct]) -> Iterator[str]:
    yield f"#[{toml_key('accounts', f'my-{kind}')}]"
    yield f"#type = {toml_text(kind)}"
    for field in _needed_first(declared(options)):
        yield ""
        yield from _setting(field, "")


def _needed_first(fields: Mapping[str, Declared]) -> list[Declared]:
    return sorted(fields.values(), key=lambda field: not field.needed)


def _setting(field: Declared, variable: str) -> Iterator[str]:
    yield from _comment(field.setting.meaning)
    needed = "Needed." if field.needed else ""
    bounds = field.bounds or kind_in_words(field)
    yield from _comment(
        " ".join(filter(None, (f"{bounds[0].upper()}{bounds[1:]}.", needed, variable)))
    )
    yield f"#{toml_key(field.name)} = {toml_text(field.example)}"


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(text, _WIDTH, break_on_hyphens=False)]
