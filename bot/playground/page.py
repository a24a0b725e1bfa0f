"""The playground's page: it shows what the person one acts as would see in Slack.

Each open browser page is a `Seat` with one WebSocket. Whatever changes in the workspace, every seat
is drawn anew in Python and gets the regions that differ; what a person does comes back as a deed
and is handed to the people of the small Slack, as if done in Slack's own client.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from aiohttp import WSMsgType, web

from bot.playground import faults
from bot.playground.html import (
    Scope,
    Surroundings,
    avatar,
    moment_of,
    mrkdwn,
    render_message,
    render_view,
    spoken,
    tag,
)
from bot.playground.inputs import NotThereError
from bot.playground.workspace import Channel, Message, Workspace

if TYPE_CHECKING:
    from bot.playground.server import SmallSlack

Json = dict[str, Any]
log = logging.getLogger(__name__)

HERE = Path(__file__).parent
FIRST_CHANNEL = "deals"
TRAFFIC_SHOWN = 60
NOTICES_SHOWN = 3
ONE_PERSON_TALKING = timedelta(minutes=5)
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
BAD_DAYS: Mapping[str, tuple[str, str, faults.Fault]] = {
    "busy": ("Slack is busy at the next post (429)", "chat.postMessage", faults.ratelimited(30)),
    "lost": ("The next post gets lost", "chat.postMessage", faults.drop_request()),
    "unanswered": ("The next post arrives, its answer is lost", "chat.postMessage",
                   faults.drop_answer()),
    "broken": ("Slack fails at the next post (500)", "chat.postMessage", faults.server_error()),
    "reset": ("The line breaks at the next post", "chat.postMessage", faults.reset()),
    "twice": ("The next message reaches the app twice", "events_api", faults.duplicate()),
    "late_command": ("The next command is answered too late", "slash_commands",
                     faults.slow_ack()),
    "late_click": ("The next click is answered too late", "interactive", faults.slow_ack()),
    "unplugged": ("The socket closes at the next click", "interactive", faults.disconnect()),
    "revoked": ("The app is locked out for good", faults.ANY, faults.revoke_token()),
}  # fmt: skip


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


class Screen:
    """What one seat sees, region by region. Ids of regions are ids of elements in page.html."""

    def __init__(self, slack: SmallSlack, marks: Marks, seat: Seat) -> None:
        self._slack, self._marks, self._seat = slack, marks, seat
        self._workspace = slack.workspace
        self._scope = scope_of(slack.workspace, seat.user)
        unread = marks.unread(seat.user, seat.channel)
        self._unread_threads = {root_of(message) for message in unread}

    def regions(self) -> dict[str, str]:
        """Every region of the page as HTML."""
        return {
            "act-as": self._act_as(),
            "sidebar": self._sidebar(),
            "place": self._place(),
            "banner": self._banner(),
            "messages": self._messages(),
            "home": self._home(),
            "thread-place": self._thread_place(),
            "replies": self._replies(),
            "composer-shortcuts": self._shortcuts(),
            "thread-composer-shortcuts": self._shortcuts(),
            "modal": self._modal(),
            "notices": self._notices(),
            **(self._behind() if self._seat.behind else {}),
        }

    def now(self) -> Json:
        """Where the seat is, for the page's script."""
        seat = self._seat
        calls = sum(len(self._marks.calling(seat.user, c.id)) for c in self._channels())
        place = {"user": seat.user, "channel": seat.channel, "tab": seat.tab,
                 "thread": seat.thread or ""}  # fmt: skip
        return {
            **place,
            "place": place,
            "behind": seat.behind,
            "name": self._name(self._workspace.channels[seat.channel]),
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

    def _all_messages(self) -> Iterator[Message]:
        for channel in self._workspace.channels:
            yield from self._workspace.in_channel(channel, self._seat.user)

    # The frame

    def _channels(self) -> list[Channel]:
        mine = self._workspace.channels.values()
        return [channel for channel in mine if self._seat.user in channel.members]

    def _name(self, channel: Channel) -> str:
        return self._workspace.bot_name if channel.is_im else f"#{channel.name}"

    def _act_as(self) -> str:
        people = self._workspace.users.values()
        return "".join(
            tag("option", escape(person.real_name), value=person.id,
                selected=person.id == self._seat.user)
            for person in people
        )  # fmt: skip

    def _sidebar(self) -> str:
        public = [channel for channel in self._channels() if not channel.is_im]
        dm = self._workspace.dm_of(self._seat.user)
        return "".join(
            (
                tag("h1", escape(self._workspace.team_name)),
                tag("h2", "Channels", id="channels-title"),
                tag("ul", *(self._entry(channel) for channel in public),
                    aria_labelledby="channels-title"),
                tag("h2", "Direct messages", id="dms-title"),
                tag("ul", self._bot_entry("messages", dm), aria_labelledby="dms-title"),
                tag("h2", "Apps", id="apps-title"),
                tag("ul", self._bot_entry("home", None), aria_labelledby="apps-title"),
            )
        )  # fmt: skip

    def _entry(self, channel: Channel) -> str:
        sign = tag("span", "#", class_="sign", aria_hidden="true")
        here = channel.id == self._seat.channel
        return self._sidebar_button(sign, channel.name, channel, here, data_channel=channel.id)

    def _bot_entry(self, tab: str, dm: Channel | None) -> str:
        name = self._workspace.bot_name
        own = self._workspace.dm_of(self._seat.user)
        here = own is not None and own.id == self._seat.channel and tab == self._seat.tab
        label = name if tab == "messages" else f"{name} Home"
        where = {"data_app": "true", "data_tab": tab}
        return self._sidebar_button(avatar("", name, bot=True), label, dm, here, **where)

    def _sidebar_button(
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

    def _place(self) -> str:
        channel = self._workspace.channels[self._seat.channel]
        name = self._name(channel)
        sign = avatar("", name, bot=True) if channel.is_im else ""
        members = "" if channel.is_im else tag("small", f"{len(channel.members)} members")
        title = tag("h2", escape(name), " ", members)
        return _back("pane", pane="sidebar") + sign + title + (self._tabs() if sign else "")

    def _tabs(self) -> str:
        tabs = [
            tag("button", label, type="button", role="tab", data_do="open", data_app="true",
                data_tab=tab, aria_selected="true" if self._seat.tab == tab else "false")
            for tab, label in (("home", "Home"), ("messages", "Messages"))
        ]  # fmt: skip
        return tag("div", *tabs, class_="tabs", role="tablist", aria_label="differ")

    def _banner(self) -> str:
        started = self._workspace.dm_of(self._seat.user) is not None
        if started or self._workspace.channels[self._seat.channel].name != FIRST_CHANNEL:
            return ""
        words = mrkdwn("Type `/differ` before a call, as you would in Slack.")
        sign = avatar("", self._workspace.bot_name, bot=True)
        return tag("div", sign, tag("p", words), class_="hint-banner", role="note")

    # Messages

    def _messages(self) -> str:
        seat = self._seat
        if seat.tab != "messages":
            return ""
        shown = self._workspace.in_channel(seat.channel, seat.user)
        tops = [m for m in shown if not root_of(m) and (not m.deleted or self._replies_to(m))]
        return self._intro() + "".join(self._in_days(tops))

    def _intro(self) -> str:
        channel = self._workspace.channels[self._seat.channel]
        name = escape(self._name(channel))
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
            shortcuts=self._shortcuts_of("message"),
        )
        return render_message(message, self._scope, around)

    def _replies_to(self, message: Message) -> list[Message]:
        return self._workspace.replies(message.channel, message.ts, self._seat.user)

    def _thread_place(self) -> str:
        where = escape(self._name(self._workspace.channels[self._seat.channel]))
        close = tag("button", "✕", type="button", class_="icon spacer", data_do="thread",
                    aria_label="Close thread")  # fmt: skip
        return _back("thread") + tag("h2", "Thread ", tag("small", where)) + close

    def _replies(self) -> str:
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

    # What the app shows

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

    def _shortcuts_of(self, kind: str) -> list[tuple[str, str]]:
        known = self._slack.manifest.shortcuts.items()
        return [(callback_id, name) for callback_id, (of, name) in known if of == kind]

    def _shortcuts(self) -> str:
        items = [
            tag("button", escape(name), type="button", role="menuitem", data_do="shortcut",
                data_callback_id=callback_id)
            for callback_id, name in self._shortcuts_of("global")
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

    # Behind the scenes

    def _behind(self) -> dict[str, str]:
        return {"clock": self._clock(), "faults": self._faults(), "traffic": self._traffic()}

    def _clock(self) -> str:
        now = self._slack.clock.now().astimezone(self._scope.zone)
        steps = (("hour", "+1 hour"), ("day", "Next day 09:00"), ("monday", "Next Monday 09:00"))
        buttons = [
            tag("button", label, type="button", class_="button", data_do="clock", data_step=step)
            for step, label in steps
        ]
        return (
            tag("h3", "Clock", id="clock-title")
            + tag("p", f"{now:%A}, {now.day} {now:%B} · {now:%H:%M}", class_="now", id="clock-now")
            + tag("p", f"Time in {escape(str(self._scope.zone))}. It only moves forward.")
            + tag("div", *buttons, class_="row")
        )

    def _faults(self) -> str:
        waiting = [fault for queue in self._slack.faults.waiting().values() for fault in queue]
        buttons = [self._fault(key, waiting) for key in BAD_DAYS]
        calm = tag("button", "Nothing more goes wrong", type="button", class_="button",
                   data_do="fault", data_name="calm")  # fmt: skip
        return (
            tag("h3", "Let something go wrong", id="faults-title")
            + tag("p", "What networks and Slack do on a bad day. Nothing said may be lost.")
            + tag("div", *buttons, calm, class_="row")
        )

    def _fault(self, key: str, waiting: list[faults.Fault]) -> str:
        label, _, fault = BAD_DAYS[key]
        count = waiting.count(fault)
        shown = f"{label} · waiting" + (f" ({count})" if count > 1 else "") if count else label
        return tag("button", escape(shown), type="button", class_="button", data_do="fault",
                   data_name=key, aria_pressed="true" if count else "false")  # fmt: skip

    def _traffic(self) -> str:
        kept = list(self._workspace.traffic)
        lines = []
        for entry in reversed(kept[-TRAFFIC_SHOWN:]):
            at = entry.at.astimezone(self._scope.zone)
            arrow = "→" if entry.direction == "from the app" else "←"
            body = json.dumps(entry.payload, indent=2, ensure_ascii=False)
            title = (
                tag("span", arrow, role="img", aria_label=entry.direction)
                + tag("b", escape(entry.name))
                + tag("span", escape(entry.status))
                + tag("time", f"{at:%H:%M:%S}")
            )
            row = tag("summary", title), tag("pre", escape(body), tabindex="0")
            lines.append(tag("details", *row, id=f"wire/{entry.at.timestamp()}/{entry.name}"))
        return (
            tag("h3", "On the wire", id="traffic-title")
            + tag("p", "→ from the app to Slack, ← from Slack to the app; the newest first.")
            + "".join(lines)
        )


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


def _back(deed: str, **data: str) -> str:
    named: dict[str, str] = {f"data_{key}": value for key, value in data.items()}
    return tag("button", "\N{LEFTWARDS ARROW}", type="button", class_="icon back", data_do=deed,
               aria_label="Back", **named)  # fmt: skip


def _goes_on(before: Message, message: Message) -> bool:
    apart = float(message.ts) - float(before.ts)
    if message.blocks:
        return False
    same = before.user == message.user and before.visible_to == message.visible_to
    return same and apart < ONE_PERSON_TALKING.total_seconds() and not before.deleted


def moved(now: datetime, step: str) -> datetime:
    """Where a button of the clock leads from `now`, on that person's clock."""
    if step == "hour":
        return now + timedelta(hours=1)
    days = 1 if step == "day" else 7 - now.weekday()
    return (now + timedelta(days=days)).replace(hour=9, minute=0, second=0, microsecond=0)


def chosen(value: Any, zone: ZoneInfo) -> Any:
    """A browser gives a date and time without a zone; Slack's picker gives seconds since 1970."""
    if isinstance(value, dict) and "local" in value:
        local = datetime.fromisoformat(value["local"]).replace(tzinfo=zone)
        return int(local.timestamp())
    return value


class Page:
    """The routes of the page, the seats in front of it, and what people do there."""

    def __init__(self, slack: SmallSlack) -> None:
        self._slack = slack
        self._marks = Marks(slack.workspace)
        self._seats: dict[Seat, web.WebSocketResponse] = {}
        self._token = secrets.token_urlsafe(24)
        self._deeds: dict[str, Callable[[Seat, Json], Awaitable[None]]] = {
            "command": self._command,
            "say": self._say,
            "edit": self._edit,
            "delete": self._delete,
            "act": self._act,
            "submit": self._submit,
            "close": self._close,
            "shortcut": self._shortcut,
            "message_shortcut": self._message_shortcut,
            "open": self._open,
            "thread": self._thread,
            "act_as": self._act_as,
            "behind": self._behind,
            "clock": self._clock,
            "fault": self._fault,
            "dismiss": self._dismiss,
            "look": self._look,
        }
        slack.workspace.on_change.append(self._changed)
        slack.workspace.on_traffic.append(self._wired)

    # Routes

    async def document(self, request: web.Request) -> web.Response:
        """The page itself, with the token that its socket must show."""
        template = Template((HERE / "page.html").read_text(encoding="utf-8"))
        text = template.substitute(token=self._token)
        headers = {"Content-Security-Policy": CONTENT_POLICY, "Cache-Control": "no-store"}
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        """One seat: draws on every change, takes deeds until the browser leaves."""
        token = request.query.get("token", "")
        if not secrets.compare_digest(token.encode(), self._token.encode()):
            raise web.HTTPForbidden(text="This page is from an earlier start. Load it again.")
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        seat = self._seat(request.query)
        self._seats[seat] = socket
        drawing = asyncio.create_task(self._draw(seat, socket))
        try:
            await self._listen(seat, socket)
        finally:
            del self._seats[seat]
            drawing.cancel()
        return socket

    async def close(self, web_app: web.Application) -> None:
        """Let the browsers go, so that the server can end."""
        for socket in list(self._seats.values()):
            await socket.close()

    def _seat(self, query: Mapping[str, str]) -> Seat:
        """Where the browser says it was before, as far as that still exists."""
        workspace = self._slack.workspace
        user = query.get("user", "")
        seat = Seat(user if user in workspace.users else workspace.me, "")
        seat.look(self._first_channel(seat.user))
        known = workspace.channels.get(query.get("channel", ""))
        if known is not None and seat.user in known.members:
            tab = "home" if known.is_im and query.get("tab") == "home" else "messages"
            seat.look(known.id, tab)
            seat.thread = query.get("thread") or None
        seat.notices_from = len(workspace.notices)
        return seat

    def _first_channel(self, user: str) -> str:
        mine = [c for c in self._slack.workspace.channels.values() if user in c.members]
        named = [channel for channel in mine if channel.name == FIRST_CHANNEL]
        return (named or mine)[0].id

    # Drawing

    def _changed(self) -> None:
        for seat in self._seats:
            seat.stale.set()

    def _wired(self) -> None:
        for seat in self._seats:
            if seat.behind:
                seat.stale.set()

    async def _draw(self, seat: Seat, socket: web.WebSocketResponse) -> None:
        """Changes that come in one turn of the loop are drawn once."""
        seat.stale.set()
        while not socket.closed:
            await seat.stale.wait()
            seat.stale.clear()
            try:
                await socket.send_json(self._patch(seat))
            except ConnectionError:
                return
            except Exception:
                log.exception("The page could not be drawn")

    def _patch(self, seat: Seat) -> Json:
        self._marks.attend(seat)
        screen = Screen(self._slack, self._marks, seat)
        regions = screen.regions()
        changed = {id_: html for id_, html in regions.items() if seat.sent.get(id_) != html}
        seat.sent.update(changed)
        done, seat.done = seat.done, []
        return {"html": changed, "now": screen.now(), "say": screen.news(), "done": done}

    # Deeds

    async def _listen(self, seat: Seat, socket: web.WebSocketResponse) -> None:
        """A deed may wait three seconds for the app's answer; the next one does not wait for it."""
        async with asyncio.TaskGroup() as running:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    running.create_task(self._do(seat, json.loads(message.data)))

    async def _do(self, seat: Seat, deed: Json) -> None:
        try:
            await self._deeds[deed["do"]](seat, deed)
        except NotThereError as gone:
            self._tell(seat, str(gone).partition("\n")[0])
        except Exception:
            log.exception("A deed on the page failed")
            self._tell(seat, "That did not work. The log of the playground says why.")
        seat.done.append(int(deed.get("id", 0)))
        seat.stale.set()

    def _tell(self, seat: Seat, text: str) -> None:
        self._slack.workspace.notice(seat.user, text, seat.channel)

    async def _command(self, seat: Seat, deed: Json) -> None:
        place = deed["channel"], deed["text"]
        await self._slack.people.command(seat.user, *place, thread_ts=deed.get("thread"))

    async def _say(self, seat: Seat, deed: Json) -> None:
        thread = deed.get("thread")
        await self._slack.people.say(seat.user, deed["channel"], deed["text"], thread_ts=thread)

    async def _edit(self, seat: Seat, deed: Json) -> None:
        await self._slack.people.edit(seat.user, deed["channel"], deed["ts"], deed["text"])

    async def _delete(self, seat: Seat, deed: Json) -> None:
        await self._slack.people.delete(seat.user, deed["channel"], deed["ts"])

    async def _act(self, seat: Seat, deed: Json) -> None:
        where = {key: deed[key] for key in ("message_ts", "view_id", "block_id", "action_id")}
        value = chosen(deed["value"], self._zone(seat))
        channel = deed["channel"] if deed["message_ts"] else None
        await self._slack.people.act(seat.user, channel=channel, value=value, **where)

    async def _submit(self, seat: Seat, deed: Json) -> None:
        zone = self._zone(seat)
        values = {
            block: {action: chosen(value, zone) for action, value in actions.items()}
            for block, actions in deed["values"].items()
        }
        outcome = await self._slack.people.submit(seat.user, deed["view_id"], values)
        seat.errors = {deed["view_id"]: outcome.errors}

    async def _close(self, seat: Seat, deed: Json) -> None:
        await self._slack.people.close(seat.user, deed["view_id"])

    async def _shortcut(self, seat: Seat, deed: Json) -> None:
        await self._slack.people.global_shortcut(seat.user, deed["callback_id"])

    async def _message_shortcut(self, seat: Seat, deed: Json) -> None:
        message = deed["channel"], deed["ts"]
        await self._slack.people.message_shortcut(seat.user, *message, deed["callback_id"])

    async def _open(self, seat: Seat, deed: Json) -> None:
        workspace, people = self._slack.workspace, self._slack.people
        channel = workspace.channels.get(deed["channel"])
        if not deed.get("app") and (channel is None or seat.user not in channel.members):
            return self._tell(seat, "You are not in that conversation.")
        if not deed.get("app") and channel is not None and not channel.is_im:
            return seat.look(channel.id)
        tab = str(deed.get("tab", "messages"))
        dm = workspace.open_dm(seat.user)
        seat.look(dm.id, tab)
        await (people.open_home if tab == "home" else people.open_messages)(seat.user)

    async def _thread(self, seat: Seat, deed: Json) -> None:
        seat.thread = deed.get("ts")

    async def _act_as(self, seat: Seat, deed: Json) -> None:
        workspace = self._slack.workspace
        seat.user = deed["user"] if deed["user"] in workspace.users else seat.user
        if seat.user not in workspace.channels[seat.channel].members:
            dm = workspace.dm_of(seat.user)
            seat.look(dm.id if dm else self._first_channel(seat.user))
        seat.thread, seat.heard = None, None

    async def _behind(self, seat: Seat, deed: Json) -> None:
        seat.behind = not seat.behind

    async def _clock(self, seat: Seat, deed: Json) -> None:
        local = self._slack.clock.now().astimezone(self._zone(seat))
        self._slack.clock.set(moved(local, deed["step"]))
        self._changed()

    async def _fault(self, seat: Seat, deed: Json) -> None:
        if deed["name"] == "calm":
            self._slack.faults.clear()
        else:
            _, place, fault = BAD_DAYS[deed["name"]]
            self._slack.faults.queue(place, fault)
        self._changed()

    async def _dismiss(self, seat: Seat, deed: Json) -> None:
        seat.notices_from = int(deed["index"]) + 1

    async def _look(self, seat: Seat, deed: Json) -> None:
        """Only to be drawn again: the clock goes on."""

    def _zone(self, seat: Seat) -> ZoneInfo:
        return ZoneInfo(self._slack.workspace.users[seat.user].tz)


async def _file(request: web.Request) -> web.FileResponse:
    return web.FileResponse(HERE / request.path[1:], headers={"Cache-Control": "no-store"})


def add_page(web_app: web.Application, slack: SmallSlack) -> None:
    """Serve the page, its style, its script and its socket from `web_app`.

    Requests under other hosts' names and from other sites' pages are refused by `web_app` itself.
    """
    page = Page(slack)
    web_app.on_shutdown.append(page.close)
    web_app.router.add_get("/", page.document)
    web_app.router.add_get("/page.css", _file)
    web_app.router.add_get("/page.js", _file)
    web_app.router.add_get("/page", page.socket)
