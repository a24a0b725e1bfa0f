"""What one seat sees, region by region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.playground.behind import Behind
from bot.playground.history import History
from bot.playground.html.blocks import render_view
from bot.playground.html.messages import avatar
from bot.playground.html.tags import tag
from bot.playground.html.text import Scope, mrkdwn, spoken
from bot.playground.seats import FIRST_CHANNEL, Marks, Seat, channels_of, name_of, root_of
from bot.playground.sidebar import Sidebar
from bot.playground.workspace import Message, Workspace

if TYPE_CHECKING:
    from bot.playground.server import SmallSlack

Json = dict[str, Any]

NOTICES_SHOWN = 3


class Screen:
    """What one seat sees, region by region. Ids of regions are ids of elements in page.html."""

    def __init__(self, slack: SmallSlack, marks: Marks, seat: Seat) -> None:
        self._slack, self._marks, self._seat = slack, marks, seat
        self._workspace = slack.workspace
        self._channel = slack.workspace.channels[seat.channel]
        self._scope = scope_of(slack.workspace, seat.user)

    def regions(self) -> dict[str, str]:
        """Every region of the page as HTML."""
        history = History(self._slack, self._marks, self._seat, self._scope)
        zone = ZoneInfo(self._workspace.users[self._seat.user].tz)
        behind = Behind(self._slack, self._seat.user, zone)
        return {
            "act-as": self._act_as(),
            "sidebar": Sidebar(self._slack, self._marks, self._seat).html(),
            "place": self._place(),
            "banner": self._banner(),
            "messages": history.messages(),
            "home": self._home(),
            "thread-place": self._thread_place(),
            "replies": history.replies(),
            "composer-shortcuts": self._shortcuts(),
            "thread-composer-shortcuts": self._shortcuts(),
            "modal": self._modal(),
            "notices": self._notices(),
            **(behind.regions() if self._seat.behind else {}),
        }

    def now(self) -> Json:
        """Where the seat is, for the page's script."""
        seat = self._seat
        calls = self._calls()
        place = {"user": seat.user, "channel": seat.channel, "tab": seat.tab,
                 "thread": seat.thread or ""}  # fmt: skip
        return {
            **place,
            "place": place,
            "behind": seat.behind,
            "name": name_of(self._workspace, self._channel),
            "title": (f"({calls}) " if calls else "") + "differ · playground",
            "commands": [
                {"command": command, "usage_hint": hint}
                for command, hint in self._slack.manifest.commands.items()
            ],
        }

    def news(self) -> list[str]:
        """What came since the last time and is on the screen, for a screen reader to say."""
        seat, scope = self._seat, self._scope
        heard, seat.heard = seat.heard, max((m.ts for m in self._all_messages()), default="")
        return [
            f"{scope.people.get(message.user, message.user)}: {spoken(message.text, scope)}"
            for message in self._workspace.in_channel(seat.channel, seat.user)
            if heard is not None
            and message.ts > heard
            and message.user != seat.user
            and root_of(message) in ("", seat.thread)
        ]

    def _calls(self, but: str = "") -> int:
        """How many messages call for this person, anywhere or anywhere else."""
        user = self._seat.user
        mine = (channel.id for channel in channels_of(self._workspace, user))
        return sum(len(self._marks.calling(user, id_)) for id_ in mine if id_ != but)

    def _all_messages(self) -> Iterator[Message]:
        for channel in self._workspace.channels:
            yield from self._workspace.in_channel(channel, self._seat.user)

    def _act_as(self) -> str:
        people = self._workspace.users.values()
        return "".join(
            tag("option", escape(person.real_name), value=person.id,
                selected=person.id == self._seat.user)
            for person in people
        )  # fmt: skip

    def _place(self) -> str:
        channel = self._channel
        name = name_of(self._workspace, channel)
        sign = avatar("", name, bot=True) if channel.is_im else ""
        members = "" if channel.is_im else tag("small", f"{len(channel.members)} members")
        title = tag("h2", escape(name), " ", members)
        return (
            _back("pane", self._calls(but=channel.id), pane="sidebar")
            + sign
            + title
            + (self._tabs() if sign else "")
        )

    def _tabs(self) -> str:
        if not self._slack.manifest.home_tab:
            return ""
        tabs = [
            tag("button", label, type="button", role="tab", data_do="open", data_app="true",
                data_tab=tab, aria_selected="true" if self._seat.tab == tab else "false")
            for tab, label in (("home", "Home"), ("messages", "Messages"))
        ]  # fmt: skip
        return tag("div", *tabs, class_="tabs", role="tablist", aria_label="differ")

    def _banner(self) -> str:
        if self._channel.name != FIRST_CHANNEL or self._has_met_the_app():
            return ""
        words = mrkdwn("Type `/differ` before a call, as you would in Slack.")
        sign = avatar("", self._workspace.bot_name, bot=True)
        return tag("div", sign, tag("p", words), class_="hint-banner", role="note")

    def _has_met_the_app(self) -> bool:
        """Whether they talk with it, or have had an answer that only they see."""
        here = self._workspace.in_channel(self._channel.id, self._seat.user)
        answered = any(message.visible_to for message in here)
        return answered or self._workspace.dm_of(self._seat.user) is not None

    def _thread_place(self) -> str:
        where = escape(name_of(self._workspace, self._channel))
        close = tag("button", "✕", type="button", class_="icon spacer", data_do="thread",
                    aria_label="Close thread")  # fmt: skip
        return _back("thread") + tag("h2", "Thread ", tag("small", where)) + close

    def _home(self) -> str:
        if self._seat.tab != "home":
            return ""
        view = self._workspace.home_of(self._seat.user)
        if view is None:
            name = escape(self._workspace.bot_name)
            return tag("p", f"{name} has not drawn your Home yet.", class_="empty")
        return render_view({**view.body, "id": view.id}, self._scope)

    def _modal(self) -> str:
        view = self._workspace.top_modal(self._seat.user)
        if view is None:
            return ""
        errors = self._seat.errors.get(view.id, {})
        scope = scope_of(self._workspace, self._seat.user, errors)
        return render_view({**view.body, "id": view.id}, scope)

    def _shortcuts(self) -> str:
        items = [
            tag("button", escape(name), type="button", role="menuitem", data_do="shortcut",
                data_callback_id=callback_id)
            for callback_id, (of, name) in self._slack.manifest.shortcuts.items()
            if of == "global"
        ]  # fmt: skip
        return "".join(items) or tag("p", "This app has no shortcuts.", class_="empty")

    def _notices(self) -> str:
        mine = [
            (index, notice)
            for index, notice in enumerate(self._workspace.notices)
            if index >= self._seat.notices_from and notice.user == self._seat.user
        ]
        return "".join(
            tag(
                "div", tag("p", mrkdwn(notice.text, self._scope)),
                tag("button", "✕", type="button", class_="icon", data_do="dismiss",
                    data_index=str(index), aria_label="Dismiss"),
                class_="notice", id=f"notice-{index}",
            )
            for index, notice in mine[-NOTICES_SHOWN:]
        )  # fmt: skip


def scope_of(workspace: Workspace, user: str, errors: Mapping[str, str] | None = None) -> Scope:
    """Names, time zone and mentions as `user` sees them."""
    people = {person.id: person.real_name for person in workspace.users.values()}
    rooms = workspace.channels.values()
    return Scope(
        viewer=user,
        people={**people, workspace.bot_user: workspace.bot_name},
        channels={c.id: c.name for c in rooms if user in c.members and not c.is_im},
        errors=errors or {},
        zone=ZoneInfo(workspace.users[user].tz),
    )


def _back(deed: str, calls: int = 0, **data: str) -> str:
    """The way back on a narrow screen, with what is new behind it."""
    badge = tag("span", str(calls), class_="badge", aria_hidden="true") if calls else ""
    label = f"Back, {calls} new for you" if calls else "Back"
    named: dict[str, str] = {f"data_{key}": value for key, value in data.items()}
    return tag(
        "button", "\N{LEFTWARDS ARROW}", badge, type="button", class_="icon back",
        aria_label=label, data_do=deed, **named,
    )  # fmt: skip
