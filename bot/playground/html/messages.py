"""Messages as their reader sees them: who, when, what, and what can be done with them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

from bot.playground.html.blocks import render_blocks
from bot.playground.html.tags import tag
from bot.playground.html.text import Scope, entities, moment_of, mrkdwn
from bot.playground.transcript import shown_names
from bot.playground.workspace import Message


@dataclass(frozen=True)
class Surroundings:
    """What a message shows beyond its own words, and what can be done with it."""

    replies: int = 0
    unread: bool = False
    in_thread: bool = False
    compact: bool = False
    shortcuts: Sequence[tuple[str, str]] = ()


ALONE = Surroundings()
EYE = (
    '<svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true" fill="none" '
    'stroke="currentColor" stroke-width="1.5"><path d="M1 8c1-2.2 3.7-5 7-5s6 2.8 7 5c-1 2.2-3.7 '
    '5-7 5S2 10.2 1 8z"/><circle cx="8" cy="8" r="2"/></svg> '
)


def render_message(message: Message, viewer: Scope, around: Surroundings = ALONE) -> str:
    """One message as its reader sees it, with its threads, menus and buttons."""
    key = f"{'t' if around.in_thread else 'm'}/{message.channel}/{message.ts}"
    scope = replace(viewer, key=key)
    looks = {
        "message": True,
        "compact": around.compact and not message.visible_to,
        "ephemeral": bool(message.visible_to),
    }
    parts = [_gutter(message, scope, looks["compact"]), _said(message, scope, around)]
    if not message.deleted:
        parts.append(_more(message, scope, around))
    return tag(
        "article", *parts, class_=" ".join(name for name, worn in looks.items() if worn),
        id=key, tabindex="-1", aria_label=_summary(message, scope),
        data_channel=message.channel, data_ts=message.ts, data_thread=message.thread_ts,
        data_user=message.user,
    )  # fmt: skip


def _author(message: Message, scope: Scope) -> str:
    return scope.people.get(message.user, message.user)


def _summary(message: Message, scope: Scope) -> str:
    at = moment_of(message.ts, scope.zone).strftime("%H:%M")
    private = ", only visible to you" if message.visible_to else ""
    return f"{_author(message, scope)} at {at}{private}"


def _gutter(message: Message, scope: Scope, compact: bool) -> str:
    if compact:
        at = moment_of(message.ts, scope.zone).strftime("%H:%M")
        return tag("div", tag("time", at), class_="gutter", aria_hidden="true")
    return tag("div", avatar(message.user, _author(message, scope), bool(message.bot_id)),
               class_="gutter", aria_hidden="true")  # fmt: skip


def avatar(user_id: str, name: str, bot: bool = False) -> str:
    """A coloured square with initials, or the bot's own sign."""
    if bot:
        return tag("span", "\N{NOT EQUAL TO}", class_="avatar bot", aria_hidden="true")
    initials = "".join(part[0] for part in name.split()[:2]).upper()
    tint = sum(user_id.encode()) % 6
    return tag("span", escape(initials), class_=f"avatar tint-{tint}", aria_hidden="true")


def _said(message: Message, scope: Scope, around: Surroundings) -> str:
    lines = []
    if message.visible_to:
        lines.append(tag("p", EYE, "Only visible to you", class_="private"))
    if not around.compact or message.visible_to:
        lines.append(_byline(message, scope))
    lines.append(tag("div", _body(message, scope), class_="body"))
    if around.replies and not around.in_thread:
        lines.append(_thread_button(message, around))
    return tag("div", *lines, class_="said")


def _byline(message: Message, scope: Scope) -> str:
    badge = tag("span", "APP", class_="app-badge") if message.bot_id else ""
    at = moment_of(message.ts, scope.zone)
    stamp = tag("time", at.strftime("%H:%M"), datetime=at.isoformat(timespec="seconds"))
    return tag("p", tag("b", escape(_author(message, scope))), badge, stamp, class_="byline")


def _body(message: Message, scope: Scope) -> str:
    if message.deleted:
        return tag("em", "This message was deleted.")
    shown = (
        render_blocks(message.blocks, scope=scope)
        if message.blocks
        else tag("div", mrkdwn(message.text, scope), class_="block")
    )
    # Slack marks only what a person changed; a bot's cards change all the time.
    changed = message.edited and not message.bot_id
    return (
        shown
        + "".join(tag("div", escape(name), class_="file") for name in shown_names(message))
        + (tag("small", "(edited)", class_="edited") if changed else "")
    )


def _thread_button(message: Message, around: Surroundings) -> str:
    count = f"{around.replies} {'reply' if around.replies == 1 else 'replies'}"
    fresh = tag("span", "New", class_="badge") if around.unread else ""
    return tag(
        "button", tag("b", count), fresh, tag("span", "View thread", class_="view-thread"),
        type="button", class_="thread-button", data_do="thread",
        data_channel=message.channel, data_ts=message.ts,
    )  # fmt: skip


def _more(message: Message, scope: Scope, around: Surroundings) -> str:
    if message.visible_to:
        return ""
    where = {"data_channel": message.channel, "data_ts": message.ts}
    items = []
    if not around.in_thread:
        items.append(_menu_item("Reply in thread", data_do="thread", **where))
    for callback_id, name in around.shortcuts:
        call = {"data_do": "message_shortcut", "data_callback_id": callback_id}
        items.append(_menu_item(name, **call, **where))
    if message.user == scope.viewer:
        words = entities(message.text)
        items.append(_menu_item("Edit message", data_edit=words, **where))
        items.append(_menu_item("Delete message", data_do="delete", data_confirm=_SURE, **where))
    if not items:
        return ""
    opener = tag("summary", "⋯", class_="icon", aria_label="More actions", title="More actions")
    menu = tag("div", *items, role="menu", aria_label="More actions")
    return tag("details", opener, menu, class_="menu more", id=f"{scope.key}/more")


_SURE = json.dumps(
    {
        "title": "Delete message",
        "text": "Are you sure you want to delete this message? This cannot be undone.",
        "confirm": "Delete",
        "deny": "Cancel",
        "style": "danger",
    }
)


def _menu_item(label: str, **data: str) -> str:
    return tag("button", escape(label), type="button", role="menuitem", **data)
