"""Sellers who are nudged once a week, and the Slack they are nudged in."""

import random
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.cadence import Choices
from coaching.cadence import Nudges, week_of
from coaching.words import words
from storage import Installation, Seller, Store, Tenant
from tests.bench import requests
from tests.bench.requests import Request
from tests.bench.slack import WELL, CheapSlack
from tests.bot.script import checks
from tests.bot.stage import Json, on_stage

ZONES = (
    "Europe/Berlin Europe/London Europe/Lisbon Europe/Helsinki Africa/Cairo Africa/Casablanca "
    "Africa/Johannesburg America/New_York America/Chicago America/Denver America/Los_Angeles "
    "America/Sao_Paulo America/Santiago America/St_Johns Asia/Kolkata Asia/Tokyo Asia/Singapore "
    "Asia/Kathmandu Asia/Tehran Asia/Jerusalem Australia/Sydney Australia/Lord_Howe "
    "Pacific/Auckland Pacific/Honolulu Pacific/Kiritimati"
).split()
TAPPED = 3
"""Every third nudge is answered: after three without an answer there would be silence."""
BUSY = ("429 Too Many Requests\r\nRetry-After: 1", {"ok": False, "error": "ratelimited"})
GONE: tuple[str, Json] = ("", {})


@dataclass(frozen=True)
class Nudged:
    """One seller, and when they want to be written to."""

    team: str
    user: str
    zone: str
    weekday: int
    hour: str

    @property
    def seller(self) -> Seller:
        return Seller(Tenant("", self.team), self.user)

    @property
    def token(self) -> str:
        return f"xoxb-{self.team}"


def town(sellers: int, workspaces: int, zones: int, luck: random.Random) -> Iterator[Nudged]:
    """So many of them, in so many zones of every sort."""
    for number in range(sellers):
        hour = f"{luck.randrange(7, 15):02}:{luck.choice(('00', '30'))}"
        place = (luck.choice(ZONES[:zones]), luck.choice((1, 3, 5)), hour)
        yield Nudged(f"T{number % workspaces:05}", f"U{number:06}", *place)


async def talks() -> list[str]:
    """What is kept of two checks, made through the product."""
    with tempfile.TemporaryDirectory() as folder:
        async with on_stage(Path(folder)) as stage:
            for plan, buyer in (("demo", "Marta"), ("pilot", "Ines")):
                await stage.command(f"/differ quick {plan}")
                await stage.tap("Fill in")
                await stage.submit(person=buyer, company="Northgate", length="one")
                for label in ("No", "No", "No", "Skip", "Keep it"):
                    await stage.tap(label)
            return [check.dialogue for check in await checks(stage)]


async def settle_in(store: Store, who: Nudged, kept: list[str], now: datetime) -> None:
    """Their checks of last week, and their yes to a nudge, as the product keeps it."""
    async with store.begin(who.seller) as tx:
        await tx.profile()
        for number, dialogue in enumerate(kept):
            then = now - timedelta(days=7 + number)
            check = await tx.open_check(
                origin=str(number), dialogue=dialogue, now=then, state="finished"
            )
            assert check is not None
            await tx.save(replace(check, finished_at=then))
        choices = Choices(tx, words(), now)
        await choices.choose(
            nudges=Nudges.ON, weekday=who.weekday, hour=who.hour, zone=who.zone, looked_at=now
        )


async def install(store: Store, team: str) -> None:
    """The app in one workspace."""
    installation = Installation(Tenant("", team), f"xoxb-{team}", "B1", "UDIFFER", "A1")
    await store.install(installation)


class WeeklySlack(CheapSlack):
    """Remembers every nudge by its seller. ``mood``: well, down, or busy."""

    def __init__(self) -> None:
        super().__init__()
        self.people: dict[str, Nudged] = {}
        self.now: Callable[[], datetime] = lambda: datetime.fromtimestamp(0, UTC)
        self.mood = "well"
        self.refused = 0
        self.nudges: defaultdict[str, list[tuple[str, datetime]]] = defaultdict(list)
        """By user: the key of each nudge that was posted, and when."""
        self.keys: defaultdict[str, list[Json]] = defaultdict(list)
        self.to_tap: list[Request] = []
        self._luck = random.Random(7)

    def reply(self, method: str, given: Json) -> tuple[str, Json]:
        """In an outage some calls are taken, and none is answered."""
        if method == "auth.test" or self.mood == "well":
            return WELL, self.answer(method, given)
        if self.mood == "busy":
            busy = method == "chat.postMessage" and self._luck.random() < 0.9
            self.refused += busy
            return BUSY if busy else (WELL, self.answer(method, given))
        self.refused += 1
        if self._luck.random() < 0.1:
            self.answer(method, given)
        return GONE

    def answer(self, method: str, given: Json) -> Json:
        """Where somebody is, and what stands in their direct messages."""
        if method == "users.info":
            return {"ok": True, "user": {"tz": self.people[given["user"]].zone}}
        if method == "conversations.history":
            return {"ok": True, "messages": self.keys[given["channel"]]}
        return super().answer(method, given)

    def _post(self, given: Json) -> Json:
        posted = super()._post(given)
        self.posted.clear()
        channel = given["channel"]
        metadata = given["metadata"]
        self.keys[channel].append({"metadata": metadata, "ts": posted["ts"]})
        user = "U" + channel[1:]
        came = self.nudges[user]
        came.append((metadata["event_payload"]["key"], self.now()))
        if len(came) % TAPPED == 0:
            self.to_tap.append(self._tap(user, {**given, "ts": posted["ts"]}))
        return posted

    def _tap(self, user: str, message: Json) -> Request:
        """Next week, please."""
        elements = message["blocks"][-1]["elements"]
        element = next(e for e in elements if e["action_id"] == "nudge:next")
        return requests.tap(requests.Seller(user, self.people[user].team), message, element)

    def weeks_of(self, user: str) -> list[str]:
        """The weeks, where they are, in which nudges came."""
        place = ZoneInfo(self.people[user].zone)
        return [week_of(moment, place) for _, moment in self.nudges[user]]
