"""The composition root: everything is made here, started, and brought down in order."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.app import build_app
from bot.clock import Clock, Work
from bot.desk import Desk
from bot.installations import Installations
from bot.keys import read_keys
from bot.sender import Pace, Sender
from bot.settings import Settings
from bot.slack import Refusal, meaning_of, reason_of
from bot.summaries import Summaries
from bot.web import Ready, build_web
from bot.work import DueWork
from storage import Installation, StorageError, Store, Tenant, migrate, new_id

log = logging.getLogger("differ")

GRACE = 10.0
"""Seconds that a stop may take."""
SWEEP = 3600.0
"""Seconds between two sweeps."""
PATIENCE = 30.0
"""Seconds between two tries to reach Slack at the start, at the most."""

Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Running:
    """differ at work: its database, the port on which it listens, and its clock."""

    store: Store
    port: int
    clock: Clock


class CannotStart(RuntimeError):
    """differ cannot run like this; the text says why and what to do."""


def utc_now() -> datetime:
    """The time, with its zone."""
    return datetime.now(UTC)


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT.

    Raises:
        CannotStart: wrong tokens, a port that is taken, keys that do not fit.
        StorageError: a database that cannot be used.
    """
    with until_stopped():
        async with running(settings, utc_now):
            await asyncio.Event().wait()


@contextmanager
def until_stopped() -> Iterator[None]:
    """End the block of this task, in its order, at the first SIGTERM or SIGINT."""
    task, asked = asyncio.current_task(), asyncio.Event()
    assert task is not None

    def stop() -> None:
        if not asked.is_set():
            log.info("stopping; what is under way is finished first")
            asked.set()
            task.cancel()

    for name in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows, where Ctrl+C ends the block as well
            asyncio.get_running_loop().add_signal_handler(name, stop)
    try:
        yield
    except asyncio.CancelledError:
        if not asked.is_set():
            raise
        task.uncancel()


@asynccontextmanager
async def running(settings: Settings, now: Now, pace: Pace | None = None) -> AsyncIterator[Running]:
    """differ at work, for the length of an ``async with``."""
    pace = pace or Pace(settings.post_timeout, settings.lease)
    async with AsyncExitStack() as stack:
        store = await _open_store(settings, pace, stack)
        installations = Installations(store)
        # With a session of its own the SDK heeds no other timeout than the session's.
        timeout = aiohttp.ClientTimeout(total=pace.timeout)
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=timeout))
        client = AsyncWebClient(base_url=settings.slack_api_url, session=session, retry_handlers=[])
        await _install(settings, client, installations)
        desk = Desk(store, now)
        app = build_app(desk, installations, client)
        owner = new_id()
        sender = Sender(store, installations, client, owner, pace, now)
        sender.start()
        stack.push_async_callback(sender.stop, GRACE / 2)
        work: dict[str, Work] = {}
        clock = Clock(store, now, work, owner, pace)
        work.update(DueWork(desk, installations, client, clock).kinds)
        work.update(Summaries(desk, installations, client, clock).kinds)
        await stack.enter_async_context(_beside(store.listen(), _sweep(store), clock.run()))
        ready = await _start_socket(settings, app, client, stack)
        taking = None if settings.socket_mode else app
        web_app = build_web(taking, settings.signing_secret, store, ready)
        yield Running(store, await _start_web(settings, web_app, stack), clock)


@asynccontextmanager
async def _beside(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Work that goes on beside everything else and ends with it."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _sweep(store: Store) -> None:
    """Once an hour, let go of request keys and sent messages that nobody will ask about."""
    while True:
        try:
            await store.sweep()
        except StorageError as error:
            log.warning("nothing was swept: %s", error)
        await asyncio.sleep(SWEEP)


async def _open_store(settings: Settings, pace: Pace, stack: AsyncExitStack) -> Store:
    """The database, migrated, with the keys that open it."""
    keys = read_keys(settings)
    await migrate(settings.database_url)
    store = await Store.open(settings.database_url, keys)
    stack.push_async_callback(store.close)
    log.info("%s", store.describe())
    await store.ready()
    if settings.database_url.startswith("sqlite"):
        # This process owns the file. What an earlier one held may still be on its way to Slack:
        # it is looked up when that call's time is over, not only when its lease is.
        await store.release(seconds=pace.timeout)
        await store.release_due()
    return store


async def _install(
    settings: Settings, client: AsyncWebClient, installations: Installations
) -> None:
    """The token of the environment as one installation."""
    answer = await _ask(
        lambda: client.auth_test(token=settings.bot_token),
        settings,
        "Slack refuses SLACK_BOT_TOKEN ({reason}). Copy the Bot User OAuth Token from OAuth & "
        "Permissions again; after a change of scopes, reinstall the app.",
    )
    org_wide = bool(answer.get("is_enterprise_install"))
    tenant = Tenant(answer.get("enterprise_id") or "", "" if org_wide else answer["team_id"])
    await installations.keep(
        Installation(
            tenant=tenant,
            bot_token=settings.bot_token,
            bot_id=answer["bot_id"],
            bot_user_id=answer["user_id"],
        )
    )
    log.info("at work in %s as @%s", answer.get("team"), answer.get("user"))


async def _ask(
    call: Callable[[], Awaitable[AsyncSlackResponse]], settings: Settings, refusal: str
) -> AsyncSlackResponse:
    """Slack's answer; waits for a Slack that is out of reach. CannotStart when it says no."""
    pause = 1.0
    while True:
        try:
            return await call()
        except SlackApiError as error:
            reason = reason_of(error)
            if meaning_of(error) in (Refusal.REVOKED, Refusal.FINAL):
                raise CannotStart(refusal.format(reason=reason)) from None
            log.warning("Slack does not answer yet (%s); trying again", reason or "no reason")
        except (aiohttp.ClientError, TimeoutError, OSError):
            log.warning("Slack is out of reach at %s; trying again", settings.slack_api_url)
        await asyncio.sleep(pause)
        pause = min(PATIENCE, pause * 2)


async def _start_socket(
    settings: Settings, app: AsyncApp, client: AsyncWebClient, stack: AsyncExitStack
) -> Ready:
    """Connect by Socket Mode, if that is the way. Returns what says whether it is connected."""

    async def connected_or_http() -> str:
        return ""

    if not settings.socket_mode:
        return connected_or_http
    own = AsyncWebClient(
        base_url=settings.slack_api_url, token=settings.app_token, session=client.session
    )
    # The handler itself would try a token that is refused for ever, and say nothing.
    opened = await _ask(
        lambda: own.apps_connections_open(app_token=settings.app_token),
        settings,
        "Slack refuses SLACK_APP_TOKEN ({reason}). It needs connections:write, and Socket Mode "
        "must be on in the app's settings.",
    )
    handler = _Handler(app, settings.app_token, web_client=own)
    handler.client.wss_uri = opened["url"]
    stack.push_async_callback(handler.stop)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt has no types here

    async def connected() -> str:
        return "" if await handler.client.is_connected() else "Socket Mode is not connected."

    return connected


class _Handler(AsyncSocketModeHandler):
    """Socket Mode that hangs up only when what came over it has been answered."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._under_way: set[asyncio.Task[None]] = set()

    async def handle(self, client: Any, req: SocketModeRequest) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        try:
            await super().handle(client, req)
        finally:
            self._under_way.discard(task)

    async def stop(self) -> None:
        """Answer what is under way, for a while, and hang up."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=GRACE / 2)
        await self.close_async()  # type: ignore[no-untyped-call]


async def _start_web(settings: Settings, web_app: web.Application, stack: AsyncExitStack) -> int:
    """Listen; returns the port."""
    runner = web.AppRunner(web_app, access_log=None, shutdown_timeout=GRACE / 2)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        raise CannotStart(
            f"differ cannot listen on port {settings.port} of {settings.host} "
            f"({_short(error)}). Set PORT, or HOST, to another one."
        ) from None
    port: int = runner.addresses[0][1]
    log.info("listening on http://%s:%s", settings.host, port)
    return port


def _short(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno and error.errno > 0 else str(error)


def set_up_logging(level: str) -> None:
    """Our own lines only: Slack's libraries would write whole requests into the log."""
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("differ").setLevel(level)
    for name in ("slack_bolt", "slack_sdk", "aiohttp", "sqlalchemy", "alembic", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
