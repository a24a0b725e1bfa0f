"""Who sits in front of the page, and how far everyone has read."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.playground.workspace import Channel, Message, Workspace

FIRST_CHANNEL = "deals"


@dataclass(eq=False)
class Seat:
    """One open browser page: whom it acts as, and what it looks at."""

    user: str
    channel: str
    thread: str | None = None
    tab: str = "messages"
    behind: bool = False
    errors: dict[str, Mapping[str, str]] = field(default_factory=dict)
    notices_from: int = 0
    heard: str | None = None
    sent: dict[str, str] = field(default_factory=dict)
    done: list[int] = field(default_factory=list)
    stale: asyncio.Event = field(default_factory=asyncio.Event)

    def look(self, channel: str, tab: str = "messages") -> None:
        """Turn to another place; a thread belongs to the place left behind."""
        self.channel, self.tab, self.thread = channel, tab, None


class Marks:
    """How far everyone has read, by person, channel and thread."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._read: dict[tuple[str, str, str], str] = {}

    def unread(self, user: str, channel: str) -> list[Message]:
        """What others wrote there that `user` has not had on the screen, oldest first."""
        return [
            message
            for message in self._workspace.in_channel(channel, user)
            if message.user != user
            and not message.deleted
            and message.ts > self._read.get((user, channel, root_of(message)), "")
        ]

    def calling(self, user: str, channel: str) -> list[Message]:
        """The unread ones that carry a badge: mentions, and everything at the top of a DM."""
        direct = self._workspace.channels[channel].is_im
        return [
            message
            for message in self.unread(user, channel)
            if mentions(message, user) or (direct and not root_of(message))
        ]

    def attend(self, seat: Seat) -> None:
        """The seat has its place on the screen: what stands there is read.

        A thread in which the bot calls this person by name comes up by itself.
        """
        if seat.tab != "messages":
            return
        direct = self._workspace.channels[seat.channel].is_im
        for message in self.unread(seat.user, seat.channel) if direct else ():
            if root_of(message) and message.bot_id and mentions(message, seat.user):
                seat.thread = root_of(message)
        for message in self.unread(seat.user, seat.channel):
            if root_of(message) in ("", seat.thread):
                self._read[seat.user, seat.channel, root_of(message)] = message.ts


def root_of(message: Message) -> str:
    """The thread a reply belongs to; "" for what stands in the channel itself."""
    return "" if message.thread_ts in (None, message.ts) else str(message.thread_ts)


def mentions(message: Message, user: str) -> bool:
    """Whether `user` is called by name, in the text or anywhere in the blocks."""
    written = message.text + json.dumps(message.blocks)
    return f"<@{user}" in written or f'"user_id": "{user}"' in written


def channels_of(workspace: Workspace, user: str) -> list[Channel]:
    """The conversations `user` is in."""
    return [channel for channel in workspace.channels.values() if user in channel.members]


def first_channel(workspace: Workspace, user: str) -> str:
    """Where somebody who comes in looks first."""
    mine = channels_of(workspace, user)
    named = [channel for channel in mine if channel.name == FIRST_CHANNEL]
    return (named or mine)[0].id


def name_of(workspace: Workspace, channel: Channel) -> str:
    """What a conversation is called at its head."""
    return workspace.bot_name if channel.is_im else f"#{channel.name}"
