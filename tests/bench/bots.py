"""The two bots as processes of their own: the floor, and differ."""

import asyncio
import os
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from storage.engine import wal_is_safe
from tests.bench.driver import PATIENCE, SECRET, Driver
from tests.bench.slack import CheapSlack
from tests.bot.process import free_port
from tests.bot.stage import KEYS, ROOT

JOURNAL = "WAL" if wal_is_safe(sqlite3.sqlite_version_info) else "TRUNCATE"
"""The floor keeps its journal as differ does, else the ratio would compare two ways of writing."""


@dataclass(frozen=True)
class Bot:
    """A running bot; ``messages`` are what it writes for one command of a seller it knows."""

    driver: Driver
    messages: int
    seconds_to_ready: float


@asynccontextmanager
async def floor(slack: CheapSlack, database: str) -> AsyncIterator[Bot]:
    """The least that a correct bot does."""
    port = free_port()
    options = {
        "port": str(port),
        "database": database,
        "journal": JOURNAL,
        "slack": slack.api_url,
        "secret": SECRET,
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    async with _started(slack, port, 1, ["tests.bench.floor", *arguments], {}) as bot:
        yield bot


@asynccontextmanager
async def product(slack: CheapSlack, database: str) -> AsyncIterator[Bot]:
    """``differ serve`` over HTTP."""
    port = free_port()
    environment = {
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": database,
        "DIFFER_KEYS": KEYS,
        "PORT": str(port),
        "LOG_LEVEL": "ERROR",
    }
    async with _started(slack, port, 2, ["bot", "serve"], environment) as bot:
        yield bot


@asynccontextmanager
async def _started(
    slack: CheapSlack, port: int, messages: int, arguments: list[str], environment: dict[str, str]
) -> AsyncIterator[Bot]:
    begun = time.perf_counter()
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *arguments),
        cwd=ROOT,
        env=os.environ | environment,
        preexec_fn=bots_core,
    )
    timeout, many = aiohttp.ClientTimeout(total=PATIENCE), aiohttp.TCPConnector(limit=0)
    try:
        async with aiohttp.ClientSession(timeout=timeout, connector=many) as session:
            await _ready(session, port)
            ready = time.perf_counter() - begun
            url = f"http://127.0.0.1:{port}/slack/events"
            yield Bot(Driver(url, running.pid, slack, session), messages, ready)
    finally:
        running.terminate()
        await running.wait()


async def _ready(session: aiohttp.ClientSession, port: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{port}/healthz"):
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.005)


def bots_core() -> None:
    """A bot has the first processor to itself ..."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def drivers_core() -> None:
    """... and who plays Slack has the last."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
