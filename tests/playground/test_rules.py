"""Every rule of the Web API that the small Slack keeps, with one request that it refuses.

The world of each request: a parent by the bot in Sam's DM with one reply ({parent}, {reply}), a
word of Sam's ({theirs}), a deleted parent ({deleted}), a line only Sam sees ({only}), a form that
Sam has open ({form}), Sam's Home, and triggers: {fresh}, {used}, {expired}.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.server import SmallSlack
from bot.playground.workspace import Channel

Json = dict[str, Any]
DM = "D1SAM"


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def modal(**more: Any) -> Json:
    return {"type": "modal", "title": plain("A form"), "blocks": [{"type": "divider"}], **more}


def home(**more: Any) -> Json:
    return {"type": "home", "blocks": [{"type": "divider"}], **more}


@dataclass(frozen=True)
class World:
    """A started small Slack, its session, and the names of what is in it."""

    slack: SmallSlack
    session: aiohttp.ClientSession
    names: dict[str, str]

    async def call(self, method: str, arguments: Json, token: str | None = None) -> Json:
        filled = json.loads(json.dumps(arguments))
        for name, value in filled.items():
            if isinstance(value, str) and value.startswith("{") and value.endswith("}"):
                filled[name] = self.names.get(value[1:-1], value)
        url = self.slack.api_url + method
        held = self.slack.bot_token if token is None else token
        headers = {"Authorization": f"Bearer {held}"} if held else {}
        async with self.session.post(url, json=filled, headers=headers) as response:
            answer: Json = await response.json()
            return answer


@pytest.fixture
async def world(slack: SmallSlack, client: AsyncWebClient) -> AsyncIterator[World]:
    workspace = slack.workspace
    names = {"expired": workspace.new_trigger("U1SAM")}
    slack.clock.advance(timedelta(seconds=3, milliseconds=1))
    parent = await client.chat_postMessage(channel="U1SAM", text="parent")
    reply = await client.chat_postMessage(channel=DM, text="reply", thread_ts=parent["ts"])
    deleted = await client.chat_postMessage(channel=DM, text="gone")
    only = await client.chat_postEphemeral(channel="C2DEALS", user="U1SAM", text="only you")
    await client.chat_delete(channel=DM, ts=deleted["ts"])
    names |= {"parent": parent["ts"], "reply": reply["ts"], "deleted": deleted["ts"]}
    names |= {"only": only["message_ts"], "theirs": await slack.people.say("U1SAM", DM, "mine")}
    names |= {"used": workspace.new_trigger("U1SAM"), "fresh": workspace.new_trigger("U1SAM")}
    opened = await client.views_open(trigger_id=names["used"], view=modal(external_id="plan"))
    names["form"] = opened["view"]["id"]
    await client.views_publish(user_id="U1SAM", view=home())
    everyone = {"U1SAM", "U2PRIYA", workspace.bot_user}
    workspace.add_channel(Channel("C8SECRET", "board", {"U4ANA"}, is_private=True))
    old = workspace.add_channel(Channel("C9OLD", "old-deals", everyone))
    names["old"] = (await client.chat_postMessage(channel="C9OLD", text="old"))["ts"]
    old.is_archived = True
    workspace.users["U5LENA"].deleted = True
    async with aiohttp.ClientSession() as session:
        yield World(slack, session, names)


POST = "chat.postMessage"
URL, COMPLETE = "files.getUploadURLExternal", "files.completeUploadExternal"
REFUSED: list[tuple[str, str, Json, str]] = [
    # Methods, arguments
    ("an unknown method", "chat.postMassage", {}, "unknown_method"),
    ("a method of Slack that differ never calls", "files.upload", {}, "unknown_method"),
    ("an unknown argument", POST, {"channel": DM, "text": "x", "colour": "red"},
     "invalid_arguments"),
    ("a missing argument", POST, {"text": "x"}, "invalid_arguments"),
    ("a number where text belongs", POST, {"channel": DM, "text": 5}, "invalid_arguments"),
    ("blocks that are no JSON", POST, {"channel": DM, "text": "x", "blocks": "["},
     "invalid_arguments"),
    ("a flag that is none", POST, {"channel": DM, "text": "x", "mrkdwn": "maybe"},
     "invalid_arguments"),
    ("an idempotency key that is not for apps", POST,
     {"channel": DM, "text": "x", "client_msg_id": "k"}, "invalid_arguments"),
    # Posting
    ("a post without text", POST, {"channel": DM}, "no_text"),
    ("blocks without text", POST, {"channel": DM, "blocks": [{"type": "divider"}]}, "no_text"),
    ("blank text", POST, {"channel": DM, "text": "  \n"}, "no_text"),
    ("a text over 40,000", POST, {"channel": DM, "text": "x" * 40_001}, "msg_too_long"),
    ("an unknown channel", POST, {"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
    ("a channel by name", POST, {"channel": "#deals", "text": "x"}, "channel_not_found"),
    ("an unknown person", POST, {"channel": "U0NOBODY", "text": "x"}, "channel_not_found"),
    ("a channel the bot is not in", POST, {"channel": "C1GENERAL", "text": "x"}, "not_in_channel"),
    ("a private channel unseen", POST, {"channel": "C8SECRET", "text": "x"}, "channel_not_found"),
    ("an archived channel", POST, {"channel": "C9OLD", "text": "x"}, "is_archived"),
    ("a person who left", POST, {"channel": "U5LENA", "text": "x"}, "user_disabled"),
    ("a thread nobody began", POST, {"channel": DM, "text": "x", "thread_ts": "1.000001"},
     "thread_not_found"),
    ("a thread of another channel", POST,
     {"channel": "C2DEALS", "text": "x", "thread_ts": "{parent}"}, "thread_not_found"),
    ("a reply as parent", POST, {"channel": DM, "text": "x", "thread_ts": "{reply}"},
     "cannot_reply_to_message"),
    ("an ephemeral as parent", POST, {"channel": "C2DEALS", "text": "x", "thread_ts": "{only}"},
     "cannot_reply_to_message"),
    ("a deleted parent", POST, {"channel": DM, "text": "x", "thread_ts": "{deleted}"},
     "thread_not_found"),
    ("metadata of another shape", POST, {"channel": DM, "text": "x", "metadata": {"k": "v"}},
     "invalid_metadata_format"),
    ("metadata with a nameless type", POST,
     {"channel": DM, "text": "x", "metadata": {"event_type": "a b", "event_payload": {}}},
     "invalid_metadata_schema"),
    ("metadata too large", POST,
     {"channel": DM, "text": "x",
      "metadata": {"event_type": "sent", "event_payload": {"k": "v" * 9000}}},
     "metadata_too_large"),
    ("an ephemeral to an outsider", "chat.postEphemeral",
     {"channel": "C2DEALS", "user": "U0NOBODY", "text": "x"}, "user_not_in_channel"),
    # Changing
    ("an update of a person's words", "chat.update",
     {"channel": DM, "ts": "{theirs}", "text": "x"}, "cant_update_message"),
    ("an update of nothing", "chat.update", {"channel": DM, "ts": "1.000001", "text": "x"},
     "message_not_found"),
    ("an update of what was deleted", "chat.update",
     {"channel": DM, "ts": "{deleted}", "text": "x"}, "message_not_found"),
    ("an update of an ephemeral", "chat.update",
     {"channel": "C2DEALS", "ts": "{only}", "text": "x"}, "message_not_found"),
    ("an update over 4,000", "chat.update",
     {"channel": DM, "ts": "{parent}", "text": "x" * 4001}, "msg_too_long"),
    ("an update without text", "chat.update",
     {"channel": DM, "ts": "{parent}", "blocks": [{"type": "divider"}]}, "no_text"),
    ("a ts as a number", "chat.update", {"channel": DM, "ts": 1.5, "text": "x"},
     "invalid_arguments"),
    ("deleting a person's words", "chat.delete", {"channel": DM, "ts": "{theirs}"},
     "cant_delete_message"),
    ("changing what is archived", "chat.update", {"channel": "C9OLD", "ts": "{old}", "text": "x"},
     "is_archived"),
    ("deleting twice", "chat.delete", {"channel": DM, "ts": "{deleted}"}, "message_not_found"),
    # Conversations
    ("a DM with an unknown person", "conversations.open", {"users": "U0NOBODY"}, "user_not_found"),
    ("a DM with a person who left", "conversations.open", {"users": "U5LENA"}, "user_disabled"),
    ("a DM with the bot itself", "conversations.open", {"users": "UDIFFER"}, "cannot_dm_bot"),
    ("a group DM", "conversations.open", {"users": "U1SAM,U2PRIYA"}, "missing_scope"),
    ("a DM with nobody", "conversations.open", {}, "invalid_arguments"),
    ("a DM that is not there yet", "conversations.open",
     {"users": "U2PRIYA", "prevent_creation": True}, "channel_not_found"),
    ("reading a channel", "conversations.history", {"channel": "C2DEALS"}, "missing_scope"),
    ("asking about a channel", "conversations.info", {"channel": "C2DEALS"}, "missing_scope"),
    ("replies of nothing", "conversations.replies", {"channel": DM, "ts": "1.000001"},
     "thread_not_found"),
    ("a page of none", "conversations.history", {"channel": DM, "limit": 0}, "invalid_limit"),
    ("a page of too many", "conversations.history", {"channel": DM, "limit": 1000},
     "invalid_limit"),
    ("an oldest that is no ts", "conversations.history", {"channel": DM, "oldest": "noon"},
     "invalid_ts_oldest"),
    ("a latest that is no ts", "conversations.history", {"channel": DM, "latest": "noon"},
     "invalid_ts_latest"),
    ("a number that is a flag", "conversations.history", {"channel": DM, "limit": True},
     "invalid_arguments"),
    ("a cursor nobody gave", "conversations.history", {"channel": DM, "cursor": "abc"},
     "invalid_cursor"),
    ("an unknown user", "users.info", {"user": "U0NOBODY"}, "user_not_found"),
    # Files
    ("an upload without a length", URL, {"filename": "a.md"}, "invalid_arguments"),
    ("an upload of nothing", URL, {"filename": "a.md", "length": 0}, "invalid_arguments"),
    ("an upload with a path as its name", URL, {"filename": "a/b.md", "length": 1},
     "invalid_arguments"),
    ("an upload over a gigabyte", URL, {"filename": "a.md", "length": 1_000_000_001},
     "file_upload_size_restricted"),
    ("sharing nothing", COMPLETE, {"files": [], "channel_id": DM}, "invalid_arguments"),
    ("sharing with nobody", COMPLETE, {"files": [{"id": "{file}"}]}, "invalid_arguments"),
    ("sharing what is no list", COMPLETE, {"files": {"id": "F1"}, "channel_id": DM},
     "invalid_arguments"),
    ("sharing a file by more than id and title", COMPLETE,
     {"files": [{"id": "F1", "name": "a.md"}], "channel_id": DM}, "invalid_arguments"),
    ("sharing a file twice at once", COMPLETE,
     {"files": [{"id": "F1"}, {"id": "F1"}], "channel_id": DM}, "invalid_arguments"),
    ("sharing an unknown file", COMPLETE, {"files": [{"id": "F0"}], "channel_id": DM},
     "file_not_found"),
    ("sharing where the bot is not", COMPLETE,
     {"files": [{"id": "F1"}], "channel_id": "C1GENERAL"}, "not_in_channel"),
    ("a comment over 4,000", COMPLETE,
     {"files": [{"id": "F1"}], "channel_id": DM, "initial_comment": "x" * 4001}, "msg_too_long"),
    ("files in a thread nobody began", COMPLETE,
     {"files": [{"id": "F1"}], "channel_id": DM, "thread_ts": "1.000001"}, "thread_not_found"),
    ("deleting an unknown file", "files.delete", {"file": "F0"}, "file_not_found"),
    # Views
    ("a trigger nobody pulled", "views.open", {"trigger_id": "1.2.3", "view": modal()},
     "invalid_trigger_id"),
    ("a trigger after three seconds", "views.open", {"trigger_id": "{expired}", "view": modal()},
     "expired_trigger_id"),
    ("a trigger used before", "views.open", {"trigger_id": "{used}", "view": modal()},
     "exchanged_trigger_id"),
    ("a push from outside a form", "views.push", {"trigger_id": "{fresh}", "view": modal()},
     "not_found"),
    ("a form without title", "views.open",
     {"trigger_id": "{fresh}", "view": {"type": "modal", "blocks": []}}, "invalid_arguments"),
    ("a Home where a form belongs", "views.open", {"trigger_id": "{fresh}", "view": home()},
     "invalid_arguments"),
    ("a view that is a list", "views.open", {"trigger_id": "{fresh}", "view": []},
     "invalid_arguments"),
    ("a view over 250 kB", "views.open",
     {"trigger_id": "{fresh}", "view": modal(private_metadata="x" * 250_000)}, "view_too_large"),
    ("an external_id twice", "views.publish",
     {"user_id": "U2PRIYA", "view": home(external_id="plan")}, "duplicate_external_id"),
    ("an update of no view", "views.update", {"view_id": "V0", "view": modal()}, "not_found"),
    ("an update by two names", "views.update",
     {"view_id": "{form}", "external_id": "plan", "view": modal()}, "invalid_arguments"),
    ("an update of an older form", "views.update",
     {"view_id": "{form}", "hash": "old", "view": modal()}, "hash_conflict"),
    ("a Home published over a newer one", "views.publish",
     {"user_id": "U1SAM", "hash": "old", "view": home()}, "hash_conflict"),
    ("a Home for nobody", "views.publish", {"user_id": "U0NOBODY", "view": home()},
     "user_not_found"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "arguments", "error"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
async def test_refused(world: World, method: str, arguments: Json, error: str) -> None:
    before = world.slack.workspace.transcript("U1SAM")
    answer = await world.call(method, arguments)
    assert answer["ok"] is False
    assert answer["error"] == error
    assert world.slack.workspace.transcript("U1SAM") == before
    assert world.slack.workspace.traffic[-1].status == error


SCOPES: dict[str, tuple[str, Json]] = {
    "chat.postMessage": ("chat:write", {"channel": DM, "text": "x"}),
    "chat.postEphemeral": ("chat:write", {"channel": DM, "user": "U1SAM", "text": "x"}),
    "chat.update": ("chat:write", {"channel": DM, "ts": "1.1", "text": "x"}),
    "chat.delete": ("chat:write", {"channel": DM, "ts": "1.1"}),
    "conversations.open": ("im:write", {"users": "U1SAM"}),
    "conversations.history": ("im:history", {"channel": DM}),
    "conversations.replies": ("im:history", {"channel": DM, "ts": "1.1"}),
    "conversations.info": ("im:read", {"channel": DM}),
    "users.info": ("users:read", {"user": "U1SAM"}),
    "files.getUploadURLExternal": ("files:write", {"filename": "a.md", "length": 1}),
    "files.completeUploadExternal": ("files:write", {"files": [{"id": "F1"}], "channel_id": DM}),
    "files.delete": ("files:write", {"file": "F1"}),
}


@pytest.mark.parametrize("method", SCOPES)
async def test_a_scope_that_was_not_granted(method: str) -> None:
    scope, arguments = SCOPES[method]
    async with SmallSlack.start(scopes=["commands"]) as slack, aiohttp.ClientSession() as session:
        slack.workspace.open_dm("U1SAM")
        answer = await World(slack, session, {}).call(method, arguments)
    assert (answer["error"], answer["needed"]) == ("missing_scope", scope)
    assert answer["provided"] == "commands"


@pytest.mark.parametrize(
    ("token", "method", "error"),
    [
        ("", "auth.test", "not_authed"),
        ("xoxb-unknown", "auth.test", "invalid_auth"),
        ("the app token", "auth.test", "not_allowed_token_type"),
        ("the bot token", "apps.connections.open", "not_allowed_token_type"),
    ],
)
async def test_a_token_that_does_not_fit(world: World, token: str, method: str, error: str) -> None:
    own = {"the app token": world.slack.app_token, "the bot token": world.slack.bot_token}
    assert (await world.call(method, {}, own.get(token, token)))["error"] == error


async def test_no_socket_where_requests_are_signed() -> None:
    async with SmallSlack.start(delivery="http") as slack, aiohttp.ClientSession() as session:
        answer = await World(slack, session, {}).call("apps.connections.open", {}, slack.app_token)
    assert answer["error"] == "socket_mode_not_enabled"


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        ("{", "application/json", "invalid_json"),
        ("[]", "application/json", "json_not_object"),
        ("<x/>", "text/xml", "invalid_post_type"),
    ],
)
async def test_a_body_it_cannot_read(
    world: World, body: str, content_type: str, error: str
) -> None:
    url, headers = world.slack.api_url + "auth.test", {"Content-Type": content_type}
    async with world.session.post(url, data=body, headers=headers) as response:
        assert (await response.json())["error"] == error


BLOCKS: list[Json] = [{"type": "section", "text": {"type": "mrkdwn", "text": "Not shown yet."}}]
POSTED = {"channel": DM, "text": "x", "unfurl_links": "false"}
WRITTEN = POSTED | {"blocks": json.dumps(BLOCKS)}


def multipart() -> aiohttp.MultipartWriter:
    parts = aiohttp.MultipartWriter("form-data")
    for name, value in WRITTEN.items():
        parts.append(value).set_content_disposition("form-data", name=name)
    return parts


FORMS: dict[str, tuple[str, Callable[[], Json]]] = {
    "a GET with a query": ("GET", lambda: {"params": WRITTEN}),
    "a POST with a query": ("POST", lambda: {"params": WRITTEN}),
    "a form with JSON inside": ("POST", lambda: {"data": WRITTEN}),
    "JSON": ("POST", lambda: {"json": POSTED | {"blocks": BLOCKS, "thread_ts": None}}),
    "JSON with JSON inside": ("POST", lambda: {"json": WRITTEN}),
    "multipart": ("POST", lambda: {"data": multipart()}),
}


@pytest.mark.parametrize("form", FORMS)
async def test_every_form_the_sdk_sends_is_read(world: World, form: str) -> None:
    verb, body = FORMS[form]
    headers = {"Authorization": f"Bearer {world.slack.bot_token}"}
    url = world.slack.api_url + POST
    async with world.session.request(verb, url, headers=headers, **body()) as response:
        answer = await response.json()
    assert answer["ok"], answer
    assert answer["message"]["blocks"][0]["text"]["text"] == "Not shown yet."


async def test_the_token_may_be_in_the_form(world: World) -> None:
    form = {**WRITTEN, "token": world.slack.bot_token}
    async with world.session.post(world.slack.api_url + POST, data=form) as response:
        assert (await response.json())["ok"]
    assert "token" not in world.slack.workspace.traffic[-1].payload


# What is accepted, and looks as it does in Slack


async def test_a_post_to_a_person_answers_with_the_dm(client: AsyncWebClient) -> None:
    answer = await client.chat_postMessage(channel="U2PRIYA", text="Good morning")
    assert answer["channel"] == "D2PRIYA"
    opened = await client.conversations_open(users="U2PRIYA", return_im=True)
    assert opened["already_open"]
    assert opened["channel"]["id"] == "D2PRIYA"


async def test_ids_are_made_up_where_none_were_given(client: AsyncWebClient) -> None:
    button = {"type": "button", "text": plain("Go")}
    blocks: list[Json] = [{"type": "actions", "elements": [button, button]}, {"type": "divider"}]
    answer = await client.chat_postMessage(channel="U1SAM", text="x", blocks=blocks)
    actions, divider = answer["message"]["blocks"]
    assert actions["block_id"] != divider["block_id"]
    assert len({element["action_id"] for element in actions["elements"]}) == 2


async def test_text_without_blocks_takes_the_blocks_away(client: AsyncWebClient) -> None:
    post = await client.chat_postMessage(channel="U1SAM", text="x", blocks=BLOCKS)
    answer = await client.chat_update(channel=post["channel"], ts=post["ts"], text="plain")
    assert "blocks" not in answer["message"]
    assert answer["message"]["edited"]["user"] == "UDIFFER"


async def test_metadata_is_kept_and_shown_only_on_request(world: World) -> None:
    metadata = {"event_type": "differ_sent", "event_payload": {"k": "opaque"}}
    threaded = {"channel": DM, "text": "x", "thread_ts": "{parent}", "metadata": metadata}
    await world.call(POST, {"channel": DM, "text": "x", "metadata": metadata})
    await world.call(POST, threaded)
    silent = await world.call("conversations.history", {"channel": DM})
    asked = {"channel": DM, "include_all_metadata": True, "limit": 15}
    top = await world.call("conversations.history", asked)
    replies = await world.call("conversations.replies", {**asked, "ts": "{parent}"})
    assert "metadata" not in silent["messages"][0]
    assert top["messages"][0]["metadata"] == metadata
    assert replies["messages"][-1]["metadata"] == metadata


async def test_history_is_newest_first_and_without_replies(world: World) -> None:
    answer = await world.call("conversations.history", {"channel": DM})
    assert [message["text"] for message in answer["messages"]] == ["mine", "parent"]
    assert answer["messages"][1]["reply_count"] == 1
    first = await world.call("conversations.history", {"channel": DM, "limit": 1})
    assert first["has_more"]
    later = await world.call("conversations.history", {"channel": DM, "oldest": "{parent}"})
    assert [message["text"] for message in later["messages"]] == ["mine"]


async def test_a_page_of_history_ends_where_it_is_asked_to(world: World) -> None:
    until = {"channel": DM, "latest": "{parent}"}
    assert (await world.call("conversations.history", until))["messages"] == []
    answer = await world.call("conversations.history", {**until, "inclusive": True})
    assert [message["text"] for message in answer["messages"]] == ["parent"]


async def test_channels_are_read_with_the_scope_of_their_kind() -> None:
    scopes = ["im:read", "im:write", "channels:read", "channels:history"]
    async with SmallSlack.start(scopes=scopes) as slack, aiohttp.ClientSession() as session:
        world = World(slack, session, {})
        opened = await world.call("conversations.open", {"users": "U1SAM"})
        again = await world.call("conversations.open", {"channel": opened["channel"]["id"]})
        dm = await world.call("conversations.info", {"channel": DM})
        asked = {"channel": "C2DEALS", "include_num_members": True}
        deals = await world.call("conversations.info", asked)
        outside = await world.call("conversations.history", {"channel": "C1GENERAL"})
    assert again["already_open"]
    assert dm["channel"]["user"] == "U1SAM"
    assert (deals["channel"]["is_member"], deals["channel"]["num_members"]) == (True, 9)
    assert outside["error"] == "not_in_channel"


async def test_who_left_has_no_time_zone(world: World) -> None:
    lena = (await world.call("users.info", {"user": "U5LENA"}))["user"]
    assert lena["deleted"]
    assert "tz" not in lena


async def test_replies_begin_with_their_parent_even_a_deleted_one(world: World) -> None:
    thread = {"channel": DM, "ts": "{parent}", "oldest": "{reply}"}
    answer = await world.call("conversations.replies", thread)
    assert [message["text"] for message in answer["messages"]] == ["parent"]
    await world.call("chat.delete", {"channel": DM, "ts": "{parent}"})
    answer = await world.call("conversations.replies", {"channel": DM, "ts": "{parent}"})
    assert [m.get("subtype") for m in answer["messages"]] == ["tombstone", None]


async def test_an_ephemeral_is_seen_by_one_person_and_read_by_nobody(world: World) -> None:
    assert "only you" in world.slack.workspace.transcript("U1SAM")
    assert "only you" not in world.slack.workspace.transcript("U2PRIYA")


async def test_people_have_a_time_zone_and_on_request_a_locale(client: AsyncWebClient) -> None:
    jonas = (await client.users_info(user="U3JONAS", include_locale=True))["user"]
    assert (jonas["tz"], jonas["locale"]) == ("Europe/Berlin", "de-DE")
    assert jonas["tz_offset"] in (3600, 7200)
    assert "locale" not in (await client.users_info(user="U3JONAS"))["user"]


async def test_a_new_body_keeps_the_view_and_changes_its_hash(world: World) -> None:
    view = modal(external_id="plan")
    first = await world.call("views.update", {"view_id": "{form}", "view": view})
    hashed = {"external_id": "plan", "hash": first["view"]["hash"], "view": view}
    second = await world.call("views.update", hashed)
    assert second["ok"]
    assert second["view"]["id"] == first["view"]["id"]
    assert second["view"]["hash"] != first["view"]["hash"]


async def test_three_forms_lie_over_each_other_and_no_more(world: World) -> None:
    workspace = world.slack.workspace
    errors = []
    for _ in range(3):
        top = workspace.top_modal("U1SAM")
        trigger = workspace.new_trigger("U1SAM", top.id if top else None)
        answer = await world.call("views.push", {"trigger_id": trigger, "view": modal()})
        errors.append(answer.get("error"))
    assert errors == [None, None, "push_limit_reached"]


async def test_home_is_not_published_where_it_is_off() -> None:
    from bot.playground.manifest import Manifest

    manifest = Manifest(home_tab=False)
    async with SmallSlack.start(manifest=manifest) as slack, aiohttp.ClientSession() as session:
        world = World(slack, session, {})
        answer = await world.call("views.publish", {"user_id": "U1SAM", "view": home()})
    assert answer["error"] == "not_enabled"
