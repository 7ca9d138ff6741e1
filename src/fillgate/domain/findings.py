"""What is wrong with a configuration, collected."""

from collections.abc import Iterator
from contextlib import contextmanager

from fillgate.domain.errors import ConfigurationError

__all__ = ["Findings"]


class Findings:
    """Collects what is wrong, so that somebody who mends it hears of all of it at once."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def add(self, *findings: str) -> None:
        """Note what is wrong."""
        self._texts += findings

    @contextmanager
    def collect(self) -> Iterator[None]:
        """Note the error of what happens inside instead of raising it."""
        try:
            yield
        except ConfigurationError as error:
            self.add(*error.findings)

    def check(self) -> None:
        """Raise all that was noted.

        Raises:
            ConfigurationError: there was something.
        """
        if self._texts:
            raise ConfigurationError(*dict.fromkeys(self._texts))
