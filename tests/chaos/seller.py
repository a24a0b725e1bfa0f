"""One seller who walks through checks, again and again, and what follows from each act.

An act that came to nothing is done again, as a person does who reads an error: the same tap on
the same button, the same command once more. The next act follows only when the next question is
there. So at the end each check must hold exactly `said`, in this order: no more, no less.
"""

import random
from dataclasses import dataclass, field
from typing import Any

from bot.playground.server import SmallSlack
from bot.playground.workspace import Channel, Message, User
from bot.views.messages import parse_value
from coaching.words import words
from tests.bot.stage import DEALS
from tests.chaos.door import Door

Json = dict[str, Any]
Answer = tuple[str, str, str]
"""A "tap" with its step and reply, or a "text". One that may have come too late, because words
before it may have answered the question, is "maybe" for a tap and "late" for a text: if the check
had ended, the seller is told so. "maybe" is also a text that Slack gave up."""

PLANS = (
    "/differ quick renewal call with Halden, number {n}",
    "/differ demo of the planning module for Northgate, number {n}",
)
NEVER = ("", None)
WRITES = 0.25
"""How often a question is answered in words where a tap would do."""
SAYING = "Marta told me on Tuesday that late deliveries cost her {n} shifts a month"


@dataclass
class Said:
    """The answers of one check, found by the thread in which it is talked about."""

    thread: str
    answers: list[Answer] = field(default_factory=list)


@dataclass
class Person:
    """A seller in the small Slack."""

    slack: SmallSlack
    door: Door
    user: str
    luck: random.Random
    checks: list[Said] = field(default_factory=list)
    done: int = 0
    counted: int = 0
    again: str = ""
    """The plan of a command that came to nothing."""
    written: str = ""
    """The ts of a text that the product has not yet confirmed."""
    text: str = ""
    pressed: tuple[Message, str] | None = None
    """The question and the button of a tap that came to nothing."""
    tapped: str = ""
    """The ts of the question that was answered by a tap."""
    wrote_under: str = ""
    """The ts of the question that was there when the last text was written."""
    left: tuple[str, str | None] = NEVER
    """How the newest message of the product looked before the last act."""

    @property
    def dm(self) -> str:
        return "D" + self.user[1:]

    def ready(self) -> bool:
        """Whether there is something to do: to try again, to answer a question, to begin anew."""
        if self.written:
            request = self.door.texts[self.written]
            return request.acked or request.given_up
        return bool(self.again or self.pressed) or self._is_my_turn()

    def begun(self) -> bool:
        """Whether the last tap or text is not confirmed yet."""
        return bool(self.written or self.pressed)

    def _is_my_turn(self) -> bool:
        """Whether the product has said something since, and is done saying it."""
        newest = self._newest()
        if newest is None or self._look() == self.left:
            return self.left == NEVER
        if newest.ts == self.tapped:
            return False  # it was only shown anew; what follows from the tap is still to come
        return newest.thread_ts is not None and (bool(taps(newest)) or self._is_over(newest))

    def _is_over(self, message: Message) -> bool:
        card = self.slack.workspace.message(self.dm, message.thread_ts or "")
        return card is not None and words().plain("card.step_done") in card.text

    def _look(self) -> tuple[str, str | None]:
        newest = self._newest()
        return (newest.ts, newest.edited) if newest else ("nothing", None)

    def _newest(self) -> Message | None:
        """The last message of the product in the direct messages."""
        there = self.slack.workspace.messages.get(self.dm, {}).values()
        mine = (m for m in reversed(there) if m.bot_id and not m.deleted and not m.visible_to)
        return next(mine, None)

    # acting

    async def act(self) -> None:
        """One command, tap or text; counted when the product has confirmed it."""
        if self.written:
            await self._confirm()
        elif self.again:
            await self._command(self.again)
        elif self.pressed:
            await self._press(*self.pressed)
        else:
            await self._next()

    async def _next(self) -> None:
        question = self._newest()
        buttons = taps(question) if question else []
        if question is None or question.thread_ts is None or not buttons:
            self.counted += 1
            plan = self.luck.choice(PLANS).format(n=f"{self.user[1:]}-{self.counted}")
            await self._command(plan)
        elif self.luck.random() < WRITES and buttons[0]["value"].split("|")[1] != "fill_in":
            await self._write(question)
        else:
            await self._press(question, self.luck.choice(buttons)["value"])

    async def _command(self, plan: str) -> None:
        self._remember_look()
        outcome = await self.slack.people.command(self.user, DEALS, plan)
        kept = outcome.ok and self.door.last[self.user].acked
        self.again = "" if kept else plan
        self.done += kept

    async def _press(self, question: Message, value: str) -> None:
        if self.pressed is None:
            self._remember_look()
            _, step, reply, _ = parse_value(value)
            # Words that went to the answer before it leave a question open, others answer it.
            act = "maybe" if question.ts == self.wrote_under else "tap"
            self._check(question).answers.append((act, step, reply))
            self.tapped = question.ts
        self.pressed = (question, value)
        # A person cannot tap what has gone: the answer was taken though nobody confirmed it.
        placed = place_of(question, value)
        if placed is None:
            self.pressed = None
            return
        outcome = await self.slack.people.act(
            self.user, channel=self.dm, message_ts=question.ts, **placed
        )
        if outcome.ok and self.door.last[self.user].acked:
            self.pressed = None
            self.done += 1

    async def _write(self, question: Message) -> None:
        self.counted += 1
        self._remember_look()
        text = SAYING.format(n=f"{self.user[1:]}-{self.counted}")
        act = "late" if question.ts == self.wrote_under else "text"
        self._check(question).answers.append((act, "", text))
        assert question.thread_ts is not None
        self.text, self.wrote_under = text, question.ts
        self.written = await self.slack.people.say(self.user, self.dm, text, question.thread_ts)

    async def _confirm(self) -> None:
        request = self.door.texts[self.written]
        self.written = ""
        if request.acked:
            self.done += 1
        else:
            # Slack gave up: nobody knows whether it was kept. The question is answered anew.
            for said in self.checks:
                said.answers = [
                    ("maybe", "", text) if text == self.text else (act, step, text)
                    for act, step, text in said.answers
                ]
            self.left = NEVER

    def _remember_look(self) -> None:
        self.left = self._look()

    def _check(self, question: Message) -> Said:
        thread = question.thread_ts or ""
        known = next((said for said in self.checks if said.thread == thread), None)
        if known is None:
            known = Said(thread)
            self.checks.append(known)
        return known


def taps(message: Message) -> list[Json]:
    """The buttons that answer; those that open a form do not."""
    elements = (e for block in message.blocks for e in block.get("elements", ()))
    return [e for e in elements if str(e.get("action_id")).startswith("tap:")]


def place_of(message: Message, value: str) -> Json | None:
    """Where a button is; None when it is not there any more."""
    for block in message.blocks:
        for element in block.get("elements", ()):
            if element.get("value") == value:
                return {"block_id": block["block_id"], "action_id": element["action_id"]}
    return None


def hire(slack: SmallSlack, door: Door, number: int, seed: int) -> Person:
    """One more seller in the small company."""
    user = f"U{number:05d}"
    slack.workspace.add_user(User(user, f"seller{number}", f"Seller {number}"))
    deals: Channel = slack.workspace.channels[DEALS]
    deals.members.add(user)
    return Person(slack, door, user, random.Random(seed * 100_003 + number))
