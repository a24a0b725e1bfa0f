"""Words that a seller writes in no check's thread: what they answer, and which check is meant."""

from dataclasses import dataclass

from bot.conversation import Conversation
from bot.desk import Body, Desk
from bot.kinds import AFTER, NUDGE, PROMPT, REMINDER
from bot.listeners.nudges import put_off
from bot.nudges import REMEMBERED, Outcome
from bot.promises import asked_in, asked_last
from coaching.calls import typed_wish
from coaching.grammar import later
from coaching.nudges import PROMISED, Why
from coaching.words import Line
from storage import Message, Nudge, Seller, Transaction

ASKING = (PROMPT, AFTER, REMINDER, NUDGE)
"""Messages to which a bare yes or no may be the answer."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A text at the top level, or in the thread of a message that heads no check."""

    desk: Desk
    tx: Transaction
    seller: Seller
    event: Body
    text: str

    async def nudge(self) -> Nudge | None:
        """The nudge it is about: it stands under that one, or nothing was asked since."""
        sent = await self.tx.week.nudges(REMEMBERED)
        if self._place:
            return next((one for one in sent if one.ts == self._place), None)
        newest = await self._newest()
        return next((one for one in sent if newest and one.message_id == newest.id), None)

    async def answer(self, nudge: Nudge) -> Line | None:
        """Do what a tap under the nudge does; None when the text says something else."""
        name = later(self.text, self.desk.words) or self._wish(nudge)
        if name == "start":
            return self.desk.words.say("nudge.tap")
        return await put_off(self.desk, self.tx, name, str(nudge.message_id)) if name else None

    def _wish(self, nudge: Nudge) -> str:
        """What a bare yes or no to a nudge means; to a promise it is for the check to hear."""
        wanted = typed_wish(self.text, self.desk.words)
        if wanted is None or _is_promise(nudge):
            return ""
        if nudge.outcome == Outcome.LAST:
            return "resume" if wanted else "stop"
        return "start" if wanted else "next"

    async def check(
        self, nudge: Nudge | None, waiting: dict[str, Conversation]
    ) -> Conversation | None:
        """The check it belongs to, if there is no doubt: a bare yes or no is for what was asked
        last, and what stands under a nudge for the promise that asked after."""
        if self._place and nudge:
            return await self._of_promise(nudge)
        bare = typed_wish(self.text, self.desk.words) is not None
        if len(waiting) > 1 or (bare and self._place):
            return None
        if not bare:
            return next(iter(waiting.values()), None)
        newest = await self._newest()
        return await self._talk(newest.check_id, waiting) if newest and newest.check_id else None

    async def _of_promise(self, nudge: Nudge) -> Conversation | None:
        asks = _is_promise(nudge) and nudge.check_id and await asked_in(self.tx, nudge.check_id)
        return await self._talk(str(nudge.check_id), {}) if asks else None

    async def waiting(self) -> dict[str, Conversation]:
        """The checks that wait for words: under way, or asked after their call or promise."""
        desk, now = self.desk, self.desk.now()
        open_checks = await self.tx.checks("open", "setup")
        waiting = {one.id: Conversation(self.tx, one, desk.words, now) for one in open_checks}
        asked = [call.check_id for call in await self.tx.calls.asked(now - PROMISED)]
        for check_id in (*asked, await asked_last(self.tx, now)):
            if check_id and (talk := await self._talk(check_id, waiting)):
                waiting[check_id] = talk
        return waiting

    async def _talk(self, check_id: str, waiting: dict[str, Conversation]) -> Conversation | None:
        """Its conversation, which calls the seller into a thread that they may have left."""
        if check_id in waiting:
            return waiting[check_id]
        return await self.desk.conversation(self.tx, check_id, mention=self.seller.user_id)

    async def _newest(self) -> Message | None:
        return await self.tx.newest_message(*ASKING)

    @property
    def _place(self) -> str | None:
        place: str | None = self.event.get("thread_ts")
        return place


def _is_promise(nudge: Nudge) -> bool:
    return nudge.wording.startswith(Why.PROMISE)
