"""Tests that need the real ccxt, which `make test-ccxt` runs in an environment of its own.

Without ccxt they fail and never skip.
"""

import ccxt as _  # noqa: F401
