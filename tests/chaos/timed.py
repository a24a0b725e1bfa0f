"""The product with a business clock that the test moves: the same for all its processes.

The moment stands in a file of eight bytes. Nothing else of the product is replaced.
"""

import asyncio
import mmap
import os
import struct
from datetime import UTC, datetime
from pathlib import Path

from bot.sender import Pace
from bot.serve import running, set_up_logging, until_stopped
from bot.settings import Settings, read_settings

SECONDS = struct.Struct("d")
POLL = "0.2"
"""Seconds between two looks at what is due, unless $POLL says more; an hour passes in less."""


class SharedClock:
    """A moment that many processes read and one moves."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(SECONDS.pack(0.0))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), SECONDS.size)

    def now(self) -> datetime:
        """The moment, in UTC."""
        return datetime.fromtimestamp(SECONDS.unpack(self._memory[:])[0], UTC)

    def set(self, moment: datetime) -> None:
        """It is this late now, everywhere."""
        self._memory[:] = SECONDS.pack(moment.timestamp())


def run(clock: Path) -> int:
    """`differ serve`, at the time of that clock, which it looks at more often."""
    settings = read_settings(os.environ)
    set_up_logging(settings.log_level)
    asyncio.run(_serve(settings, SharedClock(clock)))
    return 0


async def _serve(settings: Settings, clock: SharedClock) -> None:
    poll = float(os.environ.get("POLL", POLL))
    pace = Pace(settings.post_timeout, settings.lease, poll, poll)
    with until_stopped():
        async with running(settings, clock.now, pace):
            await asyncio.Event().wait()
