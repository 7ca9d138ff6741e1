"""The words of fillgate as frozen types. Pure: no I/O, no clock, no tasks, nothing of ours.

- `orders`: an `Order` and its vocabulary
- `signals`: a `Signal`, what a source asks for
- `reports`: what a venue tells: results, reports, lookups
- `fills`, `executions`, `positions`: what was executed and what it adds up to
- `life_cycle`: the table of an order's statuses; `requests`: to cancel or replace it
- `events`, `order_state`: what happened, and what an order is now
- `market`, `capabilities`: quotes; what a venue can do
- `numbers`: decimals at every border
- `ids`: client order ids
- `errors`: the one tree of errors
- `clock`, `logger`, `options`: what a clock and a logger are; reading settings
"""
