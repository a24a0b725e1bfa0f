"""What is due is claimed once, done once, and found by its index however much is not due."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from storage import Due, Nudge, Seller, Stale, Store
from tests.storage.conftest import Open, Run

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
KINDS = ("nudge", "reminder")


async def plan(store: Store, seller: Seller, at: datetime, kind: str = "nudge") -> None:
    async with store.begin(seller) as tx:
        await tx.week.plan(kind, at)


async def claim(
    store: Store, now: datetime = NOW, owner: str = "one", lease: float = 60
) -> list[Due]:
    return await store.claim_due(KINDS, now, owner, 100, lease)


async def take(store: Store, due: Due) -> None:
    async with store.begin(Seller(due.tenant, due.user_id)) as tx:
        await tx.week.take(due)


async def take_and_fail(store: Store, due: Due) -> None:
    async with store.begin(Seller(due.tenant, due.user_id)) as tx:
        await tx.week.take(due)
        raise ZeroDivisionError


async def test_what_is_due_is_claimed_the_earliest_first_and_the_rest_is_left(
    store: Store, ann: Seller, bob: Seller, stranger: Seller
) -> None:
    await plan(store, ann, NOW)
    await plan(store, bob, NOW - MINUTE)
    await plan(store, stranger, NOW + MINUTE)
    await plan(store, ann, NOW, "unknown to this process")
    assert [(due.user_id, due.kind, due.at) for due in await claim(store)] == [
        (bob.user_id, "nudge", NOW - MINUTE),
        (ann.user_id, "nudge", NOW),
    ]
    assert await claim(store) == []


async def test_of_all_who_claim_it_one_does_it(store: Store, another: Open, ann: Seller) -> None:
    """Claimed again after its lease, or moved by its seller, it is not the first one's any more."""
    other = await another()
    await plan(store, ann, NOW)
    (lost,) = await claim(store, lease=0)
    (held,) = await claim(other, owner="two")
    with pytest.raises(Stale):
        await take(store, lost)
    await take(other, held)
    with pytest.raises(Stale):
        await take(other, held)
    await plan(store, ann, NOW)
    (moved,) = await claim(store)
    await plan(store, ann, NOW + MINUTE)
    with pytest.raises(Stale):
        await take(store, moved)
    assert await claim(store) == []
    assert len(await claim(store, NOW + MINUTE)) == 1


async def test_what_fails_in_its_transaction_is_still_to_be_done(store: Store, ann: Seller) -> None:
    await plan(store, ann, NOW)
    (due,) = await claim(store)
    with pytest.raises(ZeroDivisionError):
        await take_and_fail(store, due)
    await store.put_off(due, 0)
    assert len(await claim(store)) == 1


async def test_what_was_put_off_is_not_claimed_before(store: Store, ann: Seller) -> None:
    await plan(store, ann, NOW)
    (due,) = await claim(store)
    await store.put_off(due, 60, paced=True)
    assert await claim(store, NOW + timedelta(days=1)) == []
    async with store.begin(ann) as tx:
        assert await tx.week.planned("nudge") == NOW


async def test_a_process_that_stops_gives_back_what_it_claimed(
    store: Store, ann: Seller, engine: str
) -> None:
    await plan(store, ann, NOW)
    await claim(store)
    assert await store.release_due("another") == 0
    assert await store.release_due("one") == 1
    assert len(await claim(store)) == 1
    # At the start of the only process on a file, all earlier claims are dead.
    assert await store.release_due() == (1 if engine == "sqlite" else 0)


async def test_claimers_at_once_share_what_is_due(store: Store, another: Open, ann: Seller) -> None:
    stores = [store, await another(), await another()]
    for number in range(30):
        async with store.begin(ann) as tx:
            await tx.week.plan("nudge", NOW, str(number))
    claimed = await asyncio.gather(
        *(s.claim_due(KINDS, NOW, str(n), 20, 60) for n, s in enumerate(stores))
    )
    subjects = [due.subject for some in claimed for due in some]
    assert len(subjects) == len(set(subjects)) >= 20


async def test_a_week_has_one_nudge_unless_its_seller_put_it_off(
    store: Store, ann: Seller, bob: Seller
) -> None:
    week = Nudge("2026-W10", "sent", "promise.1", NOW, None, "m1")
    async with store.begin(ann) as tx:
        assert await tx.week.begin_nudge(week)
        assert not await tx.week.begin_nudge(week)
        assert await tx.week.answer_nudge("m1", "put_off") == "2026-W10"
        assert await tx.week.begin_nudge(week)
        assert await tx.week.answer_nudge("another's") is None
    async with store.begin(bob) as tx:
        assert await tx.week.nudges(5) == ()
        assert await tx.week.begin_nudge(week)


async def test_a_workspace_has_one_second_for_each(
    store: Store, another: Open, ann: Seller, stranger: Seller
) -> None:
    """Kept in the database, so that all processes share them: what is put off stays so."""
    for kind in ("a", "b", "c"):
        await plan(store, ann, NOW, kind)
    await plan(store, stranger, NOW)
    claimed = await store.claim_due(("a", "b", "c", "nudge"), NOW, "one", 100, 60)
    hers, others = claimed[:3], claimed[3:]
    assert await store.pace(hers[:2], burst=1.5) == hers[:2]
    assert await (await another()).pace([*hers[2:], *others], burst=0.5) == others
    assert await claim(store) == []
    await store.close_for(ann.tenant, 30)
    await store.close_for(ann.tenant, 1)
    assert await store.pace(hers[:1], burst=20) == []
    await store.close_for(ann.tenant, 0)
    assert await store.pace(hers[1:2], burst=31.5) == hers[1:2]


async def test_nothing_is_claimed_for_a_workspace_that_slack_asks_to_wait(
    store: Store, ann: Seller, stranger: Seller
) -> None:
    for seller in (ann, stranger):
        async with store.begin(seller) as tx:
            await tx.post(purpose="card", body={"text": "hello"})
    await store.close_for(ann.tenant, 60)
    assert [one.tenant for one in await store.claim("sender", 10, 60)] == [stranger.tenant]


ROWS = 100_000
MANY = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)"
    " INSERT INTO due (tenant, user_id, kind, subject, at, held_until, attempt, paced)"
    " SELECT '/T1', 'N' || i, 'nudge', '',"
    " strftime('%Y-%m-%d %H:%M:%S.000000', '2026-03-02 09:00:00', (i - 100) || ' minutes'),"
    " 0, 0, 0 FROM n",
    "postgresql": "INSERT INTO due (tenant, user_id, kind, subject, at, held_until, attempt, paced)"
    " SELECT '/T1', 'N' || i, 'nudge', '',"
    " timestamptz '2026-03-02 09:00:00+00' + (i - 100) * interval '1 minute',"
    " 0, 0, false FROM generate_series(1, CAST(:rows AS integer)) AS i",
}


async def test_a_hundred_of_very_many_are_claimed_by_their_index_in_one_statement(
    store: Store, ann: Seller, run: Run, engine: str
) -> None:
    """The plan is the same with a million (`make bench` claims among as many)."""
    await plan(store, ann, NOW - timedelta(days=1))
    await run(MANY[engine], rows=ROWS)
    await run("ANALYZE due")
    said: list[tuple[str, Any]] = []
    event.listen(store._engine.sync_engine, "before_cursor_execute", lambda *e: said.append(e[2:4]))
    assert len(await claim(store, NOW)) == 100
    (claiming,) = [one for one in said if "due" in one[0]]
    explain = "EXPLAIN QUERY PLAN" if engine == "sqlite" else "EXPLAIN"
    async with store._engine.begin() as connection:
        told = await connection.exec_driver_sql(f"{explain} {claiming[0]}", claiming[1])
        steps = " ".join(str(row) for row in told)
    assert "due_at" in steps
    assert "SCAN due" not in steps
    assert "Seq Scan on due" not in steps
