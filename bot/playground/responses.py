"""What an app answers to an interaction: in the ack of a command, or later at its response_url.

Page: docs.slack.dev/interactivity/handling-user-interaction (message responses): five uses in
thirty minutes, ephemeral unless "in_channel" is asked for.
"""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from bot.playground.calls import SlackError
from bot.playground.chat_methods import checked_body
from bot.playground.events import Events
from bot.playground.inputs import stored
from bot.playground.payloads import message_json
from bot.playground.workspace import Message, ResponseUrl, Workspace

Json = dict[str, Any]
KNOWN = {
    "text",
    "blocks",
    "response_type",
    "replace_original",
    "delete_original",
    "thread_ts",
    "mrkdwn",
    "unfurl_links",
    "unfurl_media",
    "metadata",
}
TYPES = ("ephemeral", "in_channel")


class Responses:
    """Puts such answers where they belong."""

    def __init__(self, workspace: Workspace, events: Events) -> None:
        self._workspace = workspace
        self._events = events

    async def handle(self, request: web.Request) -> web.Response:
        """POST /response/{key}, with JSON. Answers "ok", or 4xx and Slack's error."""
        name = "response_url"
        body: Json = {}
        try:
            place = self._place(request.match_info["key"])
            body = _object(await request.text())
            place.uses_left -= 1
            self.apply(place, body)
        except SlackError as refused:
            self._workspace.record("from the app", name, body, refused.error)
            return web.json_response(refused.answer, status=_status(refused.error))
        self._workspace.record("from the app", name, body, "ok")
        return web.Response(text="ok")

    def _place(self, key: str) -> ResponseUrl:
        place = self._workspace.response_urls.get(key)
        if place is None:
            raise SlackError("no_such_url")
        if self._workspace.clock.now() > place.expires:
            raise SlackError("expired_url")
        if place.uses_left <= 0:
            raise SlackError("used_url")
        return place

    def apply(self, place: ResponseUrl, body: Json) -> None:
        """Post, replace or delete. Raises SlackError for what Slack would refuse."""
        if unknown := sorted(body.keys() - KNOWN):
            raise SlackError("invalid_arguments", *(f"unsupported argument: {u}" for u in unknown))
        if body.get("response_type", "ephemeral") not in TYPES:
            raise SlackError("invalid_arguments", "response_type: ephemeral or in_channel")
        if body.get("delete_original"):
            self._delete(self._original(place))
        elif body.get("replace_original"):
            self._replace(self._original(place), checked_body(body))
        else:
            self._post(place, checked_body(body))

    def _original(self, place: ResponseUrl) -> Message:
        message = place.message_ts and self._workspace.message(place.channel, place.message_ts)
        if not message or message.bot_id != self._workspace.bot_id:
            raise SlackError("message_not_found")
        return message

    def _delete(self, message: Message) -> None:
        before = message_json(self._workspace, message, metadata=True)
        message.deleted = True
        self._workspace.touch()
        self._events.behind("deleted", message, before)

    def _replace(self, message: Message, body: Json) -> None:
        before = message_json(self._workspace, message, metadata=True)
        message.text = body["text"]
        kept = stored({"blocks": body.get("blocks", [])}, self._workspace.new_id)
        message.blocks = kept["blocks"]
        message.edited = self._workspace.new_ts()
        self._workspace.touch()
        self._events.behind("changed", message, before)

    def _post(self, place: ResponseUrl, body: Json) -> None:
        public = body.get("response_type") == "in_channel"
        kept = stored({"blocks": body.get("blocks", [])}, self._workspace.new_id)
        message = Message(
            channel=place.channel,
            ts=self._workspace.new_ts(),
            text=body["text"],
            user=self._workspace.bot_user,
            bot_id=self._workspace.bot_id,
            blocks=kept["blocks"],
            thread_ts=body.get("thread_ts") or place.thread_ts,
            visible_to=None if public else place.user,
        )
        self._workspace.post(message)
        place.message_ts = place.message_ts or message.ts
        if public:
            self._events.behind("posted", message)


def _object(text: str) -> Json:
    try:
        body = json.loads(text)
    except ValueError as broken:
        raise SlackError("invalid_payload") from broken
    if not isinstance(body, dict):
        raise SlackError("invalid_payload")
    return {key: value for key, value in body.items() if value is not None}


def _status(error: str) -> int:
    return 404 if error.endswith("_url") else 400
