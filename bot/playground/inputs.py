"""What people put into inputs: the state each element has, and what Slack's clients check.

State is Slack's: `{"type": "static_select", "selected_option": {...}}`, empty ones included
(docs.slack.dev/reference/interaction-payloads/view-interactions-payload).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from typing import Any

from bot.playground.blocks import elements_of, options_of

Json = dict[str, Any]
Draft = Mapping[tuple[str, str], Json]

STATE_KEY: Mapping[str, str] = {
    "plain_text_input": "value",
    "number_input": "value",
    "static_select": "selected_option",
    "radio_buttons": "selected_option",
    "multi_static_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
TEXT_INPUTS = ("plain_text_input", "number_input")
LISTS = tuple(name for name, key in STATE_KEY.items() if key.endswith("s"))
FORMS = {
    "selected_date": r"\d{4}-\d{2}-\d{2}",
    "selected_time": r"[0-2]\d:[0-5]\d",
    "selected_date_time": r"\d{10}",
}


class NotThereError(LookupError):
    """A person cannot do this: what they reach for is not on their screen."""


def stored(body: Json, new_id: Callable[[str], str]) -> Json:
    """A message's or view's body as Slack keeps it: ids made up where none were given.

    `new_id` gives a fresh string for a prefix. Plain texts come back with `emoji`, as from Slack.
    """
    kept = deepcopy(body)
    for block in kept.get("blocks") or []:
        block.setdefault("block_id", new_id("b"))
        for _, element in elements_of(block):
            element.setdefault("action_id", new_id("a"))
    _spell_out(kept)
    return kept


def _spell_out(value: Any) -> None:
    if isinstance(value, dict):
        if value.get("type") == "plain_text":
            value.setdefault("emoji", True)
        elif value.get("type") == "mrkdwn":
            value.setdefault("verbatim", False)
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            _spell_out(inner)


def find_element(blocks: Iterable[Json], block_id: str, action_id: str) -> tuple[Json, Json]:
    """The block and the element in it. Raises NotThereError naming what there is instead."""
    there: list[str] = []
    for block in blocks:
        for _, element in elements_of(block):
            if (block["block_id"], element["action_id"]) == (block_id, action_id):
                return block, element
            there.append(f"{block['block_id']}/{element['action_id']}")
    offered = ", ".join(there) or "nothing"
    raise NotThereError(f"There is no {block_id}/{action_id}, only: {offered}")


def start_of(element: Json) -> Json:
    """The state an element has before anybody touches it."""
    key = STATE_KEY[element["type"]]
    initial = "initial_value" if key == "value" else key.replace("selected", "initial")
    return {
        "type": element["type"],
        key: element.get(initial, [] if element["type"] in LISTS else None),
    }


def _option(element: Json, value: str) -> Json:
    for option in options_of(element):
        if option.get("value") == value:
            return option
    offered = ", ".join(str(option.get("value")) for option in options_of(element))
    raise NotThereError(f"{value!r} is no option of {element['action_id']}, only: {offered}")


def choice(element: Json, value: Any) -> Json:
    """The state after a person chose or typed `value`; None clears it.

    `value` is an option's value, an id, a text, "2026-03-30", "09:00" or seconds since 1970; for
    an element of many, a list of these. Raises NotThereError for what is not on offer.
    """
    kind = element["type"]
    key = "selected_option" if kind == "overflow" else STATE_KEY[kind]
    if kind in LISTS:
        chosen = list(value or [])
        if key == "selected_options":
            chosen = [_option(element, entry) for entry in chosen]
        return {"type": kind, key: chosen}
    if value is not None and key == "selected_option":
        value = _option(element, value)
    elif value is not None and key in FORMS and not re.fullmatch(FORMS[key], str(value)):
        raise NotThereError(f"{value!r} cannot be picked in a {kind}")
    return {"type": kind, key: value if value != "" else None}


def state_values(blocks: Iterable[Json], draft: Draft) -> dict[str, Json]:
    """`state.values`: every input on the screen, as touched in `draft` or as it started."""
    values: dict[str, Json] = {}
    for block in blocks:
        for _, element in elements_of(block):
            if element["type"] in STATE_KEY:
                place = (block["block_id"], element["action_id"])
                state = draft.get(place) or start_of(element)
                values.setdefault(place[0], {})[place[1]] = state
    return values


def client_errors(blocks: Iterable[Json], values: Mapping[str, Json]) -> dict[str, str]:
    """What Slack's own client refuses before the app is asked: block_id -> sentence."""
    errors: dict[str, str] = {}
    for block in blocks:
        if block["type"] == "input":
            element = block["element"]
            state = values[block["block_id"]][element["action_id"]]
            given = state[STATE_KEY[element["type"]]]
            if sentence := _refusal(element, given, bool(block.get("optional"))):
                errors[block["block_id"]] = sentence
    return errors


def _refusal(element: Json, given: Any, optional: bool) -> str | None:
    if not given and given != 0:
        return None if optional else "Please complete this required field."
    if element["type"] == "plain_text_input":
        shortest, longest = element.get("min_length", 0), element.get("max_length", 3000)
        if len(given) < shortest:
            return f"Please enter at least {shortest} characters."
        if len(given) > longest:
            return f"Please enter no more than {longest} characters."
    if element["type"] == "number_input":
        return _number_refusal(element, given)
    if isinstance(given, list) and len(given) > element.get("max_selected_items", len(given)):
        return f"Please choose no more than {element['max_selected_items']}."
    return None


def _number_refusal(element: Json, given: str) -> str | None:
    decimals = r"(\.\d+)?" if element["is_decimal_allowed"] else ""
    if not re.fullmatch(rf"-?\d+{decimals}", given):
        return "Please enter a number."
    if float(given) < float(element.get("min_value", given)):
        return f"Please enter at least {element['min_value']}."
    if float(given) > float(element.get("max_value", given)):
        return f"Please enter no more than {element['max_value']}."
    return None
