"""A nudge a week for thousands of sellers, through outages and kill -9.

    python -m tests.chaos.nudges --engine postgresql

Three processes of the product on PostgreSQL, one on SQLite, at a business time that is moved from
here. The last line says how many were due, sent, lapsed, missing and doubled; the exit code is 1
if any was missing or doubled, or came at another hour than its own.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp

from bot.playground.signed_http import sign
from coaching.cadence import week_of
from storage import KeyRing, Store, migrate
from tests.bench.requests import Request
from tests.bot.process import free_port
from tests.bot.stage import KEYS
from tests.chaos.databases import ENGINES, Database, is_open, quick_folder
from tests.chaos.kill import say
from tests.chaos.product import LEASE, POST_TIMEOUT, Replica, Template
from tests.chaos.timed import SharedClock
from tests.chaos.weeks import ZONES, Nudged, WeeklySlack, install, settle_in, talks, town

SECRET = "nudges"
REPLICAS = {"sqlite": 1, "postgresql": 3}
BEGIN = datetime(2030, 1, 6, 9, tzinfo=UTC)
"""A Sunday before any Monday has begun anywhere."""
STEP = timedelta(hours=3)
AT_ONCE = 8
PATIENCE = 120.0
OUTAGE = (timedelta(days=16, hours=21), timedelta(hours=6))
"""From BEGIN: a Wednesday at 6 in the morning, UTC; and how long it lasts."""
BUSY = timedelta(days=30, hours=23)
"""From BEGIN: a Wednesday at 8, in whose next hours Slack answers 429 to nine of ten posts."""
LOOK = 0.05
"""Seconds between two looks whether all is done."""
IN_DOWN = 2.0
"""Seconds of real time for each step of the outage."""


@dataclass
class Plan:
    """How much of it."""

    sellers: int = 10_000
    workspaces: int = 500
    weeks: int = 8
    zones: int = len(ZONES)
    seed: int = 1


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
    kills: int = 0
    taps: Counter[str] = field(default_factory=Counter)

    async def live(self) -> None:
        """All weeks, as fast as everything that is due gets done."""
        end = BEGIN + self.plan.weeks * timedelta(weeks=1)
        told = 0
        while (now := await self._next_moment(end)) < end:
            self.clock.set(now)
            await self._step(now)
            weeks = (now - BEGIN) // timedelta(weeks=1)
            if weeks > told:
                told = weeks
                say(f"week {weeks}: {sum(map(len, self.slack.nudges.values()))} nudges, "
                    f"{self.kills} kills")  # fmt: skip
        self.slack.mood = "well"
        self.clock.set(end)
        await self._settled()

    async def _next_moment(self, end: datetime) -> datetime:
        """Some hours after the earliest thing that is due."""
        ((at,),) = await self.database.fetch("SELECT min(at) FROM due")
        due = datetime.fromisoformat(at) if isinstance(at, str) else at
        due = due.replace(tzinfo=UTC) if due and due.tzinfo is None else due
        return max(due, self.clock.now()) + STEP if due else end

    async def _step(self, now: datetime) -> None:
        start, length = OUTAGE
        if BEGIN + start <= now < BEGIN + start + length:
            self.slack.mood = "down"
            await asyncio.sleep(IN_DOWN)  # nobody can be waited for while nothing works
            return
        busy = BEGIN + BUSY <= now < BEGIN + BUSY + STEP
        self.slack.mood = "busy" if busy else "well"
        await self._settled()

    async def _settled(self) -> None:
        """Until all that is due was done, sent and answered."""
        moment = f"{self.clock.now():%Y-%m-%d %H:%M:%S.%f}"
        due = f"SELECT 1 FROM due WHERE at <= '{moment}' LIMIT 1"
        if "postgres" in self.database.url(0):
            due = due.replace(f"'{moment}'", f"timestamptz '{moment}+00'")
        async with asyncio.timeout(PATIENCE):
            while await self._busy(due):  # noqa: ASYNC110 - two databases have no bell
                await asyncio.sleep(LOOK)

    async def _busy(self, due: str) -> bool:
        if self.slack.to_tap or self.taps["under way"]:
            return True
        return bool(await self.database.fetch(due)) or await is_open(self.database)

    # people

    async def tap(self) -> None:
        """What was answered, at whichever process is there; again until it is confirmed."""
        async with aiohttp.ClientSession() as session:
            while True:
                if not self.slack.to_tap:
                    await asyncio.sleep(0.01)
                    continue
                self.taps["under way"] += 1
                request = self.slack.to_tap.pop()
                await self._until_confirmed(session, request)
                self.taps["under way"] -= 1
                self.taps["done"] += 1

    async def _until_confirmed(self, session: aiohttp.ClientSession, request: Request) -> None:
        confirmed = False
        while not confirmed:
            confirmed = await self._send(session, request)

    async def _send(self, session: aiohttp.ClientSession, request: Request) -> bool:
        now = int(time.time())
        headers = {
            "Content-Type": request.content_type,
            "X-Slack-Request-Timestamp": str(now),
            "X-Slack-Signature": sign(SECRET, now, request.body),
        }
        url = self.luck.choice(self.replicas).url
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with session.post(url, data=request.body, headers=headers) as answer:
                return answer.status == 200
        return False

    async def kill(self) -> None:
        """kill -9 at random moments, and a new process in the place of the old."""
        while True:
            await asyncio.sleep(self.luck.uniform(1.0, 4.0))  # the moment is the chaos here
            replica = self.luck.choice(self.replicas)
            await replica.kill()
            self.kills += 1
            await replica.start()

    @asynccontextmanager
    async def under_fire(self) -> AsyncIterator[None]:
        """People answer and processes die, until the block ends."""
        tasks = [asyncio.create_task(self.tap()) for _ in range(AT_ONCE)]
        killing = asyncio.create_task(self.kill())
        try:
            yield
        finally:
            for task in (killing, *tasks):
                task.cancel()
            await asyncio.gather(killing, *tasks, return_exceptions=True)


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
    verdict = Verdict()
    for who in run.people:
        came = Counter(run.slack.weeks_of(who.user))
        for week in sorted(weeks):
            verdict.due += 1
            if came[week]:
                verdict.sent += 1
            elif (who.user, week) in kept:
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
    for _, moment in run.slack.nudges[who.user]:
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
        slack.people, slack.now = {who.user: who for who in people}, clock.now
        await migrate(database.url(0))
        await _move_in(database, people)
        replicas = [
            _replica(template, slack, folder, number, database, clock_file=folder / "clock")
            for number in range(REPLICAS[engine])
        ]
        run = Run(plan, database, slack, clock, replicas, people, luck)
        for replica in replicas:
            await replica.start()
        try:
            async with run.under_fire():
                await run.live()
            verdict = await judge(run)
        finally:
            for replica in replicas:
                await replica.stop()
    return run, verdict


async def _move_in(database: Database, people: list[Nudged]) -> None:
    store = await Store.open(database.url(0), KeyRing.from_text(KEYS))
    kept = await talks()
    for team in sorted({who.team for who in people}):
        await install(store, team)
    places = asyncio.Semaphore(AT_ONCE)

    async def settle(who: Nudged) -> None:
        async with places:
            await settle_in(store, who, kept, BEGIN)

    await asyncio.gather(*(settle(who) for who in people))
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


def report(engine: str, run: Run, verdict: Verdict, seconds: float) -> None:
    for kind in ("missing", "doubled", "at_another_hour"):
        for line in getattr(verdict, kind)[:10]:
            say(f"{kind}: {line}")
    say(
        f"{engine}: {seconds:.0f} s, {run.plan.sellers} sellers in {run.plan.workspaces} "
        f"workspaces, {run.plan.weeks} weeks, {len(run.replicas)} processes, {run.kills} kills, "
        f"{run.slack.refused} calls refused, {run.taps['done']} taps"
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
        parser.add_argument(f"--{name}", type=int, default=default)
    given = vars(parser.parse_args())
    engine, started = given.pop("engine"), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="differ-", dir=quick_folder()) as folder:
        run, verdict = asyncio.run(fire(engine, Plan(**given), Path(folder)))
    report(engine, run, verdict, time.monotonic() - started)
    return 1 if verdict.missing or verdict.doubled or verdict.at_another_hour else 0


if __name__ == "__main__":
    sys.exit(main())
