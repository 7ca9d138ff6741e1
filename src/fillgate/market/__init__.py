"""The simulated market: prices, slippage, matching. Pure: no I/O, no clock, no tasks.

- `listings`: what a symbol is: its base price, tick and currencies
- `path`: the price of a symbol as a function of time
- `quotes`: bid, last and ask, in ticks
- `slippage`: the price that a taker gets
- `levels`: at which price a resting order fires
- `book`: the resting orders of one symbol, and the next instant at which one fires
- `records`: what happened at the venue, as facts
- `venue_order`: an order as the venue has it
- `state`: all that the venue knows, folded from the records
- `rules`: which orders the venue refuses
- `execution`: what an order that meets the market leads to
- `venue`: `Venue`, which takes orders, moves with the time and is asked
"""
