"""What the source says of fields."""

from fillgate.domain.orders import Order
from fillgate.service.notes import field_notes
from fillgate.service.shown import OrderView


class Base:
    one: int
    """The first.

    On two lines."""
    silent: int
    kept: int
    """As it was."""


class Derived(Base):
    one: int
    """Told anew."""
    two: int = 2
    """Not of a field that is not there:"""

    def three(self) -> None:
        """Not a field."""


def test_each_field_has_what_follows_it() -> None:
    assert field_notes(Base) == {"one": "The first. On two lines.", "kept": "As it was."}


def test_what_a_base_says_holds_until_it_is_told_anew() -> None:
    notes = field_notes(Derived)
    assert notes["one"] == "Told anew."
    assert notes["kept"] == "As it was."
    assert notes.keys() == {"one", "kept", "two"}
    assert field_notes(Order).items() <= field_notes(OrderView).items()


def test_without_source_nothing_is_said() -> None:
    made = type("Made", (), {"__module__": "nowhere", "__annotations__": {"one": int}})
    assert field_notes(made) == {}
    assert field_notes(int) == {}
