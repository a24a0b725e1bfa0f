"""A seller's nudge of a week within a transaction: sent, put off, stopped."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.checked import checks_of
from bot.kinds import HOME, NUDGE
from bot.people import Person
from bot.views import nudges as views
from bot.views.text import Body
from coaching.cadence import (
    Cadence,
    Nudges,
    last_moment,
    moment,
    monday_of,
    next_nudge,
    tomorrow,
    week_of,
)
from coaching.nudges import IGNORED, Before, Checked, Text, choose, has_just_checked
from coaching.words import Words
from storage import Nudge, Transaction, new_id

LATE = timedelta(hours=1)
"""After its hour, where the seller has flown to, from when on a nudge waits for another day."""
REMEMBERED = 30
"""Weeks of nudges that are looked back on."""


class Outcome(StrEnum):
    """What became of a week in which a nudge was due."""

    SENT = "sent"
    PUT_OFF = "put_off"  # the seller said "tomorrow"
    NEXT = "next"  # the seller said "next week"
    CHANGED = "changed"  # the seller stopped them, paused them or made them rarer
    NOTHING = "nothing"  # there was nothing of theirs
    RECENT = "recent"  # they had checked a plan in the last days
    LAPSED = "lapsed"  # too late for its day
    LAST = "last"  # the last message before silence


class Nudging:
    """The nudges of one seller."""

    def __init__(self, tx: Transaction, words: Words, now: datetime) -> None:
        self._tx = tx
        self._words = words
        self._now = now

    # the seller's choices

    async def choose(self, cadence: Cadence) -> Cadence:
        """Keep new choices, which answer all nudges before them; the next nudge is planned anew if
        they are about when it comes."""
        before, cadence = await self._tx.week.cadence(), replace(cadence, ended="")
        await self._tx.week.save_cadence(cadence)
        await self._tx.week.answer_all()
        if cadence.rhythm != before.rhythm or await self.planned() is None:
            await self._plan(cadence, await self._weeks_to_wait(cadence))
        await self._tx.week.refresh(HOME, self._now)
        return cadence

    async def _plan(self, cadence: Cadence, weeks: int) -> None:
        if cadence.nudges is Nudges.ON:
            await self._tx.week.plan(NUDGE, next_nudge(cadence, self._now, weeks))
        else:
            await self._tx.week.drop(NUDGE)

    async def _weeks_to_wait(self, cadence: Cadence) -> int:
        """From this week to the first that may have a nudge, by the last that had its own."""
        newest = await self._newest()
        if newest is None or _is_open(newest):
            return 0
        weeks = 1 if newest.outcome == Outcome.NEXT else cadence.every
        monday = date.fromisoformat(f"{newest.week}-1") + timedelta(weeks=weeks)
        return max(0, (monday - monday_of(self._now, cadence.place)).days // 7)

    async def tomorrow(self, message_id: str) -> datetime | None:
        """The same again on the next working day; None when it was not this week's."""
        if not await self._is_newest(message_id):
            return None
        await self._tx.week.answer_nudge(message_id, Outcome.PUT_OFF)
        at = tomorrow(await self._tx.week.cadence(), self._now)
        await self._tx.week.plan(NUDGE, at)
        await self._tx.week.refresh(HOME, self._now)
        return at

    async def next_week(self, message_id: str) -> bool:
        """Not this week; False when it was not this week's."""
        newest = await self._is_newest(message_id)
        await self._tx.week.answer_nudge(message_id, Outcome.NEXT)
        if newest:
            await self._plan(await self._tx.week.cadence(), weeks=1)
            await self._tx.week.refresh(HOME, self._now)
        return newest

    async def follow(self, zone: str) -> None:
        """They are there now, as far as Slack says: what is planned keeps its wall time."""
        before = await self._tx.week.cadence()
        cadence = replace(before, zone=zone or before.zone, looked_at=self._now)
        await self._tx.week.save_cadence(cadence)
        planned = await self.planned()
        if planned and cadence.place != before.place:
            at = _where_they_are(planned, before, cadence, self._now)
            await self._tx.week.plan(NUDGE, at)

    async def planned(self) -> datetime | None:
        """When the next one is due."""
        return await self._tx.week.planned(NUDGE)

    async def _newest(self) -> Nudge | None:
        return next(iter(await self._tx.week.nudges(1)), None)

    async def _is_newest(self, message_id: str) -> bool:
        newest = await self._newest()
        return newest is not None and newest.message_id == message_id

    # when one is due

    async def send(self, due_at: datetime, person: Person) -> None:
        """Send the nudge that was due, if there is still reason to, and plan the next one."""
        before = await self._tx.week.cadence()
        cadence = replace(before, zone=person.zone or before.zone, looked_at=self._now, ended="")
        if person.gone:
            await self._end(cadence, "deactivated")
            return
        await self._tx.week.save_cadence(cadence)
        if cadence.nudges is not Nudges.ON:
            return
        due_at = _where_they_are(due_at, before, cadence, self._now)
        if due_at > self._now:
            await self._tx.week.plan(NUDGE, due_at)
            return
        if await self._send(due_at, cadence):
            at = next_nudge(cadence, due_at, weeks=cadence.every)
            await self._tx.week.plan(NUDGE, at)

    async def _send(self, due_at: datetime, cadence: Cadence) -> bool:
        """Keep what became of the week; False when it was the last one."""
        week = Nudge(week_of(due_at, cadence.place), Outcome.NOTHING, "", due_at)
        if self._now > last_moment(cadence, due_at):
            await self._tx.week.begin_nudge(replace(week, outcome=Outcome.LAPSED))
            return True
        past, sent = await checks_of(self._tx), await self._tx.week.nudges(REMEMBERED)
        if has_just_checked(past, self._now):
            await self._tx.week.begin_nudge(replace(week, outcome=Outcome.RECENT))
            return True
        if _are_ignored(sent, past):
            return not await self._say_last(week, cadence)
        if _are_lost(sent, past):
            await self._end(cadence, "undelivered")
            return False
        text = choose(past, _told(sent), self._now, cadence.place, self._words)
        await self._post(week, cadence, text)
        return True

    async def lapse(self, due_at: datetime) -> None:
        """Leave a week in which nobody can be written to, and plan the next one."""
        cadence = await self._tx.week.cadence()
        if cadence.nudges is Nudges.ON:
            week = Nudge(week_of(due_at, cadence.place), Outcome.LAPSED, "", due_at)
            await self._tx.week.begin_nudge(week)
            at = next_nudge(cadence, due_at, weeks=cadence.every)
            await self._tx.week.plan(NUDGE, at)

    async def _end(self, cadence: Cadence, reason: str) -> None:
        """They cannot be reached: none any more, until they turn them on again."""
        await self._tx.week.save_cadence(replace(cadence, nudges=Nudges.NO, ended=reason))

    async def _post(self, week: Nudge, cadence: Cadence, text: Text | None) -> None:
        if text is None:
            await self._tx.week.begin_nudge(week)
            return
        about = text.reason.check_id or None
        nudge = replace(week, outcome=Outcome.SENT, wording=text.wording, check_id=about)
        body = views.nudge(text, message_id := new_id(), self._words)
        nudge = replace(nudge, message_id=message_id)
        await self._begin(nudge, cadence, body, text.reason.until)

    async def _say_last(self, week: Nudge, cadence: Cadence) -> bool:
        """The last word, and silence from then on; False when the week has had its nudge."""
        message_id = new_id()
        nudge = replace(week, outcome=Outcome.LAST, wording="last", message_id=message_id)
        begun = await self._begin(nudge, cadence, views.last(message_id, self._words))
        if begun:
            await self._tx.week.save_cadence(replace(cadence, nudges=Nudges.SILENT))
        return begun

    async def _begin(
        self, nudge: Nudge, cadence: Cadence, body: Body, until: datetime | None = None
    ) -> bool:
        """Post the nudge of a week, unless that week has had its own; not later than ``until``."""
        assert nudge.message_id
        begun = await self._tx.week.begin_nudge(nudge)
        if begun:
            last = last_moment(cadence, nudge.at)
            await self._tx.post(
                purpose=NUDGE,
                body=body,
                check_id=nudge.check_id,
                message_id=nudge.message_id,
                until=min(last, until or last),
            )
        return begun


def _is_open(nudge: Nudge) -> bool:
    """Whether its week is still to have a nudge: it was put off, or has never come."""
    return nudge.outcome == Outcome.PUT_OFF or (nudge.message_id is not None and not nudge.came)


def _where_they_are(due_at: datetime, before: Cadence, cadence: Cadence, now: datetime) -> datetime:
    """The same wall time where the seller is now; long after it, the hour they chose on the next
    working day, if that is in the same week."""
    if cadence.place == before.place:
        return due_at
    local = due_at.astimezone(before.place)
    at = moment(local.date(), local.time(), cadence.place)
    later = tomorrow(cadence, now)
    same_week = week_of(later, cadence.place) == week_of(at, cadence.place)
    return later if now - at > LATE and same_week else at


def _are_ignored(sent: tuple[Nudge, ...], past: tuple[Checked, ...]) -> bool:
    """Whether nothing followed from the last three that came."""
    came = [nudge for nudge in sent if nudge.wording and nudge.came is not False]
    return _is_silence(came[:IGNORED], past)


def _are_lost(sent: tuple[Nudge, ...], past: tuple[Checked, ...]) -> bool:
    """Whether none of the last three came, and they were not taken back by what the seller did."""
    last = [nudge for nudge in sent if nudge.wording][:IGNORED]
    return _is_silence(last, past) and all(nudge.came is False for nudge in last)


def _is_silence(last: list[Nudge], past: tuple[Checked, ...]) -> bool:
    """Whether three were left unanswered, and no check was begun since."""
    if len(last) < IGNORED or any(nudge.answered for nudge in last):
        return False
    return not any(one.started_at > last[-1].at for one in past)


def _told(sent: tuple[Nudge, ...]) -> tuple[Before, ...]:
    """What was said before, newest first; what was put off may be said again, in other words."""
    told: list[Before] = []
    for nudge in sent:
        if nudge.wording and nudge.came is not False:
            put_off = nudge.outcome in (Outcome.PUT_OFF, Outcome.NEXT)
            told.append(Before(nudge.wording, nudge.check_id, nudge.at, put_off))
        told += [Before(word, None, nudge.at, put_off=True) for word in reversed(nudge.earlier)]
    return tuple(told)
