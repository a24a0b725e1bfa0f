"""What a small Slack workspace holds: people, channels, messages, views, tokens. State, no rules.

Times are microseconds where they are counted and Slack's `ts` (a string like "1767225600.000100")
where they name a message. `on_change` is called after everything a person could see changes,
`on_traffic` after each request that went over the wire.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

from bot.playground.clock import MovableClock

Json = dict[str, Any]
Found = TypeVar("Found")

TRAFFIC_KEPT = 500
TRIGGER_LIVES = timedelta(seconds=3)
RESPONSE_URL_LIVES = timedelta(minutes=30)
RESPONSE_URL_USES = 5


@dataclass
class User:
    """One person. `tz` is an IANA name, `locale` like "de-DE"."""

    id: str
    name: str
    real_name: str
    tz: str = "UTC"
    locale: str = "en-US"
    is_admin: bool = False
    is_guest: bool = False
    deleted: bool = False


@dataclass
class Channel:
    """A channel, or with `is_im` the direct messages between the bot and `user`."""

    id: str
    name: str
    members: set[str] = field(default_factory=set)
    user: str | None = None
    is_im: bool = False
    is_private: bool = False
    is_general: bool = False
    is_ext_shared: bool = False
    is_archived: bool = False


@dataclass
class File:
    """A file of the bot's. `content` is None until its `length` bytes came; `ticket` names the
    URL they are to come to. It is shared once."""

    id: str
    name: str
    length: int
    ticket: str
    title: str = ""
    content: bytes | None = None
    shared: bool = False
    deleted: bool = False


@dataclass
class Message:
    """A message as stored. `visible_to` names the only reader of an ephemeral one.

    `deleted` means that readers see nothing, or a tombstone when replies hang on it.
    """

    channel: str
    ts: str
    text: str
    user: str
    bot_id: str | None = None
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    edited: str | None = None
    deleted: bool = False
    visible_to: str | None = None
    files: list[File] = field(default_factory=list)


@dataclass
class View:
    """A modal or a Home tab. `body` is the view as the app gave it, block_ids filled in.

    `errors` are the sentences under its inputs, by block_id, since the last submission.
    """

    id: str
    user: str
    body: Json
    hash: str
    root: str
    previous: str | None = None
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class Token:
    """A bot token (xoxb-) or an app-level token (xapp-) and what it allows."""

    kind: Literal["bot", "app"]
    scopes: frozenset[str]
    revoked: bool = False


@dataclass
class Trigger:
    """A trigger_id: good for one exchange, three seconds long. `view` is where it came from."""

    user: str
    expires: datetime
    view: str | None = None
    used: bool = False


@dataclass
class ResponseUrl:
    """Where an app may answer an interaction: five times in thirty minutes."""

    user: str
    channel: str
    expires: datetime
    message_ts: str | None = None
    thread_ts: str | None = None
    uses_left: int = RESPONSE_URL_USES


@dataclass(frozen=True)
class Notice:
    """What Slack itself tells one person, for instance that the app did not answer."""

    user: str
    channel: str | None
    text: str
    at: datetime


@dataclass(frozen=True)
class Traffic:
    """One exchange over the wire, for the inspector. `direction` is seen from the app."""

    at: datetime
    direction: Literal["from the app", "to the app"]
    name: str
    payload: Json
    status: str


class NeverCameError(AssertionError):
    """What a test waited for did not come; the text shows what everybody saw instead."""


class Workspace:
    """One team with one installed app. Every mutation goes through a method or ends in `touch`."""

    team_id = "T1SMALL"
    team_name = "Small Company"
    team_domain = "small-company"
    app_id = "ADIFFER"
    bot_id = "BDIFFER"
    bot_user = "UDIFFER"
    bot_name = "differ"

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.me = ""
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, dict[str, Message]] = {}
        self.views: dict[str, View] = {}
        self.modals: dict[str, list[str]] = {}
        self.homes: dict[str, str] = {}
        self.drafts: dict[tuple[str, str], dict[tuple[str, str], Json]] = {}
        self.tokens: dict[str, Token] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.files: dict[str, File] = {}
        self.picked: dict[str, set[datetime]] = defaultdict(set)
        self.shared_after = timedelta(0)
        self.notices: list[Notice] = []
        self.traffic: deque[Traffic] = deque(maxlen=TRAFFIC_KEPT)
        self.on_change: list[Callable[[], None]] = []
        self.on_traffic: list[Callable[[], None]] = []
        self._last_ts = 0
        self._counted = 0
        self._changed = asyncio.Event()

    # Naming

    def new_ts(self) -> str:
        """The next message time: this clock's microsecond, and always later than the last one."""
        now = int(self.clock.now().timestamp() * 1_000_000)
        self._last_ts = max(now, self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def new_id(self, prefix: str) -> str:
        """An id nobody has yet, such as "V0000012"."""
        self._counted += 1
        return f"{prefix}{self._counted:07d}"

    def new_hash(self) -> str:
        """A view's version, as Slack writes it: a time and a random tail."""
        return f"{int(self.clock.now().timestamp())}.{secrets.token_hex(4)}"

    def new_trigger(self, user: str, view: str | None = None) -> str:
        """A trigger_id for what `user` just did, from inside the modal `view` if there was one."""
        self._counted += 1
        trigger_id = f"{self._counted}.{self._last_ts}.{secrets.token_hex(16)}"
        self.triggers[trigger_id] = Trigger(user, self.clock.now() + TRIGGER_LIVES, view)
        return trigger_id

    def new_response_url(
        self, user: str, channel: str, message_ts: str | None = None, thread_ts: str | None = None
    ) -> str:
        """The secret last part of a response_url."""
        key = secrets.token_urlsafe(18)
        expires = self.clock.now() + RESPONSE_URL_LIVES
        self.response_urls[key] = ResponseUrl(user, channel, expires, message_ts, thread_ts)
        return key

    # People and places

    def add_user(self, user: User) -> User:
        """One more person, in no channel yet."""
        self.users[user.id] = user
        self.touch()
        return user

    def add_channel(self, channel: Channel) -> Channel:
        """One more channel, with the members it brings along."""
        self.channels[channel.id] = channel
        self.touch()
        return channel

    def dm_of(self, user: str) -> Channel | None:
        """The direct messages between `user` and the bot, if anybody opened them yet."""
        return self.channels.get("D" + user[1:])

    def open_dm(self, user: str) -> Channel:
        """The direct messages between `user` and the bot, opened now if need be."""
        if (channel := self.dm_of(user)) is not None:
            return channel
        members = {user, self.bot_user}
        return self.add_channel(
            Channel("D" + user[1:], "directmessage", members, user=user, is_im=True)
        )

    # Messages

    def post(self, message: Message) -> Message:
        """Put a message where it says it belongs."""
        self.messages.setdefault(message.channel, {})[message.ts] = message
        self.touch()
        return message

    def message(self, channel: str, ts: str) -> Message | None:
        """The message, unless it was deleted."""
        found = self.messages.get(channel, {}).get(ts)
        return None if found is None or found.deleted else found

    def in_channel(self, channel: str, reader: str | None = None) -> list[Message]:
        """All that is kept of a channel, oldest first; with `reader` only what that person sees."""
        kept = self.messages.get(channel, {}).values()
        return [m for m in kept if reader is None or m.visible_to in (None, reader)]

    def replies(self, channel: str, ts: str, reader: str | None = None) -> list[Message]:
        """The living replies under a parent, oldest first."""
        found = self.in_channel(channel, reader)
        return [m for m in found if m.thread_ts == ts and m.ts != ts and not m.deleted]

    # Views

    def top_modal(self, user: str) -> View | None:
        """The modal on top of what `user` has open."""
        stack = self.modals.get(user)
        return self.views[stack[-1]] if stack else None

    def home_of(self, user: str) -> View | None:
        """What the app last published to that person's Home tab."""
        view_id = self.homes.get(user)
        return self.views[view_id] if view_id else None

    def close_modals(self, user: str, down_to: int = 0) -> list[View]:
        """Take modals off the stack until `down_to` are left; returns them, top first."""
        stack = self.modals.get(user, [])
        closed = [self.views.pop(view_id) for view_id in reversed(stack[down_to:])]
        del stack[down_to:]
        for view in closed:
            self.drafts.pop((user, view.id), None)
        self.touch()
        return closed

    def next_picked(self, user: str) -> datetime | None:
        """The next moment that this person has picked in a form: when a call is, most often."""
        now = self.clock.now()
        return min((moment for moment in self.picked[user] if moment > now), default=None)

    # Being told

    def notice(self, user: str, text: str, channel: str | None = None) -> None:
        """Show one person a line from Slack itself."""
        self.notices.append(Notice(user, channel, text, self.clock.now()))
        self.touch()

    def record(
        self,
        direction: Literal["from the app", "to the app"],
        name: str,
        payload: Json,
        status: str,
    ) -> None:
        """Keep one exchange for the inspector."""
        self.traffic.append(Traffic(self.clock.now(), direction, name, payload, status))
        self._wake()
        for listener in list(self.on_traffic):
            listener()

    def touch(self) -> None:
        """Say that something visible changed."""
        self._wake()
        for listener in list(self.on_change):
            listener()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(
        self,
        predicate: Callable[[], Found | None],
        timeout: float = 5.0,  # noqa: ASYNC109 - a test says how long, in seconds
    ) -> Found:
        """Wait for changes until `predicate` gives something true, and return that.

        Raises NeverCameError after `timeout` real seconds, with everybody's transcript.
        """
        try:
            async with asyncio.timeout(timeout):
                while not (found := predicate()):
                    await self._changed.wait()
        except TimeoutError as late:
            seen = "\n\n".join(self.transcript(user) for user in self.users)
            raise NeverCameError(f"It did not come within {timeout} s.\n\n{seen}") from late
        return found

    def transcript(self, user: str) -> str:
        """What `user` sees, as plain text: channels, threads, buttons as [Label], notices."""
        from bot.playground.transcript import transcript

        return transcript(self, user)
