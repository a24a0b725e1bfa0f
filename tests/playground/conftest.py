"""A small Slack for each test, and a real Bolt app at its other end."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.manifest import Manifest
from bot.playground.server import SmallSlack
from bot.playground.socket_mode import SocketCarrier

Register = Callable[[AsyncApp, SmallSlack], None]
Run = Callable[[Register], AbstractAsyncContextManager[SmallSlack]]

MANIFEST = Manifest(
    shortcuts={"check": ("global", "Check a plan"), "about_this": ("message", "About this")}
)
logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)


@pytest.fixture
async def slack() -> AsyncIterator[SmallSlack]:
    """A small Slack nobody is connected to."""
    async with SmallSlack.start(manifest=MANIFEST) as running:
        yield running


@pytest.fixture
def client(slack: SmallSlack) -> AsyncWebClient:
    """The SDK's client with the bot token, sending nothing twice."""
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])


def new_app(slack: SmallSlack) -> AsyncApp:
    """A Bolt app as the product makes it: it answers when its listener has ended."""
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
    return AsyncApp(
        client=client, signing_secret=slack.signing_secret, process_before_response=True
    )


@asynccontextmanager
async def over_socket(register: Register) -> AsyncIterator[SmallSlack]:
    async with SmallSlack.start(manifest=MANIFEST) as slack:
        app = new_app(slack)
        register(app, slack)
        async with connected(slack, app):
            yield slack


@asynccontextmanager
async def connected(slack: SmallSlack, app: AsyncApp) -> AsyncIterator[None]:
    """One more socket of the app."""
    web_client = AsyncWebClient(slack.app_token, base_url=slack.api_url, retry_handlers=[])
    handler = AsyncSocketModeHandler(app, slack.app_token, web_client=web_client, ping_interval=0.2)
    carrier = slack.carrier
    assert isinstance(carrier, SocketCarrier)
    before = len(carrier.sockets)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        await slack.workspace.until(lambda: len(carrier.sockets) > before)
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def over_http(register: Register) -> AsyncIterator[SmallSlack]:
    async with SmallSlack.start(delivery="http", manifest=MANIFEST) as slack:
        app = new_app(slack)
        register(app, slack)

        async def take(request: web.Request) -> web.Response:
            answer = await app.async_dispatch(await to_bolt_request(request))
            return await to_aiohttp_response(answer)

        async with serving(take) as url:
            slack.take_requests_at(url)
            yield slack


@asynccontextmanager
async def serving(
    take: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> AsyncIterator[str]:
    """An HTTP server for one handler; gives the URL of its only path."""
    web_app = web.Application()
    web_app.router.add_post("/slack/events", take)
    runner = web.AppRunner(web_app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


@pytest.fixture(params=["socket", "http"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a test twice: the same app over Socket Mode and over signed HTTP."""
    return over_socket if request.param == "socket" else over_http


class Heard:
    """What the listeners of an app were given, in order."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.retries: list[str | None] = []

    @property
    def last(self) -> dict[str, Any]:
        return self.bodies[-1]
