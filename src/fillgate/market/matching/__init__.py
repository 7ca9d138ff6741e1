"""The price-time order book and its matching, in integer ticks and lots.

- `orders`: an order in the book, and an execution between two of them
- `outcome`: what became of an order that came
- `prevention`: what happens when orders of one owner would meet
- `queue`: the orders at one price, in the order in which they came
- `prices`: the prices of a side, best first
- `ladder`: the queues of a side by price
- `order_book`: `OrderBook`, which matches what comes with what rests
"""

from fillgate.market.matching.order_book import OrderBook
from fillgate.market.matching.orders import MARKET, BookOrder, Depth, Trade
from fillgate.market.matching.outcome import Matched, Outcome
from fillgate.market.matching.prevention import SelfTradePrevention

__all__ = [
    "MARKET",
    "BookOrder",
    "Depth",
    "Matched",
    "OrderBook",
    "Outcome",
    "SelfTradePrevention",
    "Trade",
]
