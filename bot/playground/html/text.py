"""Plain text and Slack's own markup as HTML."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from html import escape, unescape
from itertools import groupby
from urllib.parse import parse_qs, urlsplit

from bot.playground.html.tags import Json, tag


@dataclass(frozen=True)
class Scope:
    """Where blocks stand: keeps element ids apart and turns Slack's ids into names."""

    key: str = "preview"
    viewer: str = ""
    people: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo = UTC


NOWHERE = Scope()

_FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
_HELD = re.compile("\ue000(\\d+)\ue001")
_CODE = re.compile(r"`([^`\n]+)`")
_ANGLE = re.compile(r"<([^<>\n]+)>")
_STYLES = [
    (re.compile(rf"(?<![\w{mark}]){mark}(?=\S)([^{mark}\n]+?)(?<=\S){mark}(?![\w{mark}])"), name)
    for mark, name in ((r"\*", "strong"), ("_", "em"), ("~", "s"))
]


def plain(text: str) -> str:
    """Escaped text in which line breaks stay."""
    return escape(text).replace("\n", "<br>")


def mrkdwn(text: str, scope: Scope = NOWHERE) -> str:
    """Slack's own markup as HTML."""
    pieces = _FENCE.split(text)
    return "".join(
        tag("pre", escape(entities(piece))) if index % 2 else _lines(piece, scope)
        for index, piece in enumerate(pieces)
    )


def spoken(text: str, scope: Scope = NOWHERE) -> str:
    """Slack's own markup as bare words, for a screen reader to say."""
    return unescape(re.sub(r"<[^>]+>", " ", mrkdwn(text, scope))).strip()


def _lines(text: str, scope: Scope) -> str:
    done = []
    for quoted, lines in groupby(text.split("\n"), lambda line: line.startswith((">", "&gt;"))):
        if quoted:
            stripped = [re.sub(r"^(>|&gt;) ?", "", line) for line in lines]
            done.append(tag("blockquote", _inline("\n".join(stripped), scope)))
        else:
            done.append(_inline("\n".join(lines), scope))
    return "".join(done)


def _inline(text: str, scope: Scope) -> str:
    """Code and links are set aside first, so that a `*` inside them stays what it is."""
    held: list[str] = []

    def hold(piece: str) -> str:
        held.append(piece)
        return f"\ue000{len(held) - 1}\ue001"

    text = text.replace("\ue000", "").replace("\ue001", "")
    text = _CODE.sub(lambda m: hold(tag("code", escape(entities(m[1])))), text)
    text = _ANGLE.sub(lambda m: hold(_angle(m[1], scope) or plain(m[0])), text)
    shown = escape(entities(text))
    for pattern, name in _STYLES:
        shown = pattern.sub(rf"<{name}>\1</{name}>", shown)
    shown = shown.replace("\n", "<br>")
    while _HELD.search(shown):
        shown = _HELD.sub(lambda m: held[int(m[1])], shown)
    return shown


def entities(text: str) -> str:
    """Slack escapes with three entities and no more: `&copy;` is six characters."""
    return re.sub(r"&(?:lt|gt|amp);", lambda m: unescape(m[0]), text)


def _angle(inner: str, scope: Scope) -> str | None:
    target, _, label = inner.partition("|")
    if target[0] == "@":
        return person(target[1:], scope, label)
    if target[0] == "#":
        return channel(target[1:], scope, label)
    if target[0] == "!":
        return special(target[1:], label)
    return link(entities(target), entities(label))


def person(user_id: str, scope: Scope, label: str = "") -> str:
    """Somebody called by name; the reader's own name stands out."""
    name = scope.people.get(user_id) or label or user_id
    mine = " mine" if user_id == scope.viewer else ""
    return tag("span", "@" + escape(name), class_=f"mention{mine}", data_user=user_id)


def channel(channel_id: str, scope: Scope, label: str = "") -> str:
    """A channel by its name, which leads there."""
    name = scope.channels.get(channel_id) or label or channel_id
    return _deed("#" + name.removeprefix("#"), "mention", channel=channel_id)


def special(command: str, label: str) -> str:
    """@here and its like, and dates, which show their fallback."""
    name, *_ = command.split("^")
    if name == "date":
        return escape(label)
    return tag("span", escape(label or "@" + name), class_="mention mine")


def link(url: str, label: str) -> str | None:
    """A link; None for a scheme that is none of the page's."""
    parts = urlsplit(url)
    if parts.scheme == "slack":
        return _deep_link(parts.netloc, parse_qs(parts.query), label or url)
    if parts.scheme not in ("http", "https", "mailto"):
        return None
    shown = escape(label or url)
    return tag("a", shown, href=url, target="_blank", rel="noopener noreferrer")


def _deep_link(where: str, query: Mapping[str, list[str]], label: str) -> str:
    if where == "channel":
        return _deed(label, "link", channel=query.get("id", [""])[0])
    return _deed(label, "link", app="true", tab=query.get("tab", ["messages"])[0])


def _deed(label: str, kind: str, **where: str) -> str:
    data: dict[str, str] = {f"data_{key}": value for key, value in where.items()}
    return tag("button", escape(label), type="button", class_=kind, data_do="open", **data)


def text_of(text: Json | None, scope: Scope) -> str:
    """A text object, plain or mrkdwn."""
    if not text:
        return ""
    words = str(text.get("text", ""))
    return mrkdwn(words, scope) if text.get("type") == "mrkdwn" else plain(words)


def moment_of(ts: str | int, zone: tzinfo) -> datetime:
    """When a message was sent, on the reader's clock."""
    return datetime.fromtimestamp(float(ts), zone)
