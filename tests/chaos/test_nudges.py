"""A few weeks of nudges on both databases, while the product is killed all the while."""

from pathlib import Path

import pytest

from tests.chaos.databases import ENGINES
from tests.chaos.nudges import Plan, fire

FEW = Plan(sellers=40, workspaces=8, weeks=2, zones=3, every=1.0)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("engine", ENGINES)
async def test_nobody_misses_a_nudge_and_nobody_has_two(engine: str, tmp_path: Path) -> None:
    run, verdict = await fire(engine, FEW, tmp_path)

    assert verdict.missing == verdict.doubled == verdict.at_another_hour == []
    assert verdict.due == 80
    assert verdict.sent + verdict.lapsed == 80
    assert run.kills > 0
