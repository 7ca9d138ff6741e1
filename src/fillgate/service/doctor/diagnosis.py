"""What a check says."""

from enum import StrEnum

import msgspec

__all__ = ["Diagnosis", "Level", "fine", "problem", "warning"]


class Level(StrEnum):
    """How much it matters."""

    OK = "ok"
    WARNING = "warning"
    """It works, and may not one day."""
    PROBLEM = "problem"
    """It does not work, or is not safe."""


class Diagnosis(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    level: Level
    text: str
    """What was found."""
    advice: str = ""
    """What to do; empty if nothing has to be done."""


def fine(text: str) -> Diagnosis:
    """Nothing has to be done."""
    return Diagnosis(Level.OK, text)


def warning(text: str, advice: str) -> Diagnosis:
    """It works, and may not one day."""
    return Diagnosis(Level.WARNING, text, advice)


def problem(text: str, advice: str) -> Diagnosis:
    """It does not work, or is not safe."""
    return Diagnosis(Level.PROBLEM, text, advice)
