"""What a configuration may say but hardly means: a few warnings, each one small function."""

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from fillgate.config import Configuration

__all__ = ["warnings"]

Environment = Mapping[str, str]


def warnings(configuration: Configuration, environ: Environment | None = None) -> Iterator[str]:
    """Give what is doubtful about a sound configuration, with what to do."""
    env = os.environ if environ is None else environ
    for warn in _WARNINGS:
        yield from warn(configuration, env)


def _simulated_default(configuration: Configuration, _env: Environment) -> Iterator[str]:
    default = configuration.default_account
    real = [name for name, each in configuration.accounts.items() if each.type != "mock"]
    if real and configuration.accounts[default].type == "mock":
        yield (
            f"`default_account` is {default!r}, a simulated venue, though there is "
            f"{', '.join(map(repr, real))}: orders that name no account trade nothing"
        )


def _unheard_environment(configuration: Configuration, env: Environment) -> Iterator[str]:
    if configuration.path is not None and env.get("CCXT_BASE_URL"):
        yield (
            "CCXT_BASE_URL makes an account only without a configuration file; beside "
            f"{configuration.path} it does nothing: write a table [accounts.NAME] instead"
        )


def _vain_timeouts(configuration: Configuration, _env: Environment) -> Iterator[str]:
    deadline = configuration.engine.submit_deadline
    for name, account in configuration.accounts.items():
        timeout: Any = account.options.get("answer_timeout")
        if isinstance(timeout, int | float) and timeout > deadline:
            yield (
                f"`accounts.{name}.answer_timeout` of {timeout:g} seconds is never reached: "
                f"`engine.submit_deadline` ends an order after {deadline:g}"
            )


_WARNINGS: Final[tuple[Callable[[Configuration, Environment], Iterator[str]], ...]] = (
    _simulated_default,
    _unheard_environment,
    _vain_timeouts,
)
