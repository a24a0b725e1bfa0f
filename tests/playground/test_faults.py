"""Every fault, played once: what the client sees, and whether the call counted."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import faults
from bot.playground.faults import Fault, Faults
from bot.playground.server import SmallSlack

POST = "chat.postMessage"


def posts(slack: SmallSlack) -> int:
    return len(slack.workspace.in_channel("D1SAM"))


BROKEN = [
    ("request dropped", faults.drop_request(), aiohttp.ServerDisconnectedError, 0),
    ("answer dropped", faults.drop_answer(), aiohttp.ServerDisconnectedError, 1),
    ("reset before", faults.reset(), aiohttp.ClientOSError, 0),
    ("reset after", faults.reset(accepted=True), aiohttp.ClientOSError, 1),
    ("cut in the middle", faults.truncate(), aiohttp.ClientPayloadError, 1),
    ("500 before", faults.server_error(500), SlackApiError, 0),
    ("502 after", faults.server_error(502, accepted=True), SlackApiError, 1),
    ("503 before", faults.server_error(503), SlackApiError, 0),
    ("fatal error after", faults.fatal_error(), SlackApiError, 1),
    ("fatal error before", faults.fatal_error(accepted=False), SlackApiError, 0),
    ("refused", faults.refuse("thread_locked"), SlackApiError, 0),
    ("too fast", faults.ratelimited(7), SlackApiError, 0),
    ("token revoked", faults.revoke_token(), SlackApiError, 0),
]


@pytest.mark.parametrize(
    ("fault", "seen", "counted"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN]
)
async def test_played(
    slack: SmallSlack,
    client: AsyncWebClient,
    fault: Fault,
    seen: type[Exception],
    counted: int,
) -> None:
    slack.faults.queue(POST, fault)
    with pytest.raises(seen):
        await client.chat_postMessage(channel="U1SAM", text="x")
    assert posts(slack) == counted
    assert slack.faults.played[POST, fault.kind] == 1


async def answered(slack: SmallSlack, client: AsyncWebClient, fault: Fault) -> Any:
    slack.faults.queue(POST, fault)
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="U1SAM", text="x")
    return refused.value.response


async def test_a_429_says_how_long_to_wait(slack: SmallSlack, client: AsyncWebClient) -> None:
    response = await answered(slack, client, faults.ratelimited(7))
    assert (response.status_code, response.headers["Retry-After"]) == (429, "7")
    assert response["error"] == "ratelimited"


async def test_a_server_error_is_a_page_and_no_json(
    slack: SmallSlack, client: AsyncWebClient
) -> None:
    response = await answered(slack, client, faults.server_error(503))
    assert response.status_code == 503
    assert response.headers["Content-Type"].startswith("text/html")
    assert response.data == {}


async def test_a_revoked_token_stays_revoked(slack: SmallSlack, client: AsyncWebClient) -> None:
    assert (await answered(slack, client, faults.revoke_token()))["error"] == "token_revoked"
    with pytest.raises(SlackApiError, match="token_revoked"):
        await client.auth_test()


async def test_a_slow_answer_comes_when_the_clock_says(
    slack: SmallSlack, client: AsyncWebClient
) -> None:
    slack.faults.queue(POST, faults.slow(600))
    call = asyncio.ensure_future(client.chat_postMessage(channel="U1SAM", text="x"))
    await slack.workspace.until(lambda: posts(slack) == 1)
    assert not call.done()
    await slack.workspace.until(lambda: slack.workspace.traffic[-1].status == "ok, then slow")
    slack.clock.advance(timedelta(minutes=10))
    assert (await call)["ok"]


async def test_a_fault_for_any_method_and_then_none(
    slack: SmallSlack, client: AsyncWebClient
) -> None:
    slack.faults.queue(faults.ANY, faults.refuse("internal_error"))
    with pytest.raises(SlackApiError, match="internal_error"):
        await client.auth_test()
    assert (await client.auth_test())["ok"]


def test_a_chance_is_drawn_from_its_seed_and_counted() -> None:
    def drawn(seed: int) -> list[bool]:
        plan = Faults(seed)
        plan.chance(POST, 0.3, faults.drop_answer(), faults.reset())
        found = [plan.next(POST) is not None for _ in range(1000)]
        assert sum(plan.played.values()) == sum(found)
        assert set(plan.played) == {(POST, "drop_answer"), (POST, "reset")}
        return found

    assert drawn(1) == drawn(1) != drawn(2)
    assert 250 < sum(drawn(1)) < 350


def test_the_queue_is_shown_played_in_order_and_cleared() -> None:
    plan = Faults()
    plan.queue(POST, faults.reset(), faults.truncate())
    assert [fault.kind for fault in plan.waiting()[POST]] == ["reset", "truncate"]
    assert plan.next(POST) == faults.reset()
    plan.clear()
    assert plan.next(POST) is None
    assert plan.waiting() == {}
