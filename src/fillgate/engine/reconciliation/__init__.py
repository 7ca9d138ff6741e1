"""Reconciliation: an account's open orders, fills and positions at the venue against the journal.

- `reconciliation`: when, one at a time for each account, and what waits for it
- `comparison`: one run
- `positions`: positions, that move while they are compared
- `findings`: what a run found
"""
