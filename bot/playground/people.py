"""What people do: type, click, fill in forms, open tabs. Each act reaches the app as from Slack.

An act that is not possible on this person's screen raises NotThereError. What Slack itself would
tell the person, such as that the app did not answer, is kept in `workspace.notices` and returned.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.playground.calls import SlackError
from bot.playground.delivery import Answer, Delivery
from bot.playground.events import Events
from bot.playground.forms import Forms, pick
from bot.playground.inputs import STATE_KEY, NotThereError, find_element
from bot.playground.manifest import Manifest
from bot.playground.payloads import (
    action_json,
    command_json,
    global_shortcut_json,
    message_click_json,
    message_json,
    message_shortcut_json,
    view_click_json,
)
from bot.playground.responses import Responses
from bot.playground.workspace import Channel, Message, ResponseUrl, View, Workspace

Json = dict[str, Any]
LINK = re.compile(r"https?://[^\s<>]+")
COMMAND_ERRORS = {"http_timeout": "operation_timeout"}


@dataclass(frozen=True)
class Outcome:
    """What a person is told after an act: a line from Slack, or sentences under inputs."""

    shown: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.shown is None and not self.errors


def as_sent(text: str) -> str:
    """Typed text as Slack passes it on: escaped, addresses in angle brackets."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return LINK.sub(lambda link: f"<{link.group()}>", escaped)


def trouble(name: str, answer: Answer) -> str:
    """Why an act came to nothing, in a sentence for the person who acted."""
    match answer.status:
        case "http_timeout":
            return f"{name} took longer than 3 seconds to answer."
        case "http_error":
            return f"{name} answered with status {answer.code}."
        case _:
            return f"{name} cannot be reached."


class People:
    """Everybody in the workspace, by user id."""

    def __init__(
        self,
        workspace: Workspace,
        delivery: Delivery,
        events: Events,
        responses: Responses,
        manifest: Manifest,
        response_url: Callable[[str], str],
    ) -> None:
        self._workspace = workspace
        self._delivery = delivery
        self._events = events
        self._responses = responses
        self._manifest = manifest
        self._response_url = response_url
        self._forms = Forms(workspace, delivery)

    # Typing

    async def command(
        self, user: str, channel: str, text: str, thread_ts: str | None = None
    ) -> Outcome:
        """Type a slash command, such as "/differ renewal call with Halden"."""
        place = self._place(user, channel)
        command, _, rest = text.partition(" ")
        if command not in self._manifest.commands:
            return self._told(user, f"{command} is not a valid command.", channel)
        if thread_ts is not None:
            return self._told(user, f"{command} is not supported in threads. Sorry!", channel)
        key = self._workspace.new_response_url(user, channel)
        url = self._response_url(key)
        payload = command_json(self._workspace, user, place, command, rest.strip(), url)
        answer = await self._delivery.ask("slash_commands", payload)
        if not answer.acked:
            error = COMMAND_ERRORS.get(answer.status, "dispatch_failed")
            return self._told(user, f'{command} failed with the error "{error}"', channel)
        return self._show(user, command, self._workspace.response_urls[key], answer.payload)

    def _show(self, user: str, command: str, place: ResponseUrl, body: Json) -> Outcome:
        if not body:
            return Outcome()
        try:
            self._responses.apply(place, body)
        except SlackError as refused:
            shown = f'{command} failed with the error "{refused.error}"'
            return self._told(user, shown, place.channel)
        return Outcome()

    async def say(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> str:
        """Write a message and return its ts. The app hears of it only in its own DMs."""
        place = self._place(user, channel)
        if place.is_im and not (self._manifest.messages_tab and self._manifest.may_write):
            raise NotThereError("Sending messages to this app has been turned off.")
        if thread_ts is not None:
            thread_ts = self._parent(user, channel, thread_ts)
        message = Message(
            channel, self._workspace.new_ts(), as_sent(text), user, thread_ts=thread_ts
        )
        self._workspace.post(message)
        await self._events.posted(message)
        return message.ts

    def _parent(self, user: str, channel: str, ts: str) -> str:
        message = self._visible(user, channel, ts)
        if message.visible_to:
            raise NotThereError("Nobody can answer a message that only one person sees.")
        return message.thread_ts or message.ts

    async def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        """Change an own message."""
        message = self._own(user, channel, ts)
        before = message_json(self._workspace, message, metadata=True)
        message.text = as_sent(text)
        message.edited = self._workspace.new_ts()
        self._workspace.touch()
        await self._events.changed(message, before)

    async def delete(self, user: str, channel: str, ts: str) -> None:
        """Take an own message away."""
        message = self._own(user, channel, ts)
        before = message_json(self._workspace, message, metadata=True)
        message.deleted = True
        self._workspace.touch()
        await self._events.deleted(message, before)

    # Clicking

    async def act(
        self,
        user: str,
        *,
        block_id: str,
        action_id: str,
        value: Any = None,
        message_ts: str | None = None,
        channel: str | None = None,
        view_id: str | None = None,
    ) -> Outcome:
        """Use one element of a message, a modal or Home.

        `value` is what was chosen: an option's value, a list of them, an id, a date, a text; a
        button needs none. An input that dispatches nothing only remembers it.
        """
        target = self._view(user, view_id) if view_id else self._sought(user, channel, message_ts)
        blocks = target.body["blocks"] if isinstance(target, View) else target.blocks
        block, element = find_element(blocks, block_id, action_id)
        chosen = self._chosen(user, target, block_id, element, value)
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Outcome()
        action = action_json(self._workspace, block, element, chosen)
        answer = await self._delivery.ask("interactive", self._click(user, target, action))
        return self._after(user, answer)

    def _chosen(
        self, user: str, target: View | Message, block_id: str, element: Json, value: Any
    ) -> Json:
        if element["type"] == "button":
            if value not in (None, element.get("value")):
                raise NotThereError(f"The button carries {element.get('value')!r}, not {value!r}.")
            return {}
        chosen = pick(self._workspace, user, element, value)
        if element["type"] in STATE_KEY:
            place = target.id if isinstance(target, View) else target.ts
            draft = self._workspace.drafts.setdefault((user, place), {})
            draft[block_id, element["action_id"]] = chosen
            self._workspace.touch()
        return chosen

    def _click(self, user: str, target: View | Message, action: Json) -> Json:
        if isinstance(target, View):
            return view_click_json(self._workspace, target, action)
        key = self._workspace.new_response_url(user, target.channel, target.ts, target.thread_ts)
        url = self._response_url(key)
        return message_click_json(self._workspace, user, target, action, url)

    async def global_shortcut(self, user: str, callback_id: str) -> Outcome:
        """Take a shortcut from the search bar."""
        self._shortcut(callback_id, "global")
        payload = global_shortcut_json(self._workspace, user, callback_id)
        return self._after(user, await self._delivery.ask("interactive", payload))

    async def message_shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> Outcome:
        """Take a shortcut from a message's menu."""
        self._shortcut(callback_id, "message")
        message = self._visible(user, channel, ts)
        key = self._workspace.new_response_url(user, channel, ts, message.thread_ts)
        url = self._response_url(key)
        payload = message_shortcut_json(self._workspace, user, message, callback_id, url)
        return self._after(user, await self._delivery.ask("interactive", payload))

    def _shortcut(self, callback_id: str, kind: str) -> None:
        if self._manifest.shortcuts.get(callback_id, ("", ""))[0] != kind:
            raise NotThereError(f"There is no {kind} shortcut {callback_id}.")

    # Forms and tabs

    async def submit(
        self, user: str, view_id: str, values: Mapping[str, Any] | None = None
    ) -> Outcome:
        """Fill in and send the form on top.

        `values` maps block_id to what was put in, or to {action_id: that}; what is left out stays
        as it stands. Missing and too long entries are refused without asking the app.
        """
        errors, shown = await self._forms.submit(user, self._view(user, view_id), values or {})
        return self._told(user, shown) if shown else Outcome(errors=errors)

    async def close(self, user: str, view_id: str) -> None:
        """Close the form on top; the app hears of it only if it asked to."""
        await self._forms.close(user, self._view(user, view_id))

    async def open_home(self, user: str) -> None:
        """Look at the app's Home tab."""
        if not self._manifest.home_tab:
            raise NotThereError("This app has no Home tab.")
        await self._events.app_home_opened(user, "home")

    async def open_messages(self, user: str) -> Channel:
        """Look at the direct messages with the bot, for the first time if need be."""
        if not self._manifest.messages_tab:
            raise NotThereError("This app has no Messages tab.")
        channel = self._workspace.open_dm(user)
        await self._events.app_home_opened(user, "messages")
        return channel

    async def uninstall(self) -> None:
        """An admin removes the app: its bot token is revoked and it is told so."""
        await self._events.uninstalled()

    # Finding what a person sees

    def _place(self, user: str, channel: str) -> Channel:
        place = self._workspace.channels.get(channel)
        if place is None or user not in place.members:
            raise NotThereError(f"{user} is in no channel {channel}.")
        return place

    def _visible(self, user: str, channel: str, ts: str) -> Message:
        self._place(user, channel)
        message = self._workspace.message(channel, ts)
        if message is None or message.visible_to not in (None, user):
            seen = self._workspace.transcript(user)
            raise NotThereError(f"{user} sees no message {ts} in {channel}.\n{seen}")
        return message

    def _sought(self, user: str, channel: str | None, ts: str | None) -> Message:
        if ts is None:
            raise NotThereError("Say which message or which view.")
        holding = (place for place, kept in self._workspace.messages.items() if ts in kept)
        return self._visible(user, channel or next(holding, ""), ts)

    def _own(self, user: str, channel: str, ts: str) -> Message:
        message = self._visible(user, channel, ts)
        if message.user != user:
            raise NotThereError(f"The message {ts} is not from {user}.")
        return message

    def _view(self, user: str, view_id: str) -> View:
        for view in (self._workspace.top_modal(user), self._workspace.home_of(user)):
            if view is not None and view.id == view_id:
                return view
        raise NotThereError(f"{user} sees no view {view_id}.\n{self._workspace.transcript(user)}")

    # Being told

    def _after(self, user: str, answer: Answer) -> Outcome:
        if answer.acked:
            return Outcome()
        return self._told(user, trouble(self._workspace.bot_name, answer))

    def _told(self, user: str, shown: str, channel: str | None = None) -> Outcome:
        self._workspace.notice(user, shown, channel)
        return Outcome(shown)
