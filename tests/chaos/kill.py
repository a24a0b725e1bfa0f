"""kill -9 against the running product, hundreds of times, while hundreds of sellers use it.

    python -m tests.chaos.kill --engine sqlite

The small Slack runs here, the product in processes of its own. The last line says what was lost
and what was doubled; the exit code is 1 if anything was.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from storage import migrate
from tests.chaos.crowd import Crowd, small_slack
from tests.chaos.databases import ENGINES, Database, quick_folder
from tests.chaos.door import Door
from tests.chaos.killer import Killer
from tests.chaos.product import Template, replica
from tests.chaos.seller import hire
from tests.chaos.verdict import Verdict, judge

AT_ONCE = 8
"""People who do something at the same moment."""
TOLD = 25
"""Kills between two lines on how far it is."""


@dataclass
class Plan:
    """How much of it."""

    kills: int = 500
    interactions: int = 20_000
    sellers: int = 300
    seed: int = 1


@dataclass
class Loop:
    """The product under fire."""

    plan: Plan
    killer: Killer
    crowd: Crowd
    database: Database

    async def run(self) -> Verdict:
        plan = self.plan
        async with self.crowd.at_work(AT_ONCE):
            for kill in range(plan.kills):
                await self.crowd.until_done(kill * plan.interactions / plan.kills)
                await self._kill()
                if (kill + 1) % TOLD == 0:
                    say(f"{kill + 1} kills, {self.crowd.done} interactions")
            await self.crowd.until_done(plan.interactions)
        await self.crowd.drain(self.database)
        return await judge(self.crowd, self.database)

    async def _kill(self) -> None:
        """Kill, look what was struck, start anew, and let Slack's clock pass its retries."""
        struck = await self.killer.kill()
        number, closed = struck.replica.number, self.crowd.door.closed
        closed.add(number)
        if len(closed) == self.database.replicas:
            # Who reads that differ cannot be reached does not try again at once.
            self.crowd.may_act.clear()
        await struck.replica.start()
        await self.killer.count(struck)
        closed.discard(number)
        await self.crowd.pass_retries()


@asynccontextmanager
async def under_fire(plan: Plan, database: Database, folder: Path) -> AsyncIterator[Loop]:
    """The small Slack, the sellers and the replicas, all at work."""
    async with AsyncExitStack() as stack:
        template = await stack.enter_async_context(Template.start())
        slack = await stack.enter_async_context(small_slack())
        numbers = range(database.replicas)
        replicas = [replica(template, slack, folder, n, database.url(n)) for n in numbers]
        door = Door.between(slack, [each.url for each in replicas])
        await migrate(database.url(0))
        for each in replicas:
            await each.start()
            stack.push_async_callback(each.stop)
        people = [hire(slack, door, number, plan.seed) for number in range(1, plan.sellers + 1)]
        killer = Killer(slack, door, database, replicas, random.Random(plan.seed))
        yield Loop(plan, killer, Crowd(slack, door, people), database)


async def fire(engine: str, plan: Plan, folder: Path) -> tuple[Loop, Verdict]:
    """One run, to its verdict."""
    async with (
        ENGINES[engine](folder) as database,
        under_fire(plan, database, folder) as loop,
    ):
        return loop, await loop.run()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def report(engine: str, loop: Loop, verdict: Verdict, seconds: float) -> None:
    crowd, counts = loop.crowd, loop.killer.counts
    for kind in ("lost", "doubled", "misplaced"):
        for line in getattr(verdict, kind)[:10]:
            say(f"{kind}: {line}")
    told = ", ".join(f"{n} {what}" for what, n in sorted(counts.items()) if what != "kills")
    checks = sum(len(person.checks) for person in crowd.people)
    say(f"{engine}: {seconds:.0f} s, {len(crowd.people)} sellers, {checks} checks")
    say(f"kills {told}")
    say(f"{verdict.uncertain} taps and texts whose fate nobody could know, left out")
    say(f"{len(verdict.misplaced)} out of order")
    lost, doubled = len(verdict.lost), len(verdict.doubled)
    say(f"{counts['kills']} kills, {crowd.done} interactions, {lost} lost, {doubled} doubled")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=list(ENGINES), default="sqlite")
    for name, default in vars(Plan()).items():
        parser.add_argument(f"--{name}", type=int, default=default)
    given = vars(parser.parse_args())
    engine, started = given.pop("engine"), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="differ-", dir=quick_folder()) as folder:
        loop, verdict = asyncio.run(fire(engine, Plan(**given), Path(folder)))
    report(engine, loop, verdict, time.monotonic() - started)
    return 0 if verdict.clean else 1


if __name__ == "__main__":
    sys.exit(main())
