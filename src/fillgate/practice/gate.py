"""What every request passes, however it comes: limits, the key, the signature, the time.

Invariant: a request that is refused here has done nothing.
"""

from collections.abc import Mapping

from fillgate.practice.calls import Answer, Call
from fillgate.practice.endpoints import Endpoint, Security
from fillgate.practice.exchange import Exchange
from fillgate.practice.parameters import Parameters
from fillgate.practice.rate_limits import RateLimits, TooMuch
from fillgate.practice.signing import check_signature, check_time
from fillgate.practice.users import User

__all__ = ["Gate"]


class Gate:
    """Lets requests to the exchange."""

    def __init__(self, exchange: Exchange, limits: RateLimits) -> None:
        """Guard an exchange."""
        self.exchange = exchange
        self.limits = limits

    def who(
        self, endpoint: Endpoint, key: str | None, signed: str, parameters: Parameters
    ) -> User | None:
        """Return who asks; None where everybody may.

        Args:
            endpoint: what is asked.
            key: the API key that was sent.
            signed: what the signature is of.
            parameters: all that were sent.

        Raises:
            Refused: the key is nobody's, the signature does not hold, or the time is wrong.
        """
        if endpoint.security is Security.NONE:
            return None
        user = self.exchange.users.find(key)
        if endpoint.security is Security.SIGNED:
            check_signature(user.secret, signed, parameters)
            check_time(parameters, self.exchange.now())
        return user

    def count_orders(self, endpoint: Endpoint, call: Call) -> Mapping[str, int]:
        """Count the new orders of a request; return how many there are, by interval.

        Raises:
            TooMuch: these are too many; that stands in the receipts.
        """
        if not endpoint.orders or call.caller is None:
            return {}
        try:
            return self.limits.take_orders(call.user.name, endpoint.orders, self.exchange.now())
        except TooMuch as refused:
            call.write_receipt(self.exchange.receipts.all).code = refused.code
            raise

    def call(self, parameters: Parameters, user: User | None, way: str) -> Call:
        """Return what an endpoint is asked with."""
        return Call(
            exchange=self.exchange,
            limits=self.limits.limits,
            parameters=parameters,
            way=way,
            caller=user,
        )

    @staticmethod
    def answer(endpoint: Endpoint, call: Call) -> Answer:
        """Ask an endpoint.

        Raises:
            Refused: with Binance's code.
        """
        found = endpoint.answer(call)
        if endpoint.is_read:
            call.parameters.check_all_read()
        return found if isinstance(found, Answer) else Answer(found)
