"""The server itself: who may knock, what it refuses to run beside, and its clock and waiting."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.clock import MovableClock
from bot.playground.company import small_company
from bot.playground.manifest import read_manifest
from bot.playground.server import RealTokensError, SmallSlack
from bot.playground.workspace import NeverCameError


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Host", "evil.example", 403),
        ("Host", "127.0.0.1:1", 403),
        ("Host", "localhost:{port}", 200),
        ("Origin", "https://evil.example", 403),
        ("Origin", "null", 403),
        ("Origin", "http://localhost:{port}", 200),
        ("Origin", "http://127.0.0.1:{port}", 200),
    ],
)
async def test_only_this_machine_may_knock(
    slack: SmallSlack, header: str, value: str, status: int
) -> None:
    headers = {header: value.format(port=slack.port)}
    url = slack.api_url + "auth.test"
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        assert response.status == status


async def test_it_listens_on_the_loopback_address_only(slack: SmallSlack) -> None:
    assert slack.api_url == f"http://127.0.0.1:{slack.port}/api/"


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
async def test_it_does_not_run_beside_real_tokens(name: str) -> None:
    with pytest.raises(RealTokensError, match=f"{name} looks like a token of a real Slack"):
        async with SmallSlack.start(environment={name: "xoxb-1234-5678-abcd"}):
            pass


async def test_its_own_tokens_may_be_in_the_environment(slack: SmallSlack) -> None:
    environment = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}
    async with SmallSlack.start(environment=environment) as other:
        assert other.port != slack.port


MANIFEST = """
features:
  app_home: {home_tab_enabled: true, messages_tab_enabled: true,
             messages_tab_read_only_enabled: false}
  slash_commands: [{command: /differ, description: Check a plan, usage_hint: who and what}]
  shortcuts: [{name: Check, type: global, callback_id: check, description: Check a plan}]
oauth_config: {scopes: {bot: [commands, chat:write], bot_optional: [users:read]}}
settings: {event_subscriptions: {bot_events: [app_home_opened]}}
"""


async def test_a_manifest_says_what_is_known(tmp_path: Path) -> None:
    path = tmp_path / "app_manifest.yml"
    path.write_text(MANIFEST, encoding="utf-8")
    manifest = read_manifest(path)
    assert manifest.commands == {"/differ": "who and what"}
    assert manifest.shortcuts == {"check": ("global", "Check")}
    assert manifest.scopes == {"commands", "chat:write", "users:read"}
    assert manifest.events == {"app_home_opened"}
    assert (manifest.home_tab, manifest.messages_tab, manifest.may_write) == (True, True, True)
    async with SmallSlack.start(manifest=path) as slack:
        assert slack.workspace.tokens[slack.bot_token].scopes == manifest.scopes


async def test_an_event_without_subscription_is_not_sent(tmp_path: Path) -> None:
    path = tmp_path / "app_manifest.yml"
    path.write_text(MANIFEST, encoding="utf-8")
    async with SmallSlack.start(manifest=path) as slack:
        dm = slack.workspace.open_dm("U1SAM")
        await slack.people.say("U1SAM", dm.id, "x")
        assert not slack.workspace.traffic
        await slack.people.open_home("U1SAM")
        assert len(slack.workspace.traffic) == 1


# The clock


def test_the_clock_moves_forward_only() -> None:
    clock = MovableClock(datetime(2026, 3, 30, 7, tzinfo=UTC))
    before = clock.now()
    clock.set(before + timedelta(days=7))
    assert timedelta(days=7) <= clock.now() - before < timedelta(days=7, seconds=5)
    with pytest.raises(ValueError, match="does not go back"):
        clock.set(before)
    with pytest.raises(ValueError, match="time zone"):
        MovableClock(datetime(2026, 3, 30))  # noqa: DTZ001 - that is the point


async def test_who_waits_for_a_moment_is_woken_when_the_clock_is_moved() -> None:
    clock, moved = MovableClock(), []
    clock.on_move.append(lambda: moved.append(clock.now()))
    waiting = asyncio.ensure_future(clock.until(clock.now() + timedelta(hours=2)))
    for _ in range(2):
        await asyncio.sleep(0)
        assert not waiting.done()
        clock.advance(timedelta(hours=1))
    await waiting
    assert len(moved) == 2


def test_times_of_messages_only_grow() -> None:
    workspace = small_company(MovableClock())
    times = [workspace.new_ts() for _ in range(5000)]
    assert times == sorted(set(times))
    assert all(len(ts) == len("1767225600.000100") for ts in times)


# Waiting and looking


async def test_waiting_ends_with_the_change_that_was_waited_for(
    slack: SmallSlack, client: AsyncWebClient
) -> None:
    changes: list[None] = []
    slack.workspace.on_change.append(lambda: changes.append(None))
    found = asyncio.ensure_future(
        slack.workspace.until(lambda: slack.workspace.in_channel("C2DEALS"))
    )
    await client.chat_postMessage(channel="C2DEALS", text="here")
    assert [message.text for message in await found] == ["here"]
    assert len(changes) == 1


async def test_waiting_in_vain_shows_what_everybody_saw(
    slack: SmallSlack, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel="C2DEALS", text="something else")
    with pytest.raises(NeverCameError, match="something else"):
        await slack.workspace.until(lambda: slack.workspace.in_channel("C3EMEA"), timeout=0.01)


async def test_a_transcript_reads_like_the_screen(
    slack: SmallSlack, client: AsyncWebClient
) -> None:
    text = {"type": "plain_text", "text": "Yes"}
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Value.* R&amp;D would say?"}},
        {"type": "actions", "elements": [{"type": "button", "text": text}]},
    ]
    parent = await client.chat_postMessage(channel="U1SAM", text="Halden")
    await client.chat_postMessage(
        channel="D1SAM", text="Value.", blocks=blocks, thread_ts=parent["ts"]
    )
    await slack.people.say("U1SAM", "D1SAM", "they would", thread_ts=parent["ts"])
    assert slack.workspace.transcript("U1SAM").splitlines() == [
        "---- as Sam Rivers sees it ----",
        "== direct messages ==",
        "differ: Halden",
        "  | differ: *Value.* R&D would say?",
        "  |   [Yes]",
        "  | sam: they would",
    ]


async def test_a_transcript_shows_every_kind_of_block_form_and_home(
    slack: SmallSlack, client: AsyncWebClient
) -> None:
    def plain(text: str) -> dict[str, Any]:
        return {"type": "plain_text", "text": text}

    image = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A chart"}
    menu = {"options": [{"text": plain("Pause"), "value": "p"}]}
    words = {"type": "rich_text_section", "elements": [{"type": "text", "text": "Her words"}]}
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": plain("Halden")},
        {"type": "section", "text": plain("Next"), "accessory": {"type": "overflow", **menu}},
        {"type": "context", "elements": [image, plain("today")]},
        {"type": "actions", "elements": [{"type": "static_select", **menu}]},
        {"type": "rich_text", "elements": [words]},
        image,
        {"type": "divider"},
    ]
    home = {"type": "home", "blocks": blocks}
    typed = {"type": "plain_text_input", "placeholder": plain("Who?")}
    asked = {"type": "input", "label": plain("For whom"), "element": typed}
    form = {"type": "modal", "title": plain("Plan"), "submit": plain("Go"), "blocks": [asked]}
    markdown = [{"type": "markdown", "text": "**bold**"}]
    await client.chat_postMessage(channel="C2DEALS", text="x", blocks=markdown)
    await client.chat_postMessage(channel="C2DEALS", text="gone")
    gone = slack.workspace.in_channel("C2DEALS")[-1]
    await slack.people.say("U2PRIYA", "C2DEALS", "why?", thread_ts=gone.ts)
    await client.chat_delete(channel="C2DEALS", ts=gone.ts)
    await client.views_publish(user_id="U1SAM", view=home)
    await client.views_open(trigger_id=slack.workspace.new_trigger("U1SAM"), view=form)
    assert slack.workspace.transcript("U1SAM").splitlines()[1:] == [
        "== #deals ==",
        "differ: **bold**",
        "This message was deleted.",
        "  | priya: why?",
        "== form: Plan ==",
        "For whom: <Who?>",
        "== home ==",
        "Halden",
        "Next  [... Pause]",
        "(A chart) today",
        "<static_select: Pause>",
        "Her words",
        "(A chart)",
        "----",
    ]


async def test_the_inspector_sees_both_directions(
    slack: SmallSlack, client: AsyncWebClient
) -> None:
    heard: list[None] = []
    slack.workspace.on_traffic.append(lambda: heard.append(None))
    await client.auth_test()
    await slack.people.command("U1SAM", "C2DEALS", "/differ")
    assert [(entry.direction, entry.name, entry.status) for entry in slack.workspace.traffic] == [
        ("from the app", "auth.test", "ok"),
        ("to the app", "slash_commands /differ", "connection_failed"),
    ]
    assert len(heard) == 2
