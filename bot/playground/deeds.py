"""What a person does on the page, handed to the people of the small Slack."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.playground.behind import BAD_DAYS, moved
from bot.playground.seats import Seat, first_channel

if TYPE_CHECKING:
    from bot.playground.server import SmallSlack

Json = dict[str, Any]


class Deeds:
    """Every deed of the page by its name, as if done in Slack's own client."""

    def __init__(self, slack: SmallSlack) -> None:
        self._slack = slack
        self._known: dict[str, Callable[[Seat, Json], Awaitable[None]]] = {
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
            "colleagues": self._colleagues,
            "clock": self._clock,
            "fault": self._fault,
            "dismiss": self._dismiss,
            "look": self._look,
        }

    async def do(self, seat: Seat, deed: Json) -> None:
        """One deed. Raises NotThereError when what it is about has gone."""
        await self._known[deed["do"]](seat, deed)

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
            return workspace.notice(seat.user, "You are not in that conversation.", seat.channel)
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
            seat.look(dm.id if dm else first_channel(workspace, seat.user))
        seat.thread, seat.heard = None, None

    async def _behind(self, seat: Seat, deed: Json) -> None:
        seat.behind = deed["open"]

    async def _colleagues(self, seat: Seat, deed: Json) -> None:
        self._slack.colleagues.take_part(seat.user)

    async def _clock(self, seat: Seat, deed: Json) -> None:
        local = self._slack.clock.now().astimezone(self._zone(seat))
        call = self._slack.workspace.next_picked(seat.user)
        self._slack.clock.set(moved(local, deed["step"], call))
        self._slack.workspace.touch()

    async def _fault(self, seat: Seat, deed: Json) -> None:
        if deed["name"] == "calm":
            self._slack.faults.clear()
        else:
            _, place, fault = BAD_DAYS[deed["name"]]
            self._slack.faults.queue(place, fault)
        self._slack.workspace.touch()

    async def _dismiss(self, seat: Seat, deed: Json) -> None:
        seat.notices_from = int(deed["index"]) + 1

    async def _look(self, seat: Seat, deed: Json) -> None:
        """Only to be drawn again: the clock goes on."""

    def _zone(self, seat: Seat) -> ZoneInfo:
        return ZoneInfo(self._slack.workspace.users[seat.user].tz)


def chosen(value: Any, zone: ZoneInfo) -> Any:
    """A browser gives a date and time without a zone; Slack's picker gives seconds since 1970."""
    if isinstance(value, dict) and "local" in value:
        local = datetime.fromisoformat(value["local"]).replace(tzinfo=zone)
        return int(local.timestamp())
    return value
