"""The JSON Slack sends: pure functions from what the workspace holds to what goes over the wire.

Shapes: docs.slack.dev/reference/interaction-payloads, docs.slack.dev/reference/events,
docs.slack.dev/interactivity/implementing-slash-commands.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.playground.inputs import state_values
from bot.playground.transcript import GONE
from bot.playground.workspace import Channel, File, Message, User, View, Workspace

Json = dict[str, Any]
VERIFICATION_TOKEN = "small-slack-verification"
MODAL_DEFAULTS: Json = {
    "callback_id": "",
    "private_metadata": "",
    "external_id": "",
    "close": None,
    "submit": None,
    "clear_on_close": False,
    "notify_on_close": False,
}
HOME_DEFAULTS: Json = {"callback_id": "", "private_metadata": "", "external_id": ""}


def message_json(workspace: Workspace, message: Message, metadata: bool = False) -> Json:
    """A message as methods, events and clicks carry it; `metadata` only when it was asked for."""
    if message.deleted:
        return {
            "type": "message",
            "subtype": "tombstone",
            "user": "USLACKBOT",
            "text": GONE,
            "ts": message.ts,
            "thread_ts": message.ts,
            "hidden": True,
        }
    shown: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": workspace.team_id,
    }
    if message.bot_id:
        shown |= {"bot_id": message.bot_id, "app_id": workspace.app_id}
    if message.blocks:
        shown["blocks"] = deepcopy(message.blocks)
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
        if message.thread_ts != message.ts:
            shown["parent_user_id"] = _author(workspace, message.channel, message.thread_ts)
    if message.edited:
        shown["edited"] = {"user": message.user, "ts": message.edited}
    if message.files:
        shown["files"] = [file_json(file) for file in message.files]
        shown["upload"] = True
    if metadata and message.metadata:
        shown["metadata"] = deepcopy(message.metadata)
    return shown | _thread(workspace, message)


def file_json(file: File) -> Json:
    """A file as messages and methods show it; what was deleted leaves a tombstone."""
    if file.deleted:
        return {"id": file.id, "mode": "tombstone"}
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "size": file.length,
        "mode": "hosted",
        "is_external": False,
    }


def _author(workspace: Workspace, channel: str, ts: str) -> str:
    parent = workspace.messages[channel].get(ts)
    return parent.user if parent else ""


def _thread(workspace: Workspace, message: Message) -> Json:
    if message.thread_ts not in (None, message.ts) or message.visible_to:
        return {}
    replies = [r for r in workspace.replies(message.channel, message.ts) if not r.visible_to]
    if not replies:
        return {}
    users = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users": users,
        "reply_users_count": len(users),
        "latest_reply": replies[-1].ts,
    }


def view_json(workspace: Workspace, view: View) -> Json:
    """A view with its hash and `state.values`, what the person has not touched included."""
    draft = workspace.drafts.get((view.user, view.id), {})
    defaults = MODAL_DEFAULTS if view.body["type"] == "modal" else HOME_DEFAULTS
    return {
        **deepcopy(defaults),
        **deepcopy(view.body),
        "id": view.id,
        "team_id": workspace.team_id,
        "app_id": workspace.app_id,
        "bot_id": workspace.bot_id,
        "app_installed_team_id": workspace.team_id,
        "hash": view.hash,
        "root_view_id": view.root,
        "previous_view_id": view.previous,
        "state": {"values": deepcopy(state_values(view.body["blocks"], draft))},
    }


def user_json(workspace: Workspace, user: User, locale: bool) -> Json:
    """A person as users.info answers; `locale` only when it was asked for."""
    now: datetime = workspace.clock.now().astimezone(ZoneInfo(user.tz))
    offset = now.utcoffset()
    shown: Json = {
        "id": user.id,
        "team_id": workspace.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": now.tzname(),
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": {"real_name": user.real_name, "display_name": user.name},
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_restricted": user.is_guest,
        "is_ultra_restricted": False,
        "is_bot": False,
        "is_app_user": False,
        "updated": 0,
    }
    if user.deleted:
        for key in ("tz", "tz_label", "tz_offset"):
            del shown[key]
    return shown | ({"locale": user.locale} if locale else {})


def channel_json(workspace: Workspace, channel: Channel) -> Json:
    """A channel as conversations.info answers."""
    shown: Json = {
        "id": channel.id,
        "is_im": channel.is_im,
        "is_archived": channel.is_archived,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "context_team_id": workspace.team_id,
    }
    if channel.is_im:
        return shown | {"user": channel.user}
    return shown | {
        "name": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_private": channel.is_private,
        "is_general": channel.is_general,
        "is_shared": channel.is_ext_shared,
        "is_member": workspace.bot_user in channel.members,
    }


def _name(channel: Channel) -> str:
    if channel.is_im:
        return "directmessage"
    return "privategroup" if channel.is_private else channel.name


def _who(workspace: Workspace, user: str) -> Json:
    name = workspace.users[user].name
    return {"id": user, "username": name, "name": name, "team_id": workspace.team_id}


def _interaction(workspace: Workspace, kind: str, user: str) -> Json:
    return {
        "type": kind,
        "user": _who(workspace, user),
        "api_app_id": workspace.app_id,
        "token": VERIFICATION_TOKEN,
        "team": {"id": workspace.team_id, "domain": workspace.team_domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def event_json(workspace: Workspace, event: Json) -> Json:
    """The outer callback of the Events API around one event."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": workspace.team_id,
        "api_app_id": workspace.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": workspace.new_id("Ev"),
        "event_time": int(workspace.clock.now().timestamp()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.team_id,
                "user_id": workspace.bot_user,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": workspace.new_id("4-"),
    }


def command_json(
    workspace: Workspace, user: str, channel: Channel, command: str, text: str, response_url: str
) -> dict[str, str]:
    """A slash command: flat, all strings, as the form of the HTTP request has it."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": workspace.team_id,
        "team_domain": workspace.team_domain,
        "channel_id": channel.id,
        "channel_name": _name(channel),
        "user_id": user,
        "user_name": workspace.users[user].name,
        "command": command,
        "text": text,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": workspace.new_trigger(user),
    }


def action_json(workspace: Workspace, block: Json, element: Json, chosen: Json) -> Json:
    """One entry of `actions`: the element that was used and what was chosen."""
    said = ("text", "value", "style", "url", "placeholder")
    own: Json = {key: deepcopy(element[key]) for key in said if key in element}
    place = {"block_id": block["block_id"], "action_id": element["action_id"]}
    return {
        **own,
        **deepcopy(chosen),
        "type": element["type"],
        **place,
        "action_ts": workspace.new_ts(),
    }


def message_click_json(
    workspace: Workspace, user: str, message: Message, action: Json, response_url: str
) -> Json:
    """block_actions in a message. An ephemeral message itself is not sent along."""
    channel = workspace.channels[message.channel]
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": bool(message.visible_to),
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    draft = workspace.drafts.get((user, message.ts), {})
    payload = _interaction(workspace, "block_actions", user) | {
        "container": container,
        "trigger_id": workspace.new_trigger(user),
        "channel": {"id": channel.id, "name": _name(channel)},
        "state": {"values": deepcopy(state_values(message.blocks, draft))},
        "response_url": response_url,
        "actions": [action],
    }
    if not message.visible_to:
        payload["message"] = message_json(workspace, message, metadata=True)
    return payload


def view_click_json(workspace: Workspace, view: View, action: Json) -> Json:
    """block_actions in a modal or on Home."""
    within = view.id if view.body["type"] == "modal" else None
    return _interaction(workspace, "block_actions", view.user) | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": workspace.new_trigger(view.user, within),
        "view": view_json(workspace, view),
        "actions": [action],
    }


def submission_json(workspace: Workspace, view: View) -> Json:
    """view_submission."""
    return _interaction(workspace, "view_submission", view.user) | {
        "trigger_id": workspace.new_trigger(view.user, view.id),
        "view": view_json(workspace, view),
        "response_urls": [],
    }


def closed_json(workspace: Workspace, view: View, is_cleared: bool) -> Json:
    """view_closed."""
    return _interaction(workspace, "view_closed", view.user) | {
        "view": view_json(workspace, view),
        "is_cleared": is_cleared,
    }


def global_shortcut_json(workspace: Workspace, user: str, callback_id: str) -> Json:
    """A shortcut taken from the search bar or the lightning menu."""
    return _interaction(workspace, "shortcut", user) | {
        "callback_id": callback_id,
        "trigger_id": workspace.new_trigger(user),
        "action_ts": workspace.new_ts(),
    }


def message_shortcut_json(
    workspace: Workspace, user: str, message: Message, callback_id: str, response_url: str
) -> Json:
    """A shortcut taken from a message's own menu."""
    channel = workspace.channels[message.channel]
    return _interaction(workspace, "message_action", user) | {
        "callback_id": callback_id,
        "trigger_id": workspace.new_trigger(user),
        "action_ts": workspace.new_ts(),
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": _name(channel)},
        "message": message_json(workspace, message, metadata=True),
        "response_url": response_url,
    }
