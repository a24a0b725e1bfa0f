"""Which blocks, elements and views there are, what each may hold and how much: tables only.

Numbers are characters or items. The tables say what Slack accepts on
docs.slack.dev/reference/block-kit, narrowed to what the product and its newcomers meet; where the
pages leave room, the narrower reading is taken. `bot.playground.blocks` walks them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Surface = Literal["message", "modal", "home"]
EVERYWHERE: tuple[Surface, ...] = ("message", "modal", "home")


@dataclass(frozen=True)
class Text:
    """A text object: plain_text, and mrkdwn unless `plain`."""

    most: int
    plain: bool = False


@dataclass(frozen=True)
class String:
    most: int
    least: int = 0
    choices: tuple[str, ...] = ()
    pattern: str = ""


@dataclass(frozen=True)
class Flag:
    pass


@dataclass(frozen=True)
class Number:
    least: int = 0
    most: int = 10**12


@dataclass(frozen=True)
class Many:
    """A list of `least` to `most` items, each following `of`."""

    of: Rule
    least: int
    most: int


@dataclass(frozen=True)
class Typed:
    """An object whose "type" must be one of `names`; `what` says which table describes them."""

    what: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Shape:
    """An object: its keys, those that must be there, and the surfaces it may stand on."""

    keys: Mapping[str, Rule]
    needs: tuple[str, ...] = ()
    needs_one_of: tuple[str, ...] = ()
    surfaces: tuple[Surface, ...] = EVERYWHERE


Rule = Text | String | Flag | Number | Many | Typed | Shape

ID = String(255, least=1)
URL = String(3000, least=1, pattern=r"https?://\S+")
DATE = String(10, pattern=r"\d{4}-\d{2}-\d{2}")
TIME = String(5, pattern=r"[0-2]\d:[0-5]\d")
STYLE = String(10, choices=("primary", "danger"))
PLACEHOLDER = Text(150, plain=True)

CONFIRM = Shape(
    {
        "title": Text(100, plain=True),
        "text": Text(300, plain=True),
        "confirm": Text(30, plain=True),
        "deny": Text(30, plain=True),
        "style": STYLE,
    },
    needs=("title", "text", "confirm", "deny"),
)
VALUE = String(150, least=1)
OPTION = Shape(
    {"text": Text(75, plain=True), "value": VALUE, "description": Text(75, plain=True)},
    needs=("text", "value"),
)
RICH_OPTION = Shape(
    {"text": Text(75), "value": VALUE, "description": Text(75)}, needs=("text", "value")
)
MENU_OPTION = Shape({**OPTION.keys, "url": URL}, needs=("text", "value"))
OPTION_GROUP = Shape(
    {"label": Text(75, plain=True), "options": Many(OPTION, 1, 100)}, needs=("label", "options")
)
DISPATCH = Shape(
    {
        "trigger_actions_on": Many(
            String(30, choices=("on_enter_pressed", "on_character_entered")), 1, 2
        )
    }
)
FILTER = Shape(
    {
        "include": Many(String(10, choices=("im", "mpim", "private", "public")), 1, 4),
        "exclude_external_shared_channels": Flag(),
        "exclude_bot_users": Flag(),
    },
    needs_one_of=("include", "exclude_external_shared_channels", "exclude_bot_users"),
)


def element(
    keys: Mapping[str, Rule],
    *needs: str,
    one_of: tuple[str, ...] = (),
    surfaces: tuple[Surface, ...] = EVERYWHERE,
) -> Shape:
    """An interactive element: the keys all have in common, and its own."""
    common: dict[str, Rule] = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": Flag()}
    return Shape({**common, **keys}, needs, one_of, surfaces)


def select(keys: Mapping[str, Rule], *needs: str, one_of: tuple[str, ...] = ()) -> Shape:
    return element({"placeholder": PLACEHOLDER, **keys}, *needs, one_of=one_of)


OPTIONS: Mapping[str, Rule] = {
    "options": Many(OPTION, 1, 100),
    "option_groups": Many(OPTION_GROUP, 1, 100),
}
TEN: Mapping[str, Rule] = {"options": Many(RICH_OPTION, 1, 10)}
MANY_IDS = Many(ID, 1, 100)
MOST = Number(1, 100)
TYPED_TEXT: Mapping[str, Rule] = {"placeholder": PLACEHOLDER, "dispatch_action_config": DISPATCH}

ELEMENTS: Mapping[str, Shape] = {
    "button": Shape(
        {
            "text": Text(75, plain=True),
            "action_id": ID,
            "url": URL,
            "value": String(2000, least=1),
            "style": STYLE,
            "confirm": CONFIRM,
            "accessibility_label": String(75, least=1),
        },
        needs=("text",),
    ),
    "static_select": select(
        {**OPTIONS, "initial_option": OPTION}, one_of=("options", "option_groups")
    ),
    "multi_static_select": select(
        {**OPTIONS, "initial_options": Many(OPTION, 1, 100), "max_selected_items": MOST},
        one_of=("options", "option_groups"),
    ),
    "users_select": select({"initial_user": ID}),
    "multi_users_select": select({"initial_users": MANY_IDS, "max_selected_items": MOST}),
    "channels_select": select({"initial_channel": ID, "response_url_enabled": Flag()}),
    "multi_channels_select": select({"initial_channels": MANY_IDS, "max_selected_items": MOST}),
    "conversations_select": select(
        {
            "initial_conversation": ID,
            "default_to_current_conversation": Flag(),
            "response_url_enabled": Flag(),
            "filter": FILTER,
        }
    ),
    "multi_conversations_select": select(
        {
            "initial_conversations": MANY_IDS,
            "default_to_current_conversation": Flag(),
            "max_selected_items": MOST,
            "filter": FILTER,
        }
    ),
    "overflow": Shape(
        {"action_id": ID, "options": Many(MENU_OPTION, 1, 5), "confirm": CONFIRM},
        needs=("options",),
    ),
    "radio_buttons": element({**TEN, "initial_option": RICH_OPTION}, "options"),
    "checkboxes": element({**TEN, "initial_options": Many(RICH_OPTION, 1, 10)}, "options"),
    "datepicker": select({"initial_date": DATE}),
    "timepicker": select({"initial_time": TIME, "timezone": String(100, least=1)}),
    "datetimepicker": element(
        {"initial_date_time": Number(10**9, 10**10 - 1)}, surfaces=("message", "modal")
    ),
    "plain_text_input": element(
        {
            **TYPED_TEXT,
            "initial_value": String(3000),
            "multiline": Flag(),
            "min_length": Number(0, 3000),
            "max_length": Number(1, 3000),
        }
    ),
    "number_input": element(
        {
            **TYPED_TEXT,
            "is_decimal_allowed": Flag(),
            "initial_value": String(100),
            "min_value": String(100),
            "max_value": String(100),
        },
        "is_decimal_allowed",
        surfaces=("modal",),
    ),
    "image": Shape(
        {"image_url": URL, "alt_text": String(2000, least=1)}, needs=("image_url", "alt_text")
    ),
}

PICKERS = ("datepicker", "timepicker")
SINGLE = ("static_select", "users_select", "channels_select", "conversations_select")
MULTI = tuple(f"multi_{name}" for name in SINGLE)
CHOOSERS = ("radio_buttons", "checkboxes", "datetimepicker", *PICKERS, *SINGLE)
IN_ACTIONS = ("button", "overflow", *CHOOSERS)
IN_SECTION = ("image", *MULTI, *(name for name in IN_ACTIONS if name != "datetimepicker"))
IN_INPUT = ("plain_text_input", "number_input", *CHOOSERS, *MULTI)

WORDS_STYLE = Shape({name: Flag() for name in ("bold", "italic", "strike", "code", "underline")})
WORDS: Mapping[str, Shape] = {
    "text": Shape({"text": String(3000, least=1), "style": WORDS_STYLE}, needs=("text",)),
    "link": Shape(
        {"url": URL, "text": String(3000), "style": WORDS_STYLE, "unsafe": Flag()}, needs=("url",)
    ),
    "emoji": Shape({"name": ID, "unicode": ID, "style": WORDS_STYLE}, needs=("name",)),
    "user": Shape({"user_id": ID, "style": WORDS_STYLE}, needs=("user_id",)),
    "channel": Shape({"channel_id": ID, "style": WORDS_STYLE}, needs=("channel_id",)),
    "broadcast": Shape(
        {"range": String(10, choices=("here", "channel", "everyone"))}, needs=("range",)
    ),
    "date": Shape(
        {"timestamp": Number(), "format": ID, "url": URL, "fallback": ID},
        needs=("timestamp", "format"),
    ),
}
WORD_RUN = Many(Typed("word", tuple(WORDS)), 0, 1000)
RICH: Mapping[str, Shape] = {
    "rich_text_section": Shape({"elements": WORD_RUN}, needs=("elements",)),
    "rich_text_list": Shape(
        {
            "elements": Many(Typed("rich", ("rich_text_section",)), 1, 1000),
            "style": String(10, choices=("bullet", "ordered")),
            "indent": Number(0, 8),
            "offset": Number(),
            "border": Number(0, 1),
        },
        needs=("elements", "style"),
    ),
    "rich_text_quote": Shape({"elements": WORD_RUN, "border": Number(0, 1)}, needs=("elements",)),
    "rich_text_preformatted": Shape(
        {"elements": WORD_RUN, "border": Number(0, 1)}, needs=("elements",)
    ),
}


def block(
    keys: Mapping[str, Rule],
    *needs: str,
    one_of: tuple[str, ...] = (),
    surfaces: tuple[Surface, ...] = EVERYWHERE,
) -> Shape:
    return Shape({"block_id": ID, **keys}, needs, one_of, surfaces)


BLOCKS: Mapping[str, Shape] = {
    "section": block(
        {
            "text": Text(3000),
            "fields": Many(Text(2000), 1, 10),
            "accessory": Typed("element", IN_SECTION),
            "expand": Flag(),
        },
        one_of=("text", "fields"),
    ),
    "header": block({"text": Text(150, plain=True)}, "text"),
    "divider": block({}),
    "context": block(
        {"elements": Many(Typed("context item", ("plain_text", "mrkdwn", "image")), 1, 10)},
        "elements",
    ),
    "actions": block({"elements": Many(Typed("element", IN_ACTIONS), 1, 25)}, "elements"),
    "input": block(
        {
            "label": Text(2000, plain=True),
            "element": Typed("element", IN_INPUT),
            "hint": Text(2000, plain=True),
            "optional": Flag(),
            "dispatch_action": Flag(),
        },
        "label",
        "element",
    ),
    "image": block(
        {"image_url": URL, "alt_text": String(2000, least=1), "title": Text(2000, plain=True)},
        "image_url",
        "alt_text",
    ),
    "rich_text": block({"elements": Many(Typed("rich", tuple(RICH)), 1, 1000)}, "elements"),
    "markdown": block({"text": String(12000, least=1)}, "text", surfaces=("message",)),
}

TABLES: Mapping[str, Mapping[str, Shape]] = {
    "block": BLOCKS,
    "element": ELEMENTS,
    "context item": {"image": ELEMENTS["image"]},
    "word": WORDS,
    "rich": RICH,
}

ANY_BLOCK = Typed("block", tuple(BLOCKS))
VIEW_KEYS: Mapping[str, Rule] = {
    "type": String(10),
    "blocks": Many(ANY_BLOCK, 1, 100),
    "private_metadata": String(3000),
    "callback_id": String(255),
    "external_id": String(255),
}
SURFACES: Mapping[Surface, Shape] = {
    "message": Shape({"blocks": Many(ANY_BLOCK, 0, 50)}),
    "home": Shape(VIEW_KEYS, needs=("type", "blocks")),
    "modal": Shape(
        {
            **VIEW_KEYS,
            "title": Text(24, plain=True),
            "submit": Text(24, plain=True),
            "close": Text(24, plain=True),
            "clear_on_close": Flag(),
            "notify_on_close": Flag(),
            "submit_disabled": Flag(),
        },
        needs=("type", "title", "blocks"),
    ),
}
