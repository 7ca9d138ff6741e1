"""The simulated market: prices, an order book, what accounts own. No I/O, clock or tasks.

What comes from outside:

- `feeds`: where prices come from, and what others offer and take
- `listings`: what a symbol is: steps, currencies, base price

Who meets whom:

- `matching`: the price-time order book
- `outside`: the market outside, as one more participant in the book
- `triggers`: what waits for a price
- `symbol_market`: all of that for one symbol
- `rules`, `replacing`, `affording`: which orders and which new terms are refused
- `step`, `execution`: what happens in one step when orders meet
- `transaction`: a step as a whole, written down or undone
- `protection`: the orders that close what an entry opened
- `margin_calls`: liquidation and funding

What is kept:

- `records`: what happened, as facts
- `venue_order`: an order as the venue has it
- `accounts`, `ownership`: what accounts own and can afford
- `state`: all that the venue knows, folded from the records

And around it:

- `fees`, `latency`: what an execution costs, how long a request takes
- `terms`: how a venue behaves
- `venue`: `Venue`, which takes orders, moves with the time and is asked
"""
