"""One check in its thread: what an answer changes, and which messages follow from it.

Everything here happens inside one transaction of one seller: the answer, the new state and the
messages to send are kept together or not at all.
"""

from dataclasses import replace
from datetime import datetime

from bot.aftercall import AfterCall
from bot.buyers import settle
from bot.cadence import find_place
from bot.display import NO_ENDING, Display, Ending
from bot.followup import FollowUp
from bot.kinds import HOME, NOTICE
from bot.thread import Thread
from bot.views import greeting
from bot.views import messages as views
from bot.views.text import Body
from coaching import change as changes
from coaching.answers import edit, extend, hear
from coaching.brief import Brief
from coaching.dialogue import Dialogue, advance, begin
from coaching.moves import Ask, Move, Reply, Said, Step
from coaching.questions import draw, remember
from coaching.standing import Standing
from coaching.votes import ballot
from coaching.words import Line, Words
from storage import Check, Message, Seller, Transaction, new_id

IN_PLACE = frozenset({Reply.KIND, Reply.BRIEF, Reply.EDITED, Reply.BETTER, Reply.MINE})
"""Moves that leave the question standing when they do not answer it."""


class Conversation:
    """A check being talked about."""

    def __init__(
        self, tx: Transaction, check: Check, words: Words, now: datetime, mention: str = ""
    ) -> None:
        self._tx = tx
        self._mention = mention
        self._check = check
        self._buyer_id = check.buyer_id
        self._words = words
        self._now = now
        thread = Thread.load(check.dialogue)
        self._display = Display(tx, check.id, thread, words, mention)

    @property
    def check_id(self) -> str:
        """The id of the check."""
        return self._check.id

    @property
    def thread(self) -> Thread:
        """The dialogue, and which of our messages show it."""
        return self._display.thread

    @property
    def dialogue(self) -> Dialogue:
        """What has been said."""
        return self.thread.dialogue

    @property
    def step(self) -> Step:
        """What is asked now."""
        return self.dialogue.standing.step()

    @classmethod
    async def start(
        cls, tx: Transaction, seller: Seller, brief: Brief, origin: str, words: Words, now: datetime
    ) -> "Conversation | None":
        """Open a check: its card in the seller's DM, the first question in the card's thread.

        ``origin`` is what it came from (a trigger_id or a form); None when a check from the same
        origin is there already.
        """
        profile = await tx.profile()
        brief, buyer_id = await settle(tx, brief, words, now)
        dialogue = begin(brief, profile.checks)
        thread = Thread(dialogue, profile.asked, card=new_id(), prompt=new_id())
        check = await tx.open_check(
            origin=origin,
            dialogue=thread.dump(),
            buyer_id=buyer_id,
            call_at=brief.call,
            state=state_of(dialogue),
            now=now,
        )
        if check is None:
            return None
        if not profile.welcomed:
            await tx.post(purpose=NOTICE, body=greeting.welcome(words, start=False))
        await tx.save_profile(replace(profile, welcomed=True, checks=profile.checks + 1))
        if (await find_place(tx, now)).home:
            await tx.week.plan(HOME, now)
        conversation = cls(tx, check, words, now, mention=seller.user_id)
        await conversation._display.open()
        return conversation

    async def take(self, move: Move, answer: str = "") -> bool:
        """Take a tap, a form or words; False when it answers nothing that is asked now."""
        if move.reply is Reply.BRIEF and move.brief is not None:
            brief, self._buyer_id = await settle(
                self._tx, move.brief, self._words, self._now, self.check_id
            )
            move = replace(move, brief=brief)
        if move.reply is Reply.KEEP:
            move = replace(move, change=changes.offered(self.dialogue, self._words))
        if move.reply is Reply.SKIP:
            answer = self._words.text("hard.options.skip")
        following = advance(self.dialogue, move)
        if following is None:
            return False
        await self._follow(following, move, answer)
        return True

    async def listen(self, said: Said, shown: Message | None) -> bool:
        """Take words; ``shown`` is the question as it was or will be posted.

        Words written before it was there belong to the answer before it.
        """
        if shown is not None and (shown.ts is None or before(said.source, shown.ts)):
            longer = extend(self.dialogue, said, self._words)
            if longer is not None:
                await self._replace_question(longer)
                return True
        return await self.take(hear(self.dialogue, (said,), self._words))

    async def listen_after(self, said: Said) -> bool:
        """Take words as what came of its call; False when they answer something asked since."""
        if self._check.finished_at is None:
            return False
        if self.step.ask is not Ask.DONE and await self.asked() == self.thread.prompt:
            return False
        return await self.after_call.listen(said, self._mention)

    async def asked(self) -> str:
        """The id of the message that asked last, about the plan or its call; ids grow with time."""
        return max(self.thread.prompt, await self.after_call.question())

    async def take_back(self) -> bool:
        """Undo what was told last about its call; False when the check has asked since."""
        return await self.after_call.back(self.thread.prompt)

    @property
    def follow_up(self) -> FollowUp:
        """What comes before the call."""
        return FollowUp(*self._of_call)

    @property
    def after_call(self) -> AfterCall:
        """What comes after it."""
        return AfterCall(*self._of_call)

    @property
    def _of_call(self) -> tuple[Transaction, str, str, Standing, Words, datetime]:
        standing = self.dialogue.standing
        return self._tx, self.check_id, self.thread.card, standing, self._words, self._now

    async def move_call(self, call_at: datetime) -> None:
        """The call has another time, and all that hangs on it."""
        unchanged = call_at == self._check.call_at
        self._name_time(call_at)
        line = await self._save()
        if unchanged:  # it was cancelled, and is on again
            line = await self.follow_up.moved()
            await self.show_end()
        if line:
            await self.tell(views.message((line,)))

    def _name_time(self, call_at: datetime) -> None:
        brief = replace(self.dialogue.standing.brief, call_at=call_at.isoformat())
        moved = advance(self.dialogue, Move(Step(Ask.FILL_IN), Reply.BRIEF, brief=brief))
        assert moved is not None, "a check that was cancelled has no call"
        self._go_to(moved)

    async def show_end(self) -> None:
        """Bring the last message of the check up to date with what was said about its call, and
        those of other checks whose call that is as well."""
        if self.step.ask is Ask.DONE:
            await self._display.update(await self._ending())
        for check_id in await self.follow_up.take_over():
            if check := await self._tx.check(check_id):
                other = Conversation(self._tx, check, self._words, self._now)
                await other.follow_up.give_way()
                await other.show_end()

    async def correct(self, said: Said) -> bool:
        """An edited message replaces its words, a deleted one (empty text) takes them away."""
        corrected = edit(self.dialogue, said, self._words)
        if corrected is None:
            return await self.after_call.correct(said)
        factor = next(
            (m.step.factor for m in self.dialogue.moves if said.source in m.sources), None
        )
        await self._replace_question(corrected)
        if factor:
            await self._display.show_kept(factor)
        return True

    async def shown_prompt(self) -> Message | None:
        """The open question as it was posted, if it was."""
        messages = await self._tx.messages(self.check_id)
        return next((m for m in messages if m.id == self.thread.prompt), None)

    async def has_moved_on(self, ts: str) -> bool:
        """Whether another question than the one posted at ``ts`` is open by now."""
        messages = await self._tx.messages(self.check_id)
        return any(m.ts == ts and m.id != self.thread.prompt for m in messages)

    async def ask_again(self) -> None:
        """Post the question that is open once more, at the end of the thread."""
        await self._display.close("")
        await self._display.ask(await self._ending())
        await self._save()

    async def go_on(self) -> None:
        """Ask the open question again, also where the seller had paused."""
        if self.step.ask is not Ask.PAUSED or not await self.take(Move(self.step, Reply.RESUME)):
            await self.ask_again()

    async def ask_what_to_change(self) -> None:
        """Offer the answers that can be changed."""
        body = views.change_what(self.dialogue, self.check_id, self._words)
        await self.tell(body)

    async def tell(self, body: Body) -> None:
        """A message in the check's thread that asks nothing of the check."""
        await self._display.post(NOTICE, body)

    async def notify(self, key: str, **values: str) -> None:
        """One sentence in the thread, answering nothing."""
        await self.tell(views.notice(self._words, key, **values))

    async def _follow(self, following: Dialogue, move: Move, answer: str) -> None:
        old, asked = self.dialogue, self.step
        following = self._drawn(following)
        stays = following.standing.step() == asked and move.reply in IN_PLACE
        if not stays:
            await self._display.close(answer)
            self._display.remember_kept(asked, move)
        self._go_to(following)
        if stays:
            await self._display.update(await self._ending())
            await self._display.close_kept(move, answer)
        else:
            await self._display.ask(await self._ending())
        await self._display.show_standing(old, asked)
        await self._save()

    async def _replace_question(self, following: Dialogue) -> None:
        """Words grew or were edited: the open question is shown anew in its place."""
        old, asked = self.dialogue, self.step
        self._go_to(self._drawn(following))
        await self._display.update(await self._ending())
        await self._display.show_standing(old, asked)
        await self._save()

    def _go_to(self, dialogue: Dialogue) -> None:
        self._display.thread = replace(self.thread, dialogue=dialogue)

    async def _ending(self) -> Ending:
        """The last word of a check asks about the call as well."""
        return await self.follow_up.offer() if self.step.ask is Ask.DONE else NO_ENDING

    def _drawn(self, dialogue: Dialogue) -> Dialogue:
        """The dialogue with a bank question for the step that has come up, if it takes one."""
        step = dialogue.standing.step()
        if dialogue.question(step):
            return dialogue
        question = draw(dialogue, step, self.thread.earlier, self._words)
        if not question:
            return dialogue
        return replace(dialogue, asked=(*dialogue.asked, (step.key, question)))

    # keeping

    async def _save(self) -> Line | None:
        """Keep what was said; what is planned now, if by that the call has another time."""
        standing, before = self.dialogue.standing, self._check
        call_at, state = standing.brief.call, state_of(self.dialogue)
        first_finish = standing.finished and before.finished_at is None
        if first_finish:
            await self._remember_asked()
        if call_at and call_at != before.call_at:
            await self.after_call.withdraw(self._words.text("after.options.moved"))
        elif before.finished_at and call_at and call_at <= self._now:
            await self._begin_call()
        if first_finish or state != before.state:
            await self._tx.week.refresh(HOME, self._now)
        self._check = await self._tx.save(
            replace(
                before,
                buyer_id=self._buyer_id,
                dialogue=self.thread.dump(),
                state=state,
                call_at=call_at,
                finished_at=self._now if first_finish else before.finished_at,
            )
        )
        line = await self._follow_call(before)
        if standing.closed:
            await self._tx.team.cast(self._check, ballot(standing), self._now)
        return line

    async def _remember_asked(self) -> None:
        """The next checks ask other questions."""
        profile = await self._tx.profile()
        asked = remember(self.thread.earlier, self.dialogue)
        await self._tx.save_profile(replace(profile, asked=asked))

    async def _follow_call(self, before: Check) -> Line | None:
        """Bring all that hangs on the call to its new time or buyer, if it has one."""
        moved = self._check.call_at != before.call_at
        line = await self.follow_up.moved() if moved else None
        if moved or self._check.buyer_id != before.buyer_id:
            await self._leave_call(before)
            await self.show_end()
        return line

    async def _leave_call(self, before: Check) -> None:
        """Checks for whose call this one spoke move along with it, or offer to come back again."""
        same_buyer, call_at = self._buyer_id == before.buyer_id, self._check.call_at
        if not same_buyer:
            await self.follow_up.stand_alone()
        if before.buyer_id is None or before.call_at is None:
            return
        for check_id in await self._tx.calls.give_back(before.buyer_id, before.call_at):
            check = await self._tx.check(check_id)
            if check is None or check.state == "cancelled":
                continue
            other = Conversation(self._tx, check, self._words, self._now)
            if same_buyer and call_at:
                await other._move_along(call_at)
            await other.show_end()

    async def _move_along(self, call_at: datetime) -> None:
        """It is for the call that was moved in another check."""
        self._name_time(call_at)
        moved = replace(self._check, dialogue=self.thread.dump(), call_at=call_at)
        self._check = await self._tx.save(moved)

    async def _begin_call(self) -> None:
        """Keep what was believed when it began, before that is changed."""
        tx, check_id, card, _, words, now = self._of_call
        believed = Thread.load(self._check.dialogue).dialogue.standing
        await AfterCall(tx, check_id, card, believed, words, now).begin()


def state_of(dialogue: Dialogue) -> str:
    """What the store calls the state of a check."""
    names = {
        Ask.FILL_IN: "setup",
        Ask.PAUSED: "paused",
        Ask.CANCELLED: "cancelled",
        Ask.DONE: "finished",
    }
    return names.get(dialogue.standing.step().ask, "open")


def before(ts: str, other: str) -> bool:
    """Whether a Slack ``ts`` is earlier than another; they are compared as numbers, not text."""
    seconds, _, micros = ts.partition(".")
    other_seconds, _, other_micros = other.partition(".")
    return (int(seconds), int(micros or 0)) < (int(other_seconds), int(other_micros or 0))
