"""A book that is slow and obvious: one list in the order of arrival, sorted anew for each order."""

from copy import deepcopy

from fillgate.domain.orders import Side, TimeInForce
from fillgate.market.matching import (
    MARKET,
    BookOrder,
    Matched,
    Outcome,
    SelfTradePrevention,
    Trade,
)

__all__ = ["SlowBook"]

STP = SelfTradePrevention


class SlowBook:
    """What an order book does, said in the fewest words."""

    def __init__(self) -> None:
        self.resting: list[BookOrder] = []

    def submit(
        self,
        order: BookOrder,
        *,
        time_in_force: TimeInForce,
        post_only: bool,
        prevention: SelfTradePrevention,
    ) -> Matched:
        if post_only and self.others(order):
            return Matched(Outcome.WOULD_TAKE, lots=order.lots)
        if time_in_force is TimeInForce.FOK:
            trial = deepcopy(self).match(deepcopy(order), TimeInForce.IOC, prevention)
            if sum(trade.lots for trade in trial.trades) < order.lots:
                return Matched(Outcome.UNFILLABLE, lots=order.lots)
        return self.match(order, time_in_force, prevention)

    def others(self, order: BookOrder) -> list[BookOrder]:
        """Return what an order meets: the best price first, then the one that came first."""
        sign = order.side.sign
        found = [
            (sign * (each.ticks or 0), each) for each in self.resting if each.side != order.side
        ]
        found.sort(key=lambda pair: pair[0])
        return [each for key, each in found if order.ticks is None or key <= sign * order.ticks]

    def match(
        self, order: BookOrder, time_in_force: TimeInForce, prevention: SelfTradePrevention
    ) -> Matched:
        trades, prevented, reduced = [], [], []
        ended = False
        for maker in self.others(order):
            if not order.lots or ended:
                break
            lots = min(order.lots, maker.lots)
            if prevention is STP.NONE or maker.owner != order.owner or order.owner == MARKET:
                trades.append(Trade(maker.number, order.number, maker.ticks or 0, lots, maker.side))
                order.lots, maker.lots = order.lots - lots, maker.lots - lots
            elif prevention is STP.DECREMENT:
                reduced.append((maker.number, lots))
                order.lots, maker.lots = order.lots - lots, maker.lots - lots
                prevented += [maker.number] if not maker.lots else []
            else:
                ended = prevention in {STP.CANCEL_NEWEST, STP.CANCEL_BOTH}
                if prevention in {STP.CANCEL_OLDEST, STP.CANCEL_BOTH}:
                    maker.lots = 0
                    prevented.append(maker.number)
        self.resting = [each for each in self.resting if each.lots]
        if ended or (reduced and not order.lots):
            outcome = Outcome.PREVENTED
        elif not order.lots:
            outcome = Outcome.FILLED
        elif order.ticks is None or time_in_force in {TimeInForce.IOC, TimeInForce.FOK}:
            outcome = Outcome.ENDED if trades else Outcome.NO_LIQUIDITY
        else:
            outcome = Outcome.RESTS
            self.resting.append(order)
        return Matched(outcome, tuple(trades), order.lots, tuple(prevented), tuple(reduced))

    def cancel(self, number: int) -> int | None:
        found = self.find(number)
        if found is None:
            return None
        self.resting.remove(found)
        return found.lots

    def reduce(self, number: int, lots: int) -> None:
        found = self.find(number)
        if found is None:
            raise KeyError(number)
        if not 0 < lots <= found.lots:
            raise ValueError(lots)
        found.lots = lots

    def remove_from_back(self, side: Side, ticks: int, owner: int, lots: int) -> int:
        left = lots
        for order in reversed(self.queue(side, ticks)):
            if order.owner == owner:
                taken = min(left, order.lots)
                order.lots, left = order.lots - taken, left - taken
        self.resting = [order for order in self.resting if order.lots]
        return lots - left

    def find(self, number: int) -> BookOrder | None:
        return next((order for order in self.resting if order.number == number), None)

    def queue(self, side: Side, ticks: int) -> list[BookOrder]:
        return [order for order in self.resting if (order.side, order.ticks) == (side, ticks)]
