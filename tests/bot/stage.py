"""A stage for whole conversations: the real product in the small Slack, and a person to act."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from bot.clock import Clock
from bot.playground.clock import MovableClock
from bot.playground.server import SmallSlack
from bot.playground.signed_http import HttpCarrier
from bot.playground.transcript import screen
from bot.playground.workspace import Message
from bot.sender import Pace
from bot.serve import running
from bot.settings import Settings
from storage import Store
from tests.outbox import next_due

ROOT = Path(__file__).parents[2]
KEYS = "test:" + base64.b64encode(bytes(32)).decode()
SAM = "U1SAM"
DEALS = "C2DEALS"
PACE = Pace()

SQLITE = "sqlite+aiosqlite:///{folder}/differ.db"
DATABASE = SQLITE
"""Where a stage keeps what is said, unless its settings name another database."""

BEGIN = datetime(2035, 3, 5, 9, tzinfo=UTC)
"""A Monday; what is said must not depend on the day and the hour of the test."""

Json = dict[str, Any]


@dataclass
class Stage:
    """One workspace with differ at work in it, at ``url``; ``me`` is who acts. ``clock`` is that
    of the process, where it is this one."""

    slack: SmallSlack
    store: Store
    url: str
    me: str = SAM
    clock: Clock | None = None

    @property
    def dm(self) -> str:
        """The direct messages between ``me`` and differ."""
        return "D" + self.me[1:]

    async def settle(self) -> None:
        """Wait until everything that is to be sent has been sent."""
        # Slack takes about one post a second: here that time passes at once.
        self.slack.clock.advance(timedelta(seconds=5))
        async with asyncio.timeout(10):
            if self.clock:
                await self.clock.catch_up()
            while await next_due(self.store) is not None:  # noqa: ASYNC110
                await asyncio.sleep(0.001)  # the outbox has no bell for "empty"

    async def press_time(self, moment: datetime) -> None:
        """It becomes that late, and what is due is tried, whether or not it can be sent."""
        self.slack.clock.set(moment)
        assert self.clock
        await self.clock.catch_up()

    def messages(self) -> list[Message]:
        """All that ``me`` can see in the direct messages, oldest first."""
        return [
            message
            for message in self.slack.workspace.in_channel(self.dm, reader=self.me)
            if not message.deleted
        ]

    def ephemerals(self) -> list[Message]:
        """Lines in #deals that only ``me`` sees."""
        seen = self.slack.workspace.in_channel(DEALS, reader=self.me)
        return [message for message in seen if message.visible_to == self.me]

    def find(self, label: str, among: list[Message]) -> tuple[Message, Json, Json]:
        """The newest message with an element of this label, with its block and element."""
        for message in reversed(among):
            for block in message.blocks:
                for element in block.get("elements", ()):
                    if label in labels(element):
                        return message, block, element
        raise AssertionError(f"no [{label}] in:\n{self.slack.workspace.transcript(self.me)}")

    async def tap(
        self, label: str, among: list[Message] | None = None, day: str | None = None
    ) -> None:
        """Tap a button, or an entry of a menu, by its label, and wait for what follows."""
        await self.press(label, among, day)
        await self.settle()

    async def press(
        self, label: str, among: list[Message] | None = None, day: str | None = None
    ) -> None:
        """Tap, and wait no longer than until Slack has been answered; in a calendar, a ``day``."""
        message, block, element = self.find(label, self.messages() if among is None else among)
        value: Any = day
        if element["type"] not in ("button", "datepicker"):
            option = next(o for o in element["options"] if o["text"]["text"] == label)
            value = option["value"]
            if element["type"] == "multi_static_select":
                value = [value]
        outcome = await self.slack.people.act(
            self.me,
            message_ts=message.ts,
            channel=message.channel,
            block_id=block["block_id"],
            action_id=element["action_id"],
            value=value,
        )
        assert outcome.ok, outcome

    async def open_home(self) -> str:
        """Look at App Home; what stands there, as text."""
        await self.slack.people.open_home(self.me)
        await self.settle()
        return self.home()

    def home(self) -> str:
        """What was last published there, as text."""
        view = self.slack.workspace.home_of(self.me)
        return screen(view.body["blocks"]) if view else ""

    async def tap_home(self, label: str, day: str | None = None) -> None:
        """Tap in App Home; ``day`` is chosen in a calendar, or a channel in a menu of them."""
        view = self.slack.workspace.home_of(self.me)
        assert view is not None
        places = (
            (block["block_id"], element["action_id"])
            for block in view.body["blocks"]
            for element in block.get("elements", ())
            if block["type"] == "actions" and label in labels(element)
        )
        found = next(places, None)
        assert found is not None, f"no [{label}] in:\n{self.home()}"
        outcome = await self.slack.people.act(
            self.me, view_id=view.id, block_id=found[0], action_id=found[1], value=day
        )
        assert outcome.ok, outcome
        await self.settle()

    async def command(self, text: str) -> None:
        """Type a slash command in #deals."""
        outcome = await self.slack.people.command(self.me, DEALS, text)
        assert outcome.ok, outcome
        await self.settle()

    async def say(self, text: str, thread_ts: str | None = None) -> str:
        """Write to differ, in a thread or beside it."""
        ts = await self.slack.people.say(self.me, self.dm, text, thread_ts)
        await self.settle()
        return ts

    async def submit(self, **values: Any) -> Json:
        """Fill in the form on top and send it; returns the errors by block."""
        view = self.slack.workspace.top_modal(self.me)
        assert view is not None, "no form is open"
        outcome = await self.slack.people.submit(self.me, view.id, values)
        assert outcome.shown is None, outcome
        await self.settle()
        return dict(outcome.errors)


def labels(element: Json) -> list[str]:
    """What can be tapped in an element of a message."""
    if element["type"] == "button":
        return [element["text"]["text"]]
    if element["type"] in ("datepicker", "conversations_select"):
        return [element["placeholder"]["text"]]
    return [option["text"]["text"] for option in element.get("options", ())]


def database_in(folder: Path) -> str:
    """Where a stage with this folder keeps what is said."""
    return DATABASE.format(folder=folder)


def settings_for(slack: SmallSlack, folder: Path, **more: Any) -> Settings:
    """The product's settings in front of a small Slack, over Socket Mode or signed HTTP."""
    way = {"app_token": slack.app_token}
    if isinstance(slack.carrier, HttpCarrier):
        way = {"signing_secret": slack.signing_secret}
    given = {
        "bot_token": slack.bot_token,
        "slack_api_url": slack.api_url,
        "database_url": database_in(folder),
        "keys": KEYS,
        "port": 0,
    }
    return Settings(**{**given, **way, **more})


@asynccontextmanager
async def at_work(
    slack: SmallSlack, folder: Path, pace: Pace = PACE, **more: Any
) -> AsyncIterator[Stage]:
    """One process's worth of the product, in front of a small Slack that is there."""
    if slack.clock.now() < BEGIN:
        slack.clock.set(BEGIN)
    async with running(settings_for(slack, folder, **more), slack.clock.now, pace) as differ:
        url = f"http://127.0.0.1:{differ.port}"
        if isinstance(slack.carrier, HttpCarrier):
            slack.take_requests_at(f"{url}/slack/events")
        yield Stage(slack, differ.store, url, clock=differ.clock)


@asynccontextmanager
async def on_stage(
    folder: Path,
    delivery: Literal["socket", "http"] = "socket",
    pace: Pace = PACE,
    start: datetime | None = None,
    **more: Any,
) -> AsyncIterator[Stage]:
    """The product running against a new small Slack, over Socket Mode or signed HTTP; it is
    ``start`` there, and ``more`` are settings."""
    clock, manifest = MovableClock(start), ROOT / "app_manifest.yml"
    async with (
        SmallSlack.start(manifest=manifest, delivery=delivery, clock=clock) as slack,
        at_work(slack, folder, pace, **more) as stage,
    ):
        yield stage
