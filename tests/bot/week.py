"""A seller's weeks on the stage: checks behind them, a nudge each Monday, the clock moved on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.playground.workspace import Message
from bot.sender import Pace
from bot.thread import Thread
from coaching.brief import Brief, Length
from coaching.cadence import Cadence
from coaching.dialogue import advance, begin
from coaching.factors import Factor
from coaching.moves import Ask, Move, Reply, Step
from storage import Nudge
from tests.bot.script import seller_of
from tests.bot.stage import Stage, on_stage

TUESDAY = datetime(2035, 3, 6, 8, 40, tzinfo=UTC)
MONDAY = datetime(2035, 3, 12, 8, tzinfo=UTC)
"""Nine in Berlin."""
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
QUICK = Pace(timeout=0.3, lease=2.0, poll=0.01, tick=0.05)
BUYER = {"person": "Marta Lind", "company": "Northgate", "competitors": "Acme"}


@asynccontextmanager
async def week(folder: Path, **more: Any) -> AsyncIterator[Stage]:
    """A stage on a Tuesday morning in Berlin."""
    async with on_stage(folder, pace=QUICK, start=TUESDAY, **more) as stage:
        yield stage


async def check(
    stage: Stage, plan: str = "demo", call_at: datetime | None = None, risk: str = "No"
) -> None:
    """A one-minute check in which risk is a no, with its change kept."""
    await stage.command(f"/differ quick {plan}")
    await stage.tap("Fill in")
    when = {"call_at": int(call_at.timestamp())} if call_at else {}
    assert await stage.submit(**BUYER, length="one", **when) == {}
    for label in ("Yes", risk, "Yes", "Skip", "Keep it"):
        await stage.tap(label)


async def checked(stage: Stage, *plans: str) -> None:
    """One-minute checks that lacked risk, as they are kept; to tap them all takes its time."""
    async with stage.store.begin(seller_of(stage)) as tx:
        for plan in plans:
            dialogue = begin(Brief(plan, company="Northgate", length=Length.ONE, ready=True))
            for factor in (Factor.VALUE, Factor.RISK, Factor.EASE):
                reply = Reply.NO if factor is Factor.RISK else Reply.YES
                following = advance(dialogue, Move(Step(Ask.FACTOR, factor), reply))
                assert following is not None
                dialogue = following
            now = stage.slack.clock.now()
            opened = await tx.open_check(origin=plan, dialogue=Thread(dialogue).dump(), now=now)
            assert opened is not None
            await tx.save(replace(opened, finished_at=now))


async def consented(stage: Stage) -> None:
    """Two checks that lacked risk, nothing to ask after, and a nudge each Monday at nine."""
    await checked(stage, "demo", "workshop")
    await stage.command("/differ nudges monday 9:00")


async def at(stage: Stage, moment: datetime) -> None:
    stage.slack.clock.set(moment)
    await stage.settle()


def nudges(stage: Stage) -> list[Message]:
    return [m for m in stage.messages() if "Tomorrow" in str(m.blocks) and not m.thread_ts]


async def kept(stage: Stage) -> tuple[Nudge, ...]:
    async with stage.store.begin(seller_of(stage)) as tx:
        return await tx.week.nudges(20)


async def cadence(stage: Stage) -> Cadence:
    async with stage.store.begin(seller_of(stage)) as tx:
        return await tx.week.cadence()


async def keep(stage: Stage, chosen: Cadence) -> None:
    """What the seller chose becomes this, and nothing is planned by it."""
    async with stage.store.begin(seller_of(stage)) as tx:
        await tx.week.save_cadence(chosen)
