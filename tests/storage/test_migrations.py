import sqlite3
from contextlib import closing
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage import Seller, Store, downgrade, migrate, migrations
from storage.engine import open_engine
from storage.schema import REVISION, metadata


def differences(connection: Connection) -> list[object]:
    options = {"compare_type": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


async def test_the_migrations_lead_to_the_schema(url: str) -> None:
    await migrate(url)
    engine = open_engine(url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


def test_the_schema_names_the_newest_revision() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert scripts.get_heads() == [REVISION]


async def test_migrating_twice_keeps_what_is_there(store: Store, url: str, ann: Seller) -> None:
    async with store.begin(ann) as transaction:
        await transaction.receive("event", "Ev1")
    await store.close()
    await migrate(url)
    async with store.begin(ann) as transaction:
        assert not await transaction.receive("event", "Ev1")


async def test_the_way_down_leaves_nothing_and_leads_up_again(url: str, path: Path) -> None:
    await migrate(url)
    await downgrade(url, "base")
    with closing(sqlite3.connect(path)) as connection:
        left = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        assert left.fetchall() == [("alembic_version",)]
    await migrate(url)
