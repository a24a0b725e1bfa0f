"""How requests reach an app: deadlines, retries, several sockets, signatures."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import faults
from bot.playground.server import SmallSlack
from bot.playground.socket_mode import SocketCarrier
from tests.playground.conftest import MANIFEST, connected, new_app, serving

LATE = timedelta(seconds=3, milliseconds=1)
BLOCKS: list[dict[str, Any]] = [
    {
        "type": "actions",
        "block_id": "b",
        "elements": [
            {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "Go"}}
        ],
    }
]


class Wire:
    """An app's end of one socket, without Bolt: it acks only when it is told to."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def hear(self) -> dict[str, Any]:
        heard: dict[str, Any] = await self.socket.receive_json(timeout=2)
        return heard

    async def ack(self, envelope: dict[str, Any], payload: Any = None) -> None:
        answer = {"envelope_id": envelope["envelope_id"], "payload": payload}
        await self.socket.send_json(answer)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


async def link_of(slack: SmallSlack) -> str:
    client = AsyncWebClient(slack.app_token, base_url=slack.api_url)
    return str((await client.apps_connections_open(app_token=slack.app_token))["url"])


async def wire(slack: SmallSlack, session: aiohttp.ClientSession) -> Wire:
    opened = Wire(await session.ws_connect(await link_of(slack)))
    assert (await opened.hear())["type"] in ("hello", "disconnect")
    return opened


def statuses(slack: SmallSlack) -> list[str]:
    return [e.status for e in slack.workspace.traffic if e.direction == "to the app"]


async def nothing_more(slack: SmallSlack, end: Wire) -> None:
    """What comes next is what a person does now, so nothing came before it."""
    doing = asyncio.ensure_future(slack.people.global_shortcut("U2PRIYA", "check"))
    envelope = await end.hear()
    await end.ack(envelope)
    await doing
    assert envelope["payload"]["type"] == "shortcut"


# Socket Mode


async def test_the_first_word_is_hello_with_the_number_of_connections(
    slack: SmallSlack, session: aiohttp.ClientSession
) -> None:
    first = await wire(slack, session)
    second = await session.ws_connect(await link_of(slack))
    assert not first.socket.closed
    hello = await second.receive_json()
    assert (hello["type"], hello["num_connections"]) == ("hello", 2)


async def test_an_address_is_good_for_one_connection(
    slack: SmallSlack, session: aiohttp.ClientSession
) -> None:
    link = await link_of(slack)
    await session.ws_connect(link)
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await session.ws_connect(link)
    assert refused.value.status == 403


async def test_the_eleventh_connection_is_sent_away(
    slack: SmallSlack, session: aiohttp.ClientSession
) -> None:
    ten = [await wire(slack, session) for _ in range(10)]
    eleventh = await session.ws_connect(await link_of(slack))
    assert await eleventh.receive_json() == {"type": "disconnect", "reason": "too_many_websockets"}
    assert (await eleventh.receive()).type is aiohttp.WSMsgType.CLOSE
    assert not any(end.socket.closed for end in ten)


async def test_each_envelope_goes_to_exactly_one_of_several_sockets(
    slack: SmallSlack, session: aiohttp.ClientSession
) -> None:
    wires = [await wire(slack, session) for _ in range(3)]
    heard: list[tuple[int, str]] = []

    async def answer(number: int, end: Wire) -> None:
        async for message in end.socket:
            envelope = json.loads(message.data)
            heard.append((number, envelope["envelope_id"]))
            await end.ack(envelope)

    ends = [asyncio.ensure_future(answer(number, end)) for number, end in enumerate(wires)]
    for _ in range(20):
        assert (await slack.people.command("U1SAM", "C2DEALS", "/differ")).ok
    assert len(heard) == len({envelope for _, envelope in heard}) == 20
    assert {number for number, _ in heard} == {0, 1, 2}
    for end in ends:
        end.cancel()


async def test_kinds_of_envelope_and_who_may_answer_with_a_payload(
    slack: SmallSlack, session: aiohttp.ClientSession
) -> None:
    end = await wire(slack, session)
    seen = []
    for act in (
        slack.people.command("U1SAM", "C2DEALS", "/differ"),
        slack.people.global_shortcut("U1SAM", "check"),
        slack.people.open_home("U1SAM"),
    ):
        doing = asyncio.ensure_future(act)
        envelope = await end.hear()
        seen.append((envelope["type"], envelope["accepts_response_payload"]))
        await end.ack(envelope)
        await doing
    assert seen == [("slash_commands", True), ("interactive", True), ("events_api", False)]
    assert envelope["retry_attempt"] == 0


async def test_a_disconnected_app_comes_back_by_itself(slack: SmallSlack) -> None:
    app = new_app(slack)

    @app.command("/differ")
    async def listen(ack: Any) -> None:
        await ack()

    carrier = slack.carrier
    assert isinstance(carrier, SocketCarrier)
    async with connected(slack, app):
        await carrier.break_off("refresh_requested")
        assert not carrier.sockets
        await slack.workspace.until(lambda: carrier.sockets)
        assert (await slack.people.command("U1SAM", "C2DEALS", "/differ")).ok


async def test_a_warning_comes_before_a_refresh(
    slack: SmallSlack, session: aiohttp.ClientSession
) -> None:
    end = await wire(slack, session)
    assert isinstance(slack.carrier, SocketCarrier)
    await slack.carrier.warn()
    assert await end.hear() == {"type": "disconnect", "reason": "warning"}
    assert not end.socket.closed


async def test_an_envelope_on_a_broken_socket_is_lost_for_a_click(
    slack: SmallSlack, session: aiohttp.ClientSession
) -> None:
    end = await wire(slack, session)
    slack.faults.queue("slash_commands", faults.disconnect())
    outcome = await slack.people.command("U1SAM", "C2DEALS", "/differ")
    assert outcome.shown == '/differ failed with the error "dispatch_failed"'
    assert (await end.hear())["type"] == "slash_commands"
    assert (await end.hear())["type"] == "disconnect"


# Deadlines


async def test_a_late_ack_of_a_command_is_an_error_to_its_writer(
    slack: SmallSlack, session: aiohttp.ClientSession
) -> None:
    end = await wire(slack, session)
    doing = asyncio.ensure_future(slack.people.command("U1SAM", "C2DEALS", "/differ"))
    envelope = await end.hear()
    slack.clock.advance(LATE)
    outcome = await doing
    await end.ack(envelope, {"text": "Too late to be seen."})
    assert outcome.shown == '/differ failed with the error "operation_timeout"'
    assert outcome.shown in slack.workspace.transcript("U1SAM")
    assert outcome.shown not in slack.workspace.transcript("U2PRIYA")
    assert statuses(slack) == ["http_timeout"]


async def test_a_late_ack_of_a_click_is_an_error_and_nothing_is_sent_again(
    slack: SmallSlack, session: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    post = await client.chat_postMessage(channel="C2DEALS", text="x", blocks=BLOCKS)
    end = await wire(slack, session)
    click = slack.people.act("U1SAM", message_ts=post["ts"], block_id="b", action_id="a")
    doing = asyncio.ensure_future(click)
    await end.hear()
    slack.clock.advance(LATE)
    assert (await doing).shown == "differ took longer than 3 seconds to answer."
    slack.clock.advance(timedelta(hours=1))
    await nothing_more(slack, end)


async def test_a_late_ack_of_a_form_leaves_it_open(
    slack: SmallSlack, session: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    text = {"type": "plain_text", "text": "x"}
    view = {"type": "modal", "title": text, "submit": text, "blocks": [{"type": "divider"}]}
    await client.views_open(trigger_id=slack.workspace.new_trigger("U1SAM"), view=view)
    form = await slack.workspace.until(lambda: slack.workspace.top_modal("U1SAM"))
    end = await wire(slack, session)
    doing = asyncio.ensure_future(slack.people.submit("U1SAM", form.id))
    await end.hear()
    slack.clock.advance(LATE)
    assert (await doing).shown == "We had some trouble connecting. Try again?"
    assert slack.workspace.top_modal("U1SAM") is form


async def test_an_app_that_is_not_there(slack: SmallSlack) -> None:
    outcome = await slack.people.command("U1SAM", "C2DEALS", "/differ")
    assert outcome.shown == '/differ failed with the error "dispatch_failed"'
    shortcut = await slack.people.global_shortcut("U1SAM", "check")
    assert shortcut.shown == "differ cannot be reached."


async def test_an_event_comes_at_once_after_a_minute_after_five_and_no_more(
    slack: SmallSlack, session: aiohttp.ClientSession
) -> None:
    end = await wire(slack, session)
    say = asyncio.ensure_future(slack.people.open_home("U1SAM"))
    heard = [await end.hear()]
    slack.clock.advance(LATE)
    await say
    for attempt, pause in ((1, 0), (2, 60), (3, 300)):
        if pause:
            tried = f"http_timeout, retry {attempt - 1}"
            await slack.workspace.until(lambda done=tried: done in statuses(slack))  # type: ignore[misc]
            slack.clock.advance(timedelta(seconds=pause))
        heard.append(await end.hear())
        slack.clock.advance(LATE)
    await slack.workspace.until(lambda: "http_timeout, retry 3" in statuses(slack))
    slack.clock.advance(timedelta(hours=1))
    await nothing_more(slack, end)
    assert [entry["retry_attempt"] for entry in heard] == [0, 1, 2, 3]
    assert [entry["retry_reason"] for entry in heard] == ["", *["http_timeout"] * 3]
    assert len({entry["payload"]["event_id"] for entry in heard}) == 1
    assert len({entry["envelope_id"] for entry in heard}) == 4


async def test_a_lost_ack_and_a_duplicate_deliver_again_what_was_done(
    slack: SmallSlack,
) -> None:
    app, bodies = new_app(slack), []

    @app.event("app_home_opened")
    async def listen(body: dict[str, Any]) -> None:
        bodies.append(body["event_id"])

    async with connected(slack, app):
        slack.faults.queue("events_api", faults.slow_ack())
        await slack.people.open_home("U1SAM")
        await slack.workspace.until(lambda: len(bodies) == 2)
        slack.faults.queue("events_api", faults.duplicate(4))
        await slack.people.open_home("U1SAM")
        await slack.workspace.until(lambda: len(bodies) == 6)
    assert [bodies.count(event) for event in dict.fromkeys(bodies)] == [2, 4]


# Signed requests


class Inbox:
    """A web server that keeps what it was sent and answers what it was told to."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], str]] = []
        self.answer = web.Response()

    async def take(self, request: web.Request) -> web.Response:
        self.requests.append((dict(request.headers), await request.text()))
        kept = self.answer
        return web.Response(
            status=kept.status, text=kept.text, headers=kept.headers, content_type=None
        )


@pytest.fixture
async def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def signing(inbox: Inbox) -> AsyncIterator[SmallSlack]:
    async with (
        SmallSlack.start(delivery="http", manifest=MANIFEST) as slack,
        serving(inbox.take) as url,
    ):
        slack.take_requests_at(url)
        yield slack


async def test_every_kind_is_signed_and_written_as_slack_does(
    signing: SmallSlack, inbox: Inbox
) -> None:
    await signing.people.command("U1SAM", "C2DEALS", "/differ a & b = c")
    await signing.people.global_shortcut("U1SAM", "check")
    await signing.people.open_home("U1SAM")
    verifier = SignatureVerifier(signing.signing_secret)
    assert [verifier.is_valid_request(body, headers) for headers, body in inbox.requests] == [
        True
    ] * 3
    command, shortcut, event = (body for _, body in inbox.requests)
    assert parse_qs(command)["text"] == ["a & b = c"]
    assert json.loads(parse_qs(shortcut)["payload"][0])["type"] == "shortcut"
    assert json.loads(event)["event"]["type"] == "app_home_opened"
    types = [headers["Content-Type"] for headers, _ in inbox.requests]
    assert types == [*["application/x-www-form-urlencoded"] * 2, "application/json"]


async def test_signatures_are_of_real_time_though_the_clock_moved(
    signing: SmallSlack, inbox: Inbox
) -> None:
    signing.clock.advance(timedelta(days=7))
    await signing.people.open_home("U1SAM")
    (headers, body) = inbox.requests[0]
    assert SignatureVerifier(signing.signing_secret).is_valid_request(body, headers)


async def test_a_refused_event_is_retried_with_its_headers(
    signing: SmallSlack, inbox: Inbox
) -> None:
    inbox.answer = web.Response(status=500)
    await signing.people.open_home("U1SAM")
    await signing.workspace.until(lambda: "http_error, retry 1" in statuses(signing))
    first, again = (headers for headers, _ in inbox.requests)
    assert "X-Slack-Retry-Num" not in first
    assert again["X-Slack-Retry-Num"] == "1"
    assert again["X-Slack-Retry-Reason"] == "http_error"


async def test_an_app_may_refuse_retries(signing: SmallSlack, inbox: Inbox) -> None:
    inbox.answer = web.Response(status=500, headers={"X-Slack-No-Retry": "1"})
    await signing.people.open_home("U1SAM")
    signing.clock.advance(timedelta(hours=1))
    assert statuses(signing) == ["http_error"]


async def test_a_click_that_is_refused_says_so(signing: SmallSlack, inbox: Inbox) -> None:
    inbox.answer = web.Response(status=404)
    outcome = await signing.people.global_shortcut("U1SAM", "check")
    assert outcome.shown == "differ answered with status 404."


async def test_the_url_is_verified_by_its_challenge(signing: SmallSlack, inbox: Inbox) -> None:
    assert not await signing.carrier.verify_url()  # type: ignore[attr-defined]
    inbox.answer = web.Response(text="3eZbrw1aBm2rZgRNFdxV")
    assert await signing.carrier.verify_url()  # type: ignore[attr-defined]


async def test_delivery_without_a_secret_or_by_socket_has_no_url(slack: SmallSlack) -> None:
    with pytest.raises(ValueError, match="not empty"):
        async with SmallSlack.start(delivery="http", signing_secret=""):
            pass
    with pytest.raises(TypeError):
        slack.take_requests_at("http://127.0.0.1:1/")


async def test_uninstalling_revokes_the_token_and_tells_the_app(
    slack: SmallSlack, session: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    end = await wire(slack, session)
    doing = asyncio.ensure_future(slack.people.uninstall())
    heard = []
    for _ in range(2):
        envelope = await end.hear()
        heard.append(envelope["payload"]["event"]["type"])
        await end.ack(envelope)
    await doing
    assert heard == ["app_uninstalled", "tokens_revoked"]
    with pytest.raises(SlackApiError, match="token_revoked"):
        await client.auth_test()
