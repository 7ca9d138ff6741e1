"""What is said of a code."""

from typing import NamedTuple

__all__ = ["Group", "ProblemKind"]


class ProblemKind(NamedTuple):
    """One kind of problem."""

    code: str
    status: int
    """HTTP status of the answers that carry it; below 400 it is no problem but a remark."""
    title: str
    """What it is, for people; the same for every occurrence."""
    meaning: str
    """What happened, and what that means for the order."""
    remedy: str
    """What to do."""

    @property
    def anchor(self) -> str:
        """Where it stands on the page of problems."""
        return self.code.lower().replace("_", "-")


class Group(NamedTuple):
    """Kinds that belong together."""

    title: str
    text: str
    kinds: tuple[ProblemKind, ...]
