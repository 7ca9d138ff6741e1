"""The practice exchange: Binance's protocols on loopback, over the simulated market.

Spot is here, what both sides share too; `futures` is the other side.

What is asked and told:

- `parameters`, `signing`, `errors`, `pages`: how requests are read, and refused
- `new_order`, `new_list`: orders and lists of them as they were asked for; `checks`, `filters`:
  which are refused
- `endpoints`: the table of all that can be asked, and the answers
- `protocol`: what is said, in Binance's form

What it is:

- `symbols`, `users`: what is listed, and who may trade
- `prices`: prices that can be moved by hand
- `desk`: where orders come to the market; `order_lists`: orders that depend on each other
- `exchange`: `Exchange` itself; `orders`, `order_index`, `trades`, `receipts`: what it remembers
- `tickers`, `views`: symbols and orders as they are shown
- `rate_limits`: how much may be asked

How it is reached:

- `rest`, `ws_api`, `streams`: HTTP, and the two kinds of WebSockets, through the `gate`
- `hub`, `connections`: who listens
- `faults`, `breaking`: what goes wrong on demand
- `control`: what its owner may do
- `certificates`, `server`: TLS and the socket; `app`: all of it together

Invariants: it listens on loopback only; it uses no network of its own; nothing of it outlives the
process.
"""
