"""What somebody probably meant who wrote a name that is not known."""

from collections.abc import Iterable
from typing import Final

__all__ = ["nearest", "plain_name", "suggestion"]

_LIKENESS: Final = 0.6


def nearest(name: str, known: Iterable[str], *, likeness: float = _LIKENESS) -> str | None:
    """Return the known name that is most like this one, or None if none is.

    Case, underscores, hyphens and spaces make no difference.

    Args:
        name: what was written.
        known: the names there are.
        likeness: from 0, anything will do, to 1, the same.
    """
    import difflib  # noqa: PLC0415 - only needed to phrase an error

    by_plain = {plain_name(each): each for each in known}
    found = difflib.get_close_matches(plain_name(name), by_plain, n=1, cutoff=likeness)
    return by_plain[found[0]] if found else None


def plain_name(name: str) -> str:
    """Return a name without what people mix up in names."""
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return what an error says behind "... is not a setting": the nearest name, or all."""
    names = sorted(known)
    near = nearest(name, names)
    return f"known: {', '.join(names)}" if near is None else f"did you mean `{near}`?"
