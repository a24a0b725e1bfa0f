"""What answers over HTTP: Slack's requests, and whether this process is well."""

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from storage import StorageError, Store

log = logging.getLogger("differ.web")

MAX_BODY = 1024 * 1024
"""Bytes of a request; Slack's own stay far below."""
MAX_DIGITS = 12

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Ready = Callable[[], Awaitable[str]]
"""Says what is wrong, or an empty string."""


def build_web(
    app: AsyncApp | None, signing_secret: str, store: Store, ready: Ready
) -> web.Application:
    """The routes. Without ``app`` (Socket Mode) only the two for health."""

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
        routes.router.add_post("/slack/events", _slack_events(app, signing_secret))
    return routes


async def _database_problem(store: Store) -> str:
    try:
        await store.ready()
    except StorageError as error:
        return str(error)
    return ""


def _slack_events(app: AsyncApp, signing_secret: str) -> Handler:
    verifier = SignatureVerifier(signing_secret)

    async def slack_events(request: web.Request) -> web.StreamResponse:
        """Nothing of a request is read before its signature is."""
        if not await _is_from_slack(request, verifier):
            return web.Response(status=401, text="The signature is missing, wrong or too old.")
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    return slack_events


async def _is_from_slack(request: web.Request, verifier: SignatureVerifier) -> bool:
    """docs.slack.dev/authentication/verifying-requests-from-slack

    The verifier raises on headers and bodies that it cannot read.
    """
    moment = request.headers.get("X-Slack-Request-Timestamp", "")
    signature = request.headers.get("X-Slack-Signature", "")
    if not (moment.isascii() and moment.isdecimal() and len(moment) <= MAX_DIGITS):
        return False
    try:
        return signature.isascii() and verifier.is_valid(await request.read(), moment, signature)
    except UnicodeDecodeError:
        return False
