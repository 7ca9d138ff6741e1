"""What is traded at the venue of the torture."""

import random
from typing import Any, Final

__all__ = ["SYMBOLS", "drawn_order"]

SYMBOLS: Final = tuple(f"{base}/USDT" for base in "ABCDEFGHIJKLMNOP")


def drawn_order(dice: random.Random, _side: str) -> dict[str, Any]:
    """Return what is to be traded at the venue of the torture, drawn anew."""
    order: dict[str, Any] = {"symbol": dice.choice(SYMBOLS), "quantity": str(dice.randint(1, 5))}
    if not dice.randrange(3):
        # So much that most rest in the end, filled in part or not at all.
        quantity, price = dice.randint(4, 12), dice.randint(90, 110)
        order |= {"order_type": "limit", "quantity": str(quantity), "price": str(price)}
    return order
