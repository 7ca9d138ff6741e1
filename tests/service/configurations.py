"""Configurations as the service takes them, from texts."""

import tempfile
from pathlib import Path

import pytest

from fillgate.config import Configuration
from fillgate.domain.errors import ConfigurationError
from fillgate.service import configuration
from tests.configuration import SECRET

__all__ = ["load", "refused"]


def load(text: str | None = None, **environ: str) -> Configuration:
    """Load a configuration from a file with this text, in this environment and no other."""
    if text is None:
        return configuration.load(None, environ=environ)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fillgate.toml"
        path.write_text(text)
        return configuration.load(path, environ=environ)


def refused(text: str | None = None, **environ: str) -> str:
    """Return the words with which this is refused; the secret is not among them."""
    with pytest.raises(ConfigurationError) as caught:
        load(text, **environ)
    assert SECRET not in str(caught.value)
    return str(caught.value)
