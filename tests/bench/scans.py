"""What a clock pays to find what is due among a million sellers, beside the bare query."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from storage import KeyRing, Store, migrate
from tests.bench.report import Row, at_most
from tests.bot.stage import KEYS
from tests.storage.test_due import MANY

SELLERS = 1_000_000
BATCH = 100
KIND = "nudge"
NOW = datetime(2030, 1, 1, tzinfo=UTC)
"""Later than everything that is planned: all of it is due."""

TENANT = text("INSERT INTO tenants VALUES ('/T1', 'k', :key)")
# The least that finds them: no claim is kept from others, nothing is read of them but the key.
FIND = text(
    "SELECT tenant, user_id, kind, subject FROM due WHERE at <= :now AND held_until <= :zero"
    " ORDER BY at LIMIT :most"
)
MARK = text(
    "UPDATE due SET owner = 'bare', attempt = attempt + 1, held_until = :until"
    " WHERE tenant = :tenant AND user_id = :user_id AND kind = :kind AND subject = :subject"
)


async def due(name: str, url: str, rounds: int) -> list[Row]:
    """P9 on one database."""
    await migrate(url)
    store = await Store.open(url, KeyRing.from_text(KEYS))
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(TENANT, {"key": b"k"})
        await connection.execute(text(MANY[name]), {"rows": SELLERS})
    async with engine.begin() as connection:
        await connection.execute(text("ANALYZE due"))
    ratios = []
    for _ in range(rounds):
        bare = await _timed(lambda: _bare(engine.begin))
        claimed = await _timed(lambda: store.claim_due([KIND], NOW, "bench", BATCH, 3600))
        ratios.append(claimed / bare)
    await store.close()
    await engine.dispose()
    target = f"P9 claim of {BATCH} among {SELLERS:,} due, {name}, of the bare query's time"
    return [at_most(target, ratios, 3.0)]


async def _bare(begin: Callable[[], Any]) -> None:
    async with begin() as connection:
        rows = await _found(connection)
        await connection.execute(MARK, [{**row, "until": 9e9} for row in rows])


async def _found(connection: AsyncConnection) -> list[dict[str, Any]]:
    given = {"now": NOW, "zero": 0.0, "most": BATCH}
    if connection.dialect.name == "sqlite":
        given["now"] = NOW.strftime("%Y-%m-%d %H:%M:%S.%f")
    return [dict(row._mapping) for row in await connection.execute(FIND, given)]


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    begun = time.perf_counter()
    await work()
    return time.perf_counter() - begun
