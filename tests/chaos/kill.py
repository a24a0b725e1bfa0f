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
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from bot.playground import api
from bot.playground.limits import Pace
from bot.playground.server import SmallSlack
from bot.playground.signed_http import HttpCarrier
from storage import KeyRing, Store, migrate
from tests.bot.stage import KEYS, ROOT
from tests.chaos.databases import ENGINES, Database, is_open
from tests.chaos.door import Door
from tests.chaos.killer import Killer
from tests.chaos.product import Template, replica
from tests.chaos.seller import Person, hire
from tests.chaos.verdict import Verdict, judge

AT_ONCE = 8
"""People who do something at the same moment."""
RETRY = timedelta(seconds=61)
"""After each kill Slack's clock jumps past its retry of events."""
PATIENCE = 300.0
"""Seconds for what should take less than one: machines can be busy."""
DRAIN = 300.0
"""Seconds in which everything must be sent after the last kill."""


class Unhurried(Pace):
    """Slack's limits would let 20,000 interactions take a day; they are tested elsewhere."""

    def wait(self, method: str, tier: int | None) -> int:
        return 0

    def wait_to_post(self, channel: str) -> int:
        return 0


@dataclass
class Plan:
    """How much of it."""

    kills: int = 500
    interactions: int = 20_000
    sellers: int = 300
    seed: int = 1
    loud: bool = False


@dataclass
class Loop:
    """The product under fire."""

    plan: Plan
    killer: Killer
    people: list[Person]
    store: Store
    may_act: asyncio.Event = field(default_factory=asyncio.Event)
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    stirred: dict[str, None] = field(default_factory=dict)
    """Direct messages in which something has happened, the longest ago first."""
    acting: set[str] = field(default_factory=set)
    over: bool = False

    def __post_init__(self) -> None:
        self.people_by_dm = {person.dm: person for person in self.people}

    @property
    def done(self) -> int:
        """Interactions that the product confirmed."""
        return sum(person.done for person in self.people)

    async def run(self) -> Verdict:
        self.stirred.update(dict.fromkeys(self.people_by_dm))
        self.killer.slack.workspace.on_traffic.append(self._note_traffic)
        self.killer.door.on_answer = lambda user: self._stir("D" + user[1:])
        self.may_act.set()
        async with asyncio.TaskGroup() as workers:
            for _ in range(AT_ONCE):
                workers.create_task(self._work())
            await self._fire()
            self.over = True
            self.bell.set()
        await self._drain()
        return await self._judge()

    async def _fire(self) -> None:
        share = self.plan.interactions / self.plan.kills
        for kill in range(self.plan.kills):
            await self._until_done(kill * share)
            await self._kill()
            if self.plan.loud and (kill + 1) % 25 == 0:
                print(f"{kill + 1} kills, {self.done} interactions", flush=True)
        await self._until_done(self.plan.interactions)

    async def _judge(self) -> Verdict:
        door = self.killer.door
        confirmed = [key for key, request in door.requests.items() if request.acked]
        return await judge(
            self.killer.slack.workspace, self.killer.database, self.store, self.people, confirmed
        )

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await asyncio.sleep(0.002)

    async def _until_done(self, interactions: float) -> None:
        await self._until(lambda: self.done >= interactions)

    def _note_traffic(self) -> None:
        """Something in somebody's direct messages has changed."""
        last = self.killer.slack.workspace.traffic[-1]
        if last.direction == "from the app":
            self._stir(last.payload.get("channel", ""))

    def _stir(self, dm: str) -> None:
        if dm in self.people_by_dm:
            self.stirred[dm] = None
            self.bell.set()

    async def _work(self) -> None:
        """Take one seller after the other who may have something to do."""
        while not self.over:
            await self.may_act.wait()
            if not self.stirred:
                self.bell.clear()
                await self.bell.wait()
                continue
            person = self.people_by_dm[next(iter(self.stirred))]
            del self.stirred[person.dm]
            if person.dm not in self.acting and person.ready():
                self.acting.add(person.dm)
                await person.act()
                self.acting.discard(person.dm)
                self._stir(person.dm)

    async def _kill(self) -> None:
        """Kill, look what was struck, start anew, and let Slack's clock pass its retries."""
        killer = self.killer
        struck = await killer.kill()
        number = struck.replica.number
        killer.door.closed.add(number)
        alone = len(killer.replicas) == 1
        if alone:
            self.may_act.clear()
        await struck.replica.start()
        await killer.count(struck)
        self.may_act.clear()
        killer.door.closed.discard(number)
        await self._until(lambda: not killer.door.busy())
        killer.slack.clock.advance(RETRY)
        self.may_act.set()

    async def _drain(self) -> None:
        """What was begun is brought to its end, and everything is sent."""
        async with asyncio.timeout(DRAIN):
            while any(p.begun() for p in self.people) or await is_open(self.killer.database):
                for person in self.people:
                    if person.begun() and person.ready():
                        await person.act()
                await asyncio.sleep(0.2)
                if not self.killer.door.busy():
                    self.killer.slack.clock.advance(RETRY)


@asynccontextmanager
async def under_fire(plan: Plan, database: Database, folder: Path) -> AsyncIterator[Loop]:
    """The small Slack, the sellers and the replicas, all at work."""
    async with AsyncExitStack() as stack:
        template = await stack.enter_async_context(Template.start())
        with patch.object(api, "Pace", Unhurried):
            slack = await stack.enter_async_context(
                SmallSlack.start(manifest=ROOT / "app_manifest.yml", delivery="http")
            )
        numbers = range(database.replicas)
        replicas = [replica(template, slack, folder, n, database.url(n)) for n in numbers]
        door = Door([HttpCarrier(r.url, slack.signing_secret) for r in replicas])
        slack.carrier = slack.delivery.carrier = door
        await migrate(database.url(0))
        for each in replicas:
            await each.start()
            stack.push_async_callback(each.stop)
        store = await Store.open(database.url(0), KeyRing.from_text(KEYS))
        stack.push_async_callback(store.close)
        people = [hire(slack, door, n, plan.seed) for n in range(1, plan.sellers + 1)]
        killer = Killer(slack, door, database, replicas, random.Random(plan.seed))
        yield Loop(plan, killer, people, store)


async def fire(engine: str, plan: Plan, folder: Path) -> tuple[Loop, Verdict]:
    """One run, to its verdict."""
    async with (
        ENGINES[engine](folder) as database,
        under_fire(plan, database, folder) as loop,
    ):
        return loop, await loop.run()


def quick_folder() -> str | None:
    """In memory where that exists: what is killed is the process, never the machine, so the disk
    need not be waited for. The product still asks it to, at every commit."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def last_line(loop: Loop, verdict: Verdict) -> str:
    return (
        f"{loop.killer.counts['kills']} kills, {loop.done} interactions, "
        f"{len(verdict.lost)} lost, {len(verdict.doubled)} doubled"
    )


def report(engine: str, loop: Loop, verdict: Verdict, seconds: float) -> None:
    for kind in ("lost", "doubled", "misplaced"):
        for line in getattr(verdict, kind)[:10]:
            print(f"{kind}: {line}")
    told = ", ".join(f"{n} {what}" for what, n in sorted(loop.killer.counts.items()))
    checks = sum(len(person.checks) for person in loop.people)
    print(f"{engine}: {seconds:.0f} s, {len(loop.people)} sellers, {checks} checks; {told}")
    print(f"{len(verdict.misplaced)} out of order")
    print(last_line(loop, verdict))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=list(ENGINES), default="sqlite")
    for name, default in (("kills", 500), ("interactions", 20_000), ("sellers", 300), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = vars(parser.parse_args())
    engine, started = given.pop("engine"), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="differ-", dir=quick_folder()) as folder:
        loop, verdict = asyncio.run(fire(engine, Plan(**given, loud=True), Path(folder)))
    report(engine, loop, verdict, time.monotonic() - started)
    return 0 if verdict.clean else 1


if __name__ == "__main__":
    sys.exit(main())
