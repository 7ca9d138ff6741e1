"""Wrong and right values of settings, made from what is declared of them.

Kinds, bounds and words give the values by themselves. Only what a setting's own check refuses
stands in a table beside the test: a setting with a check and no such case fails `needs_cases`.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, get_args

from fillgate.domain.orders import TimeInForce
from fillgate.domain.settings import Declared
from fillgate.plugins.mock.options import FeeTierOptions, InstrumentOptions

__all__ = [
    "Cases",
    "is_number",
    "misspelt",
    "needs_cases",
    "outermost",
    "values_beyond",
    "wrong_kinds",
]

Cases = Mapping[str, tuple[list[object], list[object]]]
"""By key: values of the right kind that its check refuses, and some that it takes."""

_TEXT: list[object] = [5, True, 1.5, ["x"], {"x": 1}]
_WRONG: Mapping[object, list[object]] = {
    str: _TEXT,
    str | None: _TEXT,
    bool: ["true", "yes", 1, 0, 1.5, [True]],
    float: ["x", "1", True, [1], {"x": 1}],
    int: ["x", "1", True, 1.5, [1]],
    # A Decimal may stand in quotes.
    Decimal: ["x", "1_0", " 1", True, [1], {"x": 1}],
    dict[str, Decimal]: [5, "x", True, [1], {"x": "y"}, {"x": True}, {"x": [1]}],
    dict[str, InstrumentOptions]: [5, "x", [1], {"x": 1}, {"x": {"lot": "y"}}],
    list[FeeTierOptions]: [5, "x", {"x": 1}, [1], [{"volume": "y"}], [{}]],
    frozenset[TimeInForce]: ["IOC", ["NOW"], 5, True, {"IOC": 1}],
}


def wrong_kinds(field: Declared) -> list[object]:
    """Values of other kinds than the setting's; a new kind of setting needs some here."""
    return _WRONG[field.kind]


def is_number(field: Declared) -> bool:
    return not {int, float, Decimal}.isdisjoint({field.kind, *get_args(field.kind)})


def values_beyond(field: Declared, cases: Cases) -> list[object]:
    """Values of the right kind that the setting may not have."""
    setting = field.setting
    step = 1 if field.kind is int else 0.5
    numbers: list[Any] = []
    if setting.least is not None:
        numbers.append(float(setting.least) - step)
    if setting.above is not None:
        numbers += [float(setting.above), float(setting.above) - step]
    if setting.most is not None:
        numbers.append(float(setting.most) + step)
    if field.kind is int:
        numbers = [int(number) for number in numbers]
    words = [word for each in setting.words for word in (each.upper(), each[:-1])]
    return [*numbers, *words, *([""] if words else []), *cases.get(field.name, ([], []))[0]]


def outermost(field: Declared, cases: Cases) -> list[object]:
    """Values that the setting may just have."""
    setting = field.setting
    bounds: list[object] = [
        int(bound) if field.kind is int else float(bound)
        for bound in (setting.least, setting.most)
        if bound is not None
    ]
    default = [] if field.default is None or setting.secret else [field.default]
    taken = cases.get(field.name, ([], []))[1]
    plain = [each for each in default if isinstance(each, str | int | float)]
    return [*bounds, *setting.words, *taken, *plain]


def misspelt(name: str) -> Iterator[str]:
    """Names that are almost this one."""
    yield name[:-1]
    yield name + "s"
    yield name.swapcase()
    if "_" in name:
        yield name.replace("_", "-")
    if name[1] != name[2]:
        yield name[0] + name[2] + name[1] + name[3:]


def needs_cases(fields: Mapping[str, Declared]) -> set[str]:
    """The settings with a check of their own."""
    return {field.name for field in fields.values() if field.setting.check is not None}
