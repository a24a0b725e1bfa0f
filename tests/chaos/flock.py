"""Some sellers of one team, with a product, a database and a small Slack of their own."""

import asyncio
import gzip
import json
import random
import shutil
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from bot.playground.delivery import Answer, Envelope
from bot.playground.server import SmallSlack
from bot.playground.workspace import Message
from coaching.words import words
from storage import KeyRing, Seller, Store, Tenant
from tests.bot.process import started
from tests.bot.stage import BEGIN, DEALS, KEYS
from tests.chaos.cage import CANARY, Cage, Perch
from tests.chaos.databases import Sqlite, is_open
from tests.chaos.door import Door
from tests.chaos.product import Replica, Template, replica
from tests.chaos.screen import A_DAY, Screen
from tests.chaos.seller import hire
from tests.chaos.timed import SharedClock
from tests.chaos.watch import Watch

SELLERS, NUDGED = 10, 7
"""More nudges than that, and the team's two lines, would not be sent at once."""
PAUSE = 0.3
"""Seconds until somebody tries again."""
WEEK = timedelta(weeks=1)
DUE = "SELECT 1 FROM due WHERE at <= '{:%Y-%m-%d %H:%M:%S.%f}' LIMIT 1"
ECHOES = 10
"""Of so many events about the app's own messages, which it drops, one is delivered."""


@dataclass
class PatientDoor(Door):
    """A door that keeps most echoes of the app's own messages from it, and knocks again when
    nothing was kept, as people do."""

    echoes: int = 0

    async def carry(self, envelope: Envelope) -> Answer:
        """Until it was kept, or nobody waits any more."""
        event = envelope.payload.get("event", {})
        if {**event, **event.get("message", {})}.get("bot_id"):
            self.echoes += 1
            if self.echoes % ECHOES:
                return Answer("acked")
        while self._is_lost(envelope, answer := await super().carry(envelope)):  # noqa: ASYNC110
            await asyncio.sleep(PAUSE)
        return answer

    def _is_lost(self, envelope: Envelope, answer: Answer) -> bool:
        """A busy machine makes a busy database: everybody is told so, each in another way."""
        request, said = self._request(envelope), json.dumps(answer.payload, ensure_ascii=False)
        told = words().plain("notice.unsaved") in said
        return told or not answer.acked or (request is not None and not request.acked)


@dataclass
class Flock:
    """They check side by side; ``clock`` is the product's business time."""

    folder: Path
    cage: Cage
    slack: SmallSlack
    differ: Replica
    store: Store
    database: Sqlite
    clock: SharedClock
    screens: list[Screen]

    @classmethod
    @asynccontextmanager
    async def start(
        cls, template: Template, slack: SmallSlack, folder: Path, cage: Cage, number: int
    ) -> AsyncIterator["Flock"]:
        """With the product at work, in the number-th flock; all of its files are in the folder."""
        database, clock = Sqlite(folder / "differ.db"), SharedClock(folder / "clock")
        clock.set(BEGIN)
        differ = replica(template, slack, folder, 0, database.url(0))
        # Nobody is killed here: it may wait for Slack, and look at what is due more rarely.
        patient = {"POST_TIMEOUT": "10", "LEASE": "30", "POLL": "0.5"}
        clocked = {"CLOCK": str(folder / "clock"), "LOG_LEVEL": "DEBUG"}
        differ.environment |= patient | clocked
        await differ.start()
        async with AsyncExitStack() as stack:
            stack.push_async_callback(differ.stop)
            store = await Store.open(database.url(0), KeyRing.from_text(KEYS))
            stack.push_async_callback(store.close)
            watch = Watch(database, lambda: cage.search(folder, "*-journal", "*-wal"))
            await stack.enter_async_context(watch.at_work())
            screens = list(_screens(slack, store, differ, watch, cage, number))
            yield cls(folder, cage, slack, differ, store, database, clock, screens)

    async def live(self, checks: int) -> None:
        """Join, check, be asked after calls, be nudged, be summed up; export, and forget."""
        await self.screens[0].team()
        await asyncio.gather(*(screen.team() for screen in self.screens))
        shares = [checks * n // SELLERS for n in range(SELLERS + 1)]
        each = [range(b - a) for a, b in pairwise(shares)]
        for day in range(max(map(len, each)) // A_DAY + 1):
            await self._work(day, [numbers[day * A_DAY :][:A_DAY] for numbers in each])
        await self._pass_to(BEGIN + WEEK + timedelta(hours=1))
        await asyncio.gather(*(screen.open_home() for screen in self.screens))
        await asyncio.gather(*(screen.command("/differ export") for screen in self.screens))
        self.cage.done["checks"] += checks
        self.cage.done["nudges"] += sum(screen.nudged() for screen in self.screens)
        # Only a summary has a thread.
        self.cage.done["team summaries"] += any(m.thread_ts for m in _posts(self.slack))
        self._look_at_slack()
        await self.screens[0].forget()
        await self._prove()
        self.cage.look_into("the backup", await self._back_up())

    async def _work(self, day: int, numbers: Iterable[range]) -> None:
        """A day with calls at noon: checks, reminders, and what was said."""
        morning = BEGIN + timedelta(days=day + 1)
        await self._pass_to(morning)
        noon = morning + timedelta(hours=3)
        pairs = zip(self.screens, numbers, strict=True)
        await asyncio.gather(*(_play(screen, own, noon) for screen, own in pairs))
        for hours in (2.8, 5.5):
            await self._pass_to(morning + timedelta(hours=hours))
        asked = await asyncio.gather(*(s.after_calls(bool(day % 2)) for s in self.screens))
        self.cage.done["after-calls"] += sum(asked)

    async def _pass_to(self, moment: datetime) -> None:
        """It is that late, and all that was due by then is done and sent."""
        self.clock.set(moment)
        async with asyncio.timeout(60):
            while await self._is_busy(moment):  # noqa: ASYNC110 - the database has no bell
                await asyncio.sleep(0.02)

    async def _is_busy(self, moment: datetime) -> bool:
        due = await self.database.fetch(DUE.format(moment))
        return bool(due) or await is_open(self.database)

    def _look_at_slack(self) -> None:
        """Every channel, and what each seller was shown and sent."""
        posted = json.dumps([[m.text, m.blocks] for m in _posts(self.slack)])
        self.cage.look_at("posts in the channel", "nobody", posted)
        for screen in self.screens:
            self.cage.look_at(f"what {screen.me} was shown", screen.me, screen.shown())

    async def _prove(self) -> None:
        """That the search would find something: with the key the words are there to be read,
        except those of the first seller."""
        for screen in self.screens:
            seller = Seller(Tenant("", self.slack.workspace.team_id), screen.me)
            async with self.store.begin(seller) as tx:
                kept = "".join(check.dialogue for check in await tx.checks())
                told = "".join(call.talk for call in await tx.calls.all())
            forgotten = screen is self.screens[0]
            assert bool(CANARY.search(told.encode())) != forgotten, "what was told of a call"
            assert bool(CANARY.search(kept.encode())) != forgotten, "what was said in a check"
            if forgotten:
                left = [m.text for m in screen.messages() if m.bot_id]
                assert not CANARY.search("".join(left).encode()), left

    async def _back_up(self) -> bytes:
        """What `differ backup` writes, unpacked."""
        environment = self.differ.environment | {"PORT": ""}
        async with started(environment, self.folder, "backup", "backup.gz") as process:
            assert await process.ended() == 0, process.output
        return gzip.decompress((self.folder / "backup.gz").read_bytes())

    def search(self) -> None:
        """Look through all files that are left, and remove them."""
        self.cage.search(self.folder, "*")
        shutil.rmtree(self.folder)


def _screens(
    slack: SmallSlack, store: Store, differ: Replica, watch: Watch, cage: Cage, number: int
) -> Iterable[Screen]:
    """The sellers of a flock; no two flocks have one in common."""
    door, luck = PatientDoor.between(slack, [differ.url]), random.Random(number)
    for place in range(SELLERS):
        user = hire(slack, door, number * SELLERS + place + 1, number).user
        perch, nudges = Perch(cage, user), "yes" if place < NUDGED else "no"
        yield Screen(slack, store, "", user, watch=watch, cage=perch, luck=luck, nudges=nudges)


def _posts(slack: SmallSlack) -> list[Message]:
    """What the product has posted in the channel."""
    return [m for m in slack.workspace.in_channel(DEALS) if m.bot_id and not m.visible_to]


async def _play(screen: Screen, numbers: range, call_at: datetime) -> None:
    for number in numbers:
        await screen.check(number, call_at)
