"""Block Kit elements, built the same wherever they stand."""

from bot.views.text import Block, plain_text
from coaching.words import Words

MAX_LABEL = 75
"""Characters on a button or an option."""


def button(label: str, action_id: str, value: str = "") -> Block:
    """A tap."""
    element = {"type": "button", "action_id": action_id, "text": plain_text(label[:MAX_LABEL])}
    return element | ({"value": value} if value else {})


def primary(element: Block) -> Block:
    """The button that leads on."""
    return element | {"style": "primary"}


def option(label: str, value: str) -> Block:
    """One of several to choose from."""
    return {"text": plain_text(label[:MAX_LABEL]), "value": value}


def choose(kind: str, options: list[Block], *chosen: str) -> Block:
    """A menu, radio buttons or checkboxes; ``chosen`` are the values that are chosen already."""
    element: Block = {"type": kind, "options": options}
    initial = [one for one in options if one["value"] in chosen]
    if initial and kind == "checkboxes":
        element["initial_options"] = initial
    elif initial:
        element["initial_option"] = initial[0]
    return element


def confirm(key: str, words: Words) -> Block:
    """What Slack asks before a tap counts; its words stand at ``key``."""
    names = {"title": "title", "text": "text", "confirm": "yes", "deny": "no"}
    sure = {part: plain_text(words.text(f"{key}.{name}")) for part, name in names.items()}
    return {**sure, "style": "danger"}


def actions(*elements: Block) -> Block:
    """Elements side by side."""
    return {"type": "actions", "elements": list(elements)}


def context(text: str) -> Block:
    """A line in small print."""
    return {"type": "context", "elements": [plain_text(text)]}


def answered(label: str) -> Block:
    """What was tapped, where the taps were."""
    return context(f"✓ {label}")
