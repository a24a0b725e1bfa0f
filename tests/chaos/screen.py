"""One of several sellers who fill in every text field there is, each time with other words."""

import asyncio
import json
import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.playground.workspace import Message
from tests.bot.stage import DEALS, Stage
from tests.chaos.cage import Perch
from tests.chaos.watch import Watch

Json = dict[str, Any]
MOST_STEPS = 30
A_DAY = 5
"""Checks in one day; the first of them is asked after."""
SHORT = ("No", "None of these", "They didn't compare", "Skip")
"""Taps after which little more is asked."""


@dataclass
class Screen(Stage):
    """A stage for one of them, in front of a product in a process of its own."""

    watch: Watch = field(kw_only=True)
    cage: Perch = field(kw_only=True)
    luck: random.Random = field(kw_only=True)
    nudges: str = field(kw_only=True)
    """Whether they want any: yes or no."""

    async def settle(self) -> None:
        """Wait until this seller has been sent everything."""
        async with asyncio.timeout(60):
            while self.me in await self.watch.next_look():
                pass

    async def check(self, number: int, call_at: datetime) -> None:
        """One check with words of its own in every field that there is, and beside it."""
        length = "five" if number % 3 == 1 else "one"
        times = {"length": length, "call_at": int(call_at.timestamp())}
        await (self._by_form(times) if number % 4 < 2 else self._by_command())
        # Most take the short way to the end, some wander.
        asked, brisk = self.luck.randrange(1, 4), number % 12 != 4
        forms: set[str] = set()
        for step in range(MOST_STEPS):
            question = self._question()
            buttons = elements(question) if question else []
            if question is None or not buttons:
                break
            if form := next((b for b in buttons if is_new(b, forms)), None):
                await self._form(question, form, times)
            elif step == asked or (not brisk and step % 3 == 1):
                await self._write(question)
            else:
                await self._tap_one_of(buttons, question, brisk)
        if number % A_DAY == 0:
            await self._see_you()
        if number % 3 == 0:
            await self._beside(number)

    async def team(self) -> None:
        """Set the channel's summary up, or take part in it."""
        people, workspace = self.slack.people, self.slack.workspace
        await self.command("/differ team")
        form = workspace.top_modal(self.me)
        assert form is not None, self.ephemerals()[-1].text
        await people.submit(self.me, form.id)
        while form := workspace.top_modal(self.me):
            await people.close(self.me, form.id)
        await self.settle()

    async def after_calls(self, in_words: bool) -> int:
        """Tell what was said in the calls of the day; returns how many were asked about."""
        asked = [m for m in self.messages() if _button(m, "call:silent")]
        for message in asked:
            if in_words:
                await self.say(f"they said {self.cage.word()}", message.thread_ts)
            else:
                await self._press("call:said", message)
                assert await self.submit(said=f"they said {self.cage.word()}") == {}
        await self._answer_about_nudges()
        return len(asked)

    async def _answer_about_nudges(self) -> None:
        """The question comes once, after everything about a call has been answered."""
        for action in ("call:tell", f"cadence:{self.nudges}"):
            while asked := [m for m in self.messages() if _button(m, action)]:
                await self._press(action, asked[0])
                await self.settle()

    def nudged(self) -> int:
        """How many nudges came."""
        return sum(bool(_button(message, "nudge:start")) for message in self.messages())

    async def forget(self) -> None:
        """Everything."""
        await self.say("forget")
        await self.tap("Forget all of it")

    def shown(self) -> str:
        """All that this seller sees in App Home and their direct messages, files included."""
        files = b"".join(file.content or b"" for m in self.messages() for file in m.files)
        posts = json.dumps([[m.text, m.blocks] for m in self.messages()])
        return self.home() + posts + files.decode()

    async def _by_command(self) -> None:
        await self.command(f"/differ demo of {self.cage.word()} for {self.cage.word()}")

    async def _by_form(self, times: Json) -> None:
        await self.command("/differ")
        if self.slack.workspace.top_modal(self.me) is None:
            await self.tap("Start", self.ephemerals())
        word = self.cage.word
        names = {"plan": f"demo of {word()}", "person": word(), "company": word()}
        rivals = f"{word()}, {word()}"
        errors = await self.submit(**names, choices=["nothing"], competitors=rivals, **times)
        assert errors == {}, errors

    def _question(self) -> Message | None:
        """The last message in a thread."""
        there = (m for m in reversed(self.messages()) if m.bot_id and m.thread_ts)
        return next(there, None)

    async def _write(self, question: Message) -> None:
        ts = await self.say(f"{self.cage.word()} told me so on Monday", question.thread_ts)
        if self.luck.random() < 0.5:
            await self._correct(ts)

    async def _tap_one_of(self, buttons: list[Json], question: Message, brisk: bool) -> None:
        taps = [b["text"]["text"] for b in buttons if b["action_id"].startswith("tap:")]
        short = [label for label in taps if label in SHORT] if brisk else []
        await self.tap(self.luck.choice(short or taps), [question])

    async def _form(self, question: Message, button: Json, times: Json) -> None:
        await self.press(button["text"]["text"], [question])
        word = self.cage.word
        fields: dict[str, Json] = {
            "brief": {"person": word(), "company": word(), "competitors": word(), **times},
            "evidence": {"who": word(), "what": f"said {word()}", "when": word()},
            "change": {"when": word(), "will": word(), "so_that": word()},
        }
        errors = await self.submit(**fields[form_of(button)])
        assert errors == {}, (errors, question.text)

    async def _correct(self, ts: str) -> None:
        """An edited message, and a deleted one."""
        people = self.slack.people
        await people.edit(self.me, self.dm, ts, f"{self.cage.word()} said so on Friday")
        await self.settle()
        if self.luck.random() < 0.5:
            await people.delete(self.me, self.dm, ts)
            await self.settle()

    async def _see_you(self) -> None:
        """Be asked after the call, at the first time that is offered."""
        last = self._question()
        assert last is not None
        await self._press("call:see", last)
        await self.settle()

    async def _press(self, action: str, message: Message) -> None:
        button = _button(message, action)
        assert button is not None, message.text
        await self.press(button["text"]["text"], [message])

    async def _beside(self, number: int) -> None:
        """Words that belong to no check, words that are too many, words of somebody else."""
        await self.say(f"beside: {self.cage.word()}")
        if number % 2:
            await self.say(f"{self.cage.word()} " * 300)
        else:
            people = self.slack.people
            ts = await people.say(self.me, DEALS, f"next week {self.cage.word()}")
            # A busy product says so in a line of its own, and people take the shortcut again.
            async with asyncio.timeout(60):
                while self.slack.workspace.top_modal(self.me) is None:
                    await people.message_shortcut(self.me, DEALS, ts, "check_message")
            assert await self.submit(choices=["nothing"], length="one") == {}


def elements(message: Message) -> list[Json]:
    """The buttons of a question."""
    found = (e for block in message.blocks for e in block.get("elements", ()))
    # The way to the next check answers nothing in this one.
    return [
        e
        for e in found
        if e.get("action_id", "").startswith(("tap:", "form:")) and form_of(e) != "again"
    ]


def is_new(button: Json, forms: set[str]) -> bool:
    """Whether it opens a form that this check has not seen; now it has."""
    new = button["action_id"].startswith("form:") and form_of(button) not in forms
    if new:
        forms.add(form_of(button))
    return new


def form_of(button: Json) -> str:
    """What a button opens or replies."""
    return str(button["value"].split("|")[2])


def _button(message: Message, action: str) -> Json | None:
    """The first of its buttons for this action."""
    found = (e for block in message.blocks for e in block.get("elements", ()))
    return next((e for e in found if e.get("action_id", "").startswith(action)), None)
