import asyncio
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from storage import Seller, Store, downgrade, migrate, migrations
from storage.engine import open_engine
from storage.schema import REVISION, metadata

VERSIONS = "alembic_version"


def differences(connection: Connection) -> list[object]:
    options = {"compare_type": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def plain(told: Any) -> Any:
    """In words that can be compared, the order of tables' parts left out."""
    if isinstance(told, dict):
        return {name: plain(value) for name, value in told.items()}
    if isinstance(told, list):
        return sorted(str(plain(value)) for value in told)
    return str(told)


def layout(connection: Connection) -> dict[str, Any]:
    """All that the database knows of its tables."""
    found = inspect(connection)
    parts = {
        "columns": found.get_columns,
        "key": found.get_pk_constraint,
        "foreign keys": found.get_foreign_keys,
        "unique": found.get_unique_constraints,
        "indexes": found.get_indexes,
    }
    return {
        f"{part} of {table}": plain(ask(table))
        for table in found.get_table_names()
        if table != VERSIONS
        for part, ask in parts.items()
    }


async def seen(url: str) -> tuple[list[object], dict[str, Any]]:
    engine = open_engine(url)
    async with engine.connect() as connection:
        told = await connection.run_sync(differences), await connection.run_sync(layout)
    await engine.dispose()
    return told


async def test_the_migrations_lead_to_the_schema(url: str, bare: str) -> None:
    """Alembic sees no difference, and the database tells the same of both."""
    engine = open_engine(bare)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await engine.dispose()
    unlike, migrated = await seen(url)
    assert unlike == []
    assert migrated == (await seen(bare))[1]
    assert len(migrated) > len(metadata.tables)


def test_the_schema_names_the_newest_revision() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert scripts.get_heads() == [REVISION]


async def test_migrating_twice_keeps_what_is_there(store: Store, url: str, ann: Seller) -> None:
    async with store.begin(ann) as transaction:
        await transaction.receive("event", "Ev1")
    await migrate(url)
    async with store.begin(ann) as transaction:
        assert not await transaction.receive("event", "Ev1")


async def test_the_way_down_leaves_nothing_and_leads_up_again(url: str) -> None:
    before = await seen(url)
    await downgrade(url, "base")
    assert (await seen(url))[1] == {}
    await migrate(url)
    assert await seen(url) == before


async def test_processes_that_start_at_once_migrate_once(bare: str) -> None:
    await asyncio.gather(*(migrate(bare) for _ in range(4)))
    assert (await seen(bare))[0] == []
