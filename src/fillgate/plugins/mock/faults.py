"""Which orders the mock venue refuses or never answers, so that one can see what then happens.

Invariant: it depends on the seed and the client order id only.
"""

from decimal import Decimal
from hashlib import blake2b
from typing import Final

from fillgate.plugins.mock.options import MockOptions

__all__ = ["Faults"]

_DRAWS: Final = 1 << 64


class Faults:
    """The faults of one account."""

    def __init__(self, options: MockOptions) -> None:
        """Draw with the rates and the seed of an account."""
        self._options = options

    def refuses(self, client_order_id: str) -> bool:
        """Tell whether an order is refused, whatever it is."""
        return self._is_drawn("reject", client_order_id, self._options.reject_rate)

    def never_answers(self, client_order_id: str) -> bool:
        """Tell whether an order is taken, and its answer lost."""
        return self._is_drawn("unknown", client_order_id, self._options.unknown_rate)

    def _is_drawn(self, what: str, client_order_id: str, rate: Decimal) -> bool:
        if not rate:
            return False
        name = f"{self._options.seed}|{what}|{client_order_id}"
        draw = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")
        return draw < rate * _DRAWS
