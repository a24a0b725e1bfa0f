from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from storage import KeyRing, Message, Outgoing, Seller, Store, Tenant, migrate


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "differ.db"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
def keys() -> KeyRing:
    return KeyRing({"first": os.urandom(32)})


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, made once and copied."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    asyncio.run(migrate(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture
async def store(path: Path, url: str, keys: KeyRing, migrated: Path) -> AsyncIterator[Store]:
    shutil.copy(migrated, path)
    opened = await Store.open(url, keys)
    yield opened
    await opened.close()


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
