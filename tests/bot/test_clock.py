"""The clock does what is due once, in its order, and lets nothing stand in the way of the rest."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.clock import BATCH, Clock
from bot.playground.clock import MovableClock
from bot.sender import Pace
from storage import Due, KeyRing, Seller, Store, Tenant, migrate, new_id
from tests.bot.stage import KEYS

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
SAM = Seller(Tenant("", "T1"), "U1SAM")
PACE = Pace(poll=0.01, tick=0.01)
Work = Callable[[Due], Awaitable[None]]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    url = f"sqlite+aiosqlite:///{tmp_path}/differ.db"
    await migrate(url)
    store = await Store.open(url, KeyRing.from_text(KEYS))
    yield store
    await store.close()


async def plan(store: Store, at: datetime, subject: str = "", kind: str = "bell") -> None:
    async with store.begin(SAM) as tx:
        await tx.week.plan(kind, at, subject)


class Bell:
    """Work that takes what is due, and remembers it; with ``every`` it plans itself anew."""

    def __init__(self, store: Store, every: timedelta | None = None) -> None:
        self._store = store
        self._every = every
        self.rung: list[Due] = []

    async def ring(self, due: Due) -> None:
        async with self._store.begin(SAM) as tx:
            await tx.week.take(due)
            if self._every:
                await tx.week.plan(due.kind, due.at + self._every, due.subject)
        self.rung.append(due)


async def test_what_is_due_is_done_when_business_time_comes_to_it(store: Store) -> None:
    """The clock that is handed in is the only one that is asked."""
    time, bell = MovableClock(MONDAY), Bell(store, timedelta(weeks=1))
    await plan(store, MONDAY + timedelta(weeks=1))
    clock = Clock(store, time.now, {"bell": bell.ring}, new_id(), PACE)
    running = asyncio.create_task(clock.run())
    await clock.catch_up()
    assert bell.rung == []
    time.advance(timedelta(weeks=1))
    await clock.catch_up()
    time.advance(timedelta(weeks=1))
    await clock.catch_up()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [due.at for due in bell.rung] == [MONDAY + timedelta(weeks=n) for n in (1, 2)]


async def test_several_clocks_do_each_piece_once(store: Store) -> None:
    bell = Bell(store)
    for number in range(150):
        await plan(store, MONDAY, str(number))
    clocks = [Clock(store, lambda: MONDAY, {"bell": bell.ring}, new_id(), PACE) for _ in range(3)]
    await asyncio.gather(*(clock.catch_up() for clock in clocks))
    assert len(bell.rung) == len({due.subject for due in bell.rung}) == 150


async def test_what_fails_is_tried_again_later_and_the_rest_is_done(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    bell = Bell(store)

    async def ring(due: Due) -> None:
        if due.subject == "broken":
            raise RuntimeError("Marta said")
        await bell.ring(due)

    await plan(store, MONDAY, "broken")
    await plan(store, MONDAY, "whole")
    await Clock(store, lambda: MONDAY, {"bell": ring}, new_id(), PACE).catch_up()
    assert [due.subject for due in bell.rung] == ["whole"]
    assert "Marta" not in caplog.text
    assert "RuntimeError" in caplog.text
    async with store.begin(SAM) as tx:
        assert await tx.week.planned("bell", "broken") == MONDAY


async def test_what_plans_its_own_next_time_is_never_given_up(store: Store) -> None:
    """Nor does the pause grow beyond what can be counted."""

    async def fail(due: Due) -> None:
        raise RuntimeError

    due = {"tenant": SAM.tenant.key, "user": SAM.user_id}
    await plan(store, MONDAY, kind="bell")
    await plan(store, MONDAY, kind="nudge")
    async with store._engine.begin() as connection:
        await connection.execute(
            text("UPDATE due SET attempt = 2000 WHERE tenant = :tenant AND user_id = :user"), due
        )
    works = dict.fromkeys(("bell", "nudge"), fail)
    await Clock(store, lambda: MONDAY, works, new_id(), PACE).catch_up()
    async with store.begin(SAM) as tx:
        assert await tx.week.planned("bell") is None
        assert await tx.week.planned("nudge") == MONDAY


async def test_a_kind_that_this_process_does_not_know_is_left_to_others(store: Store) -> None:
    bell = Bell(store)
    await plan(store, MONDAY, kind="newer")
    await Clock(store, lambda: MONDAY, {"bell": bell.ring}, new_id(), PACE).catch_up()
    await Clock(store, lambda: MONDAY, {"newer": bell.ring}, new_id(), PACE).catch_up()
    assert [due.kind for due in bell.rung] == ["newer"]


async def test_a_workspace_is_written_to_once_a_second(store: Store) -> None:
    """A few may go at once, the next each in its own second; what somebody waits for, at once."""
    bell = Bell(store)
    kinds = dict.fromkeys(("bell", "nudge"), bell.ring)
    for number, kind in product(range(15), kinds):
        await plan(store, MONDAY, str(number), kind=kind)
    await Clock(store, lambda: MONDAY, kinds, new_id(), PACE).catch_up()
    rung = Counter(due.kind for due in bell.rung)
    assert rung["bell"] == 15
    assert rung["nudge"] in (11, 12)


async def test_nobody_waits_behind_a_workspace_whose_seconds_are_taken(store: Store) -> None:
    """Though none of a whole batch that was claimed may be done."""
    bell = Bell(store)
    kinds = dict.fromkeys(("bell", "nudge"), bell.ring)
    async with store.begin(SAM) as tx:
        for number in range(2 * BATCH + 30):
            await tx.week.plan("nudge", MONDAY, str(number))
    await plan(store, MONDAY + timedelta(minutes=1))
    later = MONDAY + timedelta(minutes=1)
    await Clock(store, lambda: later, kinds, new_id(), PACE).catch_up()
    assert [due.kind for due in bell.rung].count("bell") == 1
