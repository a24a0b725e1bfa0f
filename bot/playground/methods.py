"""The Web API methods for who and where: the token, sockets, people, conversations.

Each follows docs.slack.dev/reference/methods/<its name>; where a rule is stricter than Slack's, the
docstring says so.
"""

from __future__ import annotations

import re
from typing import Any

from bot.playground.calls import Call, Kinds, SlackError, method
from bot.playground.payloads import channel_json, message_json, user_json
from bot.playground.workspace import Channel, Message, Workspace

Json = dict[str, Any]


@method("auth.test", tier=None)
def auth_test(call: Call) -> Json:
    """Who the token is."""
    workspace = call.workspace
    return {
        "url": f"https://{workspace.team_domain}.slack.com/",
        "team": workspace.team_name,
        "user": workspace.bot_name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


@method("apps.connections.open", tier=3, scope="connections:write", token="app")
def apps_connections_open(call: Call) -> Json:
    """An address good for one WebSocket. Refused when the app takes signed requests instead."""
    if call.new_link is None:
        raise SlackError("socket_mode_not_enabled")
    return {"url": call.new_link()}


@method(
    "users.info",
    tier=4,
    scope="users:read",
    needs={"user": "text"},
    takes={"include_locale": "flag"},
)
def users_info(call: Call) -> Json:
    """One person, with tz and locale."""
    user = call.workspace.users.get(call.get("user"))
    if user is None:
        raise SlackError("user_not_found")
    return {"user": user_json(call.workspace, user, call.get("include_locale", False))}


@method(
    "conversations.open",
    tier=3,
    takes={"users": "text", "channel": "text", "return_im": "flag", "prevent_creation": "flag"},
)
def conversations_open(call: Call) -> Json:
    """The DM with one person. Several people would need `mpim:write`, which nobody has here."""
    call.need_scope("im:write")
    if ("users" in call.arguments) == ("channel" in call.arguments):
        raise SlackError("invalid_arguments", "either users or channel")
    if "channel" in call.arguments:
        channel = channel_of(call, call.get("channel"), "im:write")
        return {"no_op": True, "already_open": True, "channel": {"id": channel.id}}
    if "," in call.get("users"):
        call.need_scope("mpim:write")
    user = person_to_dm(call, call.get("users"))
    was_open = call.workspace.dm_of(user) is not None
    if not was_open and call.get("prevent_creation"):
        raise SlackError("channel_not_found")
    channel = call.workspace.open_dm(user)
    known = {"no_op": True, "already_open": True} if was_open else {}
    full = channel_json(call.workspace, channel) if call.get("return_im") else {"id": channel.id}
    return {**known, "channel": full}


def person_to_dm(call: Call, user: str) -> str:
    """The id back, if the bot may write to that person. Raises SlackError."""
    found = call.workspace.users.get(user)
    if user == call.workspace.bot_user:
        raise SlackError("cannot_dm_bot")
    if found is None:
        raise SlackError("user_not_found")
    if found.deleted:
        raise SlackError("user_disabled")
    return user


@method(
    "conversations.info",
    tier=3,
    needs={"channel": "text"},
    takes={"include_locale": "flag", "include_num_members": "flag"},
)
def conversations_info(call: Call) -> Json:
    """One channel. The scope depends on what kind of channel it is."""
    channel = channel_of(call, call.get("channel"))
    call.need_scope(f"{_kind(channel)}:read")
    shown = channel_json(call.workspace, channel)
    if call.get("include_num_members"):
        shown["num_members"] = len(channel.members)
    return {"channel": shown}


PAGE: Kinds = {
    "oldest": "text",
    "latest": "text",
    "inclusive": "flag",
    "limit": "number",
    "include_all_metadata": "flag",
    "cursor": "text",
}


@method("conversations.history", tier=3, needs={"channel": "text"}, takes=PAGE)
def conversations_history(call: Call) -> Json:
    """Top-level messages, newest first."""
    channel = _readable(call)
    found = call.workspace.in_channel(channel.id)
    top = [m for m in found if m.thread_ts in (None, m.ts) and _shows(call.workspace, m)]
    return _page(call, list(reversed(_between(call, top))))


@method("conversations.replies", tier=3, needs={"channel": "text", "ts": "text"}, takes=PAGE)
def conversations_replies(call: Call) -> Json:
    """A parent, always first, and its replies, oldest first."""
    channel = _readable(call)
    asked = call.workspace.messages.get(channel.id, {}).get(call.get("ts"))
    parent = asked and call.workspace.messages[channel.id].get(asked.thread_ts or asked.ts)
    if not parent or not _shows(call.workspace, parent):
        raise SlackError("thread_not_found")
    replies = [r for r in call.workspace.replies(channel.id, parent.ts) if not r.visible_to]
    return _page(call, [parent, *_between(call, replies)])


def _readable(call: Call) -> Channel:
    channel = channel_of(call, call.get("channel"))
    call.need_scope(f"{_kind(channel)}:history")
    if call.workspace.bot_user not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _shows(workspace: Workspace, message: Message) -> bool:
    if message.visible_to:
        return False
    return not message.deleted or bool(workspace.replies(message.channel, message.ts))


def _between(call: Call, messages: list[Message]) -> list[Message]:
    oldest, latest = call.get("oldest", "0"), call.get("latest") or "99999999999"
    if not re.fullmatch(r"\d+(\.\d+)?", oldest):
        raise SlackError("invalid_ts_oldest")
    if not re.fullmatch(r"\d+(\.\d+)?", latest):
        raise SlackError("invalid_ts_latest")
    first, last = _micros(oldest), _micros(latest)
    if call.get("inclusive"):
        first, last = first - 1, last + 1
    return [message for message in messages if first < _micros(message.ts) < last]


def _micros(ts: str) -> int:
    whole, _, part = ts.partition(".")
    return int(whole) * 1_000_000 + int(part[:6].ljust(6, "0"))


def _page(call: Call, messages: list[Message]) -> Json:
    limit = call.get("limit", 100)
    if not 1 <= limit <= 999:
        raise SlackError("invalid_limit")
    if call.get("cursor"):
        raise SlackError("invalid_cursor")
    metadata = call.get("include_all_metadata", False)
    shown = [message_json(call.workspace, message, metadata) for message in messages[:limit]]
    return {"messages": shown, "has_more": len(messages) > limit}


def _kind(channel: Channel) -> str:
    if channel.is_im:
        return "im"
    return "groups" if channel.is_private else "channels"


def channel_of(call: Call, name: str, scope: str | None = None) -> Channel:
    """The channel of that id, if the bot may know of it. Raises `channel_not_found`."""
    channel = call.workspace.channels.get(name)
    hidden = channel and (channel.is_private and call.workspace.bot_user not in channel.members)
    if channel is None or hidden:
        raise SlackError("channel_not_found")
    if scope is not None:
        call.need_scope(scope)
    return channel
