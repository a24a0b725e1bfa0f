"""The small Slack's clock: real time that can be moved forward, so that a week passes in a click.

Everything the small Slack times (the three seconds of an ack, retries after a minute, rate limits,
triggers that die) is read from here. Nothing but signatures, which the other side checks against
its own real clock, is read from anywhere else.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

STILL = timedelta(0)


class MovableClock:
    """Real time plus an offset that only grows: it never goes back and never stands still."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start or datetime.now(UTC)
        if self._start.tzinfo is None:
            raise ValueError("The clock needs a moment with a time zone.")
        self._began = time.monotonic()
        self._offset = STILL
        self._moved = asyncio.Event()
        self.on_move: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """The current moment, aware, in UTC."""
        passed = timedelta(seconds=time.monotonic() - self._began)
        return (self._start + passed + self._offset).astimezone(UTC)

    def advance(self, step: timedelta) -> None:
        """Move forward at once by `step`. Raises ValueError for a step back."""
        if step < STILL:
            raise ValueError("The clock does not go back.")
        self._offset += step
        self._moved.set()
        self._moved = asyncio.Event()
        for listener in list(self.on_move):
            listener()

    def set(self, moment: datetime) -> None:
        """Move forward to `moment`. Raises ValueError when that has passed already."""
        self.advance(moment - self.now())

    async def until(self, moment: datetime) -> None:
        """Return as soon as this clock shows `moment`, by waiting or by being moved."""
        while (left := (moment - self.now()).total_seconds()) > 0:
            moved = asyncio.ensure_future(self._moved.wait())
            try:
                await asyncio.wait({moved}, timeout=left)
            finally:
                moved.cancel()
