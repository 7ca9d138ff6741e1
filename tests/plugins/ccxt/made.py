"""Markets as ccxt describes them, numbers as text."""

from collections.abc import Mapping
from typing import Any

__all__ = ["by_symbol", "future", "spot", "swap"]

Raw = dict[str, Any]


def spot(base: str, quote: str, identity: str, **changed: Any) -> Raw:
    return _raw("spot", f"{base}/{quote}", base, quote, identity) | changed


def swap(base: str, quote: str, settle: str, identity: str, **changed: Any) -> Raw:
    raw = _raw("swap", f"{base}/{quote}:{settle}", base, quote, identity)
    size = {"contractSize": "1", "settle": settle, "contract": True}
    return raw | size | {"linear": settle == quote, "inverse": settle == base} | changed


def future(base: str, quote: str, settle: str, expiry: str, identity: str) -> Raw:
    raw = swap(base, quote, settle, identity)
    symbol = f"{base}/{quote}:{settle}-{expiry}"
    return raw | {"type": "future", "swap": False, "future": True, "symbol": symbol}


def by_symbol(*raw: Raw) -> Mapping[str, Raw]:
    return {each["symbol"]: each for each in raw}


def _raw(kind: str, symbol: str, base: str, quote: str, identity: str) -> Raw:
    return {
        "id": identity, "symbol": symbol, "base": base, "quote": quote, "settle": None,
        "type": kind, "spot": kind == "spot", "swap": kind == "swap", "future": False,
        "option": False, "contract": False, "linear": None, "inverse": None, "active": True,
        "contractSize": None, "precision": {"amount": "0.001", "price": "0.01"},
        "limits": {"amount": {"min": "0.001", "max": "1000"}, "cost": {"min": "5", "max": None}},
    }  # fmt: skip
