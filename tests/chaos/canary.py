"""Unique words in every text field, and then a search for them where they must not be.

    python -m tests.chaos.canary

Hundreds of checks go through the running product, which logs all it can, and a team summary is
made of them. Searched are the database file and its journal, the journal also while the product is
at work, all that was logged, a backup, unpacked, every post in a channel, and what everybody else
was shown or sent, exports included. The exit code is 1 if a single word was found.
"""

import argparse
import asyncio
import gzip
import json
import random
import re
import sys
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.conversation import Conversation
from bot.playground.server import SmallSlack
from bot.playground.workspace import Message
from coaching.moves import Said
from coaching.words import words
from storage import KeyRing, Seller, Store, Tenant
from tests.bot.process import started
from tests.bot.stage import DEALS, KEYS, Stage
from tests.chaos.crowd import small_slack, until
from tests.chaos.databases import Sqlite, quick_folder
from tests.chaos.door import Door
from tests.chaos.kill import say
from tests.chaos.product import Replica, Template, replica
from tests.chaos.seller import hire
from tests.chaos.timed import SharedClock

Json = dict[str, Any]
CANARY = re.compile(rb"zq\d{6}x", re.IGNORECASE)
SELLERS = 8
MOST_STEPS = 30
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
LEFT = "SELECT 1 FROM outbox WHERE done_at IS NULL AND user_id = '{}'"


@dataclass
class Cage:
    """All canaries so far, and those that got out."""

    folder: Path
    count: int = 0
    escaped: set[str] = field(default_factory=set)
    owners: dict[bytes, str] = field(default_factory=dict)

    def word(self, owner: str = "") -> str:
        """One nobody has said yet."""
        self.count += 1
        said = f"Zq{self.count:06d}x"
        self.owners[said.lower().encode()] = owner
        return said

    def search(self, *patterns: str) -> None:
        """Look into the files of these names."""
        for pattern in patterns:
            for path in self.folder.glob(pattern):
                self.look_into(path.name, path.read_bytes())

    def look_into(self, name: str, content: bytes) -> None:
        """Also as text of two bytes a letter."""
        if CANARY.search(content) or CANARY.search(content.replace(b"\0", b"")):
            self.escaped.add(name)

    def look_at(self, name: str, owner: str, shown: str) -> None:
        """What one person was shown: only their own words may be in it."""
        said = {word.lower() for word in CANARY.findall(shown.encode())}
        if any(self.owners.get(word) != owner for word in said):
            self.escaped.add(name)


@dataclass(frozen=True)
class Perch:
    """The cage, for one seller's words."""

    cage: Cage
    owner: str

    def word(self) -> str:
        """One nobody has said yet."""
        return self.cage.word(self.owner)

    def search(self, *patterns: str) -> None:
        """Look into the files of these names."""
        self.cage.search(*patterns)


@dataclass
class Screen(Stage):
    """A stage for one of several sellers, in front of a product in a process of its own."""

    database: Sqlite = field(kw_only=True)
    cage: Perch = field(kw_only=True)
    luck: random.Random = field(kw_only=True)

    async def settle(self) -> None:
        """Wait until this seller has been sent everything; watch the journal meanwhile."""
        async with asyncio.timeout(60):
            while await self.database.fetch(LEFT.format(self.me)):
                self.cage.search("*-journal", "*-wal")
                await asyncio.sleep(0.03)

    async def check(self, number: int) -> None:
        """One check with words of its own in every field that there is."""
        await (self._by_form() if number % 2 else self._by_command())
        forms: set[str] = set()
        for step in range(MOST_STEPS):
            question = self._question()
            buttons = elements(question) if question else []
            if question is None or not buttons:
                break
            await self._answer(question, buttons, forms, step)
        await self._tell()
        await self._beside(number)

    async def _tell(self) -> None:
        """What the buyer said in the call, two hours before its time."""
        seller = Seller(Tenant("", self.slack.workspace.team_id), self.me)
        async with self.store.begin(seller) as tx:
            (check, *_) = await tx.checks()
            talk = Conversation(tx, check, words(), datetime.now(UTC))
            await talk.after_call.quote(Said(f"they said {self.cage.word()}"))

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

    def shown(self) -> str:
        """All that this seller sees in their direct messages, files included."""
        files = b"".join(file.content or b"" for m in self.messages() for file in m.files)
        posts = json.dumps([[m.text, m.blocks] for m in self.messages()])
        return posts + files.decode()

    async def _by_command(self) -> None:
        await self.command(f"/differ demo of {self.cage.word()} for {self.cage.word()}")

    async def _by_form(self) -> None:
        await self.command("/differ")
        if self.slack.workspace.top_modal(self.me) is None:
            await self.tap("Start", self.ephemerals())
        word = self.cage.word
        names = {"plan": f"demo of {word()}", "person": word(), "company": word()}
        rivals = f"{word()}, {word()}"
        errors = await self.submit(**names, choices=["nothing"], competitors=rivals, length="five")
        assert errors == {}, errors

    def _question(self) -> Message | None:
        """The last message in a thread."""
        there = (m for m in reversed(self.messages()) if m.bot_id and m.thread_ts)
        return next(there, None)

    async def _answer(
        self, question: Message, buttons: list[Json], forms: set[str], step: int
    ) -> None:
        """By form where one is offered the first time, else in words or by a tap."""
        for button in buttons:
            kind = button["value"].split("|")[2]
            if button["action_id"].startswith("form:") and kind not in forms:
                forms.add(kind)
                await self._form(question, button, kind)
                return
        taps = [button for button in buttons if button["action_id"].startswith("tap:")]
        if step % 3 == 1:
            ts = await self.say(f"{self.cage.word()} told me so on Monday", question.thread_ts)
            if self.luck.random() < 0.3:
                await self._correct(ts)
        else:
            await self.tap(self.luck.choice(taps)["text"]["text"], [question])

    async def _form(self, question: Message, button: Json, kind: str) -> None:
        await self.press(button["text"]["text"], [question])
        word = self.cage.word
        fields: dict[str, Json] = {
            "brief": {"person": word(), "company": word(), "competitors": word()},
            "evidence": {"who": word(), "what": f"said {word()}", "when": word()},
            "change": {"when": word(), "will": word(), "so_that": word()},
        }
        await self.submit(**fields[kind])

    async def _correct(self, ts: str) -> None:
        """An edited message, and a deleted one."""
        people = self.slack.people
        await people.edit(self.me, self.dm, ts, f"{self.cage.word()} said so on Friday")
        await self.settle()
        if self.luck.random() < 0.5:
            await people.delete(self.me, self.dm, ts)
            await self.settle()

    async def _beside(self, number: int) -> None:
        """Words that belong to no check, words that are too many, words of somebody else."""
        await self.say(f"beside: {self.cage.word()}")
        if number % 5 == 0:
            await self.say(f"{self.cage.word()} " * 300)
        if number % 7 == 0:
            people = self.slack.people
            ts = await people.say(self.me, DEALS, f"next week {self.cage.word()}")
            await people.message_shortcut(self.me, DEALS, ts, "check_message")
            assert await self.submit(choices=["nothing"], length="one") == {}


def elements(message: Message) -> list[Json]:
    """The buttons of a question."""
    found = (e for block in message.blocks for e in block.get("elements", ()))
    # The way to the next check answers nothing in this one.
    return [
        e
        for e in found
        if e.get("action_id", "").startswith(("tap:", "form:"))
        and e["value"].split("|")[2] != "again"
    ]


async def back_up(differ: Replica, folder: Path) -> bytes:
    """What `differ backup` writes, unpacked."""
    environment = differ.environment | {"PORT": ""}
    async with started(environment, folder, "backup", "backup.gz") as process:
        assert await process.ended() == 0, process.output
    return gzip.decompress((folder / "backup.gz").read_bytes())


async def fly(checks: int, folder: Path) -> Cage:
    """So many checks, and the search."""
    cage, database = Cage(folder), Sqlite(folder / "differ.db")
    async with Template.start() as template, small_slack() as slack, AsyncExitStack() as stack:
        differ = replica(template, slack, folder, 0, database.url(0))
        differ.environment |= {"LOG_LEVEL": "DEBUG", "CLOCK": str(folder / "clock")}
        clock = SharedClock(folder / "clock")
        clock.set(datetime.now(UTC))
        await differ.start()
        stack.push_async_callback(differ.stop)
        door = Door.between(slack, [differ.url])
        store = await Store.open(database.url(0), KeyRing.from_text(KEYS))
        stack.push_async_callback(store.close)
        people = [hire(slack, door, number, 4).user for number in range(1, SELLERS + 1)]
        more: Json = {"database": database, "luck": random.Random(4)}
        screens = [Screen(slack, store, "", u, cage=Perch(cage, u), **more) for u in people]
        for screen in (screens[0], *screens):
            await screen.team()
        clock.set(clock.now() + HOUR)
        await asyncio.gather(*(_play(screen, checks // SELLERS) for screen in screens))
        for screen in screens:
            await screen.command("/differ export")
        clock.set(clock.now() + WEEK)
        await until(lambda: len(_posts(slack)) > 1)
        _look_at_slack(slack, screens, cage)
        cage.look_into("the backup", await back_up(differ, folder))
        await _prove(screens, cage)
    cage.search("*")
    return cage


def _posts(slack: SmallSlack) -> list[Message]:
    """What the product has posted in the channel."""
    return [m for m in slack.workspace.in_channel(DEALS) if m.bot_id and not m.visible_to]


def _look_at_slack(slack: SmallSlack, screens: list[Screen], cage: Cage) -> None:
    """Every channel, and what each seller was shown and sent."""
    posted = json.dumps([[m.text, m.blocks] for m in _posts(slack)])
    cage.look_at("posts in the channel", "nobody", posted)
    for screen in screens:
        cage.look_at(f"what {screen.me} was shown", screen.me, screen.shown())


async def _play(screen: Screen, checks: int) -> None:
    for number in range(checks):
        await screen.check(number)


async def _prove(screens: list[Screen], cage: Cage) -> None:
    """That the search would find something: with the key the words are there to be read."""
    for screen in screens:
        seller = Seller(Tenant("", screen.slack.workspace.team_id), screen.me)
        async with screen.store.begin(seller) as tx:
            kept = "".join(check.dialogue for check in await tx.checks())
            told = "".join(call.talk for call in await tx.calls.all())
        assert CANARY.search(told.encode()), "nothing was told of a call"
        assert len(CANARY.findall(kept.encode())) > 5, "no words were kept at all"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checks", type=int, default=300)
    checks = parser.parse_args().checks
    with tempfile.TemporaryDirectory(prefix="differ-", dir=quick_folder()) as folder:
        cage = asyncio.run(fly(checks, Path(folder)))
        searched = sum(path.stat().st_size for path in Path(folder).iterdir())
    say(f"{searched / 1e6:.0f} MB searched, in the clear in: {sorted(cage.escaped) or 'nothing'}")
    say(f"{checks} checks, {cage.count} words, {len(cage.escaped)} files with one in the clear")
    return 1 if cage.escaped else 0


if __name__ == "__main__":
    sys.exit(main())
