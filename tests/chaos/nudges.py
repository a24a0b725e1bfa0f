"""A nudge a week for thousands of sellers, through outages and kill -9.

    python -m tests.chaos.nudges --engine postgresql

Three processes of the product on PostgreSQL, one on SQLite, at a business time that is moved from
here. First every seller makes two checks of a minute, then the weeks pass. The last line says how
many nudges were due, sent, lapsed, missing and doubled; the exit code is 1 if any was missing or
doubled, or came at another hour than its own.
"""

import argparse
import asyncio
import itertools
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from coaching.cadence import week_of
from storage import KeyRing, Store, migrate
from tests.bot.process import free_port
from tests.bot.stage import KEYS
from tests.chaos.databases import ENGINES, Database, is_open, quick_folder
from tests.chaos.kill import say
from tests.chaos.plans import Delivery, ask_for_nudges, make_checks
from tests.chaos.product import LEASE, POST_TIMEOUT, Replica, Template
from tests.chaos.timed import SharedClock
from tests.chaos.weeks import ZONES, Nudged, WeeklySlack, install, town

SECRET = "nudges"
REPLICAS = {"sqlite": 1, "postgresql": 3}
BEGIN = datetime(2030, 1, 6, 9, tzinfo=UTC)
"""A Sunday before any Monday has begun anywhere."""
WEEK = timedelta(weeks=1)
STEP = timedelta(minutes=30)
BEHIND = timedelta(hours=5)
"""So late may a nudge be, or its tap, before time waits for it: the latest hour is at 11:30, at
18:00 a nudge lapses, and who taps *next week* on another day may mean another week."""
AT_ONCE = 24
PATIENCE = 120.0
OUTAGE = (timedelta(days=16, hours=21), timedelta(hours=6))
"""From BEGIN: a Wednesday at 6 in the morning, UTC; and how long it lasts."""
BUSY = (timedelta(days=30, hours=23), timedelta(minutes=10))
"""From BEGIN: a Wednesday at 8, and how long Slack answers 429 to nine of ten posts."""
LOOK = 0.05
"""Seconds between two looks whether time may go on."""
IN_DOWN = 0.4
"""Seconds of real time for each step of the outage."""
IN_BUSY = 10.0
"""Seconds of real time for the ten minutes: Slack asks to wait for one each time."""


@dataclass
class Plan:
    """How much of it."""

    sellers: int = 10_000
    workspaces: int = 500
    weeks: int = 8
    zones: int = len(ZONES)
    seed: int = 1
    every: float = 8.0
    """Seconds between two kills, on average."""


@dataclass
class Run:
    """One town under fire."""

    plan: Plan
    database: Database
    slack: WeeklySlack
    clock: SharedClock
    replicas: list[Replica]
    people: list[Nudged]
    luck: random.Random
    delivery: Delivery
    kills: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    """How long each part took."""

    async def pass_through(self) -> None:
        """The checks of all of them, then the weeks."""
        async with self._timed("checks"):
            await self._settle_in()
        async with self._timed("weeks"):
            await self._live()

    async def _settle_in(self) -> None:
        """Everybody's checks, a week before, and then their wish."""
        self.clock.set(BEGIN - WEEK)
        await self._together(lambda who: make_checks(who, self.slack, self.delivery))
        self.clock.set(BEGIN)
        await self._together(lambda who: ask_for_nudges(who, self.delivery))

    async def _together(self, do: Callable[[Nudged], Awaitable[None]]) -> None:
        """All of them, some at the same moment; until what follows from it is done."""
        places = asyncio.Semaphore(AT_ONCE)

        async def come(who: Nudged) -> None:
            async with places:
                await do(who)

        await asyncio.gather(*(come(who) for who in self.people))
        await self._until(self._is_quiet)

    async def _live(self) -> None:
        """All weeks, as fast as nothing that is due comes too late."""
        end = BEGIN + self.plan.weeks * WEEK
        told = 0
        while (now := self.clock.now()) < end:
            await self._step(now, end)
            weeks = (now - BEGIN) // WEEK
            if weeks > told:
                told = weeks
                nudges = sum(map(len, self.slack.nudges.values()))
                say(f"week {weeks}: {nudges} nudges, {self.kills} kills")
        await self._until(self._is_quiet)

    async def _step(self, now: datetime, end: datetime) -> None:
        down, busy = BEGIN + OUTAGE[0], BEGIN + BUSY[0]
        if down <= now < down + OUTAGE[1]:
            self.slack.mood = "down"
            self.clock.set(now + STEP)
            await asyncio.sleep(IN_DOWN)  # nobody can be waited for while nothing works
            self.slack.mood = "well"
        elif busy <= now < busy + BUSY[1]:
            self.slack.mood = "busy"
            await asyncio.sleep(IN_BUSY)
            self.clock.set(now + BUSY[1])
            self.slack.mood = "well"
        else:
            async with asyncio.timeout(PATIENCE):
                while (then := await self._next(now, end)) is None:  # noqa: ASYNC110
                    await asyncio.sleep(LOOK)
            self.clock.set(then)

    async def _next(self, now: datetime, end: datetime) -> datetime | None:
        """The next moment; None as long as something that was held up would lapse by then."""
        earliest = await self._earliest() or end
        latest = await self._moment("SELECT min(until) FROM outbox WHERE done_at IS NULL")
        special = (end, BEGIN + OUTAGE[0], BEGIN + BUSY[0])
        then = min(m for m in (max(now, earliest) + STEP, *special) if m > now)
        waiting = min([earliest, *itertools.islice(self.slack.untapped, 1)])
        held_up = waiting + BEHIND < then or (latest is not None and latest < then + STEP)
        return None if held_up else then

    async def _earliest(self) -> datetime | None:
        return await self._moment("SELECT min(at) FROM due")

    async def _moment(self, statement: str) -> datetime | None:
        ((at,),) = await self.database.fetch(statement)
        moment = datetime.fromisoformat(at) if isinstance(at, str) else at
        return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment

    async def _is_quiet(self) -> bool:
        """Whether all that is due was done, sent and answered."""
        earliest = await self._earliest()
        if self.slack.untapped or (earliest and earliest <= self.clock.now()):
            return False
        return not await is_open(self.database)

    async def _until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not await condition():  # noqa: ASYNC110 - two databases have no bell
                await asyncio.sleep(LOOK)

    async def tap(self) -> None:
        """Answer the nudges that are to be answered."""
        while True:
            await self.delivery.bring(await self.slack.to_tap.get())
            self.slack.untapped.popleft()

    async def kill(self) -> None:
        """kill -9 at random moments, and a new process in the place of the old."""
        while True:
            await asyncio.sleep(
                self.plan.every * self.luck.uniform(0.5, 1.5)
            )  # the moment is the chaos here
            replica = self.luck.choice(self.replicas)
            await replica.kill()
            self.kills += 1
            await replica.start()

    @asynccontextmanager
    async def under_fire(self) -> AsyncIterator[None]:
        """People answer and processes die, until the block ends."""
        tasks = [asyncio.create_task(self.tap()) for _ in range(AT_ONCE)]
        tasks.append(asyncio.create_task(self.kill()))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    @asynccontextmanager
    async def _timed(self, part: str) -> AsyncIterator[None]:
        begun = time.monotonic()
        yield
        self.seconds[part] = time.monotonic() - begun
        say(f"{part}: {self.seconds[part]:.0f} s, {self.kills} kills")


@dataclass
class Verdict:
    """What became of each seller's weeks."""

    due: int = 0
    sent: int = 0
    lapsed: int = 0
    missing: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    at_another_hour: list[str] = field(default_factory=list)


async def judge(run: Run) -> Verdict:
    """By what the small Slack was sent, and what the product says of the rest."""
    weeks = {
        f"{day.isocalendar().year}-W{day.isocalendar().week:02}"
        for day in (BEGIN + timedelta(days=1, weeks=n) for n in range(run.plan.weeks))
    }
    rows = await run.database.fetch("SELECT user_id, week, outcome FROM nudges")
    kept = {(user, week): outcome for user, week, outcome in rows}
    verdict = Verdict(doubled=run.slack.doubled())
    for who in run.people:
        came = Counter(run.slack.weeks_of(who))
        for week in sorted(weeks):
            verdict.due += 1
            if came[week]:
                verdict.sent += 1
            elif (who.user_id, week) in kept:
                # Lapsed at the clock, or in the outbox because its day was over.
                verdict.lapsed += 1
            else:
                verdict.missing.append(f"{who} {week}")
            verdict.doubled += [f"{who} {week}"] * max(0, came[week] - 1)
        verdict.at_another_hour += _late(run, who)
    return verdict


def _late(run: Run, who: Nudged) -> list[str]:
    """Nudges before their hour, or on another day."""
    place = ZoneInfo(who.zone)
    found = []
    for moment in run.slack.nudges[who.user_id]:
        local = moment.astimezone(place)
        if local.isoweekday() != who.weekday or f"{local:%H:%M}" < who.hour:
            found.append(f"{who} {local} {week_of(moment, place)}")
    return found


async def fire(engine: str, plan: Plan, folder: Path) -> tuple[Run, Verdict]:
    """One run, to its verdict."""
    luck = random.Random(plan.seed)
    people = list(town(plan.sellers, plan.workspaces, plan.zones, luck))
    clock = SharedClock(folder / "clock")
    clock.set(BEGIN)
    async with (
        ENGINES[engine](folder) as database,
        Template.start() as template,
        WeeklySlack.start() as slack,
    ):
        assert isinstance(slack, WeeklySlack)
        slack.people, slack.now = {who.user_id: who for who in people}, clock.now
        await migrate(database.url(0))
        await _move_in(database, people)
        replicas = [
            _replica(template, slack, folder, number, database, clock_file=folder / "clock")
            for number in range(REPLICAS[engine])
        ]
        for replica in replicas:
            await replica.start()
        async with Delivery.start(replicas, SECRET, luck) as delivery:
            run = Run(plan, database, slack, clock, replicas, people, luck, delivery)
            try:
                async with run.under_fire():
                    await run.pass_through()
                verdict = await judge(run)
            finally:
                for replica in replicas:
                    if replica.lives():  # the last kill may just have met it
                        await replica.stop()
    return run, verdict


async def _move_in(database: Database, people: list[Nudged]) -> None:
    store = await Store.open(database.url(0), KeyRing.from_text(KEYS))
    for team in sorted({who.team for who in people}):
        await install(store, team)
    await store.close()


def _replica(
    template: Template,
    slack: WeeklySlack,
    folder: Path,
    number: int,
    database: Database,
    clock_file: Path,
) -> Replica:
    environment = {
        "SLACK_BOT_TOKEN": "xoxb-nobody",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": database.url(0),
        "DIFFER_KEYS": KEYS,
        "PORT": str(free_port()),
        "POST_TIMEOUT": str(POST_TIMEOUT),
        "LEASE": str(LEASE),
        "LOG_LEVEL": "WARNING",
        "CLOCK": str(clock_file),
    }
    return Replica(template, environment, folder, number)


def report(engine: str, run: Run, verdict: Verdict) -> None:
    for kind in ("missing", "doubled", "at_another_hour"):
        for line in getattr(verdict, kind)[:10]:
            say(f"{kind}: {line}")
    parts = ", ".join(f"{part} {seconds:.0f} s" for part, seconds in run.seconds.items())
    say(
        f"{engine}: {parts}, {run.plan.sellers} sellers in {run.plan.workspaces} workspaces, "
        f"{run.plan.weeks} weeks, {len(run.replicas)} processes, {run.kills} kills, "
        f"{run.slack.refused} calls refused, {run.delivery.done} requests of sellers"
    )
    say(f"{len(verdict.at_another_hour)} at another hour than their own")
    say(
        f"{verdict.due} due, {verdict.sent} sent, {verdict.lapsed} lapsed, "
        f"{len(verdict.missing)} missing, {len(verdict.doubled)} doubled"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=list(ENGINES), default="sqlite")
    for name, default in vars(Plan()).items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    given = vars(parser.parse_args())
    engine = given.pop("engine")
    with tempfile.TemporaryDirectory(prefix="differ-", dir=quick_folder()) as folder:
        run, verdict = asyncio.run(fire(engine, Plan(**given), Path(folder)))
    report(engine, run, verdict)
    return 1 if verdict.missing or verdict.doubled or verdict.at_another_hour else 0


if __name__ == "__main__":
    sys.exit(main())
