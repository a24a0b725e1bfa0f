"""What hangs on a check's call: to be reminded of it, asked after it, and told about."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.kinds import AFTER, HOME, REMINDER
from bot.views import calls as views
from bot.views.cadence import time_of
from bot.views.messages import message
from bot.views.nudges import consent
from bot.views.text import Block, Body
from coaching import calls as coach
from coaching.cadence import GAP, Cadence, Nudges, after_call, next_morning
from coaching.calls import Heard, Seen, Tell
from coaching.factors import Factor
from coaching.moves import Said
from coaching.phrases import buyer
from coaching.standing import Standing
from coaching.when import when, zone_name
from coaching.words import Line, Words
from storage import Call, Transaction, new_id

LATE = timedelta(hours=1)
"""From when on it is asked whether this is an hour to write to anybody."""


class FollowUp:
    """The call of one check. ``card`` is the message at the head of the check's thread."""

    def __init__(
        self,
        tx: Transaction,
        check_id: str,
        card: str,
        standing: Standing,
        words: Words,
        now: datetime,
    ) -> None:
        self._tx = tx
        self._check_id = check_id
        self._card = card
        self._standing = standing
        self._words = words
        self._now = now

    @property
    def call_at(self) -> datetime | None:
        """When the call is, if the seller said so."""
        named = self._standing.brief.call_at
        return datetime.fromisoformat(named) if named else None

    async def call(self) -> Call | None:
        """What is kept of it."""
        return await self._tx.calls.of(self._check_id)

    # see you after the call?

    async def offer(self) -> tuple[tuple[Line, ...], tuple[Block, ...]]:
        """What the last message of a check says and offers about the call."""
        call, cadence = await self.call(), await self._tx.week.cadence()
        if call is None:
            await self._save(Call(self._check_id, Seen.OFFERED))
        elif call.state != Seen.OFFERED:
            return (), (views.answered(self._answer(call, cadence)),)
        minutes = cadence.reminder if self._reminder_at(cadence) else 0
        zone = zone_name(cadence.place, self._words)
        line = coach.see_line(self._standing, minutes, zone, self._words)
        times = tuple((_label(self._when(at, cadence)), at) for at in self._times(cadence))
        return (line,), (views.see_you(times, self._check_id, self._words),)

    def _times(self, cadence: Cadence) -> tuple[datetime, ...]:
        start = max(self.call_at or self._now, self._now)
        if start == self._now:
            start = _half_hour_after(start)
        return tuple(dict.fromkeys((after_call(cadence, start), next_morning(cadence, start))))

    def _answer(self, call: Call, cadence: Cadence) -> str:
        if call.ask_at is None or call.state in (Seen.DECLINED, Seen.CANCELLED):
            name = "cancelled" if call.state == Seen.CANCELLED else "no"
            return self._words.text(f"call.options.{name}")
        zone = zone_name(cadence.place, self._words)
        return f"{_label(self._when(call.ask_at, cadence))}, {zone}"

    def _when(self, at: datetime, cadence: Cadence) -> str:
        return when(at, self._now, cadence.place, self._words)

    async def accept(self, ask_at: datetime) -> bool:
        """Come back then, and remind before; False when it was answered already."""
        call = await self.call()
        if call is None or call.state not in (Seen.OFFERED, Seen.DECLINED, Seen.WANTED):
            return False
        await self._save(replace(call, state=Seen.WANTED, ask_at=ask_at))
        await self._plan(ask_at)
        return True

    async def decline(self) -> bool:
        """Neither the one nor the other."""
        call = await self.call()
        if call is None or call.state not in (Seen.OFFERED, Seen.WANTED):
            return False
        await self._save(replace(call, state=Seen.DECLINED, ask_at=None))
        await self._drop()
        return True

    async def _plan(self, ask_at: datetime) -> None:
        await self._tx.week.plan(AFTER, ask_at, self._check_id)
        await self._tx.week.drop(REMINDER, self._check_id)
        if reminder_at := self._reminder_at(await self._tx.week.cadence()):
            await self._tx.week.plan(REMINDER, reminder_at, self._check_id)

    def _reminder_at(self, cadence: Cadence) -> datetime | None:
        if self.call_at is None or not cadence.reminder:
            return None
        at = self.call_at - timedelta(minutes=cadence.reminder)
        return at if at > self._now else None

    async def _drop(self) -> None:
        for kind in (REMINDER, AFTER):
            await self._tx.week.drop(kind, self._check_id)

    # before the call

    async def remind(self, mention: str) -> None:
        """One line, in the check's thread; nothing when the call has begun."""
        call, call_at = await self.call(), self.call_at
        if call is None or call.state != Seen.WANTED or call_at is None or call_at < self._now:
            return
        cadence = await self._tx.week.cadence()
        time = f"{self._when(call_at, cadence)} ({zone_name(cadence.place, self._words)})"
        lines = coach.reminder_lines(self._standing, time, self._words)
        message_id = new_id()
        body = views.reminder(lines, self._check_id, message_id, self._words, mention)
        await self._post(REMINDER, body, message_id, until=call_at)

    async def moved(self) -> str:
        """The call has another time: what hangs on it moves along. Says what is planned now."""
        call, cadence, call_at = await self.call(), await self._tx.week.cadence(), self.call_at
        if call_at is None:
            return ""
        if call is not None and call.state in (Seen.WANTED, Seen.ASKED):
            ask_at = after_call(cadence, call_at)
            await self._save(replace(call, state=Seen.WANTED, ask_at=ask_at))
            await self._plan(ask_at)
        return f"{self._when(call_at, cadence)} ({zone_name(cadence.place, self._words)})"

    async def cancel(self) -> bool:
        """There is no call: nothing more is said about it."""
        call = await self.call()
        if call is None or call.state == Seen.HEARD:
            return False
        await self._save(replace(call, state=Seen.CANCELLED, ask_at=None))
        await self._drop()
        return True

    # after the call

    async def ask(self, mention: str, due_at: datetime) -> None:
        """What did they say? Late, at night or at a weekend, it waits for the morning."""
        call, cadence = await self.call(), await self._tx.week.cadence()
        if call is None or call.state != Seen.WANTED:
            return
        late = self._now - due_at > LATE
        if late and (ask_at := after_call(cadence, self._now - GAP)) > self._now:
            await self._save(replace(call, ask_at=ask_at))
            await self._tx.week.plan(AFTER, ask_at, self._check_id)
            return
        await self._ask(call, mention)

    async def _ask(self, call: Call, mention: str) -> None:
        lines = coach.after_lines(self._standing, self._words)
        body = views.ask_after(lines, self._check_id, self._words, mention)
        message_id = await self._post(AFTER, body)
        await self._keep(call, replace(coach.load(call.talk), prompt=message_id), Seen.ASKED)

    async def listen(self, said: Said) -> bool:
        """Take words: theirs, or a tap that was typed; False when nobody waits for any."""
        call = await self.call()
        heard = coach.load(call.talk) if call else Heard()
        if call is None or call.state not in (Seen.ASKED, Seen.HEARD):
            return False
        tell = coach.typed_tell(said.text, self._words)
        factor = coach.next_factor(heard, self._standing) if heard.told else None
        if tell is Tell.SILENT and not heard.told:
            return await self.silent("")
        if tell and factor:
            return await self.tell(factor, tell, "")
        if heard.told and factor is None:
            return False
        return await self.quote(said)

    async def waits(self) -> bool:
        """Whether their words are being waited for."""
        call = await self.call()
        return call is not None and call.state == Seen.ASKED

    async def quote(self, said: Said, mention: str = "") -> bool:
        """Take their words, or what they said besides; ``mention`` calls the seller into the
        thread."""
        call = await self.call()
        if call is None or call.state in (Seen.DECLINED, Seen.CANCELLED):
            return False
        heard = coach.load(call.talk)
        grows = heard.told
        heard = replace(heard, said=(*heard.said, said), happened=True, day=await self._today())
        if grows:
            await self._keep(call, heard, Seen.HEARD)
        else:
            await self._close(replace(heard, said=()), "")
            await self._go_on(call, heard, mention)
        return True

    async def silent(self, label: str) -> bool:
        """The change did not come up."""
        call = await self.call()
        if call is None or call.state != Seen.ASKED:
            return False
        heard = coach.load(call.talk)
        await self._close(heard, label)
        await self._go_on(call, replace(heard, happened=False, day=await self._today()))
        return True

    async def tell(self, factor: Factor, tell: Tell, label: str) -> bool:
        """What they made of a factor; False for a second or late tap."""
        call = await self.call()
        heard = coach.load(call.talk) if call else Heard()
        if call is None or coach.next_factor(heard, self._standing) is not factor:
            return False
        await self._close(heard, label)
        await self._go_on(call, heard.tell(factor, tell))
        return True

    async def correct(self, said: Said) -> bool:
        """Their words were edited or deleted in Slack."""
        call = await self.call()
        heard = coach.load(call.talk) if call else Heard()
        if call is None or not any(one.source == said.source for one in heard.said):
            return False
        kept = tuple(said if one.source == said.source else one for one in heard.said)
        await self._keep(call, replace(heard, said=kept), Seen(call.state))
        return True

    async def _go_on(self, call: Call, heard: Heard, mention: str = "") -> None:
        """Ask the next thing, or say that this was all."""
        factor = coach.next_factor(heard, self._standing)
        await self._tx.week.drop(AFTER, self._check_id)
        if factor is None:
            await self._say_last(coach.over_line(heard, self._standing, self._words))
            await self._keep(call, replace(heard, prompt=""), Seen.HEARD)
            return
        lines = coach.factor_lines(heard, factor, self._standing, self._words)
        body = views.ask_factor(lines, factor, self._check_id, self._words, mention)
        message_id = await self._post(AFTER, body)
        await self._keep(call, replace(heard, prompt=message_id), Seen.HEARD)

    async def _say_last(self, line: Line) -> None:
        """The last word on a call; after the very first one, whether nudges are wanted."""
        cadence = await self._tx.week.cadence()
        if cadence.nudges is not Nudges.UNASKED:
            await self._post(AFTER, message((line,)))
            return
        message_id = new_id()
        ask, taps = consent(time_of(cadence, self._words), message_id, self._words)
        await self._post(AFTER, message((line, ask), (taps,)), message_id)
        await self._tx.week.save_cadence(replace(cadence, nudges=Nudges.ASKED))

    async def _close(self, heard: Heard, label: str) -> None:
        """Take the taps away from what was asked."""
        if not heard.prompt:
            return
        factor = coach.next_factor(heard, self._standing) if heard.told else None
        lines = coach.after_lines(self._standing, self._words)
        if factor is not None:
            lines = coach.factor_lines(heard, factor, self._standing, self._words)
        await self._tx.update(heard.prompt, views.closed(lines, label))

    # keeping

    async def _keep(self, call: Call, heard: Heard, state: Seen) -> None:
        heard_at = call.heard_at or (self._now if heard.text else None)
        talk = coach.dump(heard)
        await self._save(replace(call, state=state, talk=talk, heard_at=heard_at))

    async def _save(self, call: Call) -> None:
        await self._tx.calls.save(call)
        await self._tx.week.refresh(HOME, self._now)

    async def _post(
        self, purpose: str, body: Body, message_id: str = "", until: datetime | None = None
    ) -> str:
        message = await self._tx.post(
            purpose=purpose,
            body=body,
            check_id=self._check_id,
            under=self._card,
            message_id=message_id,
            until=until,
        )
        return message.id

    async def _today(self) -> str:
        place = (await self._tx.week.cadence()).place
        return self._now.astimezone(place).date().isoformat()

    def form(self) -> Body:
        """What did they say, as a form."""
        name = buyer(self._standing.brief, self._words)
        return views.heard_form(self._words, name, self._check_id)


def _label(said: str) -> str:
    return said[:1].upper() + said[1:]


def _half_hour_after(at: datetime) -> datetime:
    whole = at.replace(minute=0, second=0, microsecond=0)
    return next(
        whole + timedelta(minutes=minutes)
        for minutes in (0, 30, 60)
        if whole + timedelta(minutes=minutes) >= at
    )
