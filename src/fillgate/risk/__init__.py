"""Pre-trade checks: each one small pure function with a stable code and the numbers behind it.

- `checks`: what an order must pass before it may be sent
"""
