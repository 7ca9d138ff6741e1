"""Configurations from texts, and the words with which they are refused."""

import json
import tempfile
from pathlib import Path

import pytest

from fillgate.config import Configuration, load_configuration
from fillgate.domain.errors import ConfigurationError

SECRET = "hunter2-hunter2-hunter2"


def load(text: str | None = None, **environ: str) -> Configuration:
    """Load a configuration from a file with this text, in this environment and no other."""
    if text is None:
        return load_configuration(None, environ=environ)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fillgate.toml"
        path.write_text(text)
        return load_configuration(path, environ=environ)


def refused(text: str | None = None, **environ: str) -> str:
    """Return the words with which this is refused; the secret is not among them."""
    with pytest.raises(ConfigurationError) as caught:
        load(text, **environ)
    assert SECRET not in str(caught.value)
    assert SECRET[:8] not in str(caught.value)
    return str(caught.value)


def line(key: str, value: object) -> str:
    """Return a file with this one setting; `nan` and `inf` stand for themselves."""
    table, _, name = key.rpartition(".")
    shown = value if isinstance(value, str) and value in {"nan", "inf"} else toml(value)
    return f"[{table}]\n{name} = {shown}" if table else f"{name} = {shown}"


def toml(value: object) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {toml(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return json.dumps(value)
