"""The Block Kit check: one function that refuses all that Slack refuses, and says where and why.

Used by the small Slack for every message and view it is sent, and by the tests of every screen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from bot.playground.grammar import (
    SURFACES,
    TABLES,
    Flag,
    Many,
    Number,
    Rule,
    Shape,
    String,
    Surface,
    Text,
    Typed,
)

Json = dict[str, Any]


def problems(payload: Json, surface: Surface) -> list[str]:
    """Every reason why Slack would refuse `payload`, as "/blocks/0/text: sentence"; [] if none.

    A message is checked for `text` and `blocks` alone, a view ("modal", "home") as a whole.
    Shapes and limits: docs.slack.dev/reference/block-kit.
    """
    shape = SURFACES[surface]
    if surface == "message":
        found = list(_message(payload, shape))
    else:
        found = [*_type_is(payload, surface), *_shape(shape, payload, "", surface)]
    blocks = payload.get("blocks")
    if not isinstance(blocks, list):
        return found
    whole = [entry for entry in blocks if isinstance(entry, dict)]
    return [*found, *_ids(whole), *_focus(whole), *_inputs(payload, whole, surface)]


def _message(payload: Json, shape: Shape) -> Iterator[str]:
    text = payload.get("text")
    if not isinstance(text, str) or not text.strip():
        yield "/text: a message needs text: it is the notification and what a screen reader reads"
    if "blocks" in payload:
        yield from _rule(shape.keys["blocks"], payload["blocks"], "/blocks", "message")


def _type_is(payload: Json, surface: Surface) -> Iterator[str]:
    if payload.get("type") != surface:
        yield f"/type: must be {surface}"


def _rule(rule: Rule, value: Any, path: str, surface: Surface) -> Iterator[str]:
    match rule:
        case Text():
            yield from _text(rule, value, path)
        case String():
            yield from _string(rule, value, path)
        case Number():
            yield from _number(rule, value, path)
        case Flag():
            if not isinstance(value, bool):
                yield f"{path}: must be true or false"
        case Many():
            yield from _many(rule, value, path, surface)
        case Typed():
            yield from _typed(rule, value, path, surface)
        case Shape():
            yield from _shape(rule, value, path, surface)


def _text(rule: Text, value: Any, path: str) -> Iterator[str]:
    kinds = ("plain_text",) if rule.plain else ("plain_text", "mrkdwn")
    if not isinstance(value, dict) or value.get("type") not in kinds:
        yield f"{path}: must be a text object of type {' or '.join(kinds)}"
        return
    option = "emoji" if value["type"] == "plain_text" else "verbatim"
    yield from _unknown(value, {"type", "text", option}, path)
    if not isinstance(value.get(option, False), bool):
        yield f"{path}/{option}: must be true or false"
    yield from _string(String(rule.most, least=1), value.get("text"), f"{path}/text")


def _string(rule: String, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{path}: must be a string"
    elif len(value) > rule.most:
        yield f"{path}: must be less than {rule.most + 1} characters"
    elif len(value) < rule.least or (rule.least and not value.strip()):
        yield f"{path}: must not be empty"
    elif rule.choices and value not in rule.choices:
        yield f"{path}: must be one of {', '.join(rule.choices)}"
    elif rule.pattern and not re.fullmatch(rule.pattern, value):
        yield f"{path}: has the wrong form"


def _number(rule: Number, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield f"{path}: must be a whole number"
    elif not rule.least <= value <= rule.most:
        yield f"{path}: must be from {rule.least} to {rule.most}"


def _many(rule: Many, value: Any, path: str, surface: Surface) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path}: must be a list"
        return
    if len(value) < rule.least:
        yield f"{path}: must have at least {rule.least} items"
    if len(value) > rule.most:
        yield f"{path}: must have no more than {rule.most} items"
    for place, item in enumerate(value):
        yield from _rule(rule.of, item, f"{path}/{place}", surface)


def _typed(rule: Typed, value: Any, path: str, surface: Surface) -> Iterator[str]:
    name = value.get("type") if isinstance(value, dict) else None
    if not isinstance(name, str) or name not in rule.names:
        yield f"{path}: unsupported type {name!r} for a {rule.what} here"
    elif name in ("plain_text", "mrkdwn"):
        yield from _text(Text(3000), value, path)
    else:
        shape = TABLES[rule.what][name]
        if surface not in shape.surfaces:
            yield f"{path}: {name} is not allowed in a {surface}"
        yield from _shape(shape, value, path, surface, also=("type",))
        yield from _sense(value, path)


def _shape(
    shape: Shape, value: Any, path: str, surface: Surface, also: tuple[str, ...] = ()
) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: must be an object"
        return
    yield from _unknown(value, {*shape.keys, *also}, path)
    for key in shape.needs:
        if key not in value:
            yield f"{path}/{key}: is missing"
    if shape.needs_one_of and not any(key in value for key in shape.needs_one_of):
        yield f"{path}: needs {' or '.join(shape.needs_one_of)}"
    for key, rule in shape.keys.items():
        if key in value:
            yield from _rule(rule, value[key], f"{path}/{key}", surface)


def _unknown(value: Json, known: Iterable[str], path: str) -> Iterator[str]:
    for key in value:
        if key not in known:
            yield f"{path}/{key}: unknown key"


def _objects(value: Any) -> list[Json]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def options_of(element: Json) -> list[Json]:
    """All options of a menu or a choice, groups flattened."""
    grouped = [_objects(group.get("options")) for group in _objects(element.get("option_groups"))]
    return [*_objects(element.get("options")), *(option for group in grouped for option in group)]


def _sense(element: Json, path: str) -> Iterator[str]:
    """What no single key shows: choices that are no options, lengths that exclude each other."""
    if "options" in element and "option_groups" in element:
        yield f"{path}: options and option_groups exclude each other"
    options = options_of(element)
    chosen = element.get("initial_options", [])
    initial = [element["initial_option"]] if "initial_option" in element else chosen
    if isinstance(initial, list) and any(entry not in options for entry in initial):
        yield f"{path}: an initial option must be one of the options, key for key"
    values = [option.get("value") for option in options]
    if len(values) != len({str(value) for value in values}):
        yield f"{path}/options: two options have the same value"
    shortest, longest = element.get("min_length"), element.get("max_length")
    if isinstance(shortest, int) and isinstance(longest, int) and shortest > longest:
        yield f"{path}/min_length: must not be more than max_length"


def elements_of(block: Json) -> list[tuple[str, Json]]:
    """The interactive elements of one block with the path inside it."""
    found: list[tuple[str, Any]] = []
    if block.get("type") == "actions" and isinstance(block.get("elements"), list):
        found = [(f"elements/{n}", entry) for n, entry in enumerate(block["elements"])]
    elif block.get("type") == "section" and "accessory" in block:
        found = [("accessory", block["accessory"])]
    elif block.get("type") == "input" and "element" in block:
        found = [("element", block["element"])]
    return [
        (path, entry)
        for path, entry in found
        if isinstance(entry, dict) and entry.get("type") != "image"
    ]


def _ids(blocks: list[Json]) -> Iterator[str]:
    seen: set[str] = set()
    for place, block in enumerate(blocks):
        if (block_id := str(block.get("block_id", f"\0{place}"))) in seen:
            yield f"/blocks/{place}/block_id: {block_id} is used twice"
        seen.add(block_id)
        actions: set[str] = set()
        for path, element in elements_of(block):
            action_id = str(element.get("action_id", f"\0{path}"))
            if action_id in actions:
                yield f"/blocks/{place}/{path}/action_id: {action_id} is used twice in its block"
            actions.add(action_id)


def _focus(blocks: list[Json]) -> Iterator[str]:
    focused = [
        f"/blocks/{place}/{path}/focus_on_load: only one element may ask for the focus"
        for place, block in enumerate(blocks)
        for path, element in elements_of(block)
        if element.get("focus_on_load") is True
    ]
    yield from focused[1:]


def _inputs(payload: Json, blocks: list[Json], surface: Surface) -> Iterator[str]:
    has_input = any(block.get("type") == "input" for block in blocks)
    if surface == "modal" and has_input and "submit" not in payload:
        yield "/submit: a modal with an input needs a submit"
    markdown = sum(len(str(b.get("text", ""))) for b in blocks if b.get("type") == "markdown")
    if surface == "message" and markdown > 12000:
        yield "/blocks: all markdown blocks together must be less than 12001 characters"
