"""The events the app subscribed to, and nothing else: messages in its DMs, the tabs, its removal.

A message the bot posts is an event for it too, as in Slack; an app that answers itself loops here.
"""

from __future__ import annotations

from typing import Any

from bot.playground.delivery import Delivery
from bot.playground.manifest import Manifest
from bot.playground.payloads import event_json, message_json, view_json
from bot.playground.workspace import Message, Workspace

Json = dict[str, Any]


class Events:
    """Builds each event and hands it to the delivery, if the app may have it."""

    def __init__(self, workspace: Workspace, delivery: Delivery, manifest: Manifest) -> None:
        self._workspace = workspace
        self._delivery = delivery
        self._manifest = manifest

    async def posted(self, message: Message) -> None:
        """docs.slack.dev/reference/events/message.im"""
        shown = message_json(self._workspace, message, metadata=True)
        await self._message(message, shown | {"event_ts": message.ts})

    async def changed(self, message: Message, before: Json) -> None:
        """docs.slack.dev/reference/events/message/message_changed"""
        shown = message_json(self._workspace, message, metadata=True)
        await self._message(
            message,
            self._hidden("message_changed") | {"message": shown, "previous_message": before},
        )

    async def deleted(self, message: Message, before: Json) -> None:
        """docs.slack.dev/reference/events/message/message_deleted"""
        await self._message(
            message,
            self._hidden("message_deleted")
            | {"deleted_ts": message.ts, "previous_message": before},
        )

    def _hidden(self, subtype: str) -> Json:
        ts = self._workspace.new_ts()
        return {"type": "message", "subtype": subtype, "hidden": True, "ts": ts, "event_ts": ts}

    async def _message(self, message: Message, event: Json) -> None:
        channel = self._workspace.channels[message.channel]
        if channel.is_im and message.visible_to is None:
            place = {"channel": channel.id, "channel_type": "im"}
            await self._tell("message.im", event | place, scope="im:history")

    async def app_home_opened(self, user: str, tab: str) -> None:
        """docs.slack.dev/reference/events/app_home_opened"""
        event: Json = {
            "type": "app_home_opened",
            "user": user,
            "tab": tab,
            "channel": self._workspace.open_dm(user).id,
            "event_ts": self._workspace.new_ts(),
        }
        home = self._workspace.home_of(user)
        if tab == "home" and home is not None:
            event["view"] = view_json(self._workspace, home)
        await self._tell("app_home_opened", event)

    async def uninstalled(self) -> None:
        """docs.slack.dev/reference/events/app_uninstalled and tokens_revoked, in that order."""
        for token in self._workspace.tokens.values():
            token.revoked = token.revoked or token.kind == "bot"
        gone: Json = {"oauth": [], "bot": [self._workspace.bot_user]}
        for name, more in (("app_uninstalled", {}), ("tokens_revoked", {"tokens": gone})):
            now = self._workspace.new_ts()
            await self._tell(name, {"type": name, "event_ts": now, **more})

    async def _tell(self, name: str, event: Json, scope: str | None = None) -> None:
        if name not in self._manifest.events or not self._granted(scope):
            return
        await self._delivery.tell(event_json(self._workspace, event))

    def _granted(self, scope: str | None) -> bool:
        tokens = self._workspace.tokens.values()
        return scope is None or any(scope in token.scopes for token in tokens)

    def share(self, message: Message) -> None:
        """Post a message with files once they have been looked through: after the answer."""
        self._delivery.start(self._shared(message))

    async def _shared(self, message: Message) -> None:
        clock = self._workspace.clock
        await clock.until(clock.now() + self._workspace.shared_after)
        message.ts = self._workspace.new_ts()
        await self.posted(self._workspace.post(message))

    def behind(self, happened: str, message: Message, before: Json | None = None) -> None:
        """The same for what the app did itself: its call is answered first."""
        if happened == "posted":
            self._delivery.start(self.posted(message))
        elif happened == "changed":
            self._delivery.start(self.changed(message, before or {}))
        else:
            self._delivery.start(self.deleted(message, before or {}))
