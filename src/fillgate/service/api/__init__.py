"""The table of all operations of the HTTP API: one entry each.

- `signals_in`, `orders`, `state`, `watching`: the entries, by what they are for
- `common`: what several have in common

Invariant: what stands here is routed and documented; what does not is neither.
"""

from typing import Final

from fillgate.service.api.common import ORDERS_PATH, WEBHOOK_PATH
from fillgate.service.api.orders import ORDERS
from fillgate.service.api.signals_in import SIGNALS_IN
from fillgate.service.api.state import STATE
from fillgate.service.api.watching import WATCHING
from fillgate.service.operations import Operation

__all__ = ["OPERATIONS", "ORDERS_PATH", "WEBHOOK_PATH"]

OPERATIONS: Final[tuple[Operation, ...]] = (*SIGNALS_IN, *ORDERS, *STATE, *WATCHING)
"""All operations, in the order in which the pages tell of them."""
