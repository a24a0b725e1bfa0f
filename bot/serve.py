"""The composition root: everything is made here, started, and brought down in order."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import aiohttp
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import build_app
from bot.installations import Installations
from bot.listeners.desk import Desk
from bot.sender import REVOKED, TIMEOUT, Sender
from bot.settings import Settings
from bot.web import build_web
from storage import Installation, KeyRing, Store, Tenant, migrate, new_id

log = logging.getLogger("differ")

GRACE = 10.0
"""Seconds that a stop may take."""
PATIENCE = 30.0
"""Seconds between two tries to reach Slack at the start, at the most."""

Now = Callable[[], datetime]


class CannotStart(RuntimeError):
    """differ cannot run like this; the text says why and what to do."""


def utc_now() -> datetime:
    """The time, with its zone."""
    return datetime.now(UTC)


async def serve(settings: Settings, now: Now = utc_now) -> None:
    """Run until SIGTERM or SIGINT.

    Raises:
        CannotStart: wrong tokens, a port that is taken, keys that do not fit.
        StorageError: a database that cannot be used.
    """
    async with running(settings, now):
        await wait_for_stop()
        log.info("stopping; what is under way is finished first")


async def wait_for_stop() -> None:
    """Until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    await stopped.wait()


@asynccontextmanager
async def running(settings: Settings, now: Now = utc_now) -> AsyncIterator[Store]:
    """differ at work, for the length of an ``async with``."""
    async with AsyncExitStack() as stack:
        store = await _open_store(settings, stack)
        installations = Installations(store)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        client = AsyncWebClient(
            base_url=settings.slack_api_url, session=session, timeout=TIMEOUT, retry_handlers=[]
        )
        await _install(settings, client, installations)
        secret = "" if settings.socket_mode else settings.signing_secret
        app = build_app(Desk(store, now), installations, client, secret)
        await _start_sender(Sender(store, installations, client, new_id()), stack)
        ready = await _start_socket(settings, app, client, stack)
        await _start_web(settings, None if settings.socket_mode else app, store, ready, stack)
        yield store


async def _open_store(settings: Settings, stack: AsyncExitStack) -> Store:
    """The database, migrated, with the keys that open it."""
    keys = _keys(settings)
    await migrate(settings.database_url)
    store = await Store.open(settings.database_url, keys)
    stack.push_async_callback(store.close)
    log.info("%s", store.describe())
    await store.ready()
    if settings.database_url.startswith("sqlite"):
        # This process owns the file: what an earlier one held is looked up at once.
        await store.release()
    return store


def _keys(settings: Settings) -> KeyRing:
    if settings.keys:
        return KeyRing.from_text(settings.keys)
    assert settings.key_file is not None
    keys, made = KeyRing.read_or_make_file(settings.key_file)
    if made:
        log.warning(
            "made a key file at %s. Keep a copy apart from the database: without it nothing "
            "that sellers wrote can be read again, by anybody",
            settings.key_file,
        )
    return keys


async def _install(
    settings: Settings, client: AsyncWebClient, installations: Installations
) -> None:
    """The token of the environment as one installation. Waits for a Slack that is out of reach."""
    pause = 1.0
    while True:
        try:
            answer = await client.auth_test(token=settings.bot_token)
            break
        except SlackApiError as error:
            reason = str(error.response.get("error", ""))
            if reason in REVOKED:
                raise CannotStart(
                    f"Slack refuses SLACK_BOT_TOKEN ({reason}). Copy the Bot User OAuth Token "
                    "from OAuth & Permissions again; after a change of scopes, reinstall the app."
                ) from None
            log.warning("Slack does not answer yet (%s); trying again", reason or "no reason")
        except (aiohttp.ClientError, TimeoutError, OSError):
            log.warning("Slack is out of reach at %s; trying again", settings.slack_api_url)
        await asyncio.sleep(pause)
        pause = min(PATIENCE, pause * 2)
    org_wide = bool(answer.get("is_enterprise_install"))
    tenant = Tenant(answer.get("enterprise_id") or "", "" if org_wide else answer["team_id"])
    await installations.keep(
        Installation(
            tenant=tenant,
            bot_token=settings.bot_token,
            bot_id=answer["bot_id"],
            bot_user_id=answer["user_id"],
            app_id=answer.get("app_id") or "",
        )
    )
    log.info("at work in %s as @%s", answer.get("team"), answer.get("user"))


async def _start_sender(sender: Sender, stack: AsyncExitStack) -> None:
    task = asyncio.create_task(sender.run())

    async def stop() -> None:
        await sender.stop(GRACE / 2)
        await task

    stack.push_async_callback(stop)


async def _start_socket(
    settings: Settings, app: AsyncApp, client: AsyncWebClient, stack: AsyncExitStack
) -> Callable[[], Awaitable[str]]:
    """Connect by Socket Mode, if that is the way. Returns what says whether it is connected."""

    async def connected_or_http() -> str:
        return ""

    if not settings.socket_mode:
        return connected_or_http
    own = AsyncWebClient(base_url=settings.slack_api_url, token=settings.app_token, timeout=TIMEOUT)
    handler = AsyncSocketModeHandler(app, settings.app_token, web_client=own)
    try:
        await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt has no types here
    except SlackApiError as error:
        await handler.close_async()  # type: ignore[no-untyped-call]
        reason = error.response.get("error", "")
        raise CannotStart(
            f"Slack refuses SLACK_APP_TOKEN ({reason}). It needs connections:write, and Socket "
            "Mode must be on in the app's settings."
        ) from None
    stack.push_async_callback(handler.close_async)

    async def connected() -> str:
        return "" if await handler.client.is_connected() else "Socket Mode is not connected."

    return connected


async def _start_web(
    settings: Settings,
    app: AsyncApp | None,
    store: Store,
    ready: Callable[[], Awaitable[str]],
    stack: AsyncExitStack,
) -> None:
    runner = web.AppRunner(
        build_web(app, store, ready), access_log=None, shutdown_timeout=GRACE / 2
    )
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        raise CannotStart(
            f"Port {settings.port} on {settings.host} is taken ({error.strerror}). Set PORT to "
            "another one."
        ) from None
    log.info("listening on http://%s:%s", settings.host, settings.port)


def set_up_logging(level: str) -> None:
    """Our own lines only: Slack's libraries would write whole requests into the log."""
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("differ").setLevel(level)
    for name in ("slack_bolt", "slack_sdk", "aiohttp", "sqlalchemy", "alembic", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
