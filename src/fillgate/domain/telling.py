"""What others said, as texts that can be written down."""

from typing import Final

__all__ = ["brief", "named", "words_of"]

_LONGEST_TEXT: Final = 500


def words_of(text: object) -> str:
    """Return a text that can be written down whatever a plugin put into it."""
    try:
        words = str(text)
    except Exception:  # noqa: BLE001 - an error that cannot be told is one all the same
        words = type(text).__name__
    return words.encode(errors="backslashreplace").decode()


def brief(text: object) -> str:
    """Return such a text, not too long to be written down."""
    return words_of(text)[:_LONGEST_TEXT]


def named(error: BaseException) -> str:
    """Return an error's type and its text, as `brief` does."""
    return f"{type(error).__name__}: {brief(error)}"
