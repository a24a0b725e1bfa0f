"""Blocks, and the modals and Homes made of them.

Whatever this page cannot draw is shown as a box with its type, so that nothing the app sends is
ever silently missing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from html import escape

from bot.playground.html.elements import Place, element_of, image
from bot.playground.html.rich_text import rich
from bot.playground.html.tags import Json, tag, unknown_box, void
from bot.playground.html.text import NOWHERE, Scope, plain, text_of


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
    aside = tag("div", element_of(accessory, named), class_="accessory")
    return tag("div", tag("div", body, class_="section-body"), aside, class_="section")


def _header(block: Json, place: Place) -> str:
    return tag("h3", text_of(block.get("text"), place.scope), class_="header")


def _row(look: str) -> Callable[[Json, Place], str]:
    def render(block: Json, place: Place) -> str:
        return tag("div", *(element_of(e, place) for e in block.get("elements", [])), class_=look)

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
    return tag("div", title, element_of(element, inner), *shown, class_=look)


def _image_block(block: Json, place: Place) -> str:
    title = text_of(block.get("title"), place.scope)
    caption = tag("figcaption", title) if title else ""
    return tag("figure", caption, image(block, place))


def _rich_text(block: Json, place: Place) -> str:
    parts = [rich(element, place.scope) for element in block.get("elements", [])]
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
