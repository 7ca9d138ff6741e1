"""A replaced order is one order, here and at the simulated venue, over a kill -9."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.process import Service, serving


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with serving(Service(tmp_path, {"accounts.mock": {"volatility": 0}})) as running:
        yield running


def ask(service: Service, method: str, path: str, **body: Any) -> dict[str, Any]:
    with service.client() as client:
        reply = client.request(method, path, json=body or None).raise_for_status()
        found: dict[str, Any] = reply.json()
        return found


def test_a_replaced_order_outlives_the_process_under_the_id_it_has_here(service: Service) -> None:
    resting = {"symbol": "BTC/USDT", "side": "buy", "order_type": "limit"}
    placed = ask(service, "POST", "/api/v1/orders", **resting, quantity="2", price="100")
    path = f"/api/v1/orders/{placed['client_order_id']}"
    ask(service, "PATCH", path, price="99.5", quantity="3")
    service.kill()
    service.start()
    ask(service, "PATCH", path, price="98")
    order = service.get(path)
    assert (order["status"], order["price"], order["quantity"]) == ("NEW", "98", "3")
    [held] = service.ledger.arrivals[placed["client_order_id"]]
    assert (held.order.price, held.order.quantity) == (Decimal(98), Decimal(3))
    assert held.former[0] == placed["client_order_id"]
    assert len(held.former) == 2
    assert held.order_id == order["order_id"] == placed["order_id"]
    ask(service, "DELETE", path)
    assert service.get(path)["status"] == "CANCELED"
    assert list(service.ledger.arrivals) == [placed["client_order_id"]]
