"""Processes that call each other: on PostgreSQL alone, for SQLite has only one process."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from storage import Message, Seller, Store
from tests.postgres import Postgres
from tests.storage.conftest import Open, Run, on_postgresql, on_sqlite

Post = Callable[..., Awaitable[Message]]


class Ear:
    """Counts the calls of a store."""

    def __init__(self, store: Store) -> None:
        self.heard = 0
        self._call = asyncio.Event()
        store.on_commit = self._count

    def _count(self) -> None:
        self.heard += 1
        self._call.set()

    async def wait(self, seconds: float = 15) -> None:
        async with asyncio.timeout(seconds):
            await self._call.wait()
        self._call.clear()

    async def silence(self, seconds: float = 0.2) -> None:
        with pytest.raises(TimeoutError):
            await self.wait(seconds)


@asynccontextmanager
async def listening(store: Store) -> AsyncIterator[Ear]:
    """A store that listens by now: that it does so is heard as a first call."""
    ear = Ear(store)
    task = asyncio.create_task(store.listen())
    await ear.wait()
    yield ear
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@on_postgresql
async def test_a_commit_elsewhere_that_left_something_to_send_is_heard(
    another: Open, ann: Seller, post: Post
) -> None:
    async with listening(await another()) as ear:
        for _ in range(3):
            await post(ann)
            await ear.wait()
        assert ear.heard == 4


@on_postgresql
async def test_what_is_undone_or_sends_nothing_is_not_heard(
    store: Store, another: Open, ann: Seller
) -> None:
    async def fail() -> None:
        async with store.begin(ann) as transaction:
            await transaction.post(purpose="question", body={})
            await transaction.flush()
            raise OSError("mine")

    async with listening(await another()) as ear:
        async with store.begin(ann) as transaction:
            await transaction.profile()
        with pytest.raises(OSError, match="mine"):
            await fail()
        await ear.silence()


@on_postgresql
async def test_a_process_does_not_hear_itself(store: Store, post: Post, ann: Seller) -> None:
    """It was told when it committed."""
    async with listening(store) as ear:
        await post(ann)
        await ear.wait()
        await ear.silence(0.4)
        assert ear.heard == 2


@on_postgresql
async def test_many_calls_at_once_are_heard_as_one(another: Open, run: Run) -> None:
    async with listening(await another()) as ear:
        await run("SELECT pg_notify('differ_outbox', n::text) FROM generate_series(1, 20) n")
        await ear.wait()
        await ear.silence(0.4)
        assert ear.heard == 2


@on_postgresql
async def test_a_call_says_who_calls_and_nothing_else(
    postgres: Postgres, run: Run, ann: Seller, post: Post
) -> None:
    ((name,),) = await run("SELECT current_database()")
    connection = await postgres.connect(name)
    said: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
    await connection.add_listener("differ_outbox", lambda *call: said.put_nowait(call[2:]))
    for _ in range(2):
        await post(ann)
    first, second = [await asyncio.wait_for(said.get(), 5) for _ in range(2)]
    assert first == second
    assert re.fullmatch("[0-9a-f]{32}", first[1])
    await connection.close()


@on_postgresql
async def test_a_lost_connection_is_made_again_and_what_was_missed_is_asked_for(
    another: Open, run: Run, ann: Seller, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(await another()) as ear:
        await run(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE query LIKE 'LISTEN%' AND datname = current_database()"
        )
        await ear.wait()
        await post(ann)
        await ear.wait()
    assert "the connection for calls was lost" in caplog.text


@on_postgresql
async def test_a_server_that_is_away_for_a_while_is_heard_again(
    another: Open, postgres: Postgres, ann: Seller, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(await another()) as ear:
        await asyncio.to_thread(postgres.stop)
        await ear.silence(1)
        await asyncio.to_thread(postgres.restart)
        await ear.wait()
        await post(ann)
        await ear.wait()
    assert "not heard for now: the database is locked or out of reach" in caplog.text


@on_postgresql
async def test_a_listener_that_fails_hears_the_next_call(
    store: Store, another: Open, ann: Seller, post: Post
) -> None:
    other = await another()
    async with listening(other) as ear:
        count = other.on_commit
        assert count is not None

        def fail() -> None:
            other.on_commit = count
            count()
            raise ValueError("mine")

        other.on_commit = fail
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda *_: None)
        for _ in range(2):
            await post(ann)
            await ear.wait()


@on_sqlite
async def test_on_sqlite_there_is_nobody_to_listen_to(store: Store) -> None:
    await store.listen()
