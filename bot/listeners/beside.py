"""Words that a seller writes in no check's thread: what they answer, and which check is meant."""

from dataclasses import dataclass

from bot.conversation import Conversation
from bot.desk import Body, Desk
from bot.kinds import AFTER, FORGET, NUDGE, PLACING, PROMPT, REMINDER
from bot.listeners.nudges import put_off
from bot.nudges import REMEMBERED, Outcome
from bot.promises import asked_in, asked_last
from coaching.grammar import later
from coaching.nudges import PROMISED, Why
from coaching.tells import typed_wish
from coaching.words import Line
from storage import Message, Nudge, Seller, Transaction

ASKING = (PROMPT, AFTER, REMINDER, NUDGE, PLACING, FORGET)
"""Messages to which a bare yes or no may be the answer."""
A_DAY = 86_400.0
"""Seconds after which nobody answers with a bare word what no check waits for."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A text at the top level, or in the thread of a message that heads no check."""

    desk: Desk
    tx: Transaction
    seller: Seller
    event: Body
    text: str

    async def nudge(self) -> Nudge | None:
        """The nudge it is about: it stands under that one, or in a word after nothing newer."""
        if not self._place and not self._is_bare and not later(self.text, self.desk.words):
            return None
        sent = await self.tx.week.nudges(REMEMBERED)
        if self._place:
            return next((one for one in sent if one.ts == self._place), None)
        newest = await self._newest()
        return next((one for one in sent if newest and one.message_id == newest.id), None)

    async def answer(self, nudge: Nudge | None) -> Line | None:
        """Do what a tap on what was asked last would do, if the text says that; None if not."""
        if nudge is None:
            return self.desk.words.say("notice.tap") if await self._is_for_a_tap() else None
        name = later(self.text, self.desk.words) or self._wish(nudge)
        if name == "tap":
            return self.desk.words.say("notice.tap")
        return await put_off(self.desk, self.tx, name, str(nudge.message_id)) if name else None

    async def _is_for_a_tap(self) -> bool:
        """Whether a bare yes or no follows a question that takes none."""
        if self._place or not self._is_bare:
            return False
        newest = await self._newest()
        return newest is not None and newest.purpose in (PLACING, FORGET) and self._is_new(newest)

    def _wish(self, nudge: Nudge) -> str:
        """What a bare yes or no to a nudge means; to a promise it is for the check to hear."""
        words = self.desk.words
        if not self._is_bare or _is_promise(nudge):
            return ""
        last = nudge.outcome == Outcome.LAST
        if not typed_wish(self.text, words):
            return "stop" if last else "next"
        # An "ok" to the last one may agree that it is the last.
        return "resume" if last and words.hears("yes", self.text) else "tap"

    async def check(
        self, nudge: Nudge | None, waiting: dict[str, Conversation]
    ) -> Conversation | None:
        """The check it belongs to, if there is no doubt: a bare yes or no is for what was asked
        last, and what stands under a nudge for the promise that asked after."""
        if self._place:
            about = await self.tx.check_in_thread(self.event["channel"], self._place, NUDGE)
            if about:
                asks = await asked_in(self.tx, about.id)
                return await self._talk(about.id, {}) if asks else None
        if len(waiting) > 1 or (self._place and (nudge or self._is_bare)):
            return None
        if not self._is_bare:
            return next(iter(waiting.values()), None)
        newest = await self._newest()
        if newest is None or newest.check_id is None:
            return None
        if newest.check_id not in waiting and not self._is_new(newest):
            return None
        return await self._talk(newest.check_id, waiting)

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
        """What they had last been asked when they wrote this."""
        return await self.tx.newest_message(self.event["ts"], *ASKING)

    def _is_new(self, message: Message) -> bool:
        return float(self.event["ts"]) - float(message.ts or 0) < A_DAY

    @property
    def _is_bare(self) -> bool:
        return typed_wish(self.text, self.desk.words) is not None

    @property
    def _place(self) -> str | None:
        place: str | None = self.event.get("thread_ts")
        return place


def _is_promise(nudge: Nudge) -> bool:
    return nudge.wording.startswith(Why.PROMISE)
