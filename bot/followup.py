"""Before a check's call: whether to come back after it, the line before it, another time for it."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.cadence import find_place
from bot.call import CheckCall
from bot.kinds import AFTER, HOME, REMINDER
from bot.reminders import plan_reminder, reminder_at
from bot.views import calls as views
from bot.views.elements import answered
from bot.views.messages import message
from bot.views.text import Block, Body
from coaching import calls as coach
from coaching.cadence import Cadence, after_call, next_morning
from coaching.calls import Seen
from coaching.moves import Ask
from coaching.tells import unended
from coaching.when import zone_name
from coaching.words import Line, with_capital
from storage import Call, new_id

_UNASKED: dict[str, str] = {
    Seen.DECLINED: "no",
    Seen.CANCELLED: "cancelled",
    Seen.OVERTAKEN: "overtaken",
}
_AHEAD = (Seen.OFFERED, Seen.WANTED)
_MOVING = (Seen.WANTED, Seen.ASKED, Seen.CANCELLED, Seen.OVERTAKEN)


class FollowUp(CheckCall):
    """What is asked and said before the call."""

    # see you after the call?

    async def offer(self) -> tuple[tuple[Line, ...], tuple[Block, ...]]:
        """What the last message of a check says and offers about the call."""
        call, cadence = await self.call(), await self._tx.week.cadence()
        if call is None:
            await self._save(Call(self._check_id, Seen.OFFERED))
        elif call.state != Seen.OFFERED:
            return (), (answered(self._answer(call, cadence)),)
        minutes = cadence.reminder if reminder_at(self.call_at, cadence, self._now) else 0
        zone = zone_name(cadence.place, self._words)
        line = coach.see_line(self._standing, minutes, zone, self._words)
        times = tuple((with_capital(self._when(at, cadence)), at) for at in self._times(cadence))
        return (line,), (views.see_you(times, self._check_id, self._words),)

    def _times(self, cadence: Cadence) -> tuple[datetime, ...]:
        start = max(self.call_at or self._now, self._now)
        if start == self._now:
            start = _half_hour_after(start)
        return tuple(dict.fromkeys((after_call(cadence, start), next_morning(cadence, start))))

    def _answer(self, call: Call, cadence: Cadence) -> str:
        name = _UNASKED.get(call.state)
        if name or call.ask_at is None:
            return self._words.text(f"call.options.{name or 'told'}")
        zone = zone_name(cadence.place, self._words)
        return f"{with_capital(self._when(call.ask_at, cadence))}, {zone}"

    async def accept(self, ask_at: datetime) -> bool:
        """Come back then, and remind before; False when it was answered already."""
        call = await self.call()
        if call is None or call.state not in (Seen.OFFERED, Seen.DECLINED, Seen.WANTED):
            return False
        await self._save(replace(call, state=Seen.WANTED, ask_at=ask_at))
        await self._plan(ask_at, await find_place(self._tx, self._now))
        return True

    async def decline(self) -> bool:
        """Neither the one nor the other."""
        call = await self.call()
        if call is None or call.state not in _AHEAD:
            return False
        await self._save(replace(call, state=Seen.DECLINED, ask_at=None))
        await self._drop()
        return True

    async def reply(self, *, wanted: bool) -> bool:
        """Yes or no in words: yes is the first of the times, or nothing new once it was said;
        False when nothing is offered."""
        call = await self.call()
        if call is None or call.state != Seen.OFFERED:
            return wanted and await self.is_wanted()
        if not wanted:
            return await self.decline()
        return await self.accept(self._times(await self._tx.week.cadence())[0])

    async def is_wanted(self) -> bool:
        """Whether the seller said yes, and was not asked yet."""
        call = await self.call()
        return call is not None and call.state == Seen.WANTED

    async def take_over(self) -> tuple[str, ...]:
        """Speak of its call for all the seller's checks before it; the ids of the others."""
        call = await self.call()
        if call is None or call.state != Seen.WANTED:
            return ()
        return await self._tx.calls.take_over(self._check_id)

    async def give_way(self) -> None:
        """Another check speaks of its call from now on."""
        await self._drop()
        await self._close_reminder("overtaken")

    async def stand_alone(self) -> None:
        """The call is with somebody else: what another check spoke of is its own again."""
        call = await self.call()
        if call is not None and call.state == Seen.OVERTAKEN:
            await self._save(replace(call, state=Seen.OFFERED, ask_at=None))

    async def _plan(self, ask_at: datetime, cadence: Cadence) -> None:
        await self._tx.week.plan(AFTER, ask_at, self._check_id)
        await plan_reminder(self._tx, self._check_id, self.call_at, cadence, self._now)

    # before the call

    async def remind(self, mention: str) -> None:
        """One line, in the check's thread; nothing when the call has begun."""
        call, call_at = await self.call(), self.call_at
        if call is None or call.state != Seen.WANTED or call_at is None or call_at < self._now:
            return
        cadence = await self._tx.week.cadence()
        lines = self._reminder_lines(call_at, cadence)
        message_id = new_id()
        body = views.reminder(lines, self._check_id, message_id, self._words, mention)
        await self._post(REMINDER, body, message_id, call_at, call_at.isoformat())

    async def listen(self, text: str) -> Body | None:
        """Take a whole message by which it was cancelled or moved, and say what follows; None for
        other words, or once it has been asked after."""
        text, words = unended(text), self._words
        done = self._standing.step().ask is Ask.DONE
        cancelled = words.hears("tell.cancelled", text) or (done and words.hears("cancel", text))
        if not cancelled and not words.hears("tell.moved", text):
            return None
        call = await self.call()
        if call is None or call.state not in _AHEAD or coach.load(call.talk).prompt:
            return None
        if not cancelled:
            return views.ask_when(self._check_id, words)
        await self._call_off(call)
        return message((words.say("call.cancelled"),))

    async def moved(self) -> Line | None:
        """The call has another time: what hangs on it moves along, and it is one again if it was
        cancelled or another's. Says what is planned now; None when no time is named any more."""
        await self._tx.week.refresh(HOME, self._now)
        call, call_at = await self.call(), self.call_at
        await self._close_reminder("moved")
        if call_at is None:
            await self._offer_again(call)
            return None
        cadence = await find_place(self._tx, self._now)
        await self._tx.week.answer_about(self._check_id)
        values = {"time": self._time(call_at, cadence)}
        if call is None or call.state not in _MOVING:
            return self._words.say("call.moved", **values)
        if call.ask_at is None:  # before anything was wanted
            await self._save(replace(call, state=Seen.OFFERED))
            return self._words.say("call.moved", **values)
        ask_at = after_call(cadence, call_at)
        await self._save(replace(call, state=Seen.WANTED, ask_at=ask_at))
        await self._plan(ask_at, cadence)
        values["asked"] = self._when(ask_at, cadence)
        remind_at = reminder_at(call_at, cadence, self._now)
        if remind_at is None:
            return self._words.say("call.moved_asked", **values)
        values["reminded"] = self._when(remind_at, cadence)
        return self._words.say("call.moved_reminded", **values)

    async def _offer_again(self, call: Call | None) -> None:
        """No time is named any more: what was planned by it is not, until the seller says when."""
        if call is not None and call.state in (Seen.WANTED, Seen.OVERTAKEN):
            await self._save(replace(call, state=Seen.OFFERED, ask_at=None))
            await self._drop()


def _half_hour_after(at: datetime) -> datetime:
    whole = at.replace(minute=0, second=0, microsecond=0)
    return next(
        whole + timedelta(minutes=minutes)
        for minutes in (0, 30, 60)
        if whole + timedelta(minutes=minutes) >= at
    )
