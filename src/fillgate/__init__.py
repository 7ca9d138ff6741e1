"""fillgate: an execution service that turns trading signals into orders and fills."""

__version__ = "0.1.0"
