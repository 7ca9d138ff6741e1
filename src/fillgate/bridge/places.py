"""Which exchange, and which of its networks, a request is meant for."""

from collections.abc import Mapping

from fillgate.bridge.refusals import Refusal

__all__ = ["check_place"]


def check_place(meant: Mapping[str, object], here: Mapping[str, object]) -> None:
    """Check that a request is meant for the account here.

    Args:
        meant: `exchange` and `testnet`, as far as the request says.
        here: the account's, where it has such.

    Raises:
        Refusal: it is meant for another.
    """
    for name in ("exchange", "testnet"):
        wanted, actual = meant.get(name), here.get(name)
        if wanted is not None and actual is not None and wanted != actual:
            raise Refusal(
                "WRONG_EXCHANGE",
                f"meant for {name}={wanted}, and this bridge's account has {name}={actual}; "
                "nothing was done",
            )
