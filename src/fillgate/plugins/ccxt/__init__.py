"""Accounts at the exchanges that ccxt knows, with ccxt in the process (`type = "ccxt"`).

- `plugin`: `CcxtPlugin`, the plugin
- `options`, `credentials`: its settings, and its keys, which never leave there
- `venues`: what each exchange can do, as data; `abilities`: the same with what ccxt says
- `client_ids`: our ids in the forms of venues
- `symbols`, `prefixes`: which market a symbol means; `markets`, `steps`: a market and its rules
- `sizing`: an order's numbers in a market's steps; `listings`: all that of an open account
- `orders`, `expiry`: an order as the arguments of ccxt's methods
- `sending`, `verdict`, `answers`: what is sent once, and what became of it
- `asking`, `reports`, `values`, `known`: what is asked, and how the answers are read
- `streams`: what the exchange pushes
- `traffic`: what went over the wire
- `venue_time`: the time that requests are stamped with
- `hosts`: host names that lead to this machine
- `opening`, `opened`, `clients`, `sessions`, `turns`: what an open account consists of

Of these `opening`, `clients` and `sessions` import ccxt. They are imported when an account is
opened.
"""

from fillgate.plugins.ccxt.options import AccountOptions
from fillgate.plugins.ccxt.plugin import CcxtPlugin, ExchangeFailure

__all__ = ["AccountOptions", "CcxtPlugin", "ExchangeFailure"]
