"""Calls between processes on PostgreSQL: "there is something to send".

A call says who calls and nothing more, for whoever may connect can hear it. It comes with the
commit, and is lost where nobody listens. Whoever called has also begun to send: the others hold
back for a moment, or each of them would look for work at every commit of any, and find nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import URL, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from tenacity import RetryCallState, retry, wait_random_exponential

from storage.engine import open_engine
from storage.errors import StorageError, connecting, translated

_CHANNEL = "differ_outbox"
_CALL = select(func.pg_notify(_CHANNEL, bindparam("caller")))
_HEAD_START = 0.1
_PAUSE = 0.2
_LONGEST_PAUSE = 10.0
# A connection that a firewall forgot ends without a word: ask now and then.
_SILENCE = 20.0
_ANSWER = 5.0

_log = logging.getLogger(__name__)


async def call(connection: AsyncConnection, caller: str) -> None:
    """Call the listeners if this transaction is committed."""
    if connection.dialect.name == "postgresql":
        await connection.execute(_CALL, {"caller": caller})


async def listen(url: URL, own: str, heard: Callable[[], None]) -> None:
    """Run `heard` soon after calls of others than `own`, and whenever calls may have been missed,
    until cancelled."""
    engine = open_engine(url)
    try:
        while True:
            async with _connected(engine) as connection:
                await _hear(connection, own, heard)
            _log.warning("the connection for calls was lost; other processes are not heard for now")
            await asyncio.sleep(_PAUSE)
    finally:
        await engine.dispose()


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[Any]:
    """A connection of the driver's, for nobody else."""
    pooled = await _connect(engine)
    driver: Any = (await pooled.get_raw_connection()).driver_connection
    try:
        yield driver
    finally:
        driver.terminate()
        await pooled.invalidate()
        await pooled.close()


def _say(state: RetryCallState) -> None:
    error = state.outcome and state.outcome.exception()
    reason = error if isinstance(error, StorageError) else type(error).__name__
    _log.warning("other processes are not heard for now: %s", reason)


@retry(wait=wait_random_exponential(multiplier=0.1, max=_LONGEST_PAUSE), before_sleep=_say)
async def _connect(engine: AsyncEngine) -> AsyncConnection:
    with translated(), connecting():
        return await engine.connect()


async def _hear(connection: Any, own: str, heard: Callable[[], None]) -> None:
    """Listen until the connection is lost."""
    stirred = asyncio.Event()

    def take(_connection: Any, _pid: int, _channel: str, caller: str) -> None:
        if caller != own:
            stirred.set()

    connection.add_termination_listener(lambda _: stirred.set())
    try:
        await connection.add_listener(_CHANNEL, take)
        heard()
        while await _called(connection, stirred):
            stirred.clear()
            heard()
    except Exception as error:
        # Whatever it is, the process goes on: the outbox is looked at without calls too.
        _log.warning("calls cannot be heard: %s", type(error).__name__)


async def _called(connection: Any, stirred: asyncio.Event) -> bool:
    """Wait for a call and for its head start; False when the connection is lost."""
    while not await _within(_SILENCE, stirred):
        await connection.execute("SELECT 1", timeout=_ANSWER)
    await asyncio.sleep(_HEAD_START)
    return not connection.is_closed()


async def _within(seconds: float, event: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
