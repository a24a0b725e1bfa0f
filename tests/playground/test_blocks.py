"""The Block Kit check: everything Slack takes, and one of everything it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.blocks import problems
from bot.playground.grammar import BLOCKS, ELEMENTS, RICH, WORDS
from bot.playground.server import SmallSlack

Json = dict[str, Any]
IMAGE = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A chart"}


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def options(count: int, **more: Any) -> list[Json]:
    return [{"text": plain(f"Choice {n}"), "value": f"v{n}", **more} for n in range(count)]


def section(**more: Any) -> Json:
    return {"type": "section", "text": mrkdwn("x"), **more}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain("Yes"), "action_id": "yes", **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def menu(kind: str = "static_select", count: int = 2, **more: Any) -> Json:
    return {"type": kind, "action_id": "choose", "options": options(count), **more}


def typed(**more: Any) -> Json:
    return {"type": "plain_text_input", "action_id": "typed", **more}


def question(element: Json, **more: Any) -> Json:
    return {"type": "input", "label": plain("What?"), "element": element, **more}


def modal(*blocks: Json, **more: Any) -> Json:
    title, submit = plain("A form"), plain("Send")
    return {"type": "modal", "title": title, "submit": submit, "blocks": list(blocks), **more}


def confirm(**more: Any) -> Json:
    texts = {name: plain(name) for name in ("title", "text", "confirm", "deny")}
    return texts | more


def words(*elements: Json) -> Json:
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": list(elements)}],
    }


REFUSED: list[tuple[str, Json, str]] = [
    ("an unknown block", {"type": "chart"}, "/blocks/0: unsupported type 'chart'"),
    ("no block at all", "text", "/blocks/0: unsupported type None"),  # type: ignore[list-item]
    ("an unknown key", section(colour="red"), "/blocks/0/colour: unknown key"),
    ("an unknown element", actions({"type": "slider"}), "unsupported type 'slider'"),
    ("an empty section", {"type": "section"}, "needs text or fields"),
    ("empty text", section(text=mrkdwn("")), "/blocks/0/text/text: must not be empty"),
    ("blank text", section(text=mrkdwn(" \n")), "/blocks/0/text/text: must not be empty"),
    ("a bare string for text", section(text="x"), "must be a text object"),
    ("emoji in mrkdwn", section(text={**mrkdwn("x"), "emoji": True}), "/text/emoji: unknown key"),
    ("a section over 3000", section(text=mrkdwn("x" * 3001)), "must be less than 3001"),
    ("a field over 2000", section(fields=[plain("x" * 2001)]), "must be less than 2001"),
    ("an eleventh field", section(fields=[plain("x")] * 11), "no more than 10 items"),
    ("a header in mrkdwn", {"type": "header", "text": mrkdwn("x")}, "of type plain_text"),
    ("a header over 150", {"type": "header", "text": plain("x" * 151)}, "less than 151"),
    ("an eleventh word of context", {"type": "context", "elements": [plain("x")] * 11},
     "no more than 10 items"),
    ("a button in context", {"type": "context", "elements": [button()]}, "unsupported type"),
    ("actions without any", actions(), "at least 1 items"),
    ("a 26th action", actions(*(button(action_id=f"a{n}") for n in range(26))),
     "no more than 25 items"),
    ("a block_id over 255", section(block_id="x" * 256), "/block_id: must be less than 256"),
    ("an action_id over 255", actions(button(action_id="x" * 256)), "less than 256"),
    ("an action_id twice", actions(button(), button()), "yes is used twice in its block"),
    ("a button over 75", actions(button(text=plain("x" * 76))), "less than 76"),
    ("a button in mrkdwn", actions(button(text=mrkdwn("x"))), "of type plain_text"),
    ("a value over 2000", actions(button(value="x" * 2001)), "less than 2001"),
    ("an empty value", actions(button(value="")), "/value: must not be empty"),
    ("a value that is a number", actions(button(value=5)), "/value: must be a string"),
    ("a style of no kind", actions(button(style="blue")), "one of primary, danger"),
    ("an address that is none", actions(button(url="differ")), "has the wrong form"),
    ("a confirm title over 100", actions(button(confirm=confirm(title=plain("x" * 101)))),
     "less than 101"),
    ("a confirm text over 300", actions(button(confirm=confirm(text=plain("x" * 301)))),
     "less than 301"),
    ("a confirm button over 30", actions(button(confirm=confirm(deny=plain("x" * 31)))),
     "less than 31"),
    ("a confirm without deny", actions(button(confirm={"title": plain("x")})),
     "/confirm/deny: is missing"),
    ("a sixth overflow option", section(accessory=menu("overflow", 6)), "no more than 5 items"),
    ("an overflow without any", section(accessory=menu("overflow", 0)), "at least 1 items"),
    ("an eleventh radio button", actions(menu("radio_buttons", 11)), "no more than 10 items"),
    ("an eleventh checkbox", actions(menu("checkboxes", 11)), "no more than 10 items"),
    ("a 101st option", actions(menu(count=101)), "no more than 100 items"),
    ("an option text over 75", actions(menu(options=options(1, text=plain("x" * 76)))),
     "less than 76"),
    ("an option value over 150", actions(menu(options=options(1, value="x" * 151))),
     "less than 151"),
    ("an option in mrkdwn in a menu", actions(menu(options=options(1, text=mrkdwn("x")))),
     "of type plain_text"),
    ("two options of one value", actions(menu(options=options(2, value="v"))),
     "two options have the same value"),
    ("a menu without options", actions({"type": "static_select"}),
     "needs options or option_groups"),
    ("an initial option not on offer", actions(menu(initial_option=options(3)[2])),
     "must be one of the options"),
    ("a placeholder over 150", actions(menu(placeholder=plain("x" * 151))), "less than 151"),
    ("many choices in actions", actions(menu("multi_static_select")), "unsupported type"),
    ("a text input outside an input", actions(typed()), "unsupported type 'plain_text_input'"),
    ("a text input longer than 3000", question(typed(max_length=3001)), "from 1 to 3000"),
    ("a shortest over the longest", question(typed(min_length=9, max_length=5)),
     "must not be more than max_length"),
    ("an input without a label", {"type": "input", "element": typed()}, "/label: is missing"),
    ("a button as input", question(button()), "unsupported type 'button'"),
    ("a label over 2000", question(typed(), label=plain("x" * 2001)), "less than 2001"),
    ("a flag that is a word", question(typed(), optional="yes"), "must be true or false"),
    ("a date that is none", actions({"type": "datepicker", "initial_date": "Monday"}),
     "has the wrong form"),
    ("a number field in a message",
     question({"type": "number_input", "is_decimal_allowed": False}),
     "number_input is not allowed in a message"),
    ("an image without a word for it", {"type": "image", "image_url": "https://a.example"},
     "/alt_text: is missing"),
    ("markdown over 12,000", {"type": "markdown", "text": "x" * 12_001}, "less than 12001"),
    ("rich text of another kind", words({"type": "blink", "text": "x"}),
     "unsupported type 'blink'"),
    ("rich text without text", words({"type": "text"}), "/text: is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("block", "said"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
async def test_refused(client: AsyncWebClient, slack: SmallSlack, block: Json, said: str) -> None:
    found = problems({"text": "x", "blocks": [block]}, "message")
    assert any(said in problem for problem in found), found
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="U1SAM", text="x", blocks=json.dumps([block]))
    assert refused.value.response["error"] == "invalid_blocks"
    assert len(refused.value.response["response_metadata"]["messages"]) == len(found)
    assert not slack.workspace.messages


REFUSED_VIEWS: list[tuple[str, Json, str]] = [
    ("a title over 24", modal(section(), title=plain("x" * 25)),
     "/title/text: must be less than 25"),
    ("a submit over 24", modal(section(), submit=plain("x" * 25)), "/submit/text"),
    ("a close over 24", modal(section(), close=plain("x" * 25)), "/close/text"),
    ("a title in mrkdwn", modal(section(), title=mrkdwn("x")), "of type plain_text"),
    ("private_metadata over 3000", modal(section(), private_metadata="x" * 3001), "less than 3001"),
    ("a callback_id over 255", modal(section(), callback_id="x" * 256), "less than 256"),
    ("an unknown key", modal(section(), footer="x"), "/footer: unknown key"),
    ("no blocks", modal(), "at least 1 items"),
    ("a block_id twice", modal(section(block_id="b"), section(block_id="b")), "b is used twice"),
    ("two that ask for the focus",
     modal(question(typed(focus_on_load=True)), question(typed(focus_on_load=True))),
     "only one element"),
    ("markdown in a form", modal({"type": "markdown", "text": "x"}), "not allowed in a modal"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("view", "said"), [r[1:] for r in REFUSED_VIEWS], ids=[r[0] for r in REFUSED_VIEWS]
)
async def test_refused_views(
    client: AsyncWebClient, slack: SmallSlack, view: Json, said: str
) -> None:
    assert any(said in problem for problem in problems(view, "modal"))
    with pytest.raises(SlackApiError) as refused:
        await client.views_open(trigger_id=slack.workspace.new_trigger("U1SAM"), view=view)
    assert refused.value.response["error"] == "invalid_arguments"
    assert "[json-pointer:/view" in refused.value.response["response_metadata"]["messages"][0]


def test_an_input_needs_a_submit() -> None:
    view = modal(question(typed()))
    assert problems(view, "modal") == []
    del view["submit"]
    assert problems(view, "modal") == ["/submit: a modal with an input needs a submit"]


@pytest.mark.parametrize(("surface", "most"), [("message", 50), ("modal", 100), ("home", 100)])
def test_so_many_blocks_and_no_more(surface: Any, most: int) -> None:
    def payload(count: int) -> Json:
        blocks = [{"type": "divider"}] * count
        views = {"modal": modal(*blocks), "home": {"type": "home", "blocks": blocks}}
        return views.get(surface, {"text": "x", "blocks": blocks})

    assert problems(payload(most), surface) == []
    assert problems(payload(most + 1), surface) == [f"/blocks: must have no more than {most} items"]


def test_a_message_needs_text_and_its_markdown_together_a_measure() -> None:
    half = {"type": "markdown", "text": "x" * 6001}
    found = problems({"blocks": [half, half]}, "message")
    assert [problem.partition(":")[0] for problem in found] == ["/text", "/blocks"]


def test_a_home_has_no_date_and_time_picker() -> None:
    view = {"type": "home", "blocks": [actions({"type": "datetimepicker"})]}
    assert "not allowed in a home" in problems(view, "home")[0]
    assert "/type: must be modal" in problems(view, "modal")


GOOD: list[Json] = [
    section(fields=[plain("a"), mrkdwn("b")], accessory=button(confirm=confirm(), value="v")),
    section(accessory=menu("overflow", 5)),
    section(accessory=menu("multi_static_select", initial_options=options(2)[:1])),
    {"type": "header", "text": plain("Halden")},
    {"type": "divider"},
    {"type": "context", "elements": [mrkdwn("`O` · `C`"), IMAGE]},
    {**IMAGE, "title": plain("A chart")},
    actions(button(style="primary"), menu(initial_option=options(2)[0])),
    actions(menu("radio_buttons", 10), menu("checkboxes", 10, action_id="more")),
    actions({"type": "datepicker", "initial_date": "2026-03-30"}),
    actions({"type": "timepicker", "initial_time": "09:00"}),
    actions({"type": "datetimepicker", "initial_date_time": 1_800_000_000}),
    actions({"type": "conversations_select", "filter": {"include": ["public"]}}),
    question(typed(multiline=True, min_length=1, max_length=3000), hint=plain("In their words")),
    question(menu("checkboxes"), optional=True, dispatch_action=True),
    words(
        {"type": "text", "text": "Marta", "style": {"bold": True}},
        {"type": "link", "url": "https://example.com"},
        {"type": "user", "user_id": "U1SAM"},
    ),
]


@pytest.mark.parametrize("block", GOOD, ids=lambda block: str(block["type"]))
async def test_taken(client: AsyncWebClient, block: Json) -> None:
    assert problems({"text": "x", "blocks": [block]}, "message") == []
    assert (await client.chat_postMessage(channel="U1SAM", text="x", blocks=[block]))["ok"]
    parsed = Block.parse(block)
    assert parsed is not None
    parsed.validate_json()


def test_what_the_sdk_takes_as_a_view_is_taken_here() -> None:
    view = modal(*GOOD, private_metadata="check-1", callback_id="plan")
    View(**view).validate_json()
    assert problems(view, "modal") == []


NAMES = [*BLOCKS, *ELEMENTS, *RICH, *WORDS, "plain_text", "mrkdwn"]
KEYS = ["type", "text", "elements", "element", "accessory", "options", "option_groups", "blocks",
        "block_id", "action_id", "initial_option", "initial_options", "min_length",
        "max_length", "focus_on_load", "value", "fields"]  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from(NAMES),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(blocks=ANYTHING, surface=st.sampled_from(["message", "modal", "home"]))
def test_no_payload_breaks_the_check(blocks: Any, surface: Any) -> None:
    assert isinstance(problems({"type": surface, "text": "x", "blocks": blocks}, surface), list)


@example(element={"option_groups": 5, "options": None}, kind="static_select")
@given(element=st.dictionaries(st.sampled_from(KEYS), ANYTHING), kind=st.sampled_from([*ELEMENTS]))
def test_no_element_breaks_the_check(element: Json, kind: str) -> None:
    block = actions({**element, "type": kind})
    assert isinstance(problems({"text": "x", "blocks": [block]}, "message"), list)
