"""The list of places, with what is new in each."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.playground.html.messages import avatar
from bot.playground.html.tags import tag
from bot.playground.seats import Marks, Seat, channels_of
from bot.playground.workspace import Channel

if TYPE_CHECKING:
    from bot.playground.server import SmallSlack


class Sidebar:
    """Channels, the direct messages with the app, and the app's Home if it has one."""

    def __init__(self, slack: SmallSlack, marks: Marks, seat: Seat) -> None:
        self._slack, self._marks, self._seat = slack, marks, seat
        self._workspace = slack.workspace

    def html(self) -> str:
        """All of it."""
        mine = channels_of(self._workspace, self._seat.user)
        public = [channel for channel in mine if not channel.is_im]
        dm = self._workspace.dm_of(self._seat.user)
        parts = [
            tag("h1", escape(self._workspace.team_name)),
            *_list("Channels", *(self._entry(channel) for channel in public)),
            *_list("Direct messages", self._bot_entry("messages", dm)),
        ]
        if self._slack.manifest.home_tab:
            parts += _list("Apps", self._bot_entry("home", None))
        return "".join(parts)

    def _entry(self, channel: Channel) -> str:
        sign = tag("span", "#", class_="sign", aria_hidden="true")
        here = channel.id == self._seat.channel
        return self._button(sign, channel.name, channel, here, data_channel=channel.id)

    def _bot_entry(self, tab: str, dm: Channel | None) -> str:
        name = self._workspace.bot_name
        own = self._workspace.dm_of(self._seat.user)
        here = own is not None and own.id == self._seat.channel and tab == self._seat.tab
        label = name if tab == "messages" else f"{name} Home"
        where = {"data_app": "true", "data_tab": tab}
        return self._button(avatar("", name, bot=True), label, dm, here, **where)

    def _button(
        self, sign: str, label: str, channel: Channel | None, here: bool, **where: str
    ) -> str:
        user = self._seat.user
        unread = self._marks.unread(user, channel.id) if channel else []
        calls = len(self._marks.calling(user, channel.id)) if channel else 0
        told = f", {calls} new for you" if calls else ", unread" if unread else ""
        parts = [sign, tag("span", escape(label))]
        if calls:
            parts.append(tag("span", str(calls), class_="badge", aria_hidden="true"))
        button = tag(
            "button", *parts, type="button", data_do="open", class_="unread" if unread else None,
            aria_current="page" if here else None, aria_label=label + told, **where,
        )  # fmt: skip
        return tag("li", button)


def _list(title: str, *entries: str) -> tuple[str, str]:
    id_ = title.partition(" ")[0].lower() + "-title"
    return tag("h2", title, id=id_), tag("ul", *entries, aria_labelledby=id_)
