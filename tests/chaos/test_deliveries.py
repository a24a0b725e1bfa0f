"""Everything delivered four times, shuffled, to three processes at once: one effect each."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.playground.delivery import Answer, Envelope
from bot.playground.server import SmallSlack
from bot.sender import Pace
from bot.serve import running
from tests.bot.stage import settings_for
from tests.chaos.crowd import Crowd, small_slack
from tests.chaos.databases import ENGINES, Database
from tests.chaos.door import Door
from tests.chaos.seller import hire
from tests.chaos.verdict import Verdict, judge

PROCESSES, TIMES = 3, 4
SELLERS, AT_ONCE, INTERACTIONS = 20, 3, 120
PACE = Pace(timeout=2.0, lease=6.0, poll=0.1)


@dataclass
class Shuffled(Door):
    """A door that deals out four of each envelope, in any order, among all the processes."""

    luck: random.Random = field(default_factory=lambda: random.Random(5))
    waiting: list[tuple[Envelope, asyncio.Future[Answer]]] = field(default_factory=list)
    dealt: int = 0

    async def carry(self, envelope: Envelope) -> Answer:
        """Wait for others that come at the same moment, and be shuffled with them."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.waiting.append((envelope, answer))
        if len(self.waiting) == 1:
            asyncio.get_running_loop().call_later(0.02, self._deal)
        return await answer

    def _deal(self) -> None:
        copies = self.waiting * TIMES
        self.waiting = []
        self.luck.shuffle(copies)
        carried = {id(answer): TIMES for _, answer in copies}
        self._tasks = {asyncio.create_task(self._one(*copy, carried)) for copy in copies}

    async def _one(
        self, envelope: Envelope, answer: asyncio.Future[Answer], left: dict[int, int]
    ) -> None:
        """As in Slack the first answer counts, unless a later one says that it was kept."""
        came = await super().carry(envelope)
        self.dealt += 1
        left[id(answer)] -= 1
        request = self._request(envelope)
        confirmed = request is None or request.acked
        if not answer.done() and (confirmed or not left[id(answer)]):
            answer.set_result(came)


@asynccontextmanager
async def processes(
    slack: SmallSlack, database: Database, folder: Path
) -> AsyncIterator[list[str]]:
    """Three processes' worth of the product on one database; where each takes requests."""
    async with AsyncExitStack() as stack:
        urls = []
        for _ in range(PROCESSES):
            settings = settings_for(slack, folder, database_url=database.url(0))
            running_one = running(settings, slack.clock.now, PACE)
            differ = await stack.enter_async_context(running_one)
            urls.append(f"http://127.0.0.1:{differ.port}/slack/events")
        yield urls


@pytest.mark.parametrize("engine", ENGINES)
async def test_four_deliveries_to_three_processes_have_one_effect(
    folder: Path, engine: str
) -> None:
    async with (
        ENGINES[engine](folder) as database,
        small_slack() as slack,
        processes(slack, database, folder) as urls,
    ):
        door = Shuffled.between(slack, urls)
        crowd = Crowd(slack, door, [hire(slack, door, n, seed=2) for n in range(1, SELLERS + 1)])
        async with crowd.at_work(AT_ONCE):
            await crowd.until_done(INTERACTIONS)
        await crowd.drain(database)

        verdict = await judge(crowd, database)
        assert verdict == Verdict(uncertain=verdict.uncertain)
        assert door.dealt >= TIMES * INTERACTIONS
        assert all(request.delivered >= TIMES for request in door.requests.values())
