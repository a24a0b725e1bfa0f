"""What stands in Slack of a check: its card, the open question, its verdict, what was kept."""

from dataclasses import replace

from bot.kinds import CARD, PROMPT
from bot.thread import Thread
from bot.views import messages as views
from bot.views.text import Block, Body
from coaching.card import answer_label, card
from coaching.dialogue import Dialogue
from coaching.factors import Factor
from coaching.moves import Ask, Move, Reply, Step
from coaching.prompts import Prompt, keep_prompt, prompt, verdict_prompt
from coaching.words import Line, Words
from storage import Message, Transaction

Ending = tuple[tuple[Line, ...], tuple[Block, ...]]
"""What the last message of a check says and offers about its call."""
NO_ENDING: Ending = ((), ())


class Display:
    """The messages of one check, written in its seller's transaction. ``thread`` says which of
    them shows what; ``mention`` calls the seller into it."""

    def __init__(
        self, tx: Transaction, check_id: str, thread: Thread, words: Words, mention: str
    ) -> None:
        self._tx = tx
        self._check_id = check_id
        self.thread = thread
        self._words = words
        self._mention = mention

    @property
    def dialogue(self) -> Dialogue:
        """What has been said."""
        return self.thread.dialogue

    async def post(self, purpose: str, body: Body, step: str = "", message_id: str = "") -> Message:
        """A message in the check's thread."""
        return await self._tx.post(
            purpose=purpose,
            body=body,
            check_id=self._check_id,
            under=self.thread.card,
            step=step,
            message_id=message_id,
        )

    async def open(self) -> None:
        """The card, and the first question in its thread."""
        await self._tx.post(
            purpose=CARD,
            body=views.card_message(card(self.dialogue, self._words), self._check_id, self._words),
            check_id=self._check_id,
            message_id=self.thread.card,
        )
        asked = prompt(self.dialogue, self._words)
        await self.post(PROMPT, self._body(asked, NO_ENDING), asked.step.key, self.thread.prompt)

    # the question

    async def ask(self, ending: Ending) -> None:
        """Post the question that is open, at the end of the thread."""
        asked = prompt(self.dialogue, self._words)
        message = await self.post(PROMPT, self._body(asked, ending), asked.step.key)
        if asked.step.ask is Ask.AGAIN:
            if self.thread.verdict:
                await self._tx.delete(self.thread.verdict)
            self.thread = replace(self.thread, verdict=message.id)
        self.thread = replace(self.thread, prompt=message.id)

    async def update(self, ending: Ending) -> None:
        """Show the question as it is now, in its place."""
        body = self._body(prompt(self.dialogue, self._words), ending)
        await self._tx.update(self.thread.prompt, body)

    async def close(self, answer: str) -> None:
        """Take the taps away from the question that is open."""
        if self.thread.prompt:
            asked = prompt(self.dialogue, self._words)
            await self._tx.update(self.thread.prompt, views.answered_message(asked.lines, answer))

    def _body(self, asked: Prompt, ending: Ending) -> Body:
        lines, blocks = ending
        asked = replace(asked, lines=(*asked.lines, *lines))
        mention = "" if asked.step.ask is Ask.DONE else self._mention
        body = views.prompt_message(asked, self._check_id, self._words, mention)
        said, *taps = body["blocks"]
        return {**body, "blocks": [said, *blocks, *taps]}

    # what is kept

    def remember_kept(self, asked: Step, move: Move) -> None:
        """Which message shows the sentence of a factor, so that an edit can be shown there."""
        if asked.ask is Ask.KEEP and asked.factor and move.step == asked:
            kept = {**dict(self.thread.kept), str(asked.factor): self.thread.prompt}
            self.thread = replace(self.thread, kept=tuple(kept.items()))

    async def show_kept(self, factor: Factor) -> None:
        """Show the sentence of a factor as it is now, where it was kept."""
        if shown := dict(self.thread.kept).get(factor):
            asked = keep_prompt(self.dialogue, factor, self._words)
            body = views.prompt_message(asked, self._check_id, self._words)
            await self._tx.update(shown, body)

    async def close_kept(self, move: Move, answer: str) -> None:
        """Take the taps away from a sentence whose last one was tapped."""
        factor = move.step.factor
        shown = dict(self.thread.kept).get(factor) if factor else None
        if factor and shown and move.reply in (Reply.BETTER, Reply.MINE):
            asked = keep_prompt(self.dialogue, factor, self._words)
            await self._tx.update(shown, views.answered_message(asked.lines, answer))

    async def show_standing(self, old: Dialogue, asked: Step) -> None:
        """Bring the card, and a verdict that has been answered, up to date if they changed."""
        shown = card(self.dialogue, self._words)
        if replace(shown, step=asked) == replace(card(old, self._words), step=asked):
            return
        body = views.card_message(shown, self._check_id, self._words)
        await self._tx.update(self.thread.card, body)
        closed = self.dialogue.standing.closed and asked.ask is not Ask.AGAIN
        if self.thread.verdict and closed and self.thread.verdict != self.thread.prompt:
            verdict = verdict_prompt(self.dialogue, self._words)
            again = self.dialogue.standing.again
            answer = answer_label(again, self._words) if again else ""
            await self._tx.update(
                self.thread.verdict, views.answered_message(verdict.lines, answer)
            )
