"""Seven colleagues who take part in the team's summary at a click, each by their own taps.

They do what anybody could do on the page: tap [Take part], type /differ, fill in the form, answer.
They know differ only by what stands on their screens.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.playground.workspace import Message, NeverCameError

if TYPE_CHECKING:
    from bot.playground.server import SmallSlack

Json = dict[str, Any]
BUYERS = (
    *("Halden", "Orbit", "Lindqvist", "Brightwater", "Casa Verde", "Nordlys", "Pemberton"),
    *("Rosso", "Tamarind", "Quayside", "Vestas Mill", "Okafor", "Silverline", "Meridian"),
)
PEOPLE = ("Ines", "Marta", "Owen", "Lucia", "Bram", "Aisha", "Tomas")
HEARD = "{buyer} told me on Tuesday that it costs them two days a month as it is"
# How often each factor is known to hold, thought to hold, not known, or does not hold.
LEANINGS = {
    "value": (5, 2, 1, 2),
    "risk": (1, 3, 3, 3),
    "ease": (3, 2, 2, 3),
    "offering": (4, 4, 1, 1),
    "commercials": (3, 3, 2, 2),
}
# What is tapped where nothing hangs on it.
ON = ("better", "keep", "unsure", "no", "skip")
MOST_STEPS = 40
PATIENCE = 10.0


class Colleagues:
    """All people of the workspace but the one in front of the page."""

    def __init__(self, slack: SmallSlack) -> None:
        self._slack = slack
        self._workspace = slack.workspace
        self._chance = random.Random(7)
        self._rounds = 0
        self._task: asyncio.Task[None] | None = None
        self.said = ""
        """What they are doing, or have done, for the page."""

    @property
    def busy(self) -> bool:
        """Whether they are at it."""
        return self._task is not None and not self._task.done()

    def take_part(self, me: str) -> None:
        """Have each of them join, if they have not, and finish a check about a new buyer."""
        if not self.busy:
            self._task = asyncio.create_task(self._all(me))

    async def close(self) -> None:
        """Stop at once."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _all(self, me: str) -> None:
        invited = self._invitation()
        if invited is None:
            self._tell("First set a summary up: type /differ team in a channel.")
            return
        self._rounds += 1
        members = self._workspace.channels[invited.channel].members
        team = sorted(members - {me, self._workspace.bot_user})
        for number, user in enumerate(team, 1):
            self._tell(f"{self._workspace.users[user].real_name} ({number} of {len(team)}) …")
            try:
                await Colleague(self._slack, user, self._chance).week(invited, self._rounds)
            except NeverCameError:
                self._tell(f"{self._workspace.users[user].real_name} waited in vain.")
                return
        self._tell(f"All {len(team)} have taken part, {self._rounds} times so far.")

    def _invitation(self) -> Message | None:
        """The newest message that anybody can take part from."""
        found = (m for kept in self._workspace.messages.values() for m in kept.values())
        asking = [m for m in found if not m.deleted and any(_buttons(m, "team:open"))]
        return max(asking, key=lambda m: float(m.ts), default=None)

    def _tell(self, said: str) -> None:
        self.said = said
        self._workspace.touch()


class Colleague:
    """One of them, at their own screen."""

    def __init__(self, slack: SmallSlack, user: str, chance: random.Random) -> None:
        self._slack = slack
        self._workspace, self._people = slack.workspace, slack.people
        self._user = user
        self._chance = chance
        self._mind = ""
        self._answered = "0"

    async def week(self, invited: Message, number: int) -> None:
        """Join, if need be, and a check."""
        await self._join(invited)
        if last := self._question():
            self._answered = last.ts
        await self._begin(invited.channel, number)
        for _ in range(MOST_STEPS):
            question = await self._until(self._question)
            if not any(_taps(question)):
                return
            self._answered = question.ts
            await self._answer(question)
            if _step(question) == "again":
                return  # the verdict is there; what they change in their call is their own affair

    async def _join(self, invited: Message) -> None:
        await self._tap(invited, next(_buttons(invited, "team:open")))
        view = await self._until(lambda: self._workspace.top_modal(self._user))
        if view.body["callback_id"] == "join":
            await self._people.submit(self._user, view.id)
            view = await self._until(lambda: self._workspace.top_modal(self._user))
        await self._people.close(self._user, view.id)

    async def _begin(self, channel: str, number: int) -> None:
        self._let_a_moment_pass()
        await self._people.command(self._user, channel, "/differ")
        if self._workspace.top_modal(self._user) is None:
            welcome = self._workspace.in_channel(channel, self._user)[-1]
            await self._tap(welcome, next(_buttons(welcome, "show:start")))
        view = await self._until(lambda: self._workspace.top_modal(self._user))
        place = sorted(self._workspace.users).index(self._user)
        company = BUYERS[(place * 2 + number) % len(BUYERS)]
        brief = {"plan": "demo of the planning module", "person": PEOPLE[(place + number) % 7]}
        more = {"company": f"{company} {number}", "choices": ["nothing"], "length": "five"}
        await self._people.submit(self._user, view.id, brief | more)

    def _question(self) -> Message | None:
        """The last message in their threads, once it is another than the one answered last."""
        dm = self._workspace.dm_of(self._user)
        said = self._workspace.in_channel(dm.id, self._user) if dm else []
        there = [m for m in said if m.bot_id and m.thread_ts and not m.deleted]
        return there[-1] if there and float(there[-1].ts) > float(self._answered) else None

    async def _answer(self, question: Message) -> None:
        by_reply = {_reply(button): button for button in reversed([*_taps(question)])}
        ask, _, factor = _step(question).partition(".")
        if ask == "factor":
            self._mind = self._chance.choices(
                ("held", "claimed", "unsure", "no"), LEANINGS[factor]
            )[0]
            reply = "yes" if self._mind in ("held", "claimed") else self._mind
            await self._tap(question, by_reply[reply])
        elif ask == "gate" and self._mind == "held":
            self._let_a_moment_pass()
            said = HEARD.format(buyer=self._chance.choice(PEOPLE))
            thread = question.thread_ts
            await self._people.say(self._user, question.channel, said, thread_ts=thread)
        elif ask == "gate":
            await self._tap(question, by_reply["believe"])
        else:
            reply = next((one for one in ON if one in by_reply), next(iter(by_reply)))
            await self._tap(question, by_reply[reply])

    async def _tap(self, message: Message, button: Json) -> None:
        self._let_a_moment_pass()
        await self._people.act(
            self._user,
            channel=message.channel,
            message_ts=message.ts,
            block_id=button["block_id"],
            action_id=button["action_id"],
        )

    async def _until(self, find: Any) -> Any:
        return await self._workspace.until(find, PATIENCE)

    def _let_a_moment_pass(self) -> None:
        # Slack takes about one post a second in a conversation.
        self._slack.clock.advance(timedelta(seconds=2))


def _buttons(message: Message, action: str) -> Iterator[Json]:
    for block in message.blocks:
        for element in block.get("elements", ()):
            if str(element.get("action_id", "")).startswith(action):
                yield element | {"block_id": block["block_id"]}


def _taps(message: Message) -> Iterator[Json]:
    """The answers under a question."""
    return (b for b in _buttons(message, "tap:") if b["type"] == "button")


def _step(question: Message) -> str:
    """What is asked: ``factor.risk``, ``gate.risk``, ``again``."""
    return str(next(_taps(question))["value"].split("|")[1])


def _reply(button: Json) -> str:
    return str(button["value"].split("|")[2])
