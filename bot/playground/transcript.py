"""What one person sees, as plain text: for the message of a failed test, and to read in a log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bot.playground.blocks import options_of

if TYPE_CHECKING:
    from bot.playground.workspace import Channel, Message, Workspace

Json = dict[str, Any]
GONE = "This message was deleted."


def plain(text: str) -> str:
    """Slack's escapes undone."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _text(value: Json | None) -> str:
    return plain(str(value.get("text", ""))) if value else ""


def _element(element: Json) -> str:
    match element["type"]:
        case "button":
            return f"[{_text(element['text'])}]"
        case "overflow":
            return f"[... {' / '.join(_text(o['text']) for o in options_of(element))}]"
        case "image":
            return f"({element['alt_text']})"
        case "plain_text" | "mrkdwn":
            return _text(element)
        case kind:
            offered = " / ".join(_text(option["text"]) for option in options_of(element))
            label = _text(element.get("placeholder")) or kind
            return f"<{label}: {offered}>" if offered else f"<{label}>"


def _words(value: Json) -> str:
    inner = "".join(_words(part) for part in value.get("elements", []))
    own = value.get("text") or value.get("url") or value.get("name") or value.get("user_id") or ""
    return inner + str(own) + ("\n" if value["type"].startswith("rich_text_") else "")


def _block(block: Json) -> str:
    match block["type"]:
        case "section":
            parts = [_text(block.get("text")), *(_text(part) for part in block.get("fields", []))]
            accessory = block.get("accessory")
            return "  ".join([*filter(None, parts), *([_element(accessory)] if accessory else [])])
        case "actions" | "context":
            return " ".join(_element(element) for element in block["elements"])
        case "input":
            return f"{_text(block['label'])}: {_element(block['element'])}"
        case "rich_text":
            return _words(block).strip()
        case "image":
            return f"({block['alt_text']})"
        case "divider":
            return "----"
        case "markdown":
            return str(block["text"])
        case _:
            return _text(block.get("text"))


def screen(blocks: list[Json]) -> str:
    """Blocks as lines of text, buttons as [Label]."""
    return "\n".join(_block(block) for block in blocks)


def _message(workspace: Workspace, message: Message, indent: str) -> str:
    if message.deleted:
        return indent + GONE
    person = workspace.users.get(message.user)
    name = person.name if person else workspace.bot_name
    only = " (only you)" if message.visible_to else ""
    body = screen(message.blocks) if message.blocks else plain(message.text)
    edited = " (edited)" if message.edited else ""
    files = "".join(f"\n[file: {name}]" for name in shown_names(message))
    return f"{indent}{name}{only}: " + (body + files).replace("\n", f"\n{indent}  ") + edited


def shown_names(message: Message) -> list[str]:
    """The files of a message as people see them named."""
    return [file.title for file in message.files if not file.deleted]


def _channel(workspace: Workspace, channel: Channel, user: str) -> Iterator[str]:
    yield f"== {'direct messages' if channel.is_im else '#' + channel.name} =="
    for message in workspace.in_channel(channel.id, user):
        if message.thread_ts not in (None, message.ts):
            continue
        replies = workspace.replies(channel.id, message.ts, user)
        if message.deleted and not replies:
            continue
        yield _message(workspace, message, "")
        for reply in replies:
            yield _message(workspace, reply, "  | ")


def transcript(workspace: Workspace, user: str) -> str:
    """Channels with threads, what is open on top of them, Home, and Slack's own lines."""
    lines = [f"---- as {workspace.users[user].real_name} sees it ----"]
    for channel in workspace.channels.values():
        if user in channel.members and workspace.messages.get(channel.id):
            lines += _channel(workspace, channel, user)
    if (modal := workspace.top_modal(user)) is not None:
        lines += [f"== form: {_text(modal.body.get('title'))} ==", screen(modal.body["blocks"])]
    if (home := workspace.home_of(user)) is not None:
        lines += ["== home ==", screen(home.body["blocks"])]
    lines += [f"!! {notice.text}" for notice in workspace.notices if notice.user == user]
    return "\n".join(lines)
