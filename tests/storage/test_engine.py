import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from storage import Busy, Damaged, KeyRing, NotReady, Store, migrate
from storage.engine import open_engine, wal_is_safe


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 9), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 0), True),
    ],
)
def test_write_ahead_needs_a_version_with_the_fix(version: tuple[int, ...], safe: bool) -> None:
    assert wal_is_safe(version) is safe


async def test_every_connection_has_the_settings_that_make_a_commit_final(url: str) -> None:
    engine = open_engine(url)
    async with engine.begin() as connection:

        async def setting(name: str) -> object:
            return (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()

        names = ("synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        assert [await setting(name) for name in names] == [2, 1, 1, 1_500]
        expected = "wal" if wal_is_safe(sqlite3.sqlite_version_info) else "truncate"
        assert await setting("journal_mode") == expected
    await engine.dispose()


@pytest.mark.parametrize(("safe", "said"), [(True, "write-ahead log"), (False, "rollback journal")])
async def test_the_journal_follows_from_the_version(
    url: str, keys: KeyRing, monkeypatch: pytest.MonkeyPatch, safe: bool, said: str
) -> None:
    monkeypatch.setattr("storage.engine.wal_is_safe", lambda version: safe)
    await migrate(url)
    store = await Store.open(url, keys)
    assert said in store.describe()
    await store.ready()
    await store.close()


async def test_the_store_says_what_it_found(store: Store) -> None:
    assert sqlite3.sqlite_version in store.describe()
    assert "synchronous=FULL" in store.describe()


async def test_a_store_without_its_schema_is_not_ready(url: str, path: Path, keys: KeyRing) -> None:
    store = await Store.open(url, keys)
    with pytest.raises(NotReady, match="missing"):
        await store.ready()
    await migrate(url)
    await store.ready()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(NotReady, match="0000"):
        await store.ready()
    await store.close()


@pytest.fixture
def broken(path: Path) -> Path:
    path.write_bytes(b"not a database" * 1_000)
    return path


async def test_a_file_that_is_no_database_is_damaged(url: str, broken: Path, keys: KeyRing) -> None:
    with pytest.raises(Damaged):
        await Store.open(url, keys)


async def test_a_folder_that_is_not_there_is_named(tmp_path: Path, keys: KeyRing) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/nowhere/a.db"
    with pytest.raises(NotReady, match="nowhere"):
        await Store.open(url, keys)
    with pytest.raises(NotReady, match="nowhere"):
        await migrate(url)


async def test_claiming_reads_open_operations_only(store: Store, path: Path) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []

    def watch(
        _: object, cursor: object, sql: str, values: tuple[object, ...], *more: object
    ) -> None:
        asked.append((sql, values))

    event.listen(Engine, "before_cursor_execute", watch)
    await store.claim("sender", 10, 60)
    event.remove(Engine, "before_cursor_execute", watch)
    ((claim, values),) = [(sql, values) for sql, values in asked if sql.startswith("UPDATE")]
    with closing(sqlite3.connect(path)) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {claim}", values).fetchall()
    steps = " | ".join(step[3] for step in plan)
    assert "candidate USING INDEX outbox_open" in steps
    assert "earlier USING INDEX outbox_lane" in steps
    assert "TEMP B-TREE" not in steps
    assert "SCAN outbox" not in steps


async def test_a_server_that_does_not_answer_is_busy(keys: KeyRing) -> None:
    pytest.importorskip("asyncpg")
    with pytest.raises(Busy):
        await Store.open("postgresql+asyncpg://differ@127.0.0.1:1/differ", keys)
