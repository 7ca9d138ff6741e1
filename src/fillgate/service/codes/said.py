"""The kinds of what plugins and their venues say of an order."""

from typing import Final

from fillgate.service.codes.kind import ProblemKind

__all__ = ["not_sent", "refused", "unanswered"]


def refused(code: str, title: str, by: str, remedy: str) -> ProblemKind:
    """Return a refusal: what was asked for was not done."""
    return ProblemKind(
        code, 422, title, f"A refusal: what was asked for was not done. Said by {by}", remedy
    )


def not_sent(code: str, title: str, by: str, remedy: str) -> ProblemKind:
    """Return a reason for which an order is proven not to have left."""
    meaning = f"The order is proven not to have left. Said by {by}"
    return ProblemKind(code, 422, title, meaning, remedy)


def unanswered(code: str, title: str, by: str) -> ProblemKind:
    """Return a reason for which an order may be at the venue."""
    return ProblemKind(code, 202, title, f"The order may be at the venue. Said by {by}", _LOOK)


_LOOK: Final = (
    "Wait for the lookup where the venue can be asked. Else look at the venue and settle the order "
    "with `fillgate order resolve`. Do not send it again."
)
