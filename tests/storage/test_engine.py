import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, make_url

from storage import Damaged, Interrupted, KeyRing, NotReady, Store, migrate
from storage.engine import open_engine, wal_is_safe
from tests.postgres import Postgres
from tests.storage.conftest import Run, on_postgresql, on_sqlite


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


@on_sqlite
async def test_every_sqlite_connection_has_the_settings_that_make_a_commit_final(url: str) -> None:
    engine = open_engine(url)
    async with engine.begin() as connection:

        async def setting(name: str) -> object:
            return (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()

        names = ("synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        assert [await setting(name) for name in names] == [2, 1, 1, 1_500]
        expected = "wal" if wal_is_safe(sqlite3.sqlite_version_info) else "truncate"
        assert await setting("journal_mode") == expected
    await engine.dispose()


@on_postgresql
async def test_every_postgresql_connection_has_settings_that_commit_and_do_not_wait(
    url: str,
) -> None:
    expected = {
        "synchronous_commit": "on",
        "lock_timeout": "1500ms",
        "statement_timeout": "2s",
        "idle_in_transaction_session_timeout": "10s",
        "application_name": "differ",
    }
    engine = open_engine(url)
    async with engine.begin() as connection:
        for name, value in expected.items():
            assert (await connection.exec_driver_sql(f"SHOW {name}")).scalar() == value
    await engine.dispose()


@on_sqlite
@pytest.mark.parametrize(("safe", "said"), [(True, "write-ahead log"), (False, "rollback journal")])
async def test_the_journal_follows_from_the_version_of_sqlite(
    url: str, keys: KeyRing, monkeypatch: pytest.MonkeyPatch, safe: bool, said: str
) -> None:
    monkeypatch.setattr("storage.engine.wal_is_safe", lambda version: safe)
    await migrate(url)
    store = await Store.open(url, keys)
    assert said in store.describe()
    await store.ready()
    await store.close()


async def test_the_store_says_what_it_found(store: Store, engine: str) -> None:
    if engine == "sqlite":
        assert sqlite3.sqlite_version in store.describe()
        assert "synchronous=FULL" in store.describe()
    else:
        assert re.match(r"PostgreSQL \d+\.\d+, synchronous_commit=on", store.describe())


async def test_a_store_without_its_schema_is_not_ready(bare: str, keys: KeyRing) -> None:
    store = await Store.open(bare, keys)
    with pytest.raises(NotReady, match="missing"):
        await store.ready()
    with pytest.raises(NotReady, match="missing"):
        await store.claim("me", 1, 1.0)
    await migrate(bare)
    await store.ready()
    await store.close()


async def test_a_store_with_another_version_s_schema_is_not_ready(store: Store, run: Run) -> None:
    await run("UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(NotReady, match="0000"):
        await store.ready()


@pytest.fixture
def broken(path: Path) -> Path:
    path.write_bytes(b"not a database" * 1_000)
    return path


async def test_a_sqlite_file_that_is_no_database_is_damaged(broken: Path, keys: KeyRing) -> None:
    with pytest.raises(Damaged):
        await Store.open(f"sqlite+aiosqlite:///{broken}", keys)


async def test_a_folder_for_sqlite_that_is_not_there_is_named(
    tmp_path: Path, keys: KeyRing
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/nowhere/a.db"
    with pytest.raises(NotReady, match="nowhere"):
        await Store.open(url, keys)
    with pytest.raises(NotReady, match="nowhere"):
        await migrate(url)


async def claiming(store: Store) -> tuple[str, tuple[object, ...]]:
    """The statement by which operations are claimed, with its values."""
    asked: list[tuple[str, tuple[object, ...]]] = []

    def watch(
        _: object, cursor: object, sql: str, values: tuple[object, ...], *more: object
    ) -> None:
        asked.append((sql, values))

    event.listen(Engine, "before_cursor_execute", watch)
    await store.claim("sender", 10, 60)
    event.remove(Engine, "before_cursor_execute", watch)
    (claim,) = [(sql, values) for sql, values in asked if "UPDATE outbox" in sql]
    return claim


@on_sqlite
async def test_claiming_reads_open_operations_only_by_the_plan_of_sqlite(
    store: Store, path: Path
) -> None:
    claim, values = await claiming(store)
    with closing(sqlite3.connect(path)) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {claim}", values).fetchall()
    steps = " | ".join(step[3] for step in plan)
    assert "candidate USING INDEX outbox_open" in steps
    assert "earlier USING INDEX outbox_lane" in steps
    assert "TEMP B-TREE" not in steps
    assert "SCAN outbox" not in steps


@on_postgresql
async def test_claiming_reads_open_operations_only_by_the_plan_of_postgresql(
    store: Store, run: Run, postgres: Postgres, url: str
) -> None:
    """Among 20,000 finished ones, which a small table's plan would rather scan."""
    await run("INSERT INTO tenants VALUES ('/T1', 'k', '')")
    await run(
        "INSERT INTO messages (tenant, user_id, id, purpose, step, removed, erased) "
        "SELECT '/T1', 'U' || n % 100, n, '', '', false, false FROM generate_series(1, 20100) n"
    )
    await run(
        "INSERT INTO outbox (tenant, user_id, id, message_id, op, state, attempt, due_at, done_at) "
        "SELECT tenant, user_id, id, id, 'post', 'new', 0, 0, "
        "CASE WHEN id::int > 20000 THEN NULL ELSE 1 END FROM messages"
    )
    await run("ANALYZE")
    claim, values = await claiming(store)
    connection = await postgres.connect(make_url(url).database or "")
    plan = await connection.fetch(f"EXPLAIN {claim}", *values)
    await connection.close()
    steps = "\n".join(step[0] for step in plan)
    assert "outbox_open on outbox candidate" in steps
    # A table without a row is read as it is: nobody has been asked to wait.
    assert "Seq Scan" not in steps.replace("Seq Scan on paces", "")


async def test_a_server_that_does_not_answer_is_busy(keys: KeyRing) -> None:
    with pytest.raises(Interrupted):
        await Store.open("postgresql+asyncpg://differ@127.0.0.1:1/differ", keys)


@on_postgresql
async def test_a_connection_is_asked_whether_it_is_there_only_when_it_has_rested(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialect = store._engine.sync_engine.dialect
    asked: list[object] = []
    monkeypatch.setattr(dialect, "do_ping", asked.append)
    monkeypatch.setattr("storage.engine._FRESH_SECONDS", 60.0)
    for _ in range(3):
        await store.ready()
    assert asked == []
    monkeypatch.setattr("storage.engine._FRESH_SECONDS", 0.0)
    await store.ready()
    assert len(asked) == 2
