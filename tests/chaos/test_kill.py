"""The short form of `make kill`: a few kills, everything there once."""

from pathlib import Path

import pytest

from tests.chaos.kill import Plan, fire
from tests.chaos.killer import AFTER_ACCEPTANCE, IN_TRANSACTION
from tests.chaos.verdict import Verdict

PLANS = {
    "sqlite": Plan(kills=12, interactions=300, sellers=60),
    "postgresql": Plan(kills=6, interactions=150, sellers=40),
}


@pytest.mark.timeout(300)  # twenty seconds, when nothing else runs
@pytest.mark.parametrize("engine", PLANS)
async def test_a_product_that_is_killed_loses_and_doubles_nothing(
    folder: Path, engine: str
) -> None:
    loop, verdict = await fire(engine, PLANS[engine], folder)

    assert verdict == Verdict(uncertain=verdict.uncertain)
    assert loop.crowd.done >= PLANS[engine].interactions
    counts = loop.killer.counts
    assert counts["kills"] == PLANS[engine].kills
    assert counts[IN_TRANSACTION] + counts[AFTER_ACCEPTANCE]
