"""Two processes, a locked file, a full disk, a killed process: nothing lost, nothing half."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from tenacity import retry, retry_if_exception_type, wait_random

from storage import Busy, Check, Seller, Stale, Store
from storage.engine import open_engine
from tests.storage.conftest import Open, on_sqlite

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def locked(url: str) -> AsyncIterator[None]:
    """Nobody else can write anything."""
    engine = open_engine(url)
    async with engine.begin() as connection:
        # On SQLite any statement takes the lock of all.
        lock = "LOCK TABLE inbox IN EXCLUSIVE MODE"
        await connection.execute(text(lock if engine.dialect.name == "postgresql" else "SELECT 1"))
        yield
    await engine.dispose()


# two processes' worth


async def opened(store: Store, seller: Seller) -> Check:
    async with store.begin(seller) as transaction:
        check = await transaction.open_check(origin="1", dialogue="0", now=NOW)
    assert check is not None
    return check


@retry(retry=retry_if_exception_type(Busy), wait=wait_random(0, 0.01))
async def count_up(store: Store, seller: Seller, check_id: str) -> None:
    async with store.begin(seller) as transaction:
        check = await transaction.check(check_id)
        assert check is not None
        await transaction.save(replace(check, dialogue=str(int(check.dialogue) + 1)))


async def test_two_stores_lose_none_of_400_changes(
    store: Store, another: Open, ann: Seller
) -> None:
    check = await opened(store, ann)
    other = await another()

    async def change(one: Store) -> None:
        for _ in range(100):
            await count_up(one, ann, check.id)

    await asyncio.gather(*(change(one) for one in (store, store, other, other)))
    async with store.begin(ann) as transaction:
        found = await transaction.check(check.id)
    assert found is not None
    assert (found.dialogue, found.version) == ("400", 401)


async def test_of_two_who_read_before_one_is_stale(store: Store, ann: Seller) -> None:
    check = await opened(store, ann)

    async def save() -> None:
        async with store.begin(ann) as transaction:
            await transaction.save(check)

    outcomes = await asyncio.gather(*(save() for _ in range(8)), return_exceptions=True)
    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, Stale) for outcome in outcomes) == 7


async def test_the_same_request_at_once_is_received_once(
    store: Store, another: Open, ann: Seller
) -> None:
    other = await another()

    async def receive(one: Store) -> bool:
        async with one.begin(ann) as transaction:
            return await transaction.receive("event", "Ev1")

    assert sorted(await asyncio.gather(*map(receive, [store, other] * 4))) == [False] * 7 + [True]


# waits


async def test_a_locked_database_is_busy_within_the_time_slack_waits(
    store: Store, url: str, ann: Seller
) -> None:
    async def receive(key: str) -> bool:
        async with store.begin(ann) as transaction:
            return await transaction.receive("event", key)

    await receive("Ev0")
    async with locked(url):
        began = time.monotonic()
        outcomes = await asyncio.gather(*map(receive, "123"), return_exceptions=True)
        waited = time.monotonic() - began
    assert all(isinstance(outcome, Busy) for outcome in outcomes)
    assert waited < 2.5
    assert await receive("1")


async def test_a_pool_that_is_used_up_is_busy_within_that_time_too(
    store: Store, engine: str, ann: Seller
) -> None:
    async def hold(number: int, until: asyncio.Event) -> None:
        async with store.begin(replace(ann, user_id=f"U{number}")) as transaction:
            await transaction.profile()
            held.release()
            await until.wait()

    held, over = asyncio.Semaphore(0), asyncio.Event()
    size = 1 if engine == "sqlite" else 10
    async with asyncio.TaskGroup() as group:
        for number in range(size):
            group.create_task(hold(number, over))
        for _ in range(size):
            await held.acquire()
        with pytest.raises(Busy):
            await hold(size, over)
        over.set()
    async with store.begin(ann) as transaction:
        await transaction.profile()


async def test_a_cancelled_transaction_leaves_no_trace_and_no_lock(
    store: Store, ann: Seller
) -> None:
    inside = asyncio.Event()

    async def wait_inside() -> None:
        async with store.begin(ann) as transaction:
            await transaction.receive("event", "Ev1")
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(wait_inside())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with store.begin(ann) as transaction:
        assert await transaction.receive("event", "Ev1")


# the process and its disk


async def writer(path: Path, task: str, number: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *(str(Path(__file__).with_name("writer.py")), str(path.parent), task, str(number)),
        stdout=asyncio.subprocess.PIPE,
        env={"PYTHONPATH": str(ROOT)},
    )


def size(path: Path) -> int:
    return path.stat().st_size


def whole(path: Path) -> set[int]:
    """The interactions on the disk; fails if one of them is there in part."""
    with closing(sqlite3.connect(path)) as connection:

        def numbers(query: str) -> list[int]:
            return sorted(int(number) for (number,) in connection.execute(query))

        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        received = numbers("SELECT key FROM inbox")
        posted = numbers("SELECT purpose FROM messages")
        queued = numbers("SELECT purpose FROM outbox JOIN messages m ON m.id = message_id")
        buyers = connection.execute("SELECT count(*) FROM buyers").fetchone()[0]
    assert posted == queued == sorted(received * 2)
    assert buyers == len(received)
    return set(received)


@on_sqlite
async def test_a_process_killed_at_any_moment_loses_nothing_it_committed(
    url: str, path: Path
) -> None:
    """On SQLite, which lives in the killed process; of a killed server, see the restarts."""
    said: set[int] = set()
    for kill in range(4):
        process = await writer(path, "write", kill * 100_000)
        assert process.stdout is not None
        for _ in range(7 + kill):
            said.add(int(await process.stdout.readline()))
        process.kill()
        said.update(int(line) for line in (await process.stdout.read()).split(b"\n")[:-1])
        await process.wait()
        kept = whole(path)
        assert said <= kept
        assert len(kept - said) <= kill + 1


@on_sqlite
@pytest.mark.parametrize("room", [0, 50_000, 131_072])
async def test_a_full_disk_is_named_and_leaves_nothing_half(
    url: str, path: Path, room: int
) -> None:
    """On SQLite, where the test can limit the file; PostgreSQL's codes are tested by themselves."""
    process = await writer(path, "fill", size(path) + room)
    out, _ = await process.communicate()
    *said, full, after = out.decode().split()
    assert (full, after) == ("full", "1000000")
    assert whole(path) == {int(number) for number in [*said, after]}
