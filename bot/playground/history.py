"""The two panes of messages: a channel with its days, and a thread."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING

from bot.playground.html.messages import Surroundings, render_message
from bot.playground.html.tags import tag
from bot.playground.html.text import Scope, moment_of
from bot.playground.seats import Marks, Seat, name_of, root_of
from bot.playground.workspace import Message

if TYPE_CHECKING:
    from bot.playground.server import SmallSlack

ONE_PERSON_TALKING = timedelta(minutes=5)


class History:
    """What was said where a seat looks."""

    def __init__(self, slack: SmallSlack, marks: Marks, seat: Seat, scope: Scope) -> None:
        self._slack, self._seat, self._scope = slack, seat, scope
        self._workspace = slack.workspace
        unread = marks.unread(seat.user, seat.channel)
        self._unread_threads = {root_of(message) for message in unread}
        known = slack.manifest.shortcuts.items()
        self._shortcuts = [(id_, name) for id_, (of, name) in known if of == "message"]

    def messages(self) -> str:
        """What stands in the channel itself, day by day."""
        seat = self._seat
        if seat.tab != "messages":
            return ""
        shown = self._workspace.in_channel(seat.channel, seat.user)
        tops = [m for m in shown if not root_of(m) and (not m.deleted or self._replies_to(m))]
        return self._intro() + "".join(self._in_days(tops))

    def _intro(self) -> str:
        channel = self._workspace.channels[self._seat.channel]
        name = escape(name_of(self._workspace, channel))
        line = f"This is the very beginning of {name}."
        if channel.is_im:
            line = f"Your direct messages with {name} begin here."
        return tag("div", tag("h3", name), tag("p", line), class_="intro", id="intro")

    def _in_days(self, messages: list[Message]) -> Iterator[str]:
        before: Message | None = None
        for message in messages:
            at = moment_of(message.ts, self._scope.zone)
            new_day = before is None or moment_of(before.ts, self._scope.zone).date() != at.date()
            if new_day:
                yield self._day(at)
            follows = before is not None and not new_day and _goes_on(before, message)
            yield self._message(message, compact=follows)
            before = message

    def _day(self, at: datetime) -> str:
        today = self._slack.clock.now().astimezone(self._scope.zone).date()
        names = {today: "Today", today - timedelta(days=1): "Yesterday"}
        name = names.get(at.date(), f"{at:%A}, {at.day} {at:%B}")
        return tag("div", tag("span", name), class_="day", id=f"day/{at.date()}")

    def _message(self, message: Message, compact: bool = False, in_thread: bool = False) -> str:
        replies = [] if in_thread else self._replies_to(message)
        around = Surroundings(
            replies=len(replies),
            unread=message.ts in self._unread_threads,
            in_thread=in_thread,
            compact=compact,
            shortcuts=self._shortcuts,
        )
        return render_message(message, self._scope, around)

    def _replies_to(self, message: Message) -> list[Message]:
        return self._workspace.replies(message.channel, message.ts, self._seat.user)

    def replies(self) -> str:
        """The thread that is open, its head first."""
        seat = self._seat
        shown = self._workspace.in_channel(seat.channel, seat.user)
        parent = next((m for m in shown if m.ts == seat.thread), None)
        if parent is None:
            return ""
        replies = self._replies_to(parent)
        count = f"{len(replies)} {'reply' if len(replies) == 1 else 'replies'}"
        line = tag("div", count, class_="replies-line", id="replies-line") if replies else ""
        return (
            self._message(parent, in_thread=True)
            + line
            + "".join(self._message(reply, in_thread=True) for reply in replies)
        )


def _goes_on(before: Message, message: Message) -> bool:
    apart = float(message.ts) - float(before.ts)
    if message.blocks:
        return False
    same = before.user == message.user and before.visible_to == message.visible_to
    return same and apart < ONE_PERSON_TALKING.total_seconds() and not before.deleted
