"""An order costs the same after many others: what is measured is a ratio, within one run."""

from tests.speed.engine import opened

ROUND = 1500
ROUNDS = 6


async def test_what_an_order_costs_does_not_grow_with_history() -> None:
    rig = await opened()
    await rig.run(ROUND)
    costs = [await rig.run(ROUND) for _ in range(ROUNDS)]
    assert rig.statuses == {"FILLED": ROUND * (ROUNDS + 1)}
    # Whatever else the machine does makes single rounds slower, never quicker.
    assert min(costs[ROUNDS // 2 :]) < 1.5 * min(costs[: ROUNDS // 2])
    # Signal accepted, order intended, submission answered: nothing was left out.
    assert len(rig.journal.claims) == sum(rig.statuses.values())
    assert len(rig.journal.events) >= 3 * len(rig.journal.claims)
    await rig.close()
