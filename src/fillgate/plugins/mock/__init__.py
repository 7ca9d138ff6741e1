"""The mock plugin: a simulated venue in this process (`type = "mock"`).

- `options`: what can be set for an account
- `terms`: what these settings make of the market
- `prices`: where its prices come from
- `ledger`: the file that outlives the process
- `reports`: what is pushed to those who listen
- `faults`: which orders it refuses or never answers
- `answers`: what the venue answers, in the words of the interface
- `plugin`: `MockPlugin` itself
"""

from fillgate.plugins.mock.ledger import MockLedger
from fillgate.plugins.mock.options import MockOptions
from fillgate.plugins.mock.plugin import REPORTS_SECONDS, MockPlugin

__all__ = ["REPORTS_SECONDS", "MockLedger", "MockOptions", "MockPlugin"]
