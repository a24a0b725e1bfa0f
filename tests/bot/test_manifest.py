"""The manifest and the code say the same: what Slack is asked for is listened to, and no more."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import build_app
from bot.desk import Desk
from bot.installations import Installations
from bot.playground import faults
from bot.serve import utc_now
from bot.views import cadence, calls, forms, greeting, nudges, own_data, placing, team
from bot.views import messages as views
from bot.views.home import Home, home_view
from coaching.answers import hear
from coaching.brief import Brief, Choice, Length, Sort
from coaching.cadence import Cadence, Nudges
from coaching.calls import Seen
from coaching.card import card
from coaching.dialogue import Dialogue, advance, begin
from coaching.factors import Factor
from coaching.moves import Move, Reply, Said
from coaching.nudges import Checked, Reason, Text, Why
from coaching.prompts import prompt
from coaching.summary import Band, Summary
from coaching.votes import Ballot, Period, Weekly
from coaching.words import words
from storage import (
    Announcement,
    Channel,
    Holdings,
    KeyRing,
    Kind,
    Membership,
    Store,
    migrate,
)
from tests.bot.script import PLAN, QUOTE, answer, drawn, objects, play
from tests.bot.stage import KEYS, ROOT, on_stage

MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "app_manifest.yml").read_text("utf-8"))
FEATURES = MANIFEST["features"]
WORDS = words()
ID = "0" * 32
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SOON = NOW + timedelta(days=2)
Json = dict[str, Any]

# docs.slack.dev/reference/methods: what each asks for in the direct messages.
SCOPES = {
    "apps.connections.open": None,
    "auth.test": None,
    "chat.delete": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.history": "im:history",
    "conversations.info": "channels:read",
    "conversations.open": "im:write",
    "conversations.replies": "im:history",
    "files.completeUploadExternal": "files:write",
    "files.delete": "files:write",
    "files.getUploadURLExternal": "files:write",
    "files.upload_v2": "files:write",  # the SDK's own way through the other two
    "response_url": None,
    "upload": None,
    "users.info": "users:read",
    "views.publish": None,
    "views.open": None,
}


def moments() -> Iterator[Dialogue]:
    """Checks at every step that there is, each reached by what can be tapped or said there."""
    competitors = tuple(Choice(Sort.COMPETITOR, name) for name in ("Acme", "Kestrel", "Orb"))
    first = [
        begin(Brief("a demo", "Marta", "Halden", competitors, length, ready=ready), number=1)
        for length in Length
        for ready in (True, False)
    ]
    seen: set[tuple[object, ...]] = set()
    while first:
        dialogue = first.pop()
        standing = dialogue.standing
        several = bool(prompt(dialogue, WORDS).pick)
        place = (standing.step().key, standing.closed, standing.brief.length, several)
        if place not in seen:
            seen.add(place)
            yield dialogue
            first += [drawn(d) for move in moves(dialogue) if (d := advance(dialogue, move))]


def moves(dialogue: Dialogue) -> Iterator[Move]:
    step = dialogue.standing.step()
    for reply in (Reply.PAUSE, Reply.CANCEL, Reply.YES, Reply.NO, Reply.MINE, Reply.SKIP):
        yield Move(step, reply)
    yield Move(step, Reply.BETTER, choices=("competitor:acme",))
    for text in (QUOTE, "vague"):
        yield hear(dialogue, (Said(text, "1.0"),), WORDS)


def screens() -> Iterator[Json]:
    """One of each message and modal."""
    for dialogue in moments():
        yield views.prompt_message(prompt(dialogue, WORDS), ID, WORDS)
        yield views.card_message(card(dialogue, WORDS), ID, WORDS)
        yield views.change_what(dialogue, ID, WORDS)
    yield greeting.welcome(WORDS)
    yield placing.ask_where([(ID, begin(Brief("a")).standing)] * 3, ID, WORDS)
    yield placing.ask_where([], ID, WORDS)
    yield own_data.ask_to_forget(WORDS, Holdings(1, 2, 3), ID)
    yield forms.brief_form(WORDS, Brief("a"))
    yield forms.evidence_form(WORDS, Brief("a"), None, ID, "gate.value")
    yield forms.change_form(WORDS, ("", "", ""), ID, "change")
    yield from of_the_week()
    yield from of_teams()


def of_teams() -> Iterator[Json]:
    """The same of team summaries: what stands in channels, and the forms."""
    period = Period.begin(Weekly(5, 16, "Europe/Berlin"), 5, NOW)
    channel = Channel("C1", "U1", NOW, period, silent=False)
    bands = Summary((Band.FEWER, Band.FEWER, Band.AROUND, Band.MORE, Band.MORE), Band.MORE)
    for kind in Kind:
        said = Announcement(ID, "C1", kind, bands, NOW.date(), 5, None)
        yield team.announcement_message(said, WORDS)
    for joined in (True, False):
        some, every = (
            Ballot(frozenset({Factor.RISK}), gap=True),
            Ballot(frozenset(Factor), gap=False),
        )
        for adds in (None, some, every):
            yield team.part_form(team.Part(channel, adds, joined, not joined), WORDS, NOW)
    for known in (None, channel):
        yield team.settings_form("C1", known, "Europe/Berlin", WORDS, general=True)
    yield team.told(WORDS, "left")
    yield team.membership_message(WORDS, None)
    yield team.membership_message(WORDS, Membership(channel, NOW))


def of_the_week() -> Iterator[Json]:
    """The same of calls, nudges and App Home."""
    line = WORDS.say("after.here")
    standing = begin(Brief("a demo", "Marta", "Halden", call_at=SOON.isoformat())).standing
    asked = Checked(ID, standing, NOW, NOW, Seen.ASKED)
    yield views.message((line,), (calls.see_you((("13:00", NOW),), ID, WORDS),))
    yield calls.reminder((line,), ID, ID, WORDS, "")
    yield calls.ask_after((line,), ID, WORDS, "")
    yield calls.ask_factor((line,), Factor.RISK, ID, WORDS, "")
    yield calls.moved_form(WORDS, NOW, ID)
    yield calls.heard_form(WORDS, "Marta", ID)
    for why in Why:
        reason = Reason(why, {}, ID, Factor.COMMERCIALS)
        yield nudges.nudge(Text(reason, "", line), ID, WORDS)
    yield nudges.last(ID, WORDS)
    asking, taps = nudges.consent("Monday 9:00", ID, WORDS)
    yield views.message((asking,), (taps,))
    yield cadence.cadence_form(Cadence(own_zone="Europe/Berlin"), WORDS)
    for seen in ((), (asked,), (replace(asked, seen=Seen.WANTED),)):
        for wish in Nudges:
            yield home_view(Home(seen, Cadence(wish), SOON, NOW, team="C2DEALS"), WORDS)


def actions() -> set[str]:
    """The ids of all that can be tapped in a message."""
    shown = [body for body in screens() if body.get("type", "home") == "home"]
    return {found["action_id"] for found in objects(shown) if "action_id" in found}


def requests() -> dict[str, Json]:
    """What Slack can send this app, by a name for each."""
    team = {"team": {"id": "T1"}, "user": {"id": "U1"}}
    found: dict[str, Json] = {}
    for entry in FEATURES["slash_commands"]:
        found[entry["command"]] = {"command": entry["command"], "text": "", "team_id": "T1"}
    for entry in FEATURES["shortcuts"]:
        kind = {"global": "shortcut", "message": "message_action"}[entry["type"]]
        shortcut = {"type": kind, "callback_id": entry["callback_id"], "trigger_id": "1"}
        found[entry["callback_id"]] = {**team, **shortcut}
    for action_id in actions():
        action = {"action_id": action_id, "block_id": "b", "type": "button"}
        tap = {"type": "block_actions", "actions": [action], "trigger_id": "1"}
        found[action_id] = {**team, **tap}
    for body in screens():
        if "submit" in body:
            sent = {"type": "view_submission", "view": {**body, "id": "V1"}}
            found[body["callback_id"]] = {**team, **sent}
    for name in MANIFEST["settings"]["event_subscriptions"]["bot_events"]:
        for subtype in ("", "message_changed", "message_deleted")[: 3 if "message" in name else 1]:
            event = {"type": name.removesuffix(".im"), **({"subtype": subtype} if subtype else {})}
            found[f"{name} {subtype}"] = {"type": "event_callback", "event": event}
    return found


async def test_everything_slack_can_send_has_its_listener_and_no_listener_is_left_over(
    tmp_path: Path,
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/differ.db"
    await migrate(url)
    store = await Store.open(url, KeyRing.from_text(KEYS))
    app = build_app(Desk(store, utc_now), Installations(store), AsyncWebClient())
    await store.close()
    *listeners, catch_all = app._async_listeners
    heard: dict[str, int] = {}
    for name, body in requests().items():
        request = AsyncBoltRequest(body=body, mode="socket_mode")
        matching = [
            place
            for place, listener in enumerate(listeners)
            if await listener.async_matches(req=request, resp=BoltResponse(status=200))
        ]
        assert matching, f"nobody listens to {name}"
        heard[name] = matching[0]
    assert set(heard.values()) == set(range(len(listeners)))
    odd = AsyncBoltRequest(
        body={"type": "event_callback", "event": {"type": "odd"}}, mode="socket_mode"
    )
    assert await catch_all.async_matches(req=odd, resp=BoltResponse(status=200))


def test_each_tap_in_a_message_has_an_id_of_its_own() -> None:
    """Slack refuses a block with the same id twice; what is tapped stands in the value."""
    for body in screens():
        for block in body["blocks"]:
            ids = [found["action_id"] for found in objects(block) if "action_id" in found]
            assert len(ids) == len(set(ids))


async def test_the_scopes_are_those_of_the_methods_that_are_called(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await play(stage)
        stage.slack.faults.queue("chat.postMessage", faults.refuse("ratelimited"))
        await stage.command("/differ")
        await stage.command(PLAN)
        await answer(stage, "[Fill in]")
        await stage.command("/differ export")
        traffic = stage.slack.workspace.traffic
        called = {t.name for t in traffic if t.direction == "from the app"}
    assert {"views.open", "chat.update", "conversations.open"} <= called
    reading = {"conversations.history", "conversations.replies"}  # after an unknown outcome
    channels = {"channels:read", "groups:read"}  # conversations.info, by the kind of channel
    scopes = {SCOPES[name] for name in called | reading} - {None} | channels
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == scopes | {"commands"}


def test_no_other_method_is_called_anywhere() -> None:
    """Each method of Slack that the code names is one whose scope is known above."""
    called = re.compile(r"client\.((?:api|apps|auth|chat|conversations|files|users|views)_\w+)\(")
    sources = [*(ROOT / "bot").glob("*.py"), *(ROOT / "bot" / "listeners").glob("*.py")]
    names = {name for path in sources for name in called.findall(path.read_text("utf-8"))}
    assert names
    assert {name.replace("_", ".", 1) for name in names} <= SCOPES.keys()


# Slack's schema of a manifest


def test_the_manifest_keeps_slack_s_limits() -> None:
    about = MANIFEST["display_information"]
    assert len(about["name"]) <= 35
    assert len(about["description"]) <= 140
    assert 175 <= len(about["long_description"]) <= 4000
    assert re.fullmatch("#[0-9a-f]{6}", about["background_color"])
    assert re.fullmatch(r"[\w.-]{1,80}", FEATURES["bot_user"]["display_name"])
    for command in FEATURES["slash_commands"]:
        assert re.fullmatch(r"/[a-z0-9_-]{1,31}", command["command"])
        assert 1 <= len(command["description"]) <= 2000
        assert len(command["usage_hint"]) <= 1000
    for shortcut in FEATURES["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150
        assert shortcut["type"] in ("global", "message")


KEYS_OF = {
    "": "display_information features oauth_config settings",
    "display_information": "name description long_description background_color",
    "features": "app_home bot_user slash_commands shortcuts",
    "features.app_home": "home_tab_enabled messages_tab_enabled messages_tab_read_only_enabled",
    "features.bot_user": "display_name always_online",
    "features.slash_commands": "command description url usage_hint should_escape",
    "features.shortcuts": "name type callback_id description",
    "oauth_config": "redirect_urls scopes token_management_enabled pkce_enabled",
    "oauth_config.scopes": "bot user bot_optional user_optional",
    "settings": (
        "event_subscriptions interactivity org_deploy_enabled socket_mode_enabled "
        "token_rotation_enabled"
    ),
    "settings.event_subscriptions": "request_url bot_events user_events",
    "settings.interactivity": "is_enabled request_url message_menu_options_url",
}


@pytest.mark.parametrize("path", KEYS_OF)
def test_the_manifest_has_no_key_that_slack_does_not_know(path: str) -> None:
    part: Any = MANIFEST
    for key in filter(None, path.split(".")):
        part = part[key]
    for entry in part if isinstance(part, list) else [part]:
        assert entry.keys() <= set(KEYS_OF[path].split())


def test_the_manifest_opens_what_the_product_uses() -> None:
    assert FEATURES["app_home"]["messages_tab_enabled"]
    assert not FEATURES["app_home"]["messages_tab_read_only_enabled"]
    assert MANIFEST["settings"]["interactivity"]["is_enabled"]
    assert MANIFEST["settings"]["socket_mode_enabled"]
    # Names that are typed stay names: nobody is looked up.
    assert not any(command["should_escape"] for command in FEATURES["slash_commands"])
