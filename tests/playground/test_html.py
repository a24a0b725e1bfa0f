"""Block Kit as HTML: every block and element, and nothing that a person typed is obeyed."""

import json
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.playground import grammar
from bot.playground.html.blocks import BLOCKS, render_blocks, render_view
from bot.playground.html.elements import ELEMENTS
from bot.playground.html.messages import Surroundings, render_message
from bot.playground.html.text import Scope, mrkdwn, spoken
from bot.playground.workspace import Message

Json = dict[str, Any]
SCOPE = Scope(
    key="m",
    viewer="U1",
    people={"U1": "Sam Rivers", "U2": "Priya Nair", "UBOT": "differ"},
    channels={"C1": "deals"},
    zone=ZoneInfo("Europe/Berlin"),
)
EVIL = "<script>alert(1)</script>\"'&"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"


def words(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def option(value: str, text: str | None = None) -> Json:
    return {"text": words(text or value), "value": value}


def drawn(*blocks: Json) -> str:
    return render_blocks(blocks, scope=SCOPE)


def element(kind: str, **more: Any) -> str:
    """One element, as it stands in a section."""
    accessory = {"type": kind, "action_id": "act", **more}
    return drawn(
        {"type": "section", "block_id": "b", "text": words("Which?"), "accessory": accessory}
    )


def message(text: str = "Hello", **more: Any) -> Message:
    return Message("C1", "1774341600.000100", text, more.pop("user", "U1"), **more)


# Text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("*b* _i_ ~s~", "<strong>b</strong> <em>i</em> <s>s</s>"),
        ("`*x*`", "<code>*x*</code>"),
        ("a*b*c 2 * 3 * 4", "a*b*c 2 * 3 * 4"),
        ("snake_case_name", "snake_case_name"),
        ("*a\nb*", "*a<br>b*"),
        ("```\nif a < b:\n  *go*\n```", "<pre>if a &lt; b:\n  *go*</pre>"),
        ("> one\n&gt; two\nthree", "<blockquote>one<br>two</blockquote>three"),
        ("&lt;b&gt; &amp; &copy;", "&lt;b&gt; &amp; &amp;copy;"),
        ("&amp;lt;", "&amp;lt;"),
        ("<b>", "&lt;b&gt;"),
        ("- one\n- two", "- one<br>- two"),
        ("*<@U2>*", '<strong><span class="mention" data-user="U2">@Priya Nair</span></strong>'),
        ("<@U1>", '<span class="mention mine" data-user="U1">@Sam Rivers</span>'),
        ("<@U9|who>", '<span class="mention" data-user="U9">@who</span>'),
        ("<!here>", '<span class="mention mine">@here</span>'),
        ("<!date^1^{date}|1 May>", "1 May"),
        ("<javascript:alert(1)|x>", "&lt;javascript:alert(1)|x&gt;"),
    ],
)
def test_slacks_markup(written: str, shown: str) -> None:
    assert mrkdwn(written, SCOPE) == shown


def test_a_link_leaves_the_page_alone() -> None:
    shown = mrkdwn("<https://a.example/?x=1&amp;y=2|the *plan*>", SCOPE)
    assert 'href="https://a.example/?x=1&amp;y=2"' in shown
    assert 'rel="noopener noreferrer">the *plan*</a>' in shown


@pytest.mark.parametrize(
    ("link", "data"),
    [
        ("<slack://channel?team=T1&amp;id=D7|open>", 'data-channel="D7"'),
        ("<slack://channel?team=T1&id=D7|open>", 'data-channel="D7"'),
        ("<slack://app?team=T1&id=A1&tab=home|open>", 'data-app="true" data-tab="home"'),
        ("<slack://app?team=T1&id=A1|open>", 'data-app="true" data-tab="messages"'),
        ("<#C1>", 'data-channel="C1"'),
    ],
)
def test_links_within_slack_stay_within_the_page(link: str, data: str) -> None:
    shown = mrkdwn(link, SCOPE)
    assert 'data-do="open"' in shown
    assert data in shown


def test_placeholders_of_our_own_cannot_be_smuggled_in() -> None:
    assert mrkdwn("\ue0000\ue001 `x`", SCOPE) == "0 <code>x</code>"


def test_spoken_words_carry_no_markup() -> None:
    assert spoken("*Value.* &lt;Marta&gt;", SCOPE) == "Value.  <Marta>"


# Escaping


@pytest.mark.parametrize(
    "block",
    [
        {"type": "section", "text": words(EVIL)},
        {"type": "section", "text": {"type": "mrkdwn", "text": EVIL}},
        {"type": "section", "fields": [words(EVIL)]},
        {"type": "header", "text": words(EVIL)},
        {"type": "context", "elements": [words(EVIL)]},
        {"type": "image", "image_url": "https://x", "alt_text": EVIL, "title": words(EVIL)},
        {"type": "actions", "elements": [{"type": "button", "text": words(EVIL), "value": EVIL}]},
        {"type": "actions", "elements": [{"type": EVIL}]},
        {"type": EVIL},
        {"type": "section", "block_id": EVIL, "text": words("x")},
        {
            "type": "input",
            "label": words(EVIL),
            "hint": words(EVIL),
            "element": {
                "type": "plain_text_input",
                "action_id": EVIL,
                "initial_value": EVIL,
                "multiline": True,
                "placeholder": words(EVIL),
            },
        },
        {
            "type": "actions",
            "elements": [
                {"type": "static_select", "options": [option(EVIL)], "placeholder": words(EVIL)},
                {"type": "radio_buttons", "options": [option(EVIL)]},
                {"type": "overflow", "options": [option(EVIL)]},
            ],
        },
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": EVIL},
                        {"type": "link", "url": "javascript:alert(1)", "text": EVIL},
                    ],
                }
            ],
        },
        {"type": "table", "rows": [[{"type": "raw_text", "text": EVIL}]]},
    ],
)
def test_nothing_written_becomes_markup(block: Json) -> None:
    shown = drawn(block)
    assert "<script" not in shown
    assert "javascript:" not in shown
    assert ESCAPED in shown


def test_names_are_escaped_too() -> None:
    scope = Scope(people={"U1": EVIL}, channels={"C1": EVIL})
    shown = mrkdwn("<@U1> <#C1>", scope) + render_message(message(), scope)
    assert "<script" not in shown


# Blocks


def test_what_cannot_be_drawn_is_shown_as_a_box() -> None:
    assert "[data_visualization]" in drawn({"type": "data_visualization"})
    assert "[file_input]" in element("file_input")
    section = {"type": "rich_text_section", "elements": [{"type": "color"}]}
    assert "[color]" in drawn({"type": "rich_text", "elements": [section]})
    assert "[rich_text_new]" in drawn(
        {"type": "rich_text", "elements": [{"type": "rich_text_new"}]}
    )
    assert "[chart]" in drawn({"type": "table", "rows": [[{"type": "chart"}]]})


def test_all_that_the_small_slack_accepts_is_drawn() -> None:
    """A markdown block is the one exception: the product has none."""
    assert set(grammar.BLOCKS) - {"markdown"} <= set(BLOCKS)
    assert set(grammar.ELEMENTS) <= set(ELEMENTS)


def test_section_with_fields_and_accessory() -> None:
    shown = drawn(
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "*Value*"},
            "fields": [words("one"), words("two")],
            "accessory": {"type": "button", "text": words("Go"), "action_id": "go"},
        }
    )
    assert "<strong>Value</strong>" in shown
    assert shown.count('class="field"') == 2
    assert 'data-action-id="go"' in shown


def test_header_context_divider_image() -> None:
    shown = drawn(
        {"type": "header", "text": words("*Plain*")},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "_c_"}]},
        {"type": "divider"},
        {"type": "image", "image_url": "data:image/png;base64,AA", "alt_text": "a chart"},
        {"type": "image", "image_url": "https://elsewhere.example/x.png", "alt_text": "a cat"},
    )
    assert '<h3 class="header">*Plain*</h3>' in shown
    assert "<em>c</em>" in shown
    assert "<hr>" in shown
    assert '<img src="data:image/png;base64,AA" alt="a chart">' in shown
    assert "elsewhere" not in shown
    assert "a cat" in shown


def test_input_says_what_is_wrong_to_everyone() -> None:
    scope = Scope(key="v", errors={"plan": "Please complete this."})
    field = {"type": "plain_text_input", "action_id": "text"}
    block = {"type": "input", "block_id": "plan", "label": words("Plan"), "element": field}
    shown = render_blocks([{**block, "optional": True, "hint": words("Short")}], scope=scope)
    assert '<label for="v/plan/text">Plan<span class="optional"> (optional)</span></label>' in shown
    assert 'aria-invalid="true"' in shown
    assert 'aria-describedby="v/plan/error v/plan/hint"' in shown
    assert '<p id="v/plan/error" class="field-error">Please complete this.</p>' in shown
    assert "data-quiet" in shown
    assert "data-quiet" not in render_blocks([{**block, "dispatch_action": True}], scope=scope)


def test_rich_text() -> None:
    bold = {"type": "text", "text": "bold", "style": {"bold": True, "italic": True}}
    parts = [
        bold,
        {"type": "link", "url": "https://a.example", "text": "a"},
        {"type": "user", "user_id": "U2"},
        {"type": "channel", "channel_id": "C1"},
        {"type": "emoji", "name": "wave", "unicode": "1f44b"},
        {"type": "emoji", "name": "own"},
        {"type": "broadcast", "range": "here"},
        {"type": "date", "timestamp": 0, "format": "{date}", "fallback": "1 May"},
    ]
    item = {"type": "rich_text_section", "elements": [{"type": "text", "text": "item"}]}
    shown = drawn(
        {
            "type": "rich_text",
            "elements": [
                {"type": "rich_text_section", "elements": parts},
                {"type": "rich_text_list", "style": "ordered", "indent": 1, "elements": [item]},
                {"type": "rich_text_list", "style": "bullet", "elements": [item]},
                {"type": "rich_text_quote", "elements": [bold]},
                {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "a\nb"}]},
            ],
        }
    )
    for part in (
        "<em><strong>bold</strong></em>",
        'href="https://a.example"',
        "@Priya Nair",
        "#deals",
        "\N{WAVING HAND SIGN}",
        ":own:",
        "@here",
        "1 May",
        '<ol class="indent-1"><li>item</li></ol>',
        '<ul class="indent-0">',
        "<blockquote>",
        "<pre>a<br>b</pre>",
    ):
        assert part in shown


def test_table() -> None:
    rows = [
        [{"type": "raw_text", "text": "Factor"}, {"type": "raw_text", "text": "n"}],
        [{"type": "raw_text", "text": "Value"}, {"type": "rich_text", "elements": []}],
    ]
    shown = drawn({"type": "table", "rows": rows, "column_settings": [None, {"align": "right"}]})
    assert '<th scope="col">Factor</th>' in shown
    assert '<td class="align-right">' in shown


# Elements


def test_every_element_says_what_it_is() -> None:
    options = {"options": [option("a"), option("b")]}
    for kind in set(ELEMENTS) - {"image", "mrkdwn", "plain_text"}:
        shown = element(kind, text=words("Go"), value="v", **options)
        assert 'data-block-id="b" data-action-id="act"' in shown, kind
        assert f'data-type="{kind}"' in shown


def test_button() -> None:
    confirm = {
        "title": words("Sure?"),
        "text": words("Gone for good."),
        "confirm": words("Yes"),
        "deny": words("No"),
        "style": "danger",
    }
    shown = element(
        "button",
        text=words("Go"),
        value="v1",
        style="primary",
        url="https://a.example",
        confirm=confirm,
    )
    assert 'class="button primary"' in shown
    assert 'data-value="v1"' in shown
    assert 'data-url="https://a.example"' in shown
    assert json.dumps("Gone for good.").replace('"', "&quot;") in shown
    assert "data-url" not in element("button", text=words("Go"), url="javascript:alert(1)")
    assert "data-value" not in element("button", text=words("Go"))


def test_selects() -> None:
    shown = element(
        "static_select",
        option_groups=[{"label": words("Rivals"), "options": [option("a", "Acme"), option("b")]}],
        initial_option=option("a"),
        placeholder=words("Pick"),
    )
    assert '<option value="">Pick</option>' in shown
    assert '<optgroup label="Rivals"><option value="a" selected>Acme</option>' in shown
    assert 'aria-label="Which?"' in shown
    assert '<option value="U2" selected>Priya Nair</option>' in element(
        "users_select", initial_user="U2"
    )
    for kind in ("conversations_select", "channels_select"):
        first = {f"initial_{kind.removesuffix('s_select')}": "C1"}
        assert '<option value="C1" selected>#deals</option>' in element(kind, **first)


def test_selects_of_many() -> None:
    options = [option("a"), option("b")]
    shown = element("multi_static_select", options=options, initial_options=options[1:])
    assert re.findall(r'value="(\w)"( checked)?', shown) == [("a", ""), ("b", " checked")]
    assert 'value="U2" checked' in element("multi_users_select", initial_users=["U2"])
    assert 'value="C1" checked' in element("multi_channels_select", initial_channels=["C1"])
    several = element("multi_conversations_select", initial_conversations=["C1"])
    assert 'value="C1" checked' in several


def test_radio_buttons_and_checkboxes() -> None:
    described = {**option("a", "Acme"), "description": words("the rival")}
    shown = element("radio_buttons", options=[described], initial_option=described)
    assert 'role="radiogroup"' in shown
    assert '<input type="radio" id="m/b/act/0" name="m/b/act" value="a" checked>' in shown
    assert "Acme<small>the rival</small>" in shown
    shown = element("checkboxes", options=[option("a")], initial_options=[option("a")])
    assert 'type="checkbox"' in shown
    assert " checked>" in shown


def test_overflow_is_a_menu() -> None:
    shown = element("overflow", options=[{**option("a", "More"), "url": "https://a.example"}])
    assert 'role="menu"' in shown
    assert 'role="menuitem"' in shown
    assert 'data-value="a"' in shown
    assert 'data-url="https://a.example"' in shown


def test_text_inputs() -> None:
    shown = element("plain_text_input", initial_value="x", max_length=9, placeholder=words("Say"))
    assert 'type="text" value="x"' in shown
    assert 'maxlength="9"' in shown
    assert 'placeholder="Say"' in shown
    shown = element("plain_text_input", initial_value="\nx", multiline=True, focus_on_load=True)
    assert ">\n\nx</textarea>" in shown
    assert " autofocus" in shown
    assert 'type="number" ' in element("number_input", initial_value="3")


def test_dates_are_on_the_readers_clock() -> None:
    assert 'type="date" class="text" value="2026-03-30"' in element(
        "datepicker", initial_date="2026-03-30"
    )
    until = element("datepicker", placeholder={"type": "plain_text", "text": "Until <b>"})
    assert '<span class="picker">Until &lt;b&gt;<input ' in until
    assert 'value="09:00"' in element("timepicker", initial_time="09:00")
    assert 'value="2026-03-30T09:00"' in element("datetimepicker", initial_date_time=1_774_854_000)


# Views and messages


def test_modal_and_home() -> None:
    section = {"type": "section", "text": words("Hello")}
    modal = {
        "id": "V1",
        "type": "modal",
        "title": words("Check"),
        "submit": words("Start"),
        "close": words("Not now"),
        "blocks": [section],
    }
    shown = render_view(modal, SCOPE)
    assert '<h2 id="modal-title">Check</h2>' in shown
    assert 'data-view-id="V1"' in shown
    assert 'data-do="close">Not now</button>' in shown
    assert 'type="submit" class="button primary">Start</button>' in shown
    assert "submit" not in render_view({**modal, "submit": None}, SCOPE)
    assert '<div class="home" data-view-id="V2">' in render_view(
        {"id": "V2", "type": "home", "blocks": [section]}, SCOPE
    )


def test_message_of_a_person() -> None:
    shown = render_message(message("*Hi* &lt;!channel&gt;", edited="1"), SCOPE)
    assert "<b>Sam Rivers</b>" in shown
    assert "09:40" in shown.replace('datetime="', "")
    assert "<strong>Hi</strong> &lt;!channel&gt;" in shown
    assert "(edited)" in shown
    assert 'data-edit="*Hi* &lt;!channel&gt;"' in shown
    assert "Delete message" in shown
    assert "Delete message" not in render_message(message(user="U2"), SCOPE)


def test_message_of_the_bot() -> None:
    blocks = [{"type": "section", "text": words("In blocks")}]
    card = message("fallback", user="UBOT", bot_id="B1", blocks=blocks, edited="1")
    shown = render_message(card, SCOPE)
    assert "APP" in shown
    assert "In blocks" in shown
    assert "fallback" not in shown
    assert "(edited)" not in shown


def test_message_for_one_reader() -> None:
    shown = render_message(message(visible_to="U1", user="UBOT", bot_id="B1"), SCOPE)
    assert "Only visible to you" in shown
    assert "More actions" not in shown


def test_message_with_a_thread_and_shortcuts() -> None:
    around = Surroundings(replies=3, unread=True, shortcuts=[("cb", "Use as <their> words")])
    shown = render_message(message(), SCOPE, around)
    assert "<b>3 replies</b>" in shown
    assert ">New<" in shown
    assert 'data-callback-id="cb"' in shown
    assert "Use as &lt;their&gt; words" in shown
    assert "<b>1 reply</b>" in render_message(message(), SCOPE, Surroundings(replies=1))


def test_a_deleted_message_leaves_a_line() -> None:
    shown = render_message(message(deleted=True), SCOPE)
    assert "This message was deleted." in shown
    assert "More actions" not in shown
