"""Asking a fillgate that runs already, at the address of the configuration."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx2

from fillgate.config import Configuration, parse_listen

__all__ = ["Running", "find_running", "url_of"]

_DEADLINE: Final = 5.0
_EVERYWHERE: Final[Mapping[str, str]] = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read


@dataclass(frozen=True, slots=True)
class Running:
    """What a running service says of itself."""

    health: Mapping[str, Any]
    """The answer of `/health`."""
    accounts: tuple[Mapping[str, Any], ...]
    """The accounts as the API shows them; empty if it was not asked or does not show them."""


def url_of(configuration: Configuration) -> str | None:
    """Return where a service with this configuration is asked; None if its port is any free one."""
    host, port = parse_listen(configuration.service.listen)
    host = _EVERYWHERE.get(host, host)
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}" if port else None


async def find_running(configuration: Configuration, *, is_ours: bool) -> Running | None:
    """Return what the fillgate at the configured address says; None if none answers there.

    Args:
        configuration: the whole tree.
        is_ours: a process writes the journal of this configuration. Only then the API is asked:
            what listens otherwise may be anybody's, and should not get the key.
    """
    url = url_of(configuration)
    if url is None:
        return None
    async with httpx2.AsyncClient(
        base_url=url, trust_env=False, verify=False, timeout=_DEADLINE
    ) as client:
        health = await _document(client, "/health", None)
        if "accepting" not in health or "version" not in health:
            return None
        accounts: Any = ()
        if is_ours:
            document = await _document(client, "/api/v1/accounts", configuration.api_key)
            accounts = document.get("accounts", ())
    return Running(health, tuple(accounts))


async def _document(client: httpx2.AsyncClient, path: str, key: str | None) -> Mapping[str, Any]:
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    try:
        document = (await client.get(path, headers=headers)).json()
    except (httpx2.HTTPError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}
