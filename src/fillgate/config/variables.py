"""The environment variables of the settings: `FILLGATE_` and the setting's table and key.

Invariants:

1. A variable that begins with `FILLGATE_` and belongs to nothing is an error.
2. An empty variable counts as one that is not set.
3. A secret's variable holds the secret itself: it stands for the reference to itself.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Final

from fillgate.config.tables import ACCOUNTS, settings
from fillgate.domain.errors import ConfigurationError
from fillgate.domain.findings import Findings
from fillgate.domain.nearest import nearest
from fillgate.domain.numbers import NumberError, parse_decimal
from fillgate.domain.settings import Declared, alternatives, shown

__all__ = ["given_values", "parse_flag", "variable_of"]

_PREFIX: Final = "FILLGATE_"
_OTHERS: Final = frozenset({"FILLGATE_URL"})
"""Variables that only commands read which ask a service."""

# Kubernetes tells every container where the service named fillgate is, in variables of these names.
_KUBERNETES: Final = re.compile(
    r"FILLGATE_(SERVICE_HOST|SERVICE_PORT\w*|PORT(_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)?)"
)
_FLAGS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}


def variable_of(key: str) -> str:
    """Return the variable of a setting, by `table.key`."""
    return settings()[key].setting.variable or _by_rule(key)


def _by_rule(key: str) -> str:
    return _PREFIX + key.replace(".", "_").upper()


@cache
def _variables() -> Mapping[str, str]:
    return {variable_of(key): key for key in settings()}


def given_values(env: Mapping[str, str]) -> Mapping[str, tuple[str, object]]:
    """Return what the environment says: by `table.key` the variable and its value, converted.

    Raises:
        ConfigurationError: a variable belongs to no setting, or is of the wrong kind.
    """
    given, found = {}, Findings()
    for name, text in env.items():
        if not name.startswith(_PREFIX) or name in _OTHERS or not text:
            continue
        if name not in _variables():
            if _KUBERNETES.fullmatch(name) is None:
                found.add(_unknown(name))
            continue
        key = _variables()[name]
        with found.collect():
            given[key] = name, _converted(settings()[key], name, text)
    found.check()
    return given


def _unknown(name: str) -> str:
    # A secret's variable is not named by the rule: it holds no reference as the file's key does.
    by_rule = {_by_rule(key): variable for variable, key in _variables().items()}
    known = [*_variables(), *_OTHERS]
    near = nearest(name.removeprefix(_PREFIX), [each.removeprefix(_PREFIX) for each in known])
    if name in by_rule:
        hint = f"did you mean `{by_rule[name]}`?"
    elif name.startswith(f"{_PREFIX}{ACCOUNTS.upper()}"):
        hint = "accounts stand in the configuration file, their secrets as env:NAME"
    elif near is not None:
        hint = f"did you mean `{_PREFIX}{near}`?"
    else:
        hint = f"known: {', '.join(sorted(known))}"
    return f"`{name}` is not a variable of a setting; {hint}"


def _converted(field: Declared, name: str, text: str) -> object:
    kinds = alternatives(field.kind)
    if field.setting.secret:
        return f"env:{name}"
    if bool in kinds:
        return parse_flag(name, text)
    if not {int, float, Decimal}.isdisjoint(kinds):
        number = _number(name, text, whole=int in kinds)
        return float(number) if float in kinds else number
    return text


def parse_flag(name: str, text: str) -> bool:
    """Return what a variable says whose setting is true or false.

    Raises:
        ConfigurationError: neither of them.
    """
    flag = _FLAGS.get(text.strip().lower())
    if flag is None:
        raise ConfigurationError(f"`{name}`: expected true or false, found {shown(text)}")
    return flag


def _number(name: str, text: str, *, whole: bool) -> int | Decimal:
    try:
        number = parse_decimal(text)
    except NumberError as error:
        raise ConfigurationError(f"`{name}`: {error}") from None
    if not whole:
        return number
    if number != int(number):
        raise ConfigurationError(f"`{name}`: expected a whole number, found {shown(text)}")
    return int(number)
