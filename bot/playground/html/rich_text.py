"""Rich text: what the composer of Slack makes, part by part."""

from html import escape

from bot.playground.html.tags import Json, tag, unknown_box
from bot.playground.html.text import Scope, channel, link, moment_of, person, plain, special


def _rich_part(part: Json, scope: Scope) -> str:
    match part.get("type"):
        case "text":
            shown = plain(part.get("text", ""))
        case "link":
            url, label = str(part.get("url", "")), str(part.get("text", ""))
            shown = link(url, label) or escape(label or url)
        case "user":
            shown = person(part["user_id"], scope)
        case "channel":
            shown = channel(part["channel_id"], scope)
        case "broadcast":
            shown = special(part["range"], "")
        case "emoji":
            shown = _emoji(part)
        case "date":
            shown = escape(str(part.get("fallback") or moment_of(part["timestamp"], scope.zone)))
        case unknown:
            return unknown_box(unknown)
    return _styled(shown, part.get("style") or {})


def _emoji(part: Json) -> str:
    points = str(part.get("unicode", ""))
    if not points:
        return escape(f":{part.get('name', '')}:")
    return "".join(chr(int(point, 16)) for point in points.split("-"))


def _styled(shown: str, style: Json) -> str:
    names = {"code": "code", "bold": "strong", "italic": "em", "strike": "s", "underline": "u"}
    for key, name in names.items():
        if style.get(key):
            shown = tag(name, shown)
    return shown


def _rich_line(line: Json, scope: Scope) -> str:
    return "".join(_rich_part(part, scope) for part in line.get("elements", []))


def rich(element: Json, scope: Scope) -> str:
    """A section, quote, list or preformatted part of a rich_text block."""
    match element.get("type"):
        case "rich_text_section":
            return tag("div", _rich_line(element, scope), class_="rich-line")
        case "rich_text_quote":
            return tag("blockquote", _rich_line(element, scope))
        case "rich_text_preformatted":
            return tag("pre", _rich_line(element, scope))
        case "rich_text_list":
            name = "ol" if element.get("style") == "ordered" else "ul"
            items = [tag("li", _rich_line(item, scope)) for item in element.get("elements", [])]
            return tag(name, *items, class_=f"indent-{min(int(element.get('indent', 0)), 4)}")
        case unknown:
            return unknown_box(unknown)
