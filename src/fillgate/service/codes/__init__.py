"""Every code that a caller can meet, with its meaning and what to do: one table.

- `kind`: what is said of a code
- `requests`: requests that cannot be answered
- `signals`: signals that cannot be acted on
- `orders`: what fillgate says of an order, and of settling one
- `venues`: what the plugins that come with fillgate say

Invariants:

1. A code is stable: its name and its meaning stay. New ones come.
2. The list is complete for fillgate and the plugins that come with it; a venue and a plugin of
   others may bring codes of their own, always as a refusal or a missing answer of the venue.
"""

from collections.abc import Mapping
from typing import Final

from fillgate.service.codes.asking import ASKING
from fillgate.service.codes.kind import Group, ProblemKind
from fillgate.service.codes.orders import ORDERS
from fillgate.service.codes.requests import REQUESTS
from fillgate.service.codes.signals import SIGNALS
from fillgate.service.codes.venues import VENUES

__all__ = ["CODES", "GROUPS", "Group", "ProblemKind"]

GROUPS: Final[tuple[Group, ...]] = (REQUESTS, SIGNALS, ORDERS, ASKING, VENUES)
"""All groups, in the order in which a request meets them."""

CODES: Final[Mapping[str, ProblemKind]] = {
    kind.code: kind for group in GROUPS for kind in group.kinds
}
"""All kinds by code."""
