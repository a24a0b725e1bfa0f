"""Bring a database's schema up or down, one revision after the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, String, column, inspect, select, table, text

from storage.engine import open_engine, started
from storage.schema import REVISION

if TYPE_CHECKING:
    from alembic.config import Config

_VERSIONS = "alembic_version"
_revision = select(column("version_num", String)).select_from(table(_VERSIONS))

# Any number, the same for all replicas that start at once.
_LOCK = 7_269_143


async def migrate(url: str) -> None:
    """To the newest revision, in one transaction; does nothing if it is there."""
    await _run(url, _upgrade)


async def downgrade(url: str, revision: str) -> None:
    """Back to `revision`, in one transaction; "base" leaves no table of ours."""

    def down(connection: Connection) -> None:
        # Imported only where it works: most starts find the schema as it should be.
        from alembic import command

        command.downgrade(_configuration(connection), revision)

    await _run(url, down)


def revision_of(connection: Connection) -> str | None:
    """The revision a database is at; None if it was never migrated."""
    if not inspect(connection).has_table(_VERSIONS):
        return None
    return connection.execute(_revision).scalar()


def _upgrade(connection: Connection) -> None:
    if revision_of(connection) == REVISION:
        return
    from alembic import command

    command.upgrade(_configuration(connection), "head")


def _configuration(connection: Connection) -> Config:
    from alembic.config import Config

    configuration = Config()
    folder = str(Path(__file__).parent).replace("%", "%%")
    configuration.set_main_option("script_location", folder)
    configuration.attributes["connection"] = connection
    return configuration


async def _run(url: str, step: Callable[[Connection], None]) -> None:
    engine = open_engine(url, patient=True)
    try:
        async with started(engine) as connection:
            if connection.dialect.name == "postgresql":
                lock = text("SELECT pg_advisory_xact_lock(:lock)")
                await connection.execute(lock, {"lock": _LOCK})
            await connection.run_sync(step)
    finally:
        await engine.dispose()
