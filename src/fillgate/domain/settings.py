"""What a setting is: kind, default, bounds, unit and meaning, declared at its field.

    wait: Annotated[float, Setting("How long a caller waits.", unit="seconds", most=60)] = 2.0

Invariant: the declaration is the only place that knows them. Checks, the texts of errors, the
commented file of `fillgate init`, `fillgate config show` and the reference page are made from it.
"""

import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Annotated, Any, Final, Union, get_args, get_origin

import msgspec

from fillgate.domain.errors import ConfigurationError
from fillgate.domain.numbers import decimal_text

__all__ = [
    "Declared",
    "Number",
    "Setting",
    "alternatives",
    "declared",
    "is_credential",
    "kind_of",
    "shown",
]

Number = int | Decimal
"""A bound. Not a float, so that it is shown as it was written."""

_CREDENTIAL: Final = re.compile(r"(?:key|secret|password|passphrase|token)$", re.IGNORECASE)
_LONGEST_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Setting:
    """What a field's annotation says about the setting; all but the meaning may be left out."""

    meaning: str
    """What it does, in whole sentences."""
    unit: str = ""
    """Of a number, for example `seconds`."""
    least: Number | None = None
    """The smallest number that it may be."""
    above: Number | None = None
    """The number that it has to be larger than, where `least` will not do."""
    most: Number | None = None
    """The largest number that it may be."""
    words: tuple[str, ...] = ()
    """The only texts that it may be."""
    check: Callable[[Any], object] | None = None
    """Raises ValueError for a value that cannot be; its text says what was expected and found."""
    form: str = ""
    """What `check` expects, in words, for the reference."""
    secret: bool = False
    """It is a reference to a secret, and its value is never shown."""
    variable: str = ""
    """The environment variable that holds the secret itself."""
    example: object = None
    """A value to show where the default is none."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A field of a table of settings."""

    name: str
    """The key."""
    kind: object
    """Its type, without annotations."""
    default: object
    """None also if it has none."""
    needed: bool
    """It has no default and may not be left out."""
    setting: Setting

    @property
    def is_hidden(self) -> bool:
        """No error, and nothing that is printed, may show its value."""
        return self.setting.secret or is_credential(self.name)

    @property
    def bounds(self) -> str:
        """What a value must be, in words; empty if anything of its kind will do."""
        setting = self.setting
        words = setting.words or _enum_words(self.kind)
        if words:
            several = "any of" if _holds_several(self.kind) else "one of"
            return f"{several} {', '.join(words)}"
        return setting.form or f"{_range(setting)} {setting.unit}".strip()

    @property
    def example(self) -> object:
        """A value that it may have: the default unless that is none."""
        given = self.setting.example
        if given is not None or (self.default is not None and self.default != ""):
            return given if self.default is None else self.default
        return "..."

    def check(self, value: Any, where: str) -> None:
        """Check a value of the right kind.

        Args:
            value: as it was converted.
            where: its name for the error.

        Raises:
            ConfigurationError: it is beyond what is declared.
        """
        if value is None:
            return
        setting = self.setting
        fault = None
        if (setting.words and value not in setting.words) or not _is_within(setting, value):
            found = "something else" if self.is_hidden else shown(value)
            fault = f"expected {self.bounds}, found {found}"
        elif setting.check is not None:
            try:
                setting.check(value)
            except ValueError as error:
                fault = str(error)
        if fault is not None:
            raise ConfigurationError(f"`{where}`: {fault}")


def _is_within(setting: Setting, value: Any) -> bool:
    def bound(number: Number) -> Any:
        # 0.1 is the bound 0.1, though as a float it is a little more.
        return float(number) if isinstance(value, float) else number

    # Written so that no comparison with NaN lets it pass.
    return (
        (setting.least is None or value >= bound(setting.least))
        and (setting.above is None or value > bound(setting.above))
        and (setting.most is None or value <= bound(setting.most))
    )


def _range(setting: Setting) -> str:
    least, above, most = (
        None if bound is None else decimal_text(Decimal(bound))
        for bound in (setting.least, setting.above, setting.most)
    )
    if above is not None:
        return f"above {above}" + (f" and at most {most}" if most is not None else "")
    if least is not None and most is not None:
        return f"{least} to {most}"
    if least is not None:
        return f"at least {least}"
    return f"at most {most}" if most is not None else ""


def _enum_words(kind: object) -> tuple[str, ...]:
    for each in (kind, *alternatives(kind), *get_args(kind)):
        if isinstance(each, type) and issubclass(each, Enum):
            return tuple(str(member.value) for member in each)
    return ()


def _holds_several(kind: object) -> bool:
    return get_origin(kind) in {frozenset, set, list, tuple}


def is_credential(key: str) -> bool:
    """Return whether a setting of this name holds, or leads to, what nobody else may see."""
    return _CREDENTIAL.search(key) is not None


def shown(value: object) -> str:
    """Return a value as an error shows it: as it would be written, long ones cut."""
    is_number = isinstance(value, Decimal) and value.is_finite()
    text = decimal_text(value) if is_number else repr(value)  # type: ignore[arg-type]  # see above
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


@cache
def declared(kind: type[msgspec.Struct]) -> Mapping[str, Declared]:
    """Return the settings of a table, by their keys. A field without `Setting` has an empty one."""
    return {field.encode_name: _declared(field) for field in msgspec.structs.fields(kind)}


def _declared(field: msgspec.structs.FieldInfo) -> Declared:
    kind, setting = kind_of(field.type), Setting("")
    if get_origin(field.type) is Annotated:
        said = [each for each in get_args(field.type)[1:] if isinstance(each, Setting)]
        setting = said[0] if said else setting
    default = None if field.default is msgspec.NODEFAULT else field.default
    if field.default_factory is not msgspec.NODEFAULT:
        default = field.default_factory()
    return Declared(field.encode_name, kind, default, field.required, setting)


def kind_of(annotation: Any) -> object:
    """Return a type without what `Annotated` adds."""
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def alternatives(kind: object) -> tuple[object, ...]:
    """Return the types of a union; of any other type that one."""
    return get_args(kind) if get_origin(kind) in {Union, types.UnionType} else (kind,)
