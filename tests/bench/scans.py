"""What a clock and a team summary pay to find their rows, beside the bare queries."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from coaching.factors import ASKED
from coaching.votes import Period, Weekly
from storage import KeyRing, Seller, Store, Tenant, migrate
from storage.channels import Channel
from storage.schema import ballots
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


ANSWERS = 10_000
VOTERS = 2_500
"""Four checks each."""
SELLER = Seller(Tenant("", "T1"), "U1")
CLOSES = datetime(2026, 3, 9, 9, tzinfo=UTC)
# More than there are: it counts, and then spends nothing.
CHANNEL = Channel(
    "C1",
    "U1",
    CLOSES,
    Period(Weekly(1, 9, "UTC"), 10**6, CLOSES - timedelta(days=7), CLOSES),
    silent=False,
    published=False,
)
TALLY = text(
    "SELECT count(*), "
    + ", ".join(f"count(*) FILTER (WHERE {name})" for name in (*ASKED, "gap"))
    + " FROM (SELECT b.*, row_number() OVER (PARTITION BY voter ORDER BY closing DESC, turn DESC)"
    " AS place FROM ballots b WHERE tenant = '/T1' AND channel = 'C1' AND NOT EXISTS (SELECT 1 FROM"
    " votes v WHERE v.tenant = b.tenant AND v.voter = b.voter AND v.buyer = b.buyer)) w"
    " WHERE place = 1"
)


async def summary(name: str, url: str, rounds: int) -> list[Row]:
    """P10 on one database."""
    await migrate(url)
    store = await Store.open(url, KeyRing.from_text(KEYS))
    engine = create_async_engine(url)
    async with store.begin(SELLER):
        pass  # its tenant has a key from now on
    async with engine.begin() as connection:
        await connection.execute(insert(ballots), [_ballot(n) for n in range(ANSWERS)])
    ratios = []
    for _ in range(rounds):
        bare = await _timed(lambda: _counted(engine.begin))
        ratios.append(await _timed(lambda: _summarised(store)) / bare)
    await store.close()
    await engine.dispose()
    return [
        at_most(
            f"P10 summary of {ANSWERS:,} answers, {name}, of the bare query's time", ratios, 1.5
        )
    ]


def _ballot(number: int) -> dict[str, Any]:
    held: dict[str, Any] = {
        factor: (number >> place) % 2 == 1 for place, factor in enumerate(ASKED)
    }
    return {
        "tenant": SELLER.tenant.key,
        "ballot": f"{number:032}",
        "channel": CHANNEL.id,
        "closing": CLOSES,
        "voter": f"{number % VOTERS:032}",
        "buyer": f"{number:032}",
        "turn": number,
        "gap": number % 3 == 0,
        **held,
    }


async def _counted(begin: Callable[[], Any]) -> None:
    async with begin() as connection:
        assert (await connection.execute(TALLY)).one()[0] == VOTERS


async def _summarised(store: Store) -> None:
    async with store.begin(SELLER) as tx:
        assert await tx.channels.count(CHANNEL) is None


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
