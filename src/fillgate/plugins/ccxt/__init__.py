"""Accounts at the exchanges that ccxt knows, with ccxt in the process.

- `venues`: what each exchange can do, as data
"""
