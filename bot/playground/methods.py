"""The Web API methods for messages, conversations and people; views have their own file.

Each follows docs.slack.dev/reference/methods/<its name>; where a rule is stricter than Slack's, the
docstring says so.
"""

from __future__ import annotations

import json
import re
from typing import Any

from bot.playground.blocks import problems
from bot.playground.calls import Call, Kinds, SlackError, method, pointed
from bot.playground.inputs import stored
from bot.playground.payloads import channel_json, message_json, user_json
from bot.playground.workspace import Channel, Message, Workspace

Json = dict[str, Any]
LONGEST_POST = 40_000
LONGEST_UPDATE = 4_000
LARGEST_METADATA = 8_000
EVENT_TYPE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")
BODY: Kinds = {"text": "text", "blocks": "json", "metadata": "json"}
LOOKS: Kinds = {
    "mrkdwn": "flag",
    "parse": "text",
    "link_names": "flag",
    "unfurl_links": "flag",
    "unfurl_media": "flag",
}


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
        channel = _channel(call, call.get("channel"), "im:write")
        return {"no_op": True, "already_open": True, "channel": {"id": channel.id}}
    if "," in call.get("users"):
        call.need_scope("mpim:write")
    user = _person_to_dm(call, call.get("users"))
    was_open = call.workspace.dm_of(user) is not None
    if not was_open and call.get("prevent_creation"):
        raise SlackError("channel_not_found")
    channel = call.workspace.open_dm(user)
    known = {"no_op": True, "already_open": True} if was_open else {}
    full = channel_json(call.workspace, channel) if call.get("return_im") else {"id": channel.id}
    return {**known, "channel": full}


def _person_to_dm(call: Call, user: str) -> str:
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
    channel = _channel(call, call.get("channel"))
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
    channel = _channel(call, call.get("channel"))
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


def _channel(call: Call, name: str, scope: str | None = None) -> Channel:
    channel = call.workspace.channels.get(name)
    hidden = channel and (channel.is_private and call.workspace.bot_user not in channel.members)
    if channel is None or hidden:
        raise SlackError("channel_not_found")
    if scope is not None:
        call.need_scope(scope)
    return channel


def _place_to_post(call: Call) -> Channel:
    """A channel the bot is in; for a person's id their DM, as chat.postMessage allows."""
    name = call.get("channel")
    if name.startswith("U"):
        if name not in call.workspace.users or name == call.workspace.bot_user:
            raise SlackError("channel_not_found")
        return call.workspace.open_dm(_person_to_dm(call, name))
    channel = _channel(call, name)
    if channel.is_archived:
        raise SlackError("is_archived")
    if channel.user is not None and call.workspace.users[channel.user].deleted:
        raise SlackError("user_disabled")
    outside = call.workspace.bot_user not in channel.members
    if outside and "chat:write.public" not in call.token.scopes:
        raise SlackError("not_in_channel")
    return channel


def checked_body(arguments: Json, longest: int = LONGEST_POST) -> Json:
    """Text and blocks that Slack would show. Stricter than Slack: text is always required."""
    text = arguments.get("text", "")
    if not text.strip():
        raise SlackError("no_text")
    if len(text) > longest:
        raise SlackError("msg_too_long")
    if found := problems(arguments, "message"):
        said = pointed(found)
        raise SlackError("invalid_blocks", *said, errors=said)
    return arguments


def _metadata(call: Call) -> Json | None:
    """Stricter than Slack, which drops metadata it does not like and posts."""
    given = call.get("metadata")
    if given is None:
        return None
    shaped = isinstance(given, dict) and given.keys() == {"event_type", "event_payload"}
    if not shaped or not isinstance(given["event_payload"], dict):
        raise SlackError("invalid_metadata_format")
    if not EVENT_TYPE.fullmatch(str(given["event_type"])):
        raise SlackError("invalid_metadata_schema")
    if len(json.dumps(given)) > LARGEST_METADATA:
        raise SlackError("metadata_too_large")
    return dict(given)


def _thread(call: Call, channel: Channel) -> str | None:
    """Stricter than Slack: a reply is no parent, and a deleted parent takes no reply."""
    ts: str | None = call.get("thread_ts")
    if ts is None:
        return None
    parent = call.workspace.message(channel.id, ts)
    if parent is None:
        raise SlackError("thread_not_found")
    if parent.visible_to or parent.thread_ts not in (None, ts):
        raise SlackError("cannot_reply_to_message")
    return ts


def _new_message(call: Call, channel: Channel, visible_to: str | None = None) -> Message:
    workspace = call.workspace
    body = checked_body(call.arguments)
    kept = stored({"blocks": body.get("blocks", [])}, workspace.new_id)
    message = Message(
        channel=channel.id,
        ts="",
        text=body["text"],
        user=workspace.bot_user,
        bot_id=workspace.bot_id,
        blocks=kept["blocks"],
        thread_ts=_thread(call, channel),
        metadata=_metadata(call),
        visible_to=visible_to,
    )
    if visible_to is None and (wait := call.pace.wait_to_post(channel.id)):
        raise SlackError("ratelimited", retry_after=wait)
    message.ts = workspace.new_ts()
    return workspace.post(message)


@method(
    "chat.postMessage",
    tier=None,
    scope="chat:write",
    needs={"channel": "text"},
    takes={**BODY, **LOOKS, "thread_ts": "text", "reply_broadcast": "flag"},
)
def chat_post_message(call: Call) -> Json:
    """A message by the bot, with about one a second and channel."""
    message = _new_message(call, _place_to_post(call))
    call.events.behind("posted", message)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "message": message_json(call.workspace, message, metadata=True),
    }


@method(
    "chat.postEphemeral",
    tier=4,
    scope="chat:write",
    needs={"channel": "text", "user": "text"},
    takes={**BODY, **LOOKS, "thread_ts": "text"},
)
def chat_post_ephemeral(call: Call) -> Json:
    """A message only one person in the channel sees."""
    channel = _place_to_post(call)
    if call.get("user") not in channel.members:
        raise SlackError("user_not_in_channel")
    return {"message_ts": _new_message(call, channel, visible_to=call.get("user")).ts}


def _own(call: Call, refusal: str) -> Message:
    channel = _channel(call, call.get("channel"))
    message = call.workspace.message(channel.id, call.get("ts"))
    if message is None or message.visible_to:
        raise SlackError("message_not_found")
    if message.bot_id != call.workspace.bot_id:
        raise SlackError(refusal)
    if channel.is_archived:
        raise SlackError("is_archived")
    return message


@method(
    "chat.update",
    tier=3,
    scope="chat:write",
    needs={"channel": "text", "ts": "text"},
    takes={**BODY, "parse": "text", "link_names": "flag", "reply_broadcast": "flag"},
)
def chat_update(call: Call) -> Json:
    """An own message anew: text without blocks takes the blocks away, metadata stays if not given.

    Stricter than Slack: text is required here too.
    """
    message = _own(call, "cant_update_message")
    body = checked_body(call.arguments, LONGEST_UPDATE)
    metadata = _metadata(call)
    before = message_json(call.workspace, message, metadata=True)
    message.text = body["text"]
    message.blocks = stored({"blocks": body.get("blocks", [])}, call.workspace.new_id)["blocks"]
    message.metadata = message.metadata if metadata is None else metadata
    message.edited = call.workspace.new_ts()
    call.workspace.touch()
    call.events.behind("changed", message, before)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": message.text,
        "message": message_json(call.workspace, message, metadata=True),
    }


@method("chat.delete", tier=3, scope="chat:write", needs={"channel": "text", "ts": "text"})
def chat_delete(call: Call) -> Json:
    """An own message away; its replies stay under a tombstone."""
    message = _own(call, "cant_delete_message")
    before = message_json(call.workspace, message, metadata=True)
    message.deleted = True
    call.workspace.touch()
    call.events.behind("deleted", message, before)
    return {"channel": message.channel, "ts": message.ts}
