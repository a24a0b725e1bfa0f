"""Sellers who are nudged once a week, and the Slack they are nudged in."""

import asyncio
import random
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.views.messages import parse_value
from coaching.cadence import week_of
from storage import Installation, Store, Tenant
from tests.bench import requests
from tests.bench.requests import Request, Seller
from tests.bench.slack import WELL, CheapSlack
from tests.bot.stage import Json

ZONES = (
    "Europe/Berlin Europe/London Europe/Lisbon Europe/Helsinki Africa/Cairo Africa/Casablanca "
    "Africa/Johannesburg America/New_York America/Chicago America/Denver America/Los_Angeles "
    "America/Sao_Paulo America/Santiago America/St_Johns Asia/Kolkata Asia/Tokyo Asia/Singapore "
    "Asia/Kathmandu Asia/Tehran Asia/Jerusalem Australia/Sydney Australia/Lord_Howe "
    "Pacific/Auckland Pacific/Honolulu Pacific/Kiritimati"
).split()
DAYS = {1: "monday", 3: "wednesday", 5: "friday"}
MORNING = range(7, 12)
"""Hours of the day: a nudge that its process was killed over has until the evening."""
TAPPED = 3
"""Every third nudge is answered: after three without an answer there would be silence."""
KEPT = 100
"""Messages that Slack shows at once."""
BUSY = ("429 Too Many Requests\r\nRetry-After: 1", {"ok": False, "error": "ratelimited"})
GONE: tuple[str, Json] = ("", {})


@dataclass(frozen=True)
class Nudged(Seller):
    """One seller, and when they want to be written to."""

    zone: str = "UTC"
    weekday: int = 1
    hour: str = "09:00"


def town(sellers: int, workspaces: int, zones: int, luck: random.Random) -> Iterator[Nudged]:
    """So many of them, in so many zones of every sort."""
    for number in range(sellers):
        hour = f"{luck.choice(MORNING):02}:{luck.choice(('00', '30'))}"
        place = (luck.choice(ZONES[:zones]), luck.choice(list(DAYS)), hour)
        yield Nudged(f"U{number:06}", f"T{number % workspaces:05}", *place)


async def install(store: Store, team: str) -> None:
    """The app in one workspace."""
    installation = Installation(Tenant("", team), f"xoxb-{team}", "B1", "UDIFFER")
    await store.install(installation)


class WeeklySlack(CheapSlack):
    """Remembers every nudge by its seller. ``mood``: well, down, or busy."""

    def __init__(self) -> None:
        super().__init__()
        self.people: dict[str, Nudged] = {}
        self.now: Callable[[], datetime] = lambda: datetime.fromtimestamp(0, UTC)
        self.mood = "well"
        self.refused = 0
        self.nudges: defaultdict[str, list[datetime]] = defaultdict(list)
        """By user: when they were nudged."""
        self.keys: defaultdict[str, list[Json]] = defaultdict(list)
        """By channel: the key of every message that was posted."""
        self.to_tap: asyncio.Queue[Request] = asyncio.Queue()
        self.untapped: deque[datetime] = deque()
        """When the nudges came that are still to be answered."""
        self._asked: dict[str, Json] = {}
        self._bells: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._luck = random.Random(7)

    def reply(self, method: str, given: Json) -> tuple[str, Json]:
        """In an outage some calls are taken, and none is answered."""
        if self.mood == "well":
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
        if method in ("conversations.history", "conversations.replies"):
            return {"ok": True, "messages": self.keys[given["channel"]][-KEPT:]}
        return super().answer(method, given)

    async def question(self, who: Nudged, reply: str) -> tuple[Json, Json]:
        """The next message that can be answered so, and the button to tap."""
        while True:
            message = self._asked.pop(who.dm, None)
            if message and (element := _button(message, reply)):
                return message, element
            bell = self._bells[who.dm] = asyncio.Event()
            await bell.wait()

    def _post(self, given: Json) -> Json:
        posted = super()._post(given)
        self.posted.clear()
        channel, message = given["channel"], {**given, "ts": posted["ts"]}
        self.keys[channel].append({"metadata": given["metadata"], "ts": posted["ts"]})
        who = self.people["U" + channel[1:]]
        if tap := _next_week(message):
            self._nudge(who, message, tap)
        else:
            self._asked[channel] = message
            self._bells[channel].set()
        return posted

    def _nudge(self, who: Nudged, message: Json, tap: Json) -> None:
        came = self.nudges[who.user_id]
        came.append(self.now())
        if len(came) % TAPPED == 0:
            self.untapped.append(self.now())
            self.to_tap.put_nowait(requests.tap(who, message, tap))

    def weeks_of(self, who: Nudged) -> list[str]:
        """The weeks, where they are, in which nudges came."""
        place = ZoneInfo(who.zone)
        return [week_of(moment, place) for moment in self.nudges[who.user_id]]

    def doubled(self) -> list[str]:
        """The keys of messages that were posted twice."""
        found = []
        for channel, kept in self.keys.items():
            keys = [one["metadata"]["event_payload"]["key"] for one in kept]
            found += [f"{channel} {key}" for key in set(keys) if keys.count(key) > 1]
        return found


def _elements(message: Json) -> Iterator[Json]:
    yield from (e for block in message["blocks"] for e in block.get("elements", ()))


def _button(message: Json, reply: str) -> Json | None:
    """The button that says so under a question."""
    taps = (e for e in _elements(message) if e.get("action_id", "").startswith("tap:"))
    return next((e for e in taps if parse_value(e["value"])[2] == reply), None)


def _next_week(message: Json) -> Json | None:
    """The button "next week" under a nudge."""
    return next((e for e in _elements(message) if e.get("action_id") == "nudge:next"), None)
