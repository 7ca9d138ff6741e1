"""Where the value of a setting comes from."""

from typing import NamedTuple

__all__ = ["DEFAULT", "Origin"]


class Origin(NamedTuple):
    """Where a value comes from."""

    kind: str
    """`default`, `file`, `environment` or `command line`."""
    place: str = ""
    """The file's path, the variable's name, the option."""

    def name(self, key: str) -> str:
        """Return how errors call the setting, so that it is found where it was given."""
        return self.place if self.kind in {"environment", "command line"} else key

    def __str__(self) -> str:
        return f"{self.kind} {self.place}".strip()


DEFAULT = Origin("default")
