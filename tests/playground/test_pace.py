"""Slack's pace: each limit reached once, and passed again by moving the clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.clock import MovableClock
from bot.playground.limits import Pace
from bot.playground.server import SmallSlack


async def test_a_channel_takes_about_one_post_a_second(
    slack: SmallSlack, client: AsyncWebClient
) -> None:
    for _ in range(5):
        await client.chat_postMessage(channel="C2DEALS", text="x")
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="C2DEALS", text="x")
    assert refused.value.response.status_code == 429
    assert refused.value.response["error"] == "ratelimited"
    assert refused.value.response.headers["Retry-After"] == "1"
    await client.chat_postMessage(channel="C3EMEA", text="another channel has its own pace")
    slack.clock.advance(timedelta(seconds=1))
    await client.chat_postMessage(channel="C2DEALS", text="x")
    assert len(slack.workspace.in_channel("C2DEALS")) == 6


async def test_a_method_of_tier_three_takes_fifty_a_minute(
    slack: SmallSlack, client: AsyncWebClient
) -> None:
    for _ in range(50):
        await client.conversations_open(users="U1SAM")
    with pytest.raises(SlackApiError) as refused:
        await client.conversations_open(users="U1SAM")
    wait = int(refused.value.response.headers["Retry-After"])
    assert 55 <= wait <= 60
    await client.users_info(user="U1SAM")
    slack.clock.advance(timedelta(seconds=wait))
    await client.conversations_open(users="U1SAM")


def test_a_workspace_takes_three_hundred_posts_a_minute() -> None:
    clock = MovableClock()
    pace = Pace(clock)
    waits = [pace.wait_to_post(f"D{number}") for number in range(301)]
    assert waits[:300] == [0] * 300
    assert 55 <= waits[300] <= 60


def test_a_refused_post_does_not_count() -> None:
    clock = MovableClock()
    pace = Pace(clock)
    waits = [pace.wait_to_post("D1") for _ in range(20)]
    assert waits.count(0) == 5
    clock.advance(timedelta(seconds=1))
    assert [pace.wait_to_post("D1") for _ in range(2)] == [0, 1]
