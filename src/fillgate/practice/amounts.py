"""How the exchange writes amounts and times."""

from decimal import Decimal

__all__ = ["amount_text", "milliseconds"]


def amount_text(amount: Decimal | None) -> str:
    """Return a price or quantity with eight places, as Binance writes it; None is nothing."""
    return f"{amount or Decimal(0):.8f}"


def milliseconds(at: int) -> int:
    """Return Unix milliseconds of Unix microseconds."""
    return at // 1000
