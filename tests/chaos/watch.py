"""Who is still to be sent something, asked once for all sellers of a flock."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from tests.chaos.databases import Database

LEFT = "SELECT DISTINCT user_id FROM outbox WHERE done_at IS NULL"
PAUSE = 0.03
"""Seconds between two looks."""


class Watch:
    """Looks at the outbox again and again; ``beside`` is called at every look."""

    def __init__(self, database: Database, beside: Callable[[], None]) -> None:
        self._database = database
        self._beside = beside
        self._next: asyncio.Future[set[str]] = asyncio.get_running_loop().create_future()

    async def next_look(self) -> set[str]:
        """Who is waiting for something, by a look that has not begun yet."""
        return await asyncio.shield(self._next)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """For the length of the block."""
        async with asyncio.TaskGroup() as group:
            looking = group.create_task(self._look())
            yield
            looking.cancel()

    async def _look(self) -> None:
        while True:
            begun, self._next = self._next, asyncio.get_running_loop().create_future()
            self._beside()
            begun.set_result({user for (user,) in await self._database.fetch(LEFT)})
            await asyncio.sleep(PAUSE)
