"""The price-time order book and its matching, in integer ticks and lots.

- `orders`: an order in the book, and the executions between two of them
- `prevention`: what happens when orders of one owner would meet
- `ladder`: the queues of one side by price, best first
- `order_book`: `OrderBook`, which matches what comes with what rests
"""

from fillgate.market.matching.order_book import OrderBook
from fillgate.market.matching.orders import MARKET, BookOrder, Depth, Matched, Outcome, Trade
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
