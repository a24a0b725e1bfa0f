"""What forms are made of, and what stands in their fields."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.views.elements import choose, option
from bot.views.text import Block, Body, plain_text
from coaching.when import weekday_name
from coaching.words import Words

Values = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""``view.state.values``: block id, action id, what stands there."""


class Wrong(ValueError):
    """A form that cannot be taken. ``errors`` maps block ids to a sentence each."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


def modal(words: Words, name: str, about: str, blocks: list[Block]) -> Body:
    """A form; ``about`` comes back with it."""
    return {
        "type": "modal",
        "callback_id": name,
        "private_metadata": about,
        "title": plain_text(words.text(f"form.{name}.title")),
        "submit": plain_text(words.text(f"form.{name}.submit")),
        "close": plain_text(words.text(f"form.{name}.close")),
        "blocks": blocks,
    }


def field(block: str, label: str, element: Block, *, optional: bool = False) -> Block:
    """An element to fill in."""
    return {
        "type": "input",
        "block_id": block,
        "label": plain_text(label),
        "optional": optional,
        "element": {**element, "action_id": block},
    }


def text_input(limit: int, initial: str = "", hint: str = "", *, long: bool = False) -> Block:
    """A field to write in, of so many characters at the most."""
    element: Block = {"type": "plain_text_input", "max_length": limit, "multiline": long}
    if initial:
        element["initial_value"] = initial[:limit]
    if hint:
        element["placeholder"] = plain_text(hint)
    return element


def moment(initial: datetime | None) -> Block:
    """A day and a time to pick."""
    element: Block = {"type": "datetimepicker"}
    if initial:
        element["initial_date_time"] = int(initial.timestamp())
    return element


def menu(form: str, name: str, options: list[Block], chosen: str, words: Words) -> Block:
    """One of several to choose from."""
    return field(name, words.text(f"form.{form}.{name}"), choose("static_select", options, chosen))


def weekdays(words: Words) -> list[Block]:
    """Monday to Sunday, 1 to 7."""
    return [option(weekday_name(day, words), str(day)) for day in range(1, 8)]


# what stands there


def _at(values: Values, block: str) -> Mapping[str, Any]:
    return values.get(block, {}).get(block, {})


def typed(values: Values, block: str) -> str:
    """What was written."""
    return (_at(values, block).get("value") or "").strip()


def selected(values: Values, block: str) -> str:
    """The value of what was chosen."""
    option = _at(values, block).get("selected_option")
    return option["value"] if option else ""


def ticked(values: Values, block: str) -> tuple[str, ...]:
    """The values of the boxes that were ticked."""
    return tuple(one["value"] for one in _at(values, block).get("selected_options") or ())


def selected_moment(values: Values, block: str) -> datetime | None:
    """The moment that was picked."""
    seconds = _at(values, block).get("selected_date_time")
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
