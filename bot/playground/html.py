"""Block Kit as HTML: what Slack's own client would draw, escaped, and testable as text.

Whatever the app or a person wrote is escaped on the way in; whatever this page cannot draw is
shown as a box with its type, so that nothing the app sends is ever silently missing.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from html import escape, unescape
from itertools import groupby
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.playground.workspace import Message

Json = Mapping[str, Any]


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


@dataclass(frozen=True)
class Place:
    """Where one element stands inside its block."""

    scope: Scope
    block_id: str
    label: str = ""
    described_by: str = ""
    quiet: bool = False
    invalid: bool = False

    def id_of(self, element: Json) -> str:
        """The element id in the page; the same after a re-render, so typed text survives it."""
        return f"{self.scope.key}/{self.block_id}/{element.get('action_id', '')}"


def tag(name: str, /, *children: str, **attributes: str | bool | int | None) -> str:
    """One element. Children are HTML already; attribute values are escaped here."""
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    return f"<{name}{written}>{''.join(children)}</{name}>"


def void(name: str, /, **attributes: str | bool | int | None) -> str:
    """One element that has no children."""
    return f"<{name}{''.join(_attribute(key, value) for key, value in attributes.items())}>"


def _attribute(key: str, value: str | bool | int | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


# --- text -------------------------------------------------------------------------------------

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
        tag("pre", escape(_entities(piece))) if index % 2 else _lines(piece, scope)
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
    text = _CODE.sub(lambda m: hold(tag("code", escape(_entities(m[1])))), text)
    text = _ANGLE.sub(lambda m: hold(_angle(m[1], scope) or plain(m[0])), text)
    shown = escape(_entities(text))
    for pattern, name in _STYLES:
        shown = pattern.sub(rf"<{name}>\1</{name}>", shown)
    shown = shown.replace("\n", "<br>")
    while _HELD.search(shown):
        shown = _HELD.sub(lambda m: held[int(m[1])], shown)
    return shown


def _entities(text: str) -> str:
    """Slack knows three entities and no more: `&copy;` is six characters."""
    return re.sub(r"&(?:lt|gt|amp);", lambda m: unescape(m[0]), text)


def _angle(inner: str, scope: Scope) -> str | None:
    target, _, label = inner.partition("|")
    if target[0] == "@":
        return _person(target[1:], scope, label)
    if target[0] == "#":
        return _channel(target[1:], scope, label)
    if target[0] == "!":
        return _special(target[1:], label)
    return _link(_entities(target), _entities(label), scope)


def _person(user_id: str, scope: Scope, label: str = "") -> str:
    name = scope.people.get(user_id) or label or user_id
    mine = " mine" if user_id == scope.viewer else ""
    return tag("span", "@" + escape(name), class_=f"mention{mine}", data_user=user_id)


def _channel(channel_id: str, scope: Scope, label: str = "") -> str:
    name = scope.channels.get(channel_id) or label or channel_id
    return _deed("#" + name.removeprefix("#"), "mention", channel=channel_id)


def _special(command: str, label: str) -> str:
    name, *_ = command.split("^")
    if name == "date":
        return escape(label)
    return tag("span", escape(label or "@" + name), class_="mention mine")


def _link(url: str, label: str, scope: Scope) -> str | None:
    parts = urlsplit(url)
    if parts.scheme == "slack":
        return _deep_link(parts.netloc, parse_qs(parts.query), label or url, scope)
    if parts.scheme not in ("http", "https", "mailto"):
        return None
    shown = escape(label or url)
    return tag("a", shown, href=url, target="_blank", rel="noopener noreferrer")


def _deep_link(where: str, query: Mapping[str, list[str]], label: str, scope: Scope) -> str:
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


# --- rich text --------------------------------------------------------------------------------


def _rich_part(part: Json, scope: Scope) -> str:
    match part.get("type"):
        case "text":
            shown = plain(part.get("text", ""))
        case "link":
            url, label = str(part.get("url", "")), str(part.get("text", ""))
            shown = _link(url, label, scope) or escape(label or url)
        case "user":
            shown = _person(part["user_id"], scope)
        case "channel":
            shown = _channel(part["channel_id"], scope)
        case "broadcast":
            shown = _special(part["range"], "")
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


def _rich(element: Json, scope: Scope) -> str:
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


def unknown_box(kind: object) -> str:
    """What stands where something cannot be drawn."""
    return tag("span", escape(f"[{kind}]"), class_="unknown")


# --- elements ---------------------------------------------------------------------------------


def _data(
    element: Json, place: Place, value: str | None = None, url: str = ""
) -> dict[str, str | bool | None]:
    """The attributes by which the page's script finds an element and says what was done."""
    confirm = element.get("confirm")
    safe = urlsplit(url).scheme in ("http", "https", "mailto")
    return {
        "data_block_id": place.block_id,
        "data_action_id": str(element.get("action_id", "")),
        "data_type": str(element.get("type", "")),
        "data_value": value,
        "data_confirm": json.dumps(_confirm(confirm)) if confirm else None,
        "data_quiet": place.quiet,
        "data_url": url if safe else None,
    }


def _confirm(confirm: Json) -> dict[str, str]:
    words = {key: str(confirm.get(key, {}).get("text", "")) for key in ("title", "text")}
    words["confirm"] = str(confirm.get("confirm", {}).get("text", "Yes"))
    words["deny"] = str(confirm.get("deny", {}).get("text", "Cancel"))
    return words | {"style": str(confirm.get("style", ""))}


def _field(element: Json, place: Place) -> dict[str, str | bool | None]:
    """What every form control says about itself to a screen reader."""
    return _data(element, place) | {
        "id": place.id_of(element),
        "aria_label": None if place.quiet else _spoken(element, place),
        "aria_describedby": place.described_by or None,
        "aria_invalid": "true" if place.invalid else None,
    }


def _spoken(element: Json, place: Place) -> str:
    placeholder = (element.get("placeholder") or {}).get("text", "")
    return str(place.label or placeholder or element.get("type", "").replace("_", " "))


def _button(element: Json, place: Place) -> str:
    style = str(element.get("style", ""))
    return tag(
        "button", text_of(element.get("text"), place.scope),
        type="button", class_=f"button {style}".strip(), id=place.id_of(element),
        aria_label=element.get("accessibility_label"),
        **_data(element, place, element.get("value"), str(element.get("url", ""))),
    )  # fmt: skip


def _option(option: Json, chosen: Sequence[Json | None]) -> str:
    picked = any(other and other.get("value") == option.get("value") for other in chosen)
    label = escape(str((option.get("text") or {}).get("text", "")))
    return tag("option", label, value=str(option.get("value", "")), selected=picked)


def _static_select(element: Json, place: Place) -> str:
    chosen = [element.get("initial_option")]
    options = [_option(option, chosen) for option in element.get("options", [])]
    for group in element.get("option_groups", []):
        inner = [_option(option, chosen) for option in group.get("options", [])]
        options.append(tag("optgroup", *inner, label=str(group["label"]["text"])))
    return _select(element, place, options)


def _select(element: Json, place: Place, options: Iterable[str]) -> str:
    placeholder = (element.get("placeholder") or {}).get("text", "Choose…")
    none = tag("option", escape(str(placeholder)), value="")
    return tag("select", none, *options, class_="select", **_field(element, place))


def _names(element: Json, scope: Scope) -> list[dict[str, Any]]:
    """The people and channels a select offers, in the shape of static options."""
    if "users" in str(element["type"]):
        shown = dict(scope.people)
    else:
        shown = {id_: "#" + name for id_, name in scope.channels.items()}
    return [{"text": {"text": name}, "value": id_} for id_, name in shown.items()]


def _name_select(element: Json, place: Place) -> str:
    kind = str(element["type"]).removesuffix("s_select")
    first = element.get(f"initial_{kind}")
    options = [_option(o, [{"value": first}]) for o in _names(element, place.scope)]
    return _select(element, place, options)


def _name_multi(element: Json, place: Place) -> str:
    kind = str(element["type"]).removeprefix("multi_").removesuffix("_select")
    first = [{"value": value} for value in element.get(f"initial_{kind}", [])]
    return _choices(element, place, "checkbox", _names(element, place.scope), first)


def _static_multi(element: Json, place: Place) -> str:
    groups = [group.get("options", []) for group in element.get("option_groups", [])]
    options = [*element.get("options", []), *(option for group in groups for option in group)]
    return _choices(element, place, "checkbox", options, element.get("initial_options", []))


def _checkboxes(element: Json, place: Place) -> str:
    options, first = element.get("options", []), element.get("initial_options", [])
    return _choices(element, place, "checkbox", options, first)


def _radio_buttons(element: Json, place: Place) -> str:
    first = element.get("initial_option")
    return _choices(element, place, "radio", element.get("options", []), [first])


def _choices(
    element: Json, place: Place, kind: str, options: Iterable[Json], first: Sequence[Json | None]
) -> str:
    picked = {option["value"] for option in first if option}
    rows = [
        _choice(option, kind, f"{place.id_of(element)}/{index}", place, option["value"] in picked)
        for index, option in enumerate(options)
    ]
    named = {"aria_label": _spoken(element, place)}
    role = "radiogroup" if kind == "radio" else "group"
    look = "choices chips" if str(element["type"]).startswith("multi_") else "choices"
    return tag("div", *rows, class_=look, role=role, **_field(element, place) | named)


def _choice(option: Json, kind: str, id_: str, place: Place, picked: bool) -> str:
    group = id_.rpartition("/")[0]
    box = void("input", type=kind, id=id_, name=group, value=option["value"], checked=picked)
    more = text_of(option.get("description"), place.scope)
    words = text_of(option.get("text"), place.scope) + (tag("small", more) if more else "")
    return tag("label", box, tag("span", words), for_=id_, class_="choice")


def _overflow(element: Json, place: Place) -> str:
    items = [
        tag("button", text_of(option.get("text"), place.scope), type="button", role="menuitem",
            **_data(element, place, str(option.get("value", "")), str(option.get("url", ""))))
        for option in element.get("options", [])
    ]  # fmt: skip
    opener = tag("summary", "⋯", class_="button overflow", aria_label="More choices")
    return tag("details", opener, tag("div", *items, role="menu"), class_="menu",
               id=place.id_of(element))  # fmt: skip


def _plain_text_input(element: Json, place: Place) -> str:
    start = str(element.get("initial_value") or "")
    rules: dict[str, str | int | bool | None] = {
        "placeholder": (element.get("placeholder") or {}).get("text"),
        "maxlength": element.get("max_length"),
        "minlength": element.get("min_length"),
        "class_": "text",
        "autocomplete": "off",
        "autofocus": bool(element.get("focus_on_load")),
    }
    rules |= _field(element, place)
    if element.get("multiline"):
        # A textarea drops the first line break after its tag.
        return tag("textarea", "\n" + escape(start), rows=4, **rules)
    return void("input", type="text", value=start, **rules)


def _native(kind: str, initial: str) -> Callable[[Json, Place], str]:
    def render(element: Json, place: Place) -> str:
        start = element.get(initial)
        if initial == "initial_date_time" and start:
            moment = datetime.fromtimestamp(int(start), place.scope.zone)
            start = moment.strftime("%Y-%m-%dT%H:%M")
        attributes = _field(element, place)
        attributes["aria_label"] = _spoken(element, place)
        return void("input", type=kind, class_="text", value=start, **attributes)

    return render


def _image(element: Json, place: Place) -> str:
    """Nothing is fetched from outside, so a picture from elsewhere is shown by its words."""
    url, alt = str(element.get("image_url", "")), str(element.get("alt_text", ""))
    if url.startswith("data:image/"):
        return void("img", src=url, alt=alt)
    return tag("span", escape(alt or "picture"), role="img", aria_label=alt, class_="picture")


def _text_element(element: Json, place: Place) -> str:
    return tag("span", text_of(element, place.scope))


ELEMENTS: dict[str, Callable[[Json, Place], str]] = {
    "button": _button,
    "static_select": _static_select,
    "multi_static_select": _static_multi,
    "users_select": _name_select,
    "conversations_select": _name_select,
    "channels_select": _name_select,
    "multi_users_select": _name_multi,
    "multi_conversations_select": _name_multi,
    "multi_channels_select": _name_multi,
    "radio_buttons": _radio_buttons,
    "checkboxes": _checkboxes,
    "overflow": _overflow,
    "plain_text_input": _plain_text_input,
    "number_input": _native("number", "initial_value"),
    "datepicker": _native("date", "initial_date"),
    "timepicker": _native("time", "initial_time"),
    "datetimepicker": _native("datetime-local", "initial_date_time"),
    "image": _image,
    "mrkdwn": _text_element,
    "plain_text": _text_element,
}


def _element(element: Json, place: Place) -> str:
    render = ELEMENTS.get(str(element.get("type")))
    return render(element, place) if render else unknown_box(element.get("type"))


# --- blocks -----------------------------------------------------------------------------------


def _section(block: Json, place: Place) -> str:
    scope = place.scope
    words = text_of(block.get("text"), scope)
    fields = [tag("div", text_of(text, scope), class_="field") for text in block.get("fields", [])]
    body = tag("div", words) if words else ""
    body += tag("div", *fields, class_="fields") if fields else ""
    accessory = block.get("accessory")
    if not accessory:
        return tag("div", body, class_="section")
    named = replace(place, label=str((block.get("text") or {}).get("text", "")))
    aside = tag("div", _element(accessory, named), class_="accessory")
    return tag("div", tag("div", body, class_="section-body"), aside, class_="section")


def _header(block: Json, place: Place) -> str:
    return tag("h3", text_of(block.get("text"), place.scope), class_="header")


def _row(look: str) -> Callable[[Json, Place], str]:
    def render(block: Json, place: Place) -> str:
        return tag("div", *(_element(e, place) for e in block.get("elements", [])), class_=look)

    return render


def _divider(block: Json, place: Place) -> str:
    return void("hr")


def _input(block: Json, place: Place) -> str:
    element, base = block.get("element", {}), f"{place.scope.key}/{place.block_id}"
    label = str((block.get("label") or {}).get("text", ""))
    error, hint = place.scope.errors.get(place.block_id), block.get("hint")
    notes = [(error, "error"), (hint and str(hint.get("text", "")), "hint")]
    shown = [
        tag("p", plain(note), id=f"{base}/{kind}", class_=f"field-{kind}")
        for note, kind in notes
        if note
    ]
    described = " ".join(f"{base}/{kind}" for note, kind in notes if note)
    inner = replace(
        place, label=label, quiet=not block.get("dispatch_action"),
        described_by=described, invalid=bool(error),
    )  # fmt: skip
    optional = tag("span", " (optional)", class_="optional") if block.get("optional") else ""
    title = tag("label", escape(label), optional, for_=inner.id_of(element))
    look = "input invalid" if error else "input"
    return tag("div", title, _element(element, inner), *shown, class_=look)


def _image_block(block: Json, place: Place) -> str:
    title = text_of(block.get("title"), place.scope)
    caption = tag("figcaption", title) if title else ""
    return tag("figure", caption, _image(block, place))


def _rich_text(block: Json, place: Place) -> str:
    parts = [_rich(element, place.scope) for element in block.get("elements", [])]
    return tag("div", *parts, class_="rich-text")


def _table(block: Json, place: Place) -> str:
    settings = block.get("column_settings") or []
    rows = []
    for index, row in enumerate(block.get("rows", [])):
        cells = [
            tag("td" if index else "th", _cell(cell, place),
                class_=_align(settings, column), scope=None if index else "col")
            for column, cell in enumerate(row)
        ]  # fmt: skip
        rows.append(tag("tr", *cells))
    table = tag("table", *rows)
    return tag("div", table, class_="table", role="region", tabindex="0", aria_label="Table")


def _align(settings: Sequence[Json | None], column: int) -> str | None:
    setting = settings[column] if column < len(settings) else None
    return f"align-{setting['align']}" if setting and setting.get("align") else None


def _cell(cell: Json, place: Place) -> str:
    if cell.get("type") == "rich_text":
        return _rich_text(cell, place)
    if cell.get("type") in ("raw_text", "mrkdwn", "plain_text"):
        return text_of(cell, place.scope)
    return unknown_box(cell.get("type"))


BLOCKS: dict[str, Callable[[Json, Place], str]] = {
    "section": _section,
    "header": _header,
    "context": _row("context"),
    "divider": _divider,
    "actions": _row("actions"),
    "input": _input,
    "image": _image_block,
    "rich_text": _rich_text,
    "table": _table,
}


def render_blocks(blocks: Iterable[Json], *, scope: Scope) -> str:
    """Blocks of a message, a modal or a Home as HTML."""
    return "".join(_block(block, index, scope) for index, block in enumerate(blocks))


def _block(block: Json, index: int, scope: Scope) -> str:
    block_id = str(block.get("block_id") or index)
    kind = str(block.get("type"))
    render = BLOCKS.get(kind)
    inner = render(block, Place(scope, block_id)) if render else unknown_box(kind)
    return tag("div", inner, class_="block", data_block=block_id, data_kind=kind)


# --- views ------------------------------------------------------------------------------------


def render_view(view: Json, scope: Scope = NOWHERE) -> str:
    """A modal as a form, or a Home as a pane."""
    view_id = str(view.get("id", ""))
    blocks = render_blocks(view.get("blocks", []), scope=replace(scope, key=f"v/{view_id}"))
    if view.get("type") == "home":
        return tag("div", blocks, class_="home", data_view_id=view_id)
    return _modal(view, view_id, blocks)


def _modal(view: Json, view_id: str, blocks: str) -> str:
    title = tag("h2", text_of(view.get("title"), NOWHERE), id="modal-title")
    leave = str((view.get("close") or {}).get("text") or "Cancel")
    cross = tag("button", "✕", type="button", class_="icon", data_do="close", aria_label="Close")
    close = tag("button", escape(leave), type="button", class_="button", data_do="close")
    send = text_of(view.get("submit"), NOWHERE)
    submit = tag("button", send, type="submit", class_="button primary") if send else ""
    return tag(
        "form",
        tag("header", title, cross),
        tag("div", blocks, class_="modal-body"),
        tag("footer", close, submit),
        class_="modal", id=f"view-{view_id}", data_view_id=view_id, novalidate=True,
    )  # fmt: skip


# --- messages ---------------------------------------------------------------------------------


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


def moment_of(ts: str | int, zone: tzinfo) -> datetime:
    """When a message was sent, on the reader's clock."""
    return datetime.fromtimestamp(float(ts), zone)


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
    return shown + (tag("small", "(edited)", class_="edited") if changed else "")


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
        words = _entities(message.text)
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
