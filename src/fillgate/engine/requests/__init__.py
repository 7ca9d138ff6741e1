"""Cancelling and replacing orders: requests with outcomes of their own.

- `requests`: `Requests`, what can be asked of an order
- `checks`: whether it can be asked now; `asker`: who asks
- `sender`: written down, sent once, concluded (`verdict`); `keys`: claimed once
- `outcomes`: waiting for how it went
- `lookups`: what becomes of a request without an answer
"""
