"""The clock: has what is due done, once, whichever of several processes claims it.

To add a kind of due work:

1. Plan it in the transaction that makes it due: ``await tx.week.plan("kind", at, subject)``; the
   same kind and subject planned again takes the place of the old plan. What concerns no one
   person is planned in ``store.begin(Seller(tenant, ""))``, with a channel's id as its subject.
2. Give the clock an async function for its kind, in ``bot/serve.py``. It is handed the ``Due`` and
   must do its work in one transaction that begins with ``await tx.week.take(due)``: that removes
   the plan, or raises Stale when another process was faster. Plan the next time in there as well.
3. Messages go through the outbox (``tx.post``), with ``until`` if they are worth nothing later.
   What nobody waits for is one of the ``PACED`` kinds: it comes in its workspace's own second.

Due is what is due by the business time that ``now`` tells; late work is the function's to judge,
from ``due.at``. An error leaves the plan where it is: it is tried again, ever more rarely, and
given up after a day's worth of tries, unless it is what plans its own next time.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime

from bot.kinds import PACED, RECURRING
from bot.sender import Pace
from storage import Due, Seller, Stale, StorageError, Store

log = logging.getLogger("differ.clock")

BATCH = 100
AT_ONCE = 8
"""Pieces of work under way at the same time; each holds a connection for some moments."""
TRIES = 40
LONGEST_PAUSE = 3600.0
LONGEST_WAIT = 60.0
"""Seconds until a Slack that is out of reach is asked again."""
BURST = 10.0
"""Seconds that a piece of work may be early for its own: so many may follow each other at once."""

Work = Callable[[Due], Awaitable[None]]


class Clock:
    """One process's share of what is due. ``work`` has a function for each kind it knows."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        work: Mapping[str, Work],
        owner: str,
        pace: Pace,
    ) -> None:
        self._store = store
        self._now = now
        self._work = work
        self._owner = owner
        self._pace = pace
        self._woken = asyncio.Event()
        self._turn = asyncio.Lock()
        self._places = asyncio.Semaphore(AT_ONCE)

    def wake(self) -> None:
        """The time was moved, or something was planned for right now."""
        self._woken.set()

    async def run(self) -> None:
        """Do what is due, until cancelled."""
        try:
            while True:
                self._woken.clear()
                await self.catch_up()
                await self._rest()
        finally:
            # What was cut off was undone with its transaction, so it can be claimed at once.
            with suppress(StorageError):
                await self._store.release_due(self._owner)

    async def catch_up(self) -> None:
        """Do all that is due by now."""
        async with self._turn:
            while claimed := await self._claim():
                await asyncio.gather(*(self._do(due) for due in await self._in_turn(claimed)))

    async def later(self, due: Due, seconds: float) -> None:
        """Slack cannot do it now: try again, but not before, and ever more rarely."""
        pause = min(self._pace.poll * 2.0 ** min(due.attempt, 10), LONGEST_WAIT)
        await self._store.put_off(due, max(seconds, pause), paced=due.paced)

    async def _claim(self) -> list[Due]:
        try:
            return await self._store.claim_due(
                self._work, self._now(), self._owner, BATCH, self._pace.lease
            )
        except StorageError as error:
            log.warning("what is due cannot be read: %s", error)
            return []

    async def _in_turn(self, claimed: list[Due]) -> list[Due]:
        """Those that may be done now; the others wait for a second of their workspace's."""
        asking = [due for due in claimed if due.kind in PACED and not due.paced]
        at_once = [due for due in claimed if due not in asking]
        try:
            return at_once + await self._store.pace(asking, BURST)
        except StorageError as error:
            log.warning("no second can be kept for what is due: %s", error)
            return at_once

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pace.tick):
                await self._woken.wait()

    async def _do(self, due: Due) -> None:
        async with self._places:
            try:
                await self._work[due.kind](due)
            except Stale:
                log.info("%s was done or moved by another", due.kind)
            except StorageError as error:
                log.warning("%s is tried again when its lease is over: %s", due.kind, error)
            except Exception as error:
                log.error("%s fails here: %s", due.kind, type(error).__name__)
                await self._try_later(due)

    async def _try_later(self, due: Due) -> None:
        """A fault of ours is tried again ever more rarely, and not for ever."""
        with suppress(StorageError):
            if due.attempt < TRIES or due.kind in RECURRING:
                pause = min(2.0 ** min(due.attempt, TRIES), LONGEST_PAUSE)
                await self._store.put_off(due, pause)
                return
            async with self._store.begin(Seller(due.tenant, due.user_id)) as tx:
                await tx.week.take(due)
            log.error("%s is given up", due.kind)
