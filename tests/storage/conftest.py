from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from storage import KeyRing, Message, Outgoing, Seller, Store, Tenant, migrate
from storage.engine import open_engine
from tests.postgres import Postgres

# A test on one engine only says why in its name or its first line.
on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)


ENGINES = ("sqlite", "postgresql")


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Every test of the store runs once on each."""
    name: str = request.param
    return name


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file of `url` is, if it is SQLite."""
    return tmp_path / "differ.db"


@pytest.fixture
def server(engine: str, request: pytest.FixtureRequest) -> Postgres | None:
    """PostgreSQL, started only if a test wants it."""
    return request.getfixturevalue("postgres") if engine == "postgresql" else None


Fresh = Callable[[], AbstractAsyncContextManager[str]]


@pytest.fixture
def fresh(server: Postgres | None, tmp_path: Path, migrated: Path) -> Fresh:
    """Makes databases with all tables and nothing in them."""
    numbers = count()

    @asynccontextmanager
    async def fresh() -> AsyncIterator[str]:
        if server is None:
            path = tmp_path / f"{next(numbers) or 'differ'}.db"
            shutil.copy(migrated, path)
            yield f"sqlite+aiosqlite:///{path}"
        else:
            async with server.copy() as database:
                yield server.url(database)

    return fresh


@pytest.fixture
async def url(fresh: Fresh) -> AsyncIterator[str]:
    """A database with all tables and nothing in them."""
    async with fresh() as url:
        yield url


@pytest.fixture
async def bare(server: Postgres | None, tmp_path: Path) -> AsyncIterator[str]:
    """A database without any table."""
    if server is None:
        yield f"sqlite+aiosqlite:///{tmp_path / 'bare.db'}"
    else:
        async with server.copy("template1") as database:
            yield server.url(database)


@pytest.fixture
def keys() -> KeyRing:
    return KeyRing({"first": os.urandom(32)})


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database, made once and copied."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    asyncio.run(migrate(f"sqlite+aiosqlite:///{path}"))
    return path


Open = Callable[[], Awaitable[Store]]


@pytest.fixture
async def another(url: str, keys: KeyRing) -> AsyncIterator[Open]:
    """Opens one more store on the same database, as another process does."""
    stores: list[Store] = []

    async def another() -> Store:
        stores.append(await Store.open(url, keys))
        return stores[-1]

    yield another
    for store in stores:
        await store.close()


@pytest.fixture
async def store(another: Open) -> Store:
    return await another()


Run = Callable[..., Awaitable[list[Any]]]


@pytest.fixture
async def run(url: str) -> AsyncIterator[Run]:
    """Runs a statement behind the store's back; returns its rows, if it has any."""
    engine = open_engine(url, patient=True)

    async def run(statement: str, **values: Any) -> list[Any]:
        async with engine.begin() as connection:
            found = await connection.execute(text(statement), values)
            return [tuple(row) for row in found] if found.returns_rows else []

    yield run
    await engine.dispose()


@pytest.fixture
def ann() -> Seller:
    return Seller(Tenant("", "T1"), "U1")


@pytest.fixture
def bob() -> Seller:
    return Seller(Tenant("", "T1"), "U2")


@pytest.fixture
def stranger() -> Seller:
    """Another tenant's seller with the same user id as ann."""
    return Seller(Tenant("E1", "T2"), "U1")


Post = Callable[..., Awaitable[Message]]
Claim = Callable[..., Awaitable[Outgoing]]


@pytest.fixture
def post(store: Store) -> Post:
    async def post(seller: Seller, text: str = "hello", **more: Any) -> Message:
        async with store.begin(seller) as transaction:
            return await transaction.post(purpose="question", body={"text": text}, **more)

    return post


@pytest.fixture
def claim_one(store: Store) -> Claim:
    async def claim_one(owner: str = "sender", lease: float = 60) -> Outgoing:
        (outgoing,) = await store.claim(owner, 10, lease)
        return outgoing

    return claim_one


@pytest.fixture
def posted(store: Store, post: Post, claim_one: Claim) -> Post:
    """A message that was posted, at the time stamp given."""

    async def posted(seller: Seller, ts: str, **more: Any) -> Message:
        message = await post(seller, **more)
        await store.sent(await claim_one(), channel="D1", ts=ts)
        return message

    return posted
