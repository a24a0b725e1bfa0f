"""What can be tapped, chosen and typed in, and what stands inside a block beside it."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

from bot.playground.html.tags import Json, tag, unknown_box, void
from bot.playground.html.text import Scope, text_of


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
        return tag("textarea", "\n" + escape(start), rows=3, **rules)
    return void("input", type="text", value=start, **rules)


def _native(kind: str, initial: str) -> Callable[[Json, Place], str]:
    def render(element: Json, place: Place) -> str:
        start = element.get(initial)
        if initial == "initial_date_time" and start:
            moment = datetime.fromtimestamp(int(start), place.scope.zone)
            start = moment.strftime("%Y-%m-%dT%H:%M")
        attributes = _field(element, place)
        attributes["aria_label"] = _spoken(element, place)
        field = void("input", type=kind, class_="text", value=start, **attributes)
        said = text_of(element["placeholder"], place.scope) if "placeholder" in element else ""
        # A browser shows no placeholder in a calendar; Slack does.
        return field if start or not said else tag("span", said, field, class_="picker")

    return render


def image(element: Json, place: Place) -> str:
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
    "image": image,
    "mrkdwn": _text_element,
    "plain_text": _text_element,
}


def element_of(element: Json, place: Place) -> str:
    """Any element, as its type says."""
    render = ELEMENTS.get(str(element.get("type")))
    return render(element, place) if render else unknown_box(element.get("type"))
