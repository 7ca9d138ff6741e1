"""Events: every kind is listed, named once, versioned, and comes back from its encoding."""

import re

import msgspec
import pytest

from fillgate.domain.events import EVENT_TYPES, Event, OrderEvent, RequestEvent


def kinds_below(base: type[Event]) -> set[type[Event]]:
    found = set(base.__subclasses__())
    return found.union(*(kinds_below(kind) for kind in found))


def test_every_kind_is_listed() -> None:
    of_fillgate = {kind for kind in kinds_below(Event) if kind.__module__.startswith("fillgate.")}
    assert of_fillgate - {OrderEvent, RequestEvent} == set(EVENT_TYPES)
    assert len(EVENT_TYPES) == len(set(EVENT_TYPES))


def test_kinds_are_unique() -> None:
    names = [kind.kind for kind in EVENT_TYPES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_kinds_are_named_for_their_class_and_versioned(kind: type[Event]) -> None:
    words = re.findall("[A-Z][a-z]+", kind.__name__)
    assert kind.kind == "-".join(words).lower()
    assert "kind" in vars(kind)
    assert kind.version >= 1


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_events_cannot_be_changed(kind: type[Event]) -> None:
    assert kind.__struct_config__.frozen


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_events_have_a_schema(kind: type[Event]) -> None:
    (_, components) = msgspec.json.schema_components([kind])
    assert kind.__name__ in components
