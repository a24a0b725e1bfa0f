"""After a check's call: what they said, what they made of a factor or two, and the last word."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.call import CheckCall
from bot.kinds import AFTER
from bot.promises import ANSWERED, asked_in
from bot.views import calls as views
from bot.views.cadence import time_of
from bot.views.messages import answered_message, message
from bot.views.nudges import consent
from bot.views.text import Body
from coaching import calls as coach
from coaching import tells
from coaching.cadence import GAP, Cadence, Nudges, after_call
from coaching.calls import Heard, Seen, Tell
from coaching.factors import Factor
from coaching.moves import Said
from coaching.phrases import buyer
from coaching.words import Line
from storage import Call, new_id

LATE = timedelta(hours=1)
"""From when on the hour counts at which it is asked, and not the one that was chosen."""


class AfterCall(CheckCall):
    """What is asked and told after the call."""

    async def ask(self, mention: str, due_at: datetime) -> None:
        """What did they say? At night or at a weekend, where they are now, it waits for the
        morning."""
        call, heard = await self._kept()
        if call.state not in (Seen.WANTED, Seen.ASKED):
            return
        cadence = await self._tx.week.cadence()
        at = self._now if self._now - due_at > LATE else due_at
        if (ask_at := after_call(cadence, at - GAP)) > self._now:
            await self._plan(call, heard, ask_at, Seen(call.state))
            return
        await self._ask(call, heard, mention)

    async def _plan(self, call: Call, heard: Heard, ask_at: datetime, state: Seen) -> None:
        await self._keep(replace(call, ask_at=ask_at), heard, state)
        await self._tx.week.plan(AFTER, ask_at, self._check_id)

    async def _ask(self, call: Call, heard: Heard, mention: str = "") -> None:
        await self._close(heard, "")
        lines = coach.after_lines(self._standing, self._words)
        body = views.ask_after(lines, self._check_id, self._words, mention)
        message_id = await self._post(AFTER, body)
        await self._keep(call, replace(heard, prompt=message_id), Seen.ASKED)

    async def cancel(self, label: str) -> bool:
        """There is no call: nothing more is said about it; False once it was told about."""
        await self.withdraw(label)
        call, heard = await self._kept()
        if heard.told:
            return False
        await self._call_off(call)
        return True

    async def withdraw(self, label: str) -> None:
        """What was asked about it is asked no more, and until it begins all may be thought over."""
        call, heard = await self._kept()
        if call.talk and not heard.told:
            await self._close(heard, label)
            await self._save(replace(call, talk=""))

    async def begin(self) -> None:
        """The call has begun: what is said of the plan from now on is hindsight."""
        call, heard = await self._kept()
        if not call.talk:
            await self._keep(call, heard, Seen(call.state))

    async def question(self) -> str:
        """The id of the message that asks about the call and waits for words, or nothing."""
        call, heard = await self._kept()
        if heard.told:
            return heard.prompt if coach.next_factor(heard) else ""
        if call.state in ANSWERED:
            return ""
        return max(heard.prompt, await asked_in(self._tx, self._check_id))

    async def listen(self, said: Said, mention: str = "") -> bool:
        """Take words: theirs, or a tap that was typed; False when nobody waits for any."""
        _, heard = await self._kept()
        if heard.told:
            return await self._listen_on(heard, said, mention)
        return bool(await self.question()) and await self._listen_first(said, mention)

    async def _listen_first(self, said: Said, mention: str) -> bool:
        """What they said; or, as a whole message, that there is nothing, not yet, or not now."""
        text, words = tells.unended(said.text), self._words
        if words.hears("tell.cancelled", text):
            await self._say("call.cancelled")
            return await self.cancel("")
        if words.hears("tell.moved", text):
            await self._post(AFTER, views.ask_when(self._check_id, words))
            return True
        cadence = await self._tx.week.cadence()
        if ask_at := tells.typed_later(text, cadence, self._now, words):
            return await self._put_off(ask_at, cadence)
        tell, besides = tells.read_tell(said.text, words)
        if (tell is Tell.SILENT and not besides) or tells.typed_wish(text, words) is False:
            return await self.silent("")
        if (tell and not besides) or tells.is_aside(text, words):
            return await self._say("after.awaited", buyer=buyer(self._standing.brief, words))
        return await self.quote(said, mention)

    async def _put_off(self, ask_at: datetime, cadence: Cadence) -> bool:
        """Ask again then; what stands there may be answered all the same."""
        await self._plan(*await self._kept(), ask_at, Seen.ASKED)
        await self._tx.week.answer_about(self._check_id)
        return await self._say("after.later", time=self._time(ask_at, cadence))

    async def _say(self, key: str, **values: str) -> bool:
        await self._post(AFTER, message((self._words.say(key, **values),)))
        return True

    async def _listen_on(self, heard: Heard, said: Said, mention: str) -> bool:
        """What they made of a factor, or said besides; the question stays until it is answered."""
        factor, aside = coach.next_factor(heard), tells.is_aside(said.text, self._words)
        tell, besides = tells.read_tell(said.text, self._words)
        if factor and tell:
            more = (replace(said, text=besides),) if besides else ()
            return await self.tell(factor, tell, "", *more)
        if factor and aside:
            return await self._say("after.one_word")
        if factor is None and (heard.said or aside):
            return False
        return await self.quote(said, mention)

    async def back(self, since: str) -> bool:
        """Ask again what was told last; False when the message ``since`` came after that."""
        call, heard = await self._kept()
        if not heard.told or heard.prompt <= since:
            return False
        await self._close(heard, "")
        if heard.tells:
            await self._go_on(call, heard.untell())
        else:
            again = replace(call, ask_at=self._now, heard_at=None)
            await self._ask(again, Heard(before=heard.before))
        return True

    async def is_told(self) -> bool:
        """Whether it has been told about."""
        call = await self.call()
        return call is not None and call.state == Seen.HEARD

    async def quote(self, said: Said, mention: str = "") -> bool:
        """Take their words, or what they said besides; ``mention`` calls the seller into the
        thread."""
        call, heard = await self._kept()
        if call.state in (Seen.DECLINED, Seen.CANCELLED):
            return False
        await self._close(heard, "")
        longer = replace(heard, said=(*heard.said, said), happened=True, day=await self._today())
        await self._go_on(call, longer, mention)
        return True

    async def silent(self, label: str) -> bool:
        """The change did not come up."""
        call, heard = await self._kept()
        if heard.told or not await self.question():
            return False
        await self._close(heard, label)
        await self._go_on(call, replace(heard, happened=False, day=await self._today()))
        return True

    async def tell(self, factor: Factor, tell: Tell, label: str, *more: Said) -> bool:
        """What they made of a factor, and said of it; False for a second or late tap."""
        call, heard = await self._kept()
        if not heard.told or coach.next_factor(heard) is not factor:
            return False
        await self._close(heard, label)
        longer = replace(heard, said=(*heard.said, *more))
        await self._go_on(call, longer.tell(factor, tell))
        return True

    async def correct(self, said: Said) -> bool:
        """Their words were edited or deleted in Slack."""
        call, heard = await self._kept()
        corrected = tells.correct(heard, said, self._words)
        if corrected is None:
            return False
        await self._keep(call, corrected, Seen(call.state))
        return True

    async def _go_on(self, call: Call, heard: Heard, mention: str = "") -> None:
        """Ask the next thing, or say that this was all."""
        factor = coach.next_factor(heard)
        await self._tx.week.drop(AFTER, self._check_id)
        await self._tx.week.answer_about(self._check_id)
        if factor is None:
            line = coach.over_line(heard, self._standing, self._words)
            await self._keep(call, replace(heard, prompt=await self._say_last(line)), Seen.HEARD)
            return
        lines = coach.factor_lines(heard, factor, self._standing, self._words)
        body = views.ask_factor(lines, factor, self._check_id, self._words, mention)
        message_id = await self._post(AFTER, body)
        await self._keep(call, replace(heard, prompt=message_id), Seen.HEARD)

    async def _say_last(self, line: Line) -> str:
        """The last word on a call; after the very first one, whether nudges are wanted. Its id."""
        cadence = await self._tx.week.cadence()
        if cadence.nudges is not Nudges.UNASKED:
            return await self._post(AFTER, message((line,)))
        message_id = new_id()
        ask, taps = consent(time_of(cadence, self._words), message_id, self._words)
        await self._post(AFTER, message((line, ask), (taps,)), message_id)
        await self._tx.week.save_cadence(replace(cadence, nudges=Nudges.ASKED))
        return message_id

    async def _close(self, heard: Heard, label: str) -> None:
        """Take the taps away from what is asked."""
        factor = coach.next_factor(heard)
        if not heard.prompt or (heard.told and factor is None):
            return
        lines = coach.after_lines(self._standing, self._words)
        if heard.told and factor:
            lines = coach.factor_lines(heard, factor, self._standing, self._words)
        await self._tx.update(heard.prompt, answered_message(lines, label))

    async def _kept(self) -> tuple[Call, Heard]:
        """The call as it is kept, and what was told of it; what was forecast of one that has not
        begun is what is believed now."""
        call = await self.call() or Call(self._check_id, Seen.OFFERED)
        return call, coach.complete(coach.load(call.talk), self._standing)

    async def _keep(self, call: Call, heard: Heard, state: Seen) -> None:
        heard_at = call.heard_at or (self._now if heard.text else None)
        talk = coach.dump(heard)
        await self._save(replace(call, state=state, talk=talk, heard_at=heard_at))

    async def _today(self) -> str:
        place = (await self._tx.week.cadence()).place
        return self._now.astimezone(place).date().isoformat()

    def form(self) -> Body:
        """What did they say, as a form."""
        name = buyer(self._standing.brief, self._words)
        return views.heard_form(self._words, name, self._check_id)
