"""The small Slack as a server on 127.0.0.1, ready for the real app to connect to."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from aiohttp import web

from bot.playground.api import WebApi
from bot.playground.clock import MovableClock
from bot.playground.colleagues import Colleagues
from bot.playground.company import small_company
from bot.playground.delivery import Carrier, Delivery
from bot.playground.events import Events
from bot.playground.faults import Faults
from bot.playground.manifest import Manifest, read_manifest
from bot.playground.people import People
from bot.playground.responses import Responses
from bot.playground.signed_http import HttpCarrier
from bot.playground.socket_mode import SocketCarrier
from bot.playground.workspace import Token, Workspace

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
HOST = "127.0.0.1"
OWN_TOKENS = ("xoxb-small-", "xapp-small-")
REAL_TOKENS = ("xoxb-", "xapp-", "xoxe.", "xoxp-")
TOKEN_NAMES = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")


class RealTokensError(ValueError):
    """The environment holds what looks like tokens of a real Slack."""


def refuse_real_tokens(environment: Mapping[str, str]) -> None:
    """Raise RealTokensError when SLACK_BOT_TOKEN or SLACK_APP_TOKEN look real."""
    for name in TOKEN_NAMES:
        value = environment.get(name, "").strip()
        if value.startswith(REAL_TOKENS) and not value.startswith(OWN_TOKENS):
            raise RealTokensError(
                f"{name} looks like a token of a real Slack workspace. "
                "The playground will not run beside it: unset it first."
            )


class SmallSlack:
    """One running workspace; made by `start`."""

    def __init__(
        self, clock: MovableClock, faults: Faults, manifest: Manifest, workspace: Workspace
    ) -> None:
        self.clock = clock
        self.faults = faults
        self.manifest = manifest
        self.workspace = workspace
        self.port = 0
        self.bot_token = "xoxb-small-" + secrets.token_hex(12)
        self.app_token = "xapp-small-" + secrets.token_hex(12)
        self.signing_secret = secrets.token_hex(16)
        self.web_app = web.Application(middlewares=[self._only_from_here])
        self.carrier: Carrier
        self.delivery: Delivery
        self.events: Events
        self.people: People
        self.colleagues = Colleagues(self)

    @property
    def origin(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    @property
    def api_url(self) -> str:
        """What goes into SLACK_API_URL; ends in /api/."""
        return f"{self.origin}/api/"

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        port: int = 0,
        delivery: Literal["socket", "http"] = "socket",
        request_url: str = "",
        signing_secret: str | None = None,
        scopes: Iterable[str] | None = None,
        manifest: Manifest | Path | None = None,
        environment: Mapping[str, str] | None = None,
        clock: MovableClock | None = None,
        page: bool = False,
        seed: int = 0,
    ) -> AsyncIterator[SmallSlack]:
        """Run a small Slack for the length of an `async with`.

        With `delivery="http"` requests go, signed, to `request_url`, which may also be set later
        by `take_requests_at`. `scopes` replaces those of the manifest. `environment` is looked at
        for real tokens: RealTokensError. OSError when the port is taken.
        """
        refuse_real_tokens(environment or {})
        clock = clock or MovableClock()
        known = read_manifest(manifest) if isinstance(manifest, Path) else manifest or Manifest()
        slack = cls(clock, Faults(seed), known, small_company(clock))
        slack.signing_secret = slack.signing_secret if signing_secret is None else signing_secret
        slack._issue_tokens(known.scopes if scopes is None else frozenset(scopes))
        slack._connect(
            SocketCarrier(slack.workspace, seed)
            if delivery == "socket"
            else HttpCarrier(request_url, slack.signing_secret)
        )
        if page:
            from bot.playground.page import add_page

            add_page(slack.web_app, slack)
        async with slack._serving(port):
            yield slack

    def take_requests_at(self, request_url: str) -> None:
        """Deliver to this URL from now on. TypeError when delivery is by Socket Mode."""
        if not isinstance(self.carrier, HttpCarrier):
            raise TypeError("Socket Mode has no request URL.")
        self.carrier.request_url = request_url

    def _issue_tokens(self, scopes: frozenset[str]) -> None:
        self.workspace.tokens[self.bot_token] = Token("bot", scopes)
        self.workspace.tokens[self.app_token] = Token("app", frozenset({"connections:write"}))

    def _connect(self, carrier: Carrier) -> None:
        self.carrier = carrier
        self.delivery = Delivery(self.workspace, self.faults, carrier)
        self.events = Events(self.workspace, self.delivery, self.manifest)
        responses = Responses(self.workspace, self.events)
        self.people = People(
            self.workspace,
            self.delivery,
            self.events,
            responses,
            self.manifest,
            lambda key: f"{self.origin}/response/{key}",
        )
        link = self._new_link if isinstance(carrier, SocketCarrier) else None
        api = WebApi(self.workspace, self.events, self.faults, self.manifest, link)
        self.web_app.router.add_route("*", "/api/{method}", api.handle)
        self.web_app.router.add_post("/upload/{ticket}", api.take_file)
        self.web_app.router.add_post("/response/{key}", responses.handle)
        if isinstance(carrier, SocketCarrier):
            self.web_app.router.add_get("/link", carrier.link)

    def _new_link(self) -> str:
        assert isinstance(self.carrier, SocketCarrier)
        ticket = self.carrier.new_ticket()
        return f"ws://{HOST}:{self.port}/link?ticket={ticket}&app_id={self.workspace.app_id}"

    @asynccontextmanager
    async def _serving(self, port: int) -> AsyncIterator[None]:
        runner = web.AppRunner(self.web_app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, port).start()
            self.port = runner.addresses[0][1]
            yield
        finally:
            await self.colleagues.close()
            await self.delivery.close()
            await runner.cleanup()

    @web.middleware
    async def _only_from_here(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse other hosts' names and other sites' pages, which a browser would let through."""
        hosts = {f"{name}:{self.port}" for name in (HOST, "localhost")}
        origin = request.headers.get("Origin")
        foreign = origin is not None and origin not in {f"http://{host}" for host in hosts}
        if request.host not in hosts or foreign:
            return web.Response(status=403, text="Only from this machine.")
        return await handler(request)
