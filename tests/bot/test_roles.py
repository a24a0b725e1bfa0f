"""What each role can get at by each way there is: nothing that names anybody's answer.

One seller has answered, with a word of their own in every field. A colleague, a manager, an admin
and the workspace's owner then try every command, every word, every button and every form, their
own and forged ones that point at the seller's check.
"""

import dataclasses
import inspect
import json
import types
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from bot import summaries
from bot.playground.payloads import action_json, message_click_json
from bot.playground.workspace import View
from bot.views.team import announcement_message
from coaching.summary import Band, Summary
from storage import Announcement, Kind, Seller, Tenant
from tests.bot.stage import SAM, Stage, on_stage
from tests.bot.test_team import CLOSE, at, check, have_voted, in_channel, join, set_up

CANARY = "Zq9canary"
COLLEAGUE, MANAGER, ADMIN, OWNER = "U2PRIYA", "U3JONAS", "U4ANA", "U5LENA"
ROLES = {"a colleague": COLLEAGUE, "a manager": MANAGER, "an admin": ADMIN, "the owner": OWNER}
COMMANDS = (
    *("", "help", "privacy", "export", "history", "team", "team settings", "forget"),
    *("quick", "quick call with Zq", "nudges monday 9:00", "stop", "language en"),
    *("team U1SAM", "export U1SAM", "history Sam Rivers", "team settings U1SAM", "summary"),
)
WORDS = ("help", "privacy", "export", "history", "team", "forget", "change", "back", "Sam Rivers")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """Sam has answered, and takes part in the channel's summary."""
    async with on_stage(tmp_path) as stage:
        stage.slack.clock.set(CLOSE - timedelta(days=4))
        stage.slack.workspace.users[ADMIN].is_admin = True
        await set_up(stage)
        await join(stage, SAM)
        await check(stage, SAM, company=CANARY)
        yield stage


def seen_by(stage: Stage, user: str) -> str:
    """All that somebody can see or is sent: messages, files, forms, Home, notices."""
    workspace = stage.slack.workspace
    view = workspace.top_modal(user)
    files = [
        file.content or b""
        for channel in workspace.channels.values()
        if user in channel.members
        for message in workspace.in_channel(channel.id, user)
        for file in message.files
    ]
    home = workspace.home_of(user)
    views = [json.dumps(v.body) for v in (view, home) if isinstance(v, View)]
    return workspace.transcript(user) + "".join(views) + b"".join(files).decode()


@pytest.mark.parametrize("role", ROLES)
async def test_no_command_and_no_word_tells_anybody_s_answer(stage: Stage, role: str) -> None:
    user = ROLES[role]
    stage.me = user
    for text in COMMANDS:
        await stage.command(f"/differ {text}")
        while view := stage.slack.workspace.top_modal(user):
            assert CANARY not in json.dumps(view.body)
            await stage.slack.people.close(user, view.id)
    stage.slack.workspace.open_dm(user)
    for text in WORDS:
        await stage.say(text)
    await stage.slack.people.open_home(user)
    await stage.settle()

    assert CANARY not in seen_by(stage, user)


@pytest.mark.parametrize("role", ROLES)
async def test_no_button_of_the_seller_s_works_for_anybody_else(stage: Stage, role: str) -> None:
    """Every element that Sam was ever shown, sent as if this person had tapped it."""
    user, workspace = ROLES[role], stage.slack.workspace
    workspace.open_dm(user)
    shown = [m for kept in workspace.messages.values() for m in kept.values() if m.bot_id]
    assert len(shown) > 10
    for message in shown:
        for block in message.blocks:
            for element in block.get("elements", ()):
                if "action_id" not in element:
                    continue
                key = workspace.new_response_url(user, message.channel, message.ts)
                url = f"{stage.slack.origin}/response/{key}"
                first = (element.get("options") or [{}])[0]
                chosen = {"selected_option": first, "selected_options": [first]} if first else {}
                action = action_json(workspace, block, element, chosen)
                forged = message_click_json(workspace, user, message, action, url)
                forged["user"] |= {"id": user}
                await stage.slack.delivery.ask("interactive", forged)
                while view := workspace.top_modal(user):
                    assert CANARY not in json.dumps(view.body)
                    await stage.slack.people.close(user, view.id)
    await stage.settle()
    sam = Seller(Tenant("", workspace.team_id), SAM)
    async with stage.store.begin(sam) as tx:
        assert len(await tx.checks()) == 1, "Sam's own answers are as they were"
        assert await tx.team.membership() is not None

    told = [m for m in workspace.in_channel("D" + user[1:]) if m.bot_id]
    assert CANARY not in json.dumps([m.text for m in told]) + json.dumps([m.blocks for m in told])


async def test_nothing_of_a_seller_is_in_any_channel(stage: Stage) -> None:
    """Neither before nor after the summary, nor who takes part."""
    await have_voted(stage, COLLEAGUE, MANAGER, ADMIN, OWNER)
    await at(stage, CLOSE + timedelta(minutes=1))
    posts = in_channel(stage)

    assert any("of us or more" in post.text for post in posts)
    everything = json.dumps([[post.text, post.blocks] for post in posts])
    names = [user.real_name for user in stage.slack.workspace.users.values()]
    for told in (CANARY, *names, *stage.slack.workspace.users):
        assert told not in everything


# by type: there is no way for words into a channel


def test_an_announcement_has_no_room_for_a_text() -> None:
    hints = get_type_hints(Announcement)
    texts = [name for name, kind in hints.items() if str in (kind, *get_args(kind))]

    assert texts == ["id", "channel", "thread_ts"]
    assert {Kind, Summary} <= {part for kind in hints.values() for part in (kind, *get_args(kind))}


def test_only_announcements_are_posted_in_channels() -> None:
    """What posts there takes an `Announcement` and makes its words from the words' file."""
    signature = inspect.signature(announcement_message)
    assert [p.annotation.__name__ for p in signature.parameters.values()] == [
        "Announcement",
        "Words",
    ]
    source = inspect.getsource(summaries)
    assert source.count("chat_postMessage") == 1
    assert "**announcement_message(announcement, IN_A_CHANNEL)" in source


def test_what_is_printed_is_the_same_whoever_it_is_about() -> None:
    """The words of an announcement follow from its kind, its bands, its day and the minimum."""
    fields = {field.name for field in dataclasses.fields(Announcement)}
    assert fields - {"id", "channel", "thread_ts"} == {"kind", "summary", "day", "minimum"}
    assert issubclass(Band, str)
    assert isinstance(Summary.lowest, property | types.FunctionType)
