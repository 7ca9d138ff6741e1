"""The machine's clock, for commands that run without an engine."""

from fillgate.engine.clock import SystemClock

__all__ = ["SystemClock"]
