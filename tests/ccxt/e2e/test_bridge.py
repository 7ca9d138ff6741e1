"""Service, bridge and exchange as three processes: ccxt and the keys are in the bridge alone.

Whoever of them is killed or stays silent, the exchange received each order once, and the service
knows what became of it.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.bridge.process import SECRET, BridgeProcess, bridging
from tests.ccxt.e2e.venue_process import (
    ENGINE,
    VenueProcess,
    became,
    place_of,
    send,
    venue,
    was_received_once,
)
from tests.e2e.process import Service, serving, until

pytestmark = pytest.mark.anyio


class Chain(NamedTuple):
    """The three, from the alert to the exchange."""

    service: Service
    bridge: BridgeProcess
    venue: VenueProcess

    def is_up(self) -> bool:
        return all(each["up"] for each in self.service.get("/api/v1/accounts")["accounts"])


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    folder = tmp_path_factory.mktemp("chain")
    with (
        venue(folder / "venue") as there,
        bridging(bridge_to(there, folder / "bridge")) as bridge,
        serving(service_behind(bridge, folder)) as service,
    ):
        found = Chain(service, bridge, there)
        until(found.is_up, "all accounts are up")
        yield found


def bridge_to(there: VenueProcess, folder: Path) -> BridgeProcess:
    secret = f"file:{there.keys / 'practice-secret'}"
    keys = {"api_key": "env:THE_KEY", "secret": secret, "answer_timeout": 1.0}
    environ = {"THE_KEY": there.key("practice-key")}
    return BridgeProcess(folder, account={**place_of(there), **keys}, environ=environ)


def service_behind(bridge: BridgeProcess, folder: Path) -> Service:
    account = {
        "type": "ccxt-http",
        "base_url": bridge.url,
        "webhook_secret": "env:BRIDGE_SECRET",
        "exchange": "binance",
        "testnet": False,
    }
    settings: dict[str, Any] = {
        "accounts.main": account,
        "engine": ENGINE,
        "service": {"wait": 5.0},
    }
    service = Service(folder, settings, {"BRIDGE_SECRET": SECRET})
    service.top = 'default_account = "main"\n'
    return service


async def test_an_alert_is_filled(chain: Chain) -> None:
    reply = await send(chain.service, id="filled")
    assert reply.status == 200, reply.json
    order = became(chain.service, reply.json["client_order_id"], "FILLED")
    assert (order["symbol"], order["filled_quantity"]) == ("BTCUSDT", "0.01")
    was_received_once(chain.venue, reply.json["client_order_id"])


@pytest.mark.parametrize("fault", ["hang", "reset", "truncate", "html", "empty-object", "timeout"])
async def test_an_order_whose_answer_is_lost_on_the_way_is_found(chain: Chain, fault: str) -> None:
    chain.venue.fails(fault=fault)
    reply = await send(chain.service, id=f"lost by {fault}")
    order = became(chain.service, reply.json["client_order_id"], "FILLED")
    assert order["filled_quantity"] == "0.01"
    was_received_once(chain.venue, reply.json["client_order_id"])


@pytest.mark.parametrize("killed", ["service", "bridge"])
async def test_a_kill_in_the_middle_of_a_submission(chain: Chain, killed: str) -> None:
    before = set(chain.venue.receipts())
    chain.venue.fails(fault="hang")
    sending = asyncio.create_task(send(chain.service, id=f"killed {killed}"))
    arrived = lambda: len(chain.venue.receipts()) > len(before)  # noqa: E731 - one question
    await asyncio.to_thread(until, arrived, "it has arrived")
    process = chain.service if killed == "service" else chain.bridge
    process.kill()
    await asyncio.gather(sending, return_exceptions=True)
    process.start()
    (name,) = set(chain.venue.receipts()) - before
    await asyncio.to_thread(became, chain.service, name, "FILLED")
    was_received_once(chain.venue, name)
    again = await send(chain.service, id=f"killed {killed}")
    assert again.json["client_order_id"] == name
    assert set(chain.venue.receipts()) - before == {name}


async def test_ccxt_and_the_keys_are_in_the_bridge_alone(chain: Chain) -> None:
    assert "aiohttp" in loaded(chain.bridge)
    assert "aiohttp" not in loaded(chain.service)
    files = [path for path in chain.service.folder.iterdir() if path.is_file()]
    data = b"".join(path.read_bytes() for path in [*files, *chain.service.data.iterdir()])
    for name in ("practice-key", "practice-secret"):
        assert chain.venue.key(name).encode() not in data
        assert chain.venue.key(name) not in chain.bridge.log


def loaded(running: Service | BridgeProcess) -> str:
    """Return which files are loaded in a process."""
    assert running.process is not None
    return Path(f"/proc/{running.process.pid}/maps").read_text()
