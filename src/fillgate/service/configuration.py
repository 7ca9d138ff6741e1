"""The configuration as the service takes it: settings, accounts' options and secrets checked."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from fillgate.config import (
    Configuration,
    check_reference,
    load_configuration,
    secret_by_reference,
)
from fillgate.domain.errors import ConfigurationError
from fillgate.service.account_options import check_account

__all__ = ["load", "load_leniently"]

_MISSING: Final = "a secret that is missing"


def load(
    path: Path | None,
    *,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, str] | None = None,
) -> Configuration:
    """Read and check the whole configuration; see `load_configuration`."""
    return load_configuration(
        path, environ=environ, overrides=overrides, check_account=check_account
    )


def load_leniently(
    path: Path | None, *, environ: Mapping[str, str] | None = None
) -> tuple[Configuration, Mapping[str, str]]:
    """Read the configuration though secrets are missing: to show it, not to serve with it.

    Returns:
        The configuration, and for each setting whose secret was not found why not.

    Raises:
        ConfigurationError: anything else is wrong.
    """
    missing: dict[str, str] = {}

    def look_up(where: str, reference: str, env: Mapping[str, str]) -> str:
        try:
            return secret_by_reference(where, reference, env)
        except ConfigurationError as error:
            _refuse_literal(where, reference)
            missing[where] = str(error).partition(": ")[2]
            return _MISSING

    configuration = load_configuration(
        path,
        environ=os.environ if environ is None else environ,
        check_account=check_account,
        look_up=look_up,
    )
    return configuration, missing


def _refuse_literal(where: str, reference: str) -> None:
    try:
        check_reference(reference)
    except ValueError as error:
        raise ConfigurationError(f"`{where}`: {error}") from None
