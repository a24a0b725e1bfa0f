"""Hundreds of sellers at once, in a small Slack that does not hurry them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from unittest.mock import patch

from bot.playground import api
from bot.playground.limits import Pace
from bot.playground.server import SmallSlack
from tests.bot.stage import ROOT
from tests.chaos.databases import Database, is_open
from tests.chaos.door import Door
from tests.chaos.seller import Person

RETRY = timedelta(seconds=61)
"""By so much Slack's clock jumps, past its retry of events."""
PATIENCE = 300.0
"""Seconds for what should take less than one, and for what is left to be sent: machines can be
busy."""


class Unhurried(Pace):
    """Slack's limits would let 20,000 interactions take a day; they are tested elsewhere."""

    def wait(self, method: str, tier: int | None) -> int:
        return 0

    def wait_to_post(self, channel: str) -> int:
        return 0


@asynccontextmanager
async def small_slack() -> AsyncIterator[SmallSlack]:
    """A small Slack without limits, which sends signed requests."""
    with patch.object(api, "Pace", Unhurried):
        starting = SmallSlack.start(manifest=ROOT / "app_manifest.yml", delivery="http")
        async with starting as slack:
            yield slack


async def until(condition: Callable[[], bool], pause: float = 0.002) -> None:
    """Wait for something that rings no bell. TimeoutError after a long while."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(pause)


@dataclass
class Crowd:
    """The sellers, some of them acting at the same moment."""

    slack: SmallSlack
    door: Door
    people: list[Person]
    may_act: asyncio.Event = field(default_factory=asyncio.Event)
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    stirred: dict[str, None] = field(default_factory=dict)
    """Direct messages in which something has happened, the longest ago first."""
    acting: set[str] = field(default_factory=set)
    over: bool = False

    def __post_init__(self) -> None:
        self.by_dm = {person.dm: person for person in self.people}
        self.slack.workspace.on_traffic.append(self._note_traffic)
        self.door.on_answer = lambda user: self._stir("D" + user[1:])
        self.stirred.update(dict.fromkeys(self.by_dm))
        self.may_act.set()

    @property
    def done(self) -> int:
        """Interactions that the product confirmed."""
        return sum(person.done for person in self.people)

    @asynccontextmanager
    async def at_work(self, at_once: int) -> AsyncIterator[None]:
        """So many people act at the same moment, for the length of the block."""
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(self._work())
            try:
                yield
            finally:
                self.over = True
                self.bell.set()
                self.may_act.set()

    async def until_done(self, interactions: float) -> None:
        await until(lambda: self.done >= interactions)

    def _note_traffic(self) -> None:
        last = self.slack.workspace.traffic[-1]
        if last.direction == "from the app":
            self._stir(last.payload.get("channel", ""))

    def _stir(self, dm: str) -> None:
        """Something has changed for the one whose direct messages these are."""
        if dm in self.by_dm:
            self.stirred[dm] = None
            self.bell.set()

    async def _work(self) -> None:
        """Take one seller after the other who may have something to do."""
        while not self.over:
            await self.may_act.wait()
            if self.stirred:
                await self._serve(self.by_dm[next(iter(self.stirred))])
            else:
                self.bell.clear()
                await self.bell.wait()

    async def _serve(self, person: Person) -> None:
        del self.stirred[person.dm]
        if person.dm in self.acting or not person.ready():
            return
        self.acting.add(person.dm)
        await person.act()
        self.acting.discard(person.dm)
        self._stir(person.dm)

    async def drain(self, database: Database) -> None:
        """What was begun is brought to its end, and everything is sent."""
        async with asyncio.timeout(PATIENCE):
            while any(p.begun() for p in self.people) or await is_open(database):
                for person in self.people:
                    if person.begun() and person.ready():
                        await person.act()
                await asyncio.sleep(0.1)
                await self.pass_retries()

    async def pass_retries(self) -> None:
        """Let Slack's clock jump, when nobody waits for an answer: for three seconds at most they
        would."""
        self.may_act.clear()
        await until(lambda: not self.door.busy())
        self.slack.clock.advance(RETRY)
        self.may_act.set()
