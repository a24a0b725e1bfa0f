"""The Web API methods for messages: chat.postMessage, .postEphemeral, .update, .delete.

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
from bot.playground.methods import channel_of, person_to_dm
from bot.playground.payloads import message_json
from bot.playground.workspace import Channel, Message

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


def place_to_post(call: Call, named: str = "channel") -> Channel:
    """A channel the bot is in; for a person's id their DM, as chat.postMessage allows."""
    name = call.get(named)
    if name.startswith("U"):
        if name not in call.workspace.users or name == call.workspace.bot_user:
            raise SlackError("channel_not_found")
        return call.workspace.open_dm(person_to_dm(call, name))
    channel = channel_of(call, name)
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


def thread_of(call: Call, channel: Channel) -> str | None:
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
        thread_ts=thread_of(call, channel),
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
    message = _new_message(call, place_to_post(call))
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
    channel = place_to_post(call)
    if call.get("user") not in channel.members:
        raise SlackError("user_not_in_channel")
    return {"message_ts": _new_message(call, channel, visible_to=call.get("user")).ts}


def _own(call: Call, refusal: str) -> Message:
    channel = channel_of(call, call.get("channel"))
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
