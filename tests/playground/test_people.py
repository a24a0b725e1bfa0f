"""What people can do, what the app is sent for it, and what they cannot do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.delivery import Answer, Envelope
from bot.playground.inputs import NotThereError
from bot.playground.manifest import Manifest
from bot.playground.people import Outcome
from bot.playground.server import SmallSlack
from bot.playground.workspace import View

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def options(*values: str) -> list[Json]:
    return [{"text": plain(value.title()), "value": value} for value in values]


@dataclass
class Ear:
    """The app's side, reduced to what it is sent and what it acks with."""

    heard: list[Envelope] = field(default_factory=list)
    answer: Answer = field(default_factory=lambda: Answer("acked"))

    async def carry(self, envelope: Envelope) -> Answer:
        self.heard.append(envelope)
        return self.answer

    async def break_off(self, reason: str) -> None:
        raise AssertionError(reason)

    async def close(self) -> None:
        pass

    @property
    def last(self) -> Json:
        return self.heard[-1].payload

    def events(self) -> list[Json]:
        return [e.payload["event"] for e in self.heard if e.kind == "events_api"]


@pytest.fixture
async def ear(slack: SmallSlack) -> AsyncIterator[Ear]:
    ear = Ear()
    carrier, slack.delivery.carrier = slack.delivery.carrier, ear
    yield ear
    slack.delivery.carrier = carrier


INPUTS: list[Json] = [
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {"type": "button", "action_id": "go", "text": plain("Go"), "value": "v1"},
            {"type": "static_select", "action_id": "one", "options": options("a", "b")},
            {"type": "checkboxes", "action_id": "some", "options": options("a", "b", "c")},
            {"type": "radio_buttons", "action_id": "radio", "options": options("a", "b"),
             "initial_option": options("a")[0]},
            {"type": "overflow", "action_id": "more", "options": options("a", "b")},
            {"type": "datepicker", "action_id": "day"},
            {"type": "timepicker", "action_id": "hour"},
            {"type": "datetimepicker", "action_id": "moment"},
            {"type": "users_select", "action_id": "who"},
            {"type": "conversations_select", "action_id": "where"},
        ],
    },
    {
        "type": "section",
        "block_id": "beside",
        "text": plain("Several"),
        "accessory": {"type": "multi_static_select", "action_id": "many",
                      "options": options("a", "b")},
    },
    {
        "type": "input",
        "block_id": "said",
        "label": plain("What did they say?"),
        "element": {"type": "plain_text_input", "action_id": "text", "max_length": 10,
                    "min_length": 2},
    },
]  # fmt: skip


def form(*blocks: Json, **more: Any) -> Json:
    base = {"type": "modal", "callback_id": "form", "title": plain("A form")}
    return {**base, "submit": plain("Send"), "blocks": list(blocks or INPUTS[1:]), **more}


async def opened(slack: SmallSlack, client: AsyncWebClient, view: Json) -> View:
    await client.views_open(trigger_id=slack.workspace.new_trigger("U1SAM"), view=view)
    found = slack.workspace.top_modal("U1SAM")
    assert found is not None
    return found


async def posted(client: AsyncWebClient, channel: str = "C2DEALS", **more: Any) -> str:
    post = await client.chat_postMessage(channel=channel, text="Inputs", blocks=INPUTS, **more)
    return str(post["ts"])


# Typing


async def test_a_command_carries_who_where_and_a_trigger(slack: SmallSlack, ear: Ear) -> None:
    await slack.people.command("U1SAM", "C2DEALS", "/differ  renewal call ")
    sent = ear.last
    assert (sent["command"], sent["text"]) == ("/differ", "renewal call")
    assert (sent["user_id"], sent["channel_id"]) == ("U1SAM", "C2DEALS")
    assert sent["trigger_id"] in slack.workspace.triggers
    assert "thread_ts" not in sent


@pytest.mark.parametrize(
    ("text", "thread", "shown"),
    [
        ("/differ", "1.000001", "/differ is not supported in threads. Sorry!"),
        ("/remind me", None, "/remind is not a valid command."),
    ],
)
async def test_a_command_slack_itself_refuses(
    slack: SmallSlack, ear: Ear, text: str, thread: str | None, shown: str
) -> None:
    outcome = await slack.people.command("U1SAM", "C2DEALS", text, thread_ts=thread)
    assert outcome == Outcome(shown)
    assert ear.heard == []
    assert shown in slack.workspace.transcript("U1SAM")


async def test_an_ack_slack_could_not_show_is_an_error(slack: SmallSlack, ear: Ear) -> None:
    ear.answer = Answer("acked", {"blocks": [{"type": "divider"}]})
    outcome = await slack.people.command("U1SAM", "C2DEALS", "/differ")
    assert outcome.shown == '/differ failed with the error "no_text"'


async def test_an_ack_in_channel_is_seen_by_all(slack: SmallSlack, ear: Ear) -> None:
    ear.answer = Answer("acked", {"text": "For everybody", "response_type": "in_channel"})
    await slack.people.command("U1SAM", "C2DEALS", "/differ")
    assert "For everybody" in slack.workspace.transcript("U2PRIYA")


async def test_words_reach_the_app_in_its_own_dm_alone(slack: SmallSlack, ear: Ear) -> None:
    dm = await slack.people.open_messages("U1SAM")
    ear.heard.clear()
    await slack.people.say("U1SAM", "C2DEALS", "to the team")
    assert ear.heard == []
    ts = await slack.people.say("U1SAM", dm.id, "R&D said <no> https://example.com")
    reply = await slack.people.say("U1SAM", dm.id, "more", thread_ts=ts)
    first, second = ear.events()
    assert first["text"] == "R&amp;D said &lt;no&gt; <https://example.com>"
    assert (first["channel_type"], first["channel"]) == ("im", dm.id)
    assert (second["ts"], second["thread_ts"]) == (reply, ts)


async def test_an_edit_and_a_deletion_are_events_with_what_was_before(
    slack: SmallSlack, ear: Ear
) -> None:
    dm = slack.workspace.open_dm("U1SAM")
    ts = await slack.people.say("U1SAM", dm.id, "first")
    await slack.people.edit("U1SAM", dm.id, ts, "second")
    await slack.people.delete("U1SAM", dm.id, ts)
    _, edit, deletion = ear.events()
    assert edit["subtype"] == "message_changed"
    assert (edit["previous_message"]["text"], edit["message"]["text"]) == ("first", "second")
    assert (deletion["subtype"], deletion["deleted_ts"]) == ("message_deleted", ts)
    assert "second" not in slack.workspace.transcript("U1SAM")


async def test_what_the_bot_posts_is_an_event_for_it_too(
    slack: SmallSlack, ear: Ear, client: AsyncWebClient
) -> None:
    post = await client.chat_postMessage(channel="U1SAM", text="x")
    await client.chat_update(channel=post["channel"], ts=post["ts"], text="y")
    await slack.workspace.until(lambda: len(ear.heard) == 2)
    assert ear.events()[0]["bot_id"] == "BDIFFER"
    assert ear.events()[1]["message"]["bot_id"] == "BDIFFER"


# Clicking


ACTS: list[tuple[str, Any, Json]] = [
    ("go", "v1", {"type": "button", "value": "v1"}),
    ("one", "b", {"selected_option": {"value": "b", "text": {**plain("B"), "emoji": True}}}),
    ("some", ["a", "c"], {}),
    ("radio", "b", {"type": "radio_buttons"}),
    ("more", "a", {"type": "overflow"}),
    ("day", "2026-03-30", {"selected_date": "2026-03-30"}),
    ("hour", "09:00", {"selected_time": "09:00"}),
    ("moment", 1_800_000_000, {"selected_date_time": 1_800_000_000}),
    ("who", "U2PRIYA", {"selected_user": "U2PRIYA"}),
    ("where", "C3EMEA", {"selected_conversation": "C3EMEA"}),
]


@pytest.mark.parametrize(("action_id", "value", "sent"), ACTS, ids=[a[0] for a in ACTS])
async def test_every_element_sends_its_own_action(
    slack: SmallSlack, ear: Ear, client: AsyncWebClient, action_id: str, value: Any, sent: Json
) -> None:
    ts = await posted(client)
    act = {"block_id": "row", "action_id": action_id, "value": value}
    assert (await slack.people.act("U1SAM", message_ts=ts, **act)).ok
    (action,) = ear.last["actions"]
    assert sent.items() <= action.items()
    assert (action["block_id"], action["action_id"]) == ("row", action_id)
    assert action["action_ts"]
    if action_id == "some":
        assert [option["value"] for option in action["selected_options"]] == ["a", "c"]


async def test_a_click_in_a_message_carries_where_it_was(
    slack: SmallSlack, ear: Ear, client: AsyncWebClient
) -> None:
    parent = await posted(client, "U1SAM")
    ts = await posted(client, "U1SAM", thread_ts=parent)
    await slack.people.act("U1SAM", message_ts=ts, block_id="row", action_id="go")
    sent = ear.last
    assert sent["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": "D1SAM",
        "is_ephemeral": False,
        "thread_ts": parent,
    }
    assert sent["message"]["ts"] == ts
    assert sent["channel"] == {"id": "D1SAM", "name": "directmessage"}
    assert sent["response_url"].startswith(slack.origin)
    assert sent["trigger_id"] in slack.workspace.triggers


async def test_inputs_of_a_message_are_in_its_state(
    slack: SmallSlack, ear: Ear, client: AsyncWebClient
) -> None:
    ts = await posted(client)
    said = {"block_id": "said", "action_id": "text", "value": "in March"}
    await slack.people.act("U1SAM", message_ts=ts, **said)
    assert ear.heard == []
    await slack.people.act("U1SAM", message_ts=ts, block_id="beside", action_id="many", value=["b"])
    await slack.people.act("U1SAM", message_ts=ts, block_id="row", action_id="go")
    values = ear.last["state"]["values"]
    assert values["said"]["text"] == {"type": "plain_text_input", "value": "in March"}
    assert values["beside"]["many"]["selected_options"][0]["value"] == "b"
    assert values["row"]["one"] == {"type": "static_select", "selected_option": None}
    assert values["row"]["radio"]["selected_option"]["value"] == "a"
    assert "go" not in values["row"]
    assert "more" not in values["row"]


async def test_a_click_in_an_ephemeral_has_no_message(
    slack: SmallSlack, ear: Ear, client: AsyncWebClient
) -> None:
    post = await client.chat_postEphemeral(
        channel="C2DEALS", user="U1SAM", text="x", blocks=INPUTS[:1]
    )
    act = {"message_ts": post["message_ts"], "block_id": "row", "action_id": "go"}
    await slack.people.act("U1SAM", **act)
    assert ear.last["container"]["is_ephemeral"]
    assert "message" not in ear.last
    with pytest.raises(NotThereError, match="sees no message"):
        await slack.people.act("U2PRIYA", **act)


async def test_a_click_on_home_carries_the_view(
    slack: SmallSlack, ear: Ear, client: AsyncWebClient
) -> None:
    view = {"type": "home", "blocks": INPUTS[1:2], "private_metadata": "x"}
    home = (await client.views_publish(user_id="U1SAM", view=view))["view"]
    await slack.people.open_home("U1SAM")
    assert ear.events()[-1]["view"]["id"] == home["id"]
    act: Json = {"block_id": "beside", "action_id": "many", "value": ["a"]}
    await slack.people.act("U1SAM", view_id=home["id"], **act)
    assert ear.last["container"] == {"type": "view", "view_id": home["id"]}
    assert ear.last["view"]["private_metadata"] == "x"
    assert ear.last["view"]["hash"] == home["hash"]
    assert "message" not in ear.last


IMPOSSIBLE: list[tuple[str, Json]] = [
    ("no such block", {"block_id": "b0", "action_id": "go"}),
    ("no such element", {"block_id": "row", "action_id": "gone"}),
    ("no such option", {"block_id": "row", "action_id": "one", "value": "z"}),
    ("no such value on the button", {"block_id": "row", "action_id": "go", "value": "v2"}),
    ("no such person", {"block_id": "row", "action_id": "who", "value": "U0NOBODY"}),
    ("no such place", {"block_id": "row", "action_id": "where", "value": "D2PRIYA"}),
    ("no such day", {"block_id": "row", "action_id": "day", "value": "Monday"}),
    ("no such message", {"message_ts": "1.1", "block_id": "row", "action_id": "go"}),
    ("no such view", {"view_id": "V0", "block_id": "row", "action_id": "go"}),
    ("no message named", {"message_ts": None, "block_id": "row", "action_id": "go"}),
]


@pytest.mark.parametrize("act", [i[1] for i in IMPOSSIBLE], ids=[i[0] for i in IMPOSSIBLE])
async def test_nobody_clicks_what_is_not_there(
    slack: SmallSlack, ear: Ear, client: AsyncWebClient, act: Json
) -> None:
    ts = await posted(client)
    with pytest.raises(NotThereError):
        await slack.people.act("U1SAM", **{"message_ts": ts, **act})
    assert ear.heard == []


async def test_other_things_nobody_can_do(
    slack: SmallSlack, ear: Ear, client: AsyncWebClient
) -> None:
    people, ts = slack.people, await posted(client)
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    shown = (await client.views_publish(user_id="U1SAM", view=home))["view"]["id"]
    only = await client.chat_postEphemeral(channel="C2DEALS", user="U1SAM", text="x")
    for impossible in (
        people.say("U1SAM", "C0NOWHERE", "x"),
        people.say("U1SAM", "C2DEALS", "x", thread_ts="1.1"),
        people.say("U1SAM", "C2DEALS", "x", thread_ts=only["message_ts"]),
        people.edit("U1SAM", "C2DEALS", ts, "not mine"),
        people.delete("U1SAM", "C2DEALS", ts),
        people.submit("U1SAM", shown),
        people.close("U1SAM", shown),
        people.global_shortcut("U1SAM", "about_this"),
        people.message_shortcut("U1SAM", "C2DEALS", ts, "check"),
    ):
        with pytest.raises(NotThereError):
            await impossible
    assert ear.heard == []


async def test_shortcuts(slack: SmallSlack, ear: Ear, client: AsyncWebClient) -> None:
    ts = await posted(client)
    await slack.people.global_shortcut("U1SAM", "check")
    assert (ear.last["type"], ear.last["callback_id"]) == ("shortcut", "check")
    assert "channel" not in ear.last
    await slack.people.message_shortcut("U1SAM", "C2DEALS", ts, "about_this")
    assert (ear.last["type"], ear.last["message"]["ts"]) == ("message_action", ts)


async def test_an_app_without_a_writable_messages_tab() -> None:
    async with SmallSlack.start(manifest=Manifest(may_write=False, home_tab=False)) as slack:
        dm = slack.workspace.open_dm("U1SAM")
        with pytest.raises(NotThereError, match="turned off"):
            await slack.people.say("U1SAM", dm.id, "x")
        with pytest.raises(NotThereError, match="no Home"):
            await slack.people.open_home("U1SAM")


# Forms


async def test_the_client_checks_before_the_app_is_asked(
    slack: SmallSlack, ear: Ear, client: AsyncWebClient
) -> None:
    view = await opened(slack, client, form())
    checked = []
    for value in ("", "x", "x" * 11):
        outcome = await slack.people.submit("U1SAM", view.id, {"said": value})
        checked.append(outcome.errors["said"])
    assert ear.heard == []
    assert checked == [
        "Please complete this required field.",
        "Please enter at least 2 characters.",
        "Please enter no more than 10 characters.",
    ]
    assert view.errors == {"said": checked[-1]}


async def test_a_submission_carries_all_that_was_put_in(
    slack: SmallSlack, ear: Ear, client: AsyncWebClient
) -> None:
    view = await opened(slack, client, form(private_metadata="check-1"))
    act: Json = {"block_id": "beside", "action_id": "many", "value": ["a"]}
    await slack.people.act("U1SAM", view_id=view.id, **act)
    assert ear.last["view"]["state"]["values"]["said"]["text"]["value"] is None
    assert (await slack.people.submit("U1SAM", view.id, {"said": "in March"})).ok
    sent = ear.last["view"]
    assert ear.last["type"] == "view_submission"
    assert (sent["private_metadata"], sent["hash"]) == ("check-1", view.hash)
    assert sent["state"]["values"]["said"]["text"]["value"] == "in March"
    assert len(sent["state"]["values"]["beside"]["many"]["selected_options"]) == 1
    assert slack.workspace.top_modal("U1SAM") is None


async def test_numbers_and_counts_are_checked_too(
    slack: SmallSlack, ear: Ear, client: AsyncWebClient
) -> None:
    number = {"type": "number_input", "action_id": "n", "is_decimal_allowed": False,
              "min_value": "1", "max_value": "9"}  # fmt: skip
    few = {"type": "multi_static_select", "action_id": "m", "options": options("a", "b"),
           "max_selected_items": 1}  # fmt: skip
    blocks = [
        {"type": "input", "block_id": name, "label": plain(name), "element": element}
        for name, element in (("number", number), ("few", few))
    ]
    view = await opened(slack, client, form(*blocks))
    for value, sentence in (
        ("many", "Please enter a number."),
        ("0", "Please enter at least 1."),
        ("10", "Please enter no more than 9."),
    ):
        outcome = await slack.people.submit("U1SAM", view.id, {"number": value, "few": ["a", "b"]})
        assert outcome.errors == {"number": sentence, "few": "Please choose no more than 1."}
    assert (await slack.people.submit("U1SAM", view.id, {"number": "5", "few": ["a"]})).ok


ANSWERS: list[tuple[str, Json, str | None]] = [
    ("a body that says nothing", {"text": "x"}, "invalid_response_action"),
    ("errors for no input", {"response_action": "errors", "errors": {"beside": "x"}},
     "errors_for_unknown_blocks"),
    ("no errors at all", {"response_action": "errors", "errors": {}}, "errors_for_unknown_blocks"),
    ("an update that is no view", {"response_action": "update", "view": {}}, "invalid_arguments"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "error"), [a[1:] for a in ANSWERS], ids=[a[0] for a in ANSWERS])
async def test_an_answer_slack_could_not_follow(
    slack: SmallSlack, ear: Ear, client: AsyncWebClient, body: Json, error: str
) -> None:
    view = await opened(slack, client, form())
    ear.answer = Answer("acked", body)
    outcome = await slack.people.submit("U1SAM", view.id, {"said": "in March"})
    assert outcome.shown == f"We had some trouble connecting. Try again? ({error})"
    assert slack.workspace.top_modal("U1SAM") is view


async def test_a_form_is_updated_pushed_over_left_and_cleared(
    slack: SmallSlack, ear: Ear, client: AsyncWebClient
) -> None:
    workspace, people = slack.workspace, slack.people
    view = await opened(slack, client, form())
    ear.answer = Answer("acked", {"response_action": "update", "view": form(title=plain("Two"))})
    await people.submit("U1SAM", view.id, {"said": "in March"})
    assert view.body["title"]["text"] == "Two"
    ear.answer = Answer("acked", {"response_action": "push", "view": form(title=plain("Three"))})
    await people.submit("U1SAM", view.id)
    top = workspace.top_modal("U1SAM")
    assert top is not None
    assert (top.previous, top.root) == (view.id, view.id)
    with pytest.raises(NotThereError):
        await people.submit("U1SAM", view.id)
    ear.answer = Answer("acked")
    await people.submit("U1SAM", top.id, {"said": "in May"})
    assert workspace.top_modal("U1SAM") is view
    ear.answer = Answer("acked", {"response_action": "clear"})
    await people.submit("U1SAM", view.id)
    assert workspace.top_modal("U1SAM") is None


@pytest.mark.parametrize("asked", [True, False])
async def test_closing_is_told_only_on_request(
    slack: SmallSlack, ear: Ear, client: AsyncWebClient, asked: bool
) -> None:
    view = await opened(slack, client, form(notify_on_close=asked))
    await slack.people.close("U1SAM", view.id)
    assert slack.workspace.top_modal("U1SAM") is None
    assert [e.payload["type"] for e in ear.heard] == ["view_closed"] * asked


async def test_one_close_may_clear_all(slack: SmallSlack, ear: Ear, client: AsyncWebClient) -> None:
    view = await opened(slack, client, form(notify_on_close=True))
    trigger = slack.workspace.new_trigger("U1SAM", view.id)
    await client.views_push(trigger_id=trigger, view=form(clear_on_close=True))
    top = slack.workspace.top_modal("U1SAM")
    assert top is not None
    await slack.people.close("U1SAM", top.id)
    assert slack.workspace.top_modal("U1SAM") is None
    assert ear.last["is_cleared"]


async def test_a_select_of_conversations_keeps_to_its_filter(
    slack: SmallSlack, ear: Ear, client: AsyncWebClient
) -> None:
    slack.workspace.open_dm("U1SAM")
    slack.workspace.channels["C3EMEA"].is_ext_shared = True
    where = {
        "type": "conversations_select",
        "action_id": "c",
        "filter": {"include": ["public"], "exclude_external_shared_channels": True},
    }
    block = {"type": "input", "block_id": "where", "label": plain("Where"), "element": where}
    view = await opened(slack, client, form(block))
    for refused in ("D1SAM", "C3EMEA"):
        with pytest.raises(NotThereError, match="not on offer"):
            await slack.people.submit("U1SAM", view.id, {"where": refused})
    assert (await slack.people.submit("U1SAM", view.id, {"where": "C2DEALS"})).ok


# response_url


async def responding(url: str, body: Any) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as response:
        return response.status, await response.text()


async def test_a_response_url_replaces_and_deletes_an_ephemeral(
    slack: SmallSlack, ear: Ear
) -> None:
    ear.answer = Answer("acked", {"text": "First"})
    await slack.people.command("U1SAM", "C2DEALS", "/differ")
    url = ear.last["response_url"]
    assert await responding(url, {"text": "Second", "replace_original": True}) == (200, "ok")
    seen = slack.workspace.transcript("U1SAM")
    assert "Second" in seen
    assert "First" not in seen
    assert await responding(url, {"delete_original": True}) == (200, "ok")
    assert "Second" not in slack.workspace.transcript("U1SAM")


async def test_a_response_url_is_good_for_five_uses_in_thirty_minutes(
    slack: SmallSlack, ear: Ear
) -> None:
    await slack.people.command("U1SAM", "C2DEALS", "/differ")
    url = ear.last["response_url"]
    statuses = [(await responding(url, {"text": "x"}))[0] for _ in range(6)]
    assert statuses == [200] * 5 + [404]
    await slack.people.command("U1SAM", "C2DEALS", "/differ")
    slack.clock.advance(timedelta(minutes=30, seconds=1))
    status, said = await responding(ear.last["response_url"], {"text": "x"})
    assert (status, "expired_url" in said) == (404, True)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "no_text"),
        ({"text": "x", "colour": "red"}, "invalid_arguments"),
        ({"text": "x", "response_type": "loud"}, "invalid_arguments"),
        ({"text": "x", "blocks": [{"type": "chart"}]}, "invalid_blocks"),
        ({"delete_original": True}, "message_not_found"),
        ([], "invalid_payload"),
    ],
)
async def test_a_response_it_refuses(slack: SmallSlack, ear: Ear, body: Any, error: str) -> None:
    await slack.people.command("U1SAM", "C2DEALS", "/differ")
    status, said = await responding(ear.last["response_url"], body)
    assert (status, error in said) == (400, True)
