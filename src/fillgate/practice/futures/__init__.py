"""The futures of the practice exchange: Binance's USDⓈ-M protocol, over the simulated market.

Perpetual contracts, secured by USDT in a wallet of their own: isolated margin, one position each
(one-way). What both exchanges share is not here: keys, signatures, limits, faults, receipts, and
how requests come and streams leave.

- `symbols`, `new_order`, `filters`, `errors`: what is listed, how orders are read, and refused
- `exchange`: `Futures` itself; `changes`: other terms of a working order; `positions`, `profits`:
  what an account holds, and what its trades earned
- `listen_keys`, `user_streams`: who hears of an account
- `endpoints`: the table of all that can be asked, and the answers
- `protocol`: what is said, in Binance's form

Invariant: it has prices, a market and a wallet of its own; nothing that happens here changes
anything on the spot side.
"""
