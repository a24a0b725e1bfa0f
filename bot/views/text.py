"""Lines of the coach as Block Kit text. A seller's words are never read as markup."""

import re
from typing import Any

from coaching.words import Line, plain

MAX_FALLBACK = 3_900
"""Characters; Slack refuses an update whose text has more than 4,000."""

MAX_ELEMENT = 3_000
"""Characters of one element."""

Block = dict[str, Any]
Body = dict[str, Any]


def rich_text(lines: tuple[Line, ...], mention: str = "") -> Block:
    """One rich_text block; ``mention`` is the id of a user to call by name first."""
    elements: list[Block] = [{"type": "user", "user_id": mention}] if mention else []
    start = ""
    for line in lines:
        # Slack refuses an element that is only a line break, so it begins the next one.
        start += "\n" if elements else ""
        for span in line:
            elements += _elements(start + span.text, span.bold)
            start = ""
    section = {"type": "rich_text_section", "elements": elements}
    return {"type": "rich_text", "elements": [section]}


def _elements(text: str, bold: bool) -> list[Block]:
    style = {"style": {"bold": True}} if bold else {}
    starts = range(0, len(text), MAX_ELEMENT)
    return [{"type": "text", "text": text[at : at + MAX_ELEMENT], **style} for at in starts]


def fallback(lines: tuple[Line, ...], mention: str = "") -> str:
    """The text of a message for notifications and screen readers, escaped as Slack asks
    (docs.slack.dev/messaging/formatting-message-text)."""
    text = "\n".join(plain(line) for line in lines)
    escaped = escape(text)
    if len(escaped) > MAX_FALLBACK:
        # Escaped, a character takes five at the most.
        escaped = escape(text[: MAX_FALLBACK // 5]) + "…"
    return (f"<@{mention}> " if mention else "") + escaped


def escape(text: str) -> str:
    """Text that cannot become a mention or a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_REFERENCE = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


def unescape(text: str) -> str:
    """What a person typed, from how Slack passes it on: escaped, with links, people and places
    in angle brackets (docs.slack.dev/messaging/formatting-message-text)."""
    typed = _REFERENCE.sub(_as_typed, text)
    return typed.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _as_typed(found: re.Match[str]) -> str:
    target, label = found.groups()
    if label:
        return f"#{label}" if target.startswith("#") else label
    return f"@{target[1:]}" if target.startswith("!") else target


def plain_text(text: str) -> Block:
    """A plain_text object."""
    return {"type": "plain_text", "text": text, "emoji": False}
