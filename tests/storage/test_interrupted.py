"""What breaks off a transaction from outside: it is named so, and tried again it is there once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from asyncpg.transaction import Transaction as Driven  # type: ignore[import-untyped]
from sqlalchemy import text
from tenacity import RetryCallState, retry, retry_if_exception_type, wait_random

from storage import Busy, Damaged, Full, Interrupted, NotReady, Seller, StorageError, Store
from storage.engine import open_engine, started
from tests.postgres import Postgres
from tests.storage.conftest import Open, Run, on_postgresql

NOW = datetime(2026, 3, 2, tzinfo=UTC)

interruptions: list[object] = []


def note(state: RetryCallState) -> None:
    """A busy machine may make the database merely late; only what was cut off is counted."""
    if state.outcome and isinstance(state.outcome.exception(), Interrupted):
        interruptions.append(state)


@retry(retry=retry_if_exception_type(Busy), wait=wait_random(0.01, 0.05), before_sleep=note)
async def count_up(store: Store, seller: Seller, key: str) -> None:
    """One interaction as the bot has it: known by its key, it reads, changes and posts."""
    async with store.begin(seller) as transaction:
        if not await transaction.receive("event", key):
            return
        (check,) = await transaction.checks()
        await transaction.save(replace(check, dialogue=str(int(check.dialogue) + 1)))
        await transaction.post(purpose=key, body={"text": check.dialogue}, check_id=check.id)


async def sellers_with_a_check(store: Store, ann: Seller, number: int) -> list[Seller]:
    sellers = [replace(ann, user_id=f"U{n}") for n in range(number)]
    for seller in sellers:
        async with store.begin(seller) as transaction:
            await transaction.open_check(origin="1", dialogue="0", now=NOW)
    return sellers


# The first to read after a change of the schema may still hold a plan from before it.
@retry(retry=retry_if_exception_type(Busy))
async def counted(store: Store, seller: Seller) -> tuple[int, list[str]]:
    """What the seller's check was counted up to, and the keys of what was posted."""
    async with store.begin(seller) as transaction:
        (check,) = await transaction.checks()
        messages = await transaction.messages(check.id)
    return int(check.dialogue), sorted(message.purpose for message in messages)


@on_postgresql
async def test_a_server_that_restarts_under_load_loses_and_doubles_nothing(
    store: Store, another: Open, postgres: Postgres, ann: Seller
) -> None:
    """Two processes, four sellers, three restarts of PostgreSQL without any goodbye."""
    interruptions.clear()
    sellers = await sellers_with_a_check(store, ann, 4)
    other = await another()
    sent: dict[Seller, list[str]] = {seller: [] for seller in sellers}
    over = asyncio.Event()

    async def work(one: Store, seller: Seller, name: str) -> None:
        number = 0
        while not over.is_set():
            key = f"{seller.user_id} {name} {number}"
            sent[seller].append(key)
            await count_up(one, seller, key)
            number += 1

    async with asyncio.TaskGroup() as group:
        for seller in sellers:
            group.create_task(work(store, seller, "a"))
            group.create_task(work(other, seller, "b"))
        for _ in range(3):
            await asyncio.sleep(0.4)
            await asyncio.to_thread(postgres.restart)
        await asyncio.sleep(0.4)
        over.set()
    for seller, keys in sent.items():
        assert await counted(store, seller) == (len(keys), sorted(keys))
    assert len(interruptions) >= 3


@on_postgresql
async def test_a_migration_beside_open_plans_interrupts_once_and_loses_nothing(
    store: Store, run: Run, ann: Seller
) -> None:
    """SQLite has no plan that outlives a change of the schema."""
    interruptions.clear()
    sellers = await sellers_with_a_check(store, ann, 4)

    async def work(seller: Seller) -> None:
        for number in range(40):
            await count_up(store, seller, f"{seller.user_id} {number}")

    async with asyncio.TaskGroup() as group:
        for seller in sellers:
            group.create_task(work(seller))
        for size in (40, 50):
            await asyncio.sleep(0.1)
            await run(f"ALTER TABLE checks ALTER COLUMN state TYPE VARCHAR({size})")
            await run(f"ALTER TABLE checks ADD COLUMN later_{size} VARCHAR")
    assert [(await counted(store, seller))[0] for seller in sellers] == [40] * 4
    assert interruptions


# at the commit


@on_postgresql
async def test_a_connection_lost_before_the_commit_commits_nothing(
    store: Store, run: Run, ann: Seller
) -> None:
    """SQLite has no connection to lose."""
    await run("SELECT 1")

    async def lose_it() -> None:
        async with store.begin(ann) as transaction:
            await transaction.receive("event", "1")
            await run(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE state = 'idle in transaction' AND datname = current_database()"
            )

    with pytest.raises(Interrupted):
        await lose_it()
    async with store.begin(ann) as transaction:
        assert await transaction.receive("event", "1")


@on_postgresql
async def test_a_commit_whose_answer_is_lost_is_there_once_after_the_retry(
    store: Store, ann: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over a network only, which SQLite has not."""
    interruptions.clear()
    await sellers_with_a_check(store, replace(ann), 1)
    seller = replace(ann, user_id="U0")
    commit = Driven.commit

    async def lose_the_answer(self: Driven) -> None:
        await commit(self)
        monkeypatch.setattr(Driven, "commit", commit)
        raise ConnectionResetError

    monkeypatch.setattr(Driven, "commit", lose_the_answer)
    await count_up(store, seller, "key")
    assert len(interruptions) == 1
    assert await counted(store, seller) == (1, ["key"])


# cancelled


async def test_a_transaction_cancelled_at_any_moment_is_whole_or_not_there(
    store: Store, engine: str, url: str, ann: Seller
) -> None:
    """Whatever the moment, no connection is left dirty or missing."""
    sellers = await sellers_with_a_check(store, ann, 4)
    done: list[str] = []

    async def interact(seller: Seller, key: str) -> None:
        await count_up(store, seller, key)
        done.append(key)

    async def cancelled(seller: Seller, key: str, after: float) -> None:
        task = asyncio.create_task(interact(seller, key))
        await asyncio.sleep(after)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    for step in range(60):
        after = step * 0.0004
        await asyncio.gather(*(cancelled(one, f"{one.user_id} {step}", after) for one in sellers))
    kept = []
    for seller in sellers:
        number, keys = await counted(store, seller)
        assert number == len(keys)
        kept += keys
    assert set(done) <= set(kept)
    assert len(kept) < 4 * 60
    await all_connections_work(store, url, ann, 10 if engine == "postgresql" else 1)


async def test_after_a_cancelled_transaction_the_next_one_does_not_wait(
    store: Store, ann: Seller
) -> None:
    """Not for a lock that the cancelled one's last statement holds until it is garbage."""

    async def interact(key: str) -> None:
        async with store.begin(ann) as transaction:
            assert await transaction.receive("event", key)
            await transaction.profile()
            await transaction.post(purpose=key, body={"text": key})

    cancelled = 0
    for step in range(50):
        task = asyncio.create_task(interact(f"cancelled {step}"))
        await asyncio.sleep(step * 0.0001)
        task.cancel()
        await asyncio.wait([task])
        cancelled += task.cancelled()
        await interact(f"next {step}")
    assert cancelled


async def all_connections_work(store: Store, url: str, ann: Seller, number: int) -> None:
    met = asyncio.Barrier(number)

    async def meet(name: str) -> None:
        async with store.begin(replace(ann, user_id=name)) as transaction:
            await transaction.profile()
            await met.wait()

    await asyncio.gather(*(meet(f"M{n}") for n in range(number)))
    if number == 1:
        return
    engine = open_engine(url)
    async with started(engine) as connection:
        others = text(
            "SELECT state, count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND datname = current_database() AND backend_type = 'client backend' GROUP BY state"
        )
        states = [tuple(row) for row in await connection.execute(others)]
    await engine.dispose()
    assert states == [("idle", number)]


# names


async def failing(store: Store, statement: str) -> None:
    async with started(store._engine) as connection:
        await connection.execute(text(statement))


@on_postgresql
@pytest.mark.parametrize(
    ("state", "kind"),
    [
        *((state, Interrupted) for state in ("40001", "40P01", "08000", "08003", "08006")),
        *((state, Interrupted) for state in ("57P01", "57P02", "57P03", "25P03")),
        *((state, Busy) for state in ("55P03", "57014", "53300", "53200")),
        *((state, Full) for state in ("53100", "25006", "58030")),
        *((state, NotReady) for state in ("42P01", "42703")),
        *((state, Damaged) for state in ("XX001", "XX002")),
        *((state, StorageError) for state in ("23505", "22012", "0A000")),
    ],
)
async def test_each_state_of_postgresql_has_its_name_and_says_no_value(
    store: Store, state: str, kind: type[StorageError]
) -> None:
    """SQLite's codes are met in the tests of a lock, a full disk and a broken file."""
    statement = f"DO $$ BEGIN RAISE EXCEPTION 'canary' USING ERRCODE = '{state}'; END $$"
    with pytest.raises(StorageError) as refused:
        await failing(store, statement)
    assert type(refused.value) is kind
    assert "canary" not in str(refused.value)
    assert refused.value.__cause__ is None


@on_postgresql
async def test_a_statement_that_takes_too_long_is_broken_off(store: Store) -> None:
    """SQLite has no limit but the lock's: it is not shared."""
    with pytest.raises(Busy):
        await failing(store, "SELECT pg_sleep(9)")


@on_postgresql
async def test_a_server_that_stopped_is_out_of_reach_until_it_is_back(
    store: Store, postgres: Postgres, ann: Seller
) -> None:
    """SQLite is in the process itself."""
    async with store.begin(ann) as transaction:
        await transaction.profile()
    await asyncio.to_thread(postgres.stop)
    try:
        for read in (lambda: store.claim("a", 1, 1), store.ready):
            with pytest.raises(Interrupted):
                await call(read)
    finally:
        await asyncio.to_thread(postgres.restart)
    await store.ready()


async def call(read: Callable[[], Awaitable[Any]]) -> None:
    await read()
