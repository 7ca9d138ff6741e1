"""The host: a whole service in this event loop, told to stop by its owner."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest

from fillgate.config import load_configuration
from fillgate.domain.errors import ConfigurationError
from fillgate.journal.base import JournalLocked
from fillgate.service import logs
from fillgate.service.host import Ready, run
from fillgate.service.redaction import HIDDEN, Redaction

SECRET = "a-secret-of-some-length"


async def serve(
    folder: Path, listen: str = "127.0.0.1:0", environ: Mapping[str, str] | None = None
) -> tuple[Ready, asyncio.Task[None]]:
    """Start a service and return what it says once it takes requests."""
    overrides = {"listen": listen, "data": str(folder / "data")}
    configuration = load_configuration(environ=environ or {}, overrides=overrides)
    heard: asyncio.Future[Ready] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(run(configuration, on_ready=heard.set_result))
    either: list[asyncio.Future[Any]] = [heard, task]
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task
    return await heard, task


async def get(ready: Ready, path: str) -> Any:
    async with httpx2.AsyncClient(base_url=ready.url, trust_env=False, verify=False) as client:
        return (await client.get(path)).json()


@pytest.fixture(autouse=True)
async def _signals() -> Any:
    yield
    # The host takes them over for good.
    for number in (15, 2):
        asyncio.get_running_loop().remove_signal_handler(number)


async def test_it_tells_where_it_listens_and_stops_when_told(tmp_path: Path) -> None:
    ready, task = await serve(tmp_path)
    assert ready.url.startswith("http://127.0.0.1:")
    assert ready.secret_file == tmp_path / "data" / "webhook-secret"
    assert ready.accounts == {"mock": None}
    assert (await get(ready, "/live")) == {"status": "ok"}
    assert (await get(ready, "/ready")) == {"status": "ok"}
    health = await get(ready, "/health")
    assert (health["status"], health["accepting"], health["reason"]) == ("ok", True, None)
    ready.stop()
    await task
    with pytest.raises(httpx2.TransportError):
        await get(ready, "/live")


async def test_a_configured_secret_makes_no_file(tmp_path: Path) -> None:
    ready, task = await serve(tmp_path, environ={"FILLGATE_WEBHOOK_SECRET": SECRET})
    assert ready.secret_file is None
    assert not (tmp_path / "data" / "webhook-secret").exists()
    ready.stop()
    await task


async def test_no_credential_can_get_into_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    redaction = Redaction()
    monkeypatch.setattr(logs, "_redaction", redaction)
    environ = {
        "FILLGATE_API_KEY": SECRET,
        "CCXT_BASE_URL": "http://127.0.0.1:1",
        "WEBHOOK_SECRET": "the-secret-of-an-account",
    }
    ready, task = await serve(tmp_path, environ=environ)
    assert ready.secret_file is not None
    for credential in (SECRET, environ["WEBHOOK_SECRET"], ready.secret_file.read_text().strip()):
        assert redaction.text(f"<{credential}>") == f"<{HIDDEN}>"
    ready.stop()
    await task


async def test_it_listens_on_ipv6(tmp_path: Path) -> None:
    try:
        ready, task = await serve(tmp_path, "[::1]:0")
    except ConfigurationError as error:
        pytest.skip(f"no IPv6 here: {error}")
    assert ready.url.startswith("http://[::1]:")
    assert (await get(ready, "/live")) == {"status": "ok"}
    ready.stop()
    await task


async def test_one_service_a_journal(tmp_path: Path) -> None:
    ready, task = await serve(tmp_path)
    with pytest.raises(JournalLocked, match="writes this journal"):
        await serve(tmp_path)
    assert (await get(ready, "/live")) == {"status": "ok"}
    ready.stop()
    await task
    again, task = await serve(tmp_path)
    again.stop()
    await task


async def test_an_address_in_use_leaves_nothing_behind(tmp_path: Path) -> None:
    ready, task = await serve(tmp_path / "one")
    with pytest.raises(ConfigurationError, match="cannot listen"):
        await serve(tmp_path / "two", ready.url.removeprefix("http://"))
    assert not (tmp_path / "two").exists()
    ready.stop()
    await task
