"""What a seller chooses about times: kept, planned by, and said back."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.kinds import ZONE
from bot.nudges import Nudging
from bot.reminders import plan_reminders
from bot.views import cadence as views
from coaching.cadence import Cadence, Nudges
from coaching.grammar import NudgesAt, NudgesEvery, NudgesOn, PauseUntil, Request, request
from coaching.when import weekday_name
from coaching.words import Line, Words
from storage import Transaction

LOOK_AGAIN = timedelta(days=1)
LONGEST_PAUSE = timedelta(days=366)


class Choices:
    """What a seller chooses about times, within a transaction."""

    def __init__(self, tx: Transaction, words: Words, now: datetime) -> None:
        self._tx = tx
        self._words = words
        self._now = now
        self._nudging = Nudging(tx, words, now)

    async def cadence(self) -> Cadence:
        """What holds now."""
        return await self._tx.week.cadence()

    async def today(self) -> date:
        """The date where the seller is."""
        return self._now.astimezone((await self.cadence()).place).date()

    async def choose(self, **choices: Any) -> Line:
        """Keep these choices; what holds from now on, in words."""
        before = await find_place(self._tx, self._now)
        return await self.told(await self._keep(before, replace(before, **choices)))

    async def fill_in(self, cadence: Cadence) -> tuple[Line, ...]:
        """Keep the choices of a form; what has changed by them, in words."""
        before = await find_place(self._tx, self._now)
        await self._keep(before, cadence)
        planned = await self._nudging.planned()
        return views.changed(before, cadence, planned, self._now, self._words)

    async def _keep(self, before: Cadence, cadence: Cadence) -> Cadence:
        if cadence.reminder != before.reminder:
            await plan_reminders(self._tx, before, cadence, self._now)
        return await self._nudging.choose(cadence)

    async def do(self, asked: Request) -> Line:
        """Do what words asked for; what holds from now on."""
        match asked:
            case NudgesAt(weekday, hour):
                return await self._nudge_at(weekday, hour)
            case NudgesOn():
                return await self.choose(nudges=Nudges.ON, paused_until="")
            case NudgesEvery(weeks):
                return await self.choose(nudges=Nudges.ON, every=weeks)
            case PauseUntil(day):
                return await self.pause(day) or self._words.say("cadence.past")
        return await self.choose(nudges=Nudges.NO)

    async def _nudge_at(self, weekday: int, hour: str) -> Line:
        if replace(await self.cadence(), weekday=weekday).workday is None:
            day = weekday_name(weekday, self._words)
            return self._words.say("cadence.no_workday", weekday=day)
        return await self.choose(nudges=Nudges.ON, weekday=weekday, hour=hour, paused_until="")

    async def pause(self, day: date) -> Line | None:
        """No nudge before that day, in words; a day that has passed, or is more than a year away,
        changes nothing. Whoever was left in silence wants them after it; where they are off there
        is nothing to pause."""
        if (await self.cadence()).nudges not in (Nudges.ON, Nudges.SILENT):
            return self._words.say("cadence.off")
        if not timedelta(0) < day - await self.today() <= LONGEST_PAUSE:
            return None
        return await self.choose(nudges=Nudges.ON, paused_until=day.isoformat())

    async def told(self, cadence: Cadence) -> Line:
        """What holds from now on."""
        return views.settled(cadence, await self._nudging.planned(), self._now, self._words)


async def do_request(tx: Transaction, text: str, words: Words, now: datetime) -> Line | None:
    """Do what a whole message asks for; None when it asks for nothing of the kind."""
    if request(text, now.date(), words) is None:
        return None
    choices = Choices(tx, words, now)
    asked = request(text, await choices.today(), words)
    return None if asked is None else await choices.do(asked)


async def find_place(tx: Transaction, now: datetime) -> Cadence:
    """What the seller chose about times; where they are is looked up once a day."""
    cadence = await tx.week.cadence()
    if cadence.looked_at is None or now - cadence.looked_at > LOOK_AGAIN:
        await tx.week.plan(ZONE, now)
    return cadence
