"""What answers over HTTP: Slack's requests, and whether this process is well."""

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from storage import StorageError, Store

log = logging.getLogger("differ.web")

MAX_BODY = 1024 * 1024
"""Bytes of a request; Slack's own stay far below."""
MAX_DIGITS = 12

Ready = Callable[[], Awaitable[str]]
"""Says what is wrong, or an empty string."""


def build_web(app: AsyncApp | None, store: Store, ready: Ready) -> web.Application:
    """The routes. Without ``app`` (Socket Mode) only the two for health."""

    async def slack_events(request: web.Request) -> web.StreamResponse:
        """docs.slack.dev/authentication/verifying-requests-from-slack"""
        if not _well_formed(request):
            return web.Response(status=401, text="The signature is missing or malformed.")
        assert app is not None
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    async def healthz(_: web.Request) -> web.StreamResponse:
        return web.json_response({"ok": True})

    async def readyz(_: web.Request) -> web.StreamResponse:
        problem = await ready() or await _database_problem(store)
        status = 503 if problem else 200
        return web.json_response({"ok": not problem, "problem": problem}, status=status)

    routes = web.Application(client_max_size=MAX_BODY)
    routes.router.add_get("/healthz", healthz)
    routes.router.add_get("/readyz", readyz)
    if app is not None:
        routes.router.add_post("/slack/events", slack_events)
    return routes


async def _database_problem(store: Store) -> str:
    try:
        await store.ready()
    except StorageError as error:
        return str(error)
    return ""


def _well_formed(request: web.Request) -> bool:
    """Whether the signature headers can be read at all; Bolt answers 500 to some that cannot."""
    moment = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    plain = moment.isascii() and moment.isdecimal() and len(moment) <= MAX_DIGITS
    return plain and signature.isascii() and signature.startswith("v0=")
