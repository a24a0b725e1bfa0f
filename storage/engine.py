"""One engine for both databases, with the settings that make a commit final."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.errors import Busy, Damaged, NotReady, translated

# A wait for the pool and a wait for the lock can follow one another; together they must leave
# room in the 3 s that Slack waits for an answer.
_POOL_SECONDS = 0.8
_LOCK_SECONDS = 1.5

# https://sqlite.org/wal.html#walresetbug: fixed in 3.51.3 and in these older branches.
_FIXED = (3, 51, 3)
_BACKPORTS = {(3, 44): 6, (3, 50): 7}


def open_engine(url: str) -> AsyncEngine:
    """An engine for "sqlite+aiosqlite:///file" or "postgresql+asyncpg://...".

    Raises NotReady when the folder of the file does not exist.
    """
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        if not Path(parts.database or "").parent.is_dir():
            raise NotReady(f"the folder of the database file {parts.database} does not exist")
        return _sqlite_engine(url)
    return create_async_engine(
        url, hide_parameters=True, pool_pre_ping=True, pool_timeout=_POOL_SECONDS
    )


@asynccontextmanager
async def started(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection in a transaction of its own, which ends with the block."""
    async with AsyncExitStack() as stack:
        stack.enter_context(translated())
        try:
            connection = await stack.enter_async_context(engine.begin())
        except OSError:
            # Only here: an OSError out of the block is the caller's own.
            raise Busy("the database is out of reach") from None
        yield connection


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite can write ahead without the risk of losing a commit."""
    branch, patch = version[:2], version[2]
    return version >= _FIXED or (branch in _BACKPORTS and patch >= _BACKPORTS[branch])


def _sqlite_engine(url: str) -> AsyncEngine:
    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_size=1,
        max_overflow=0,
        pool_timeout=_POOL_SECONDS,
        connect_args={"timeout": _LOCK_SECONDS},
    )
    event.listen(engine.sync_engine, "connect", _configure)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def _configure(connection: Any, record: object) -> None:
    # The driver's own BEGIN is deferred: two writers that both read first would refuse each other.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("SELECT sqlite_version()")
    safe = wal_is_safe(_version(cursor.fetchone()[0]))
    # FULL makes a TRUNCATE journal durable at commit; with DELETE the folder stays unsynced.
    for pragma in (
        f"journal_mode={'WAL' if safe else 'TRUNCATE'}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
        cursor.fetchall()
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


@dataclass(frozen=True, slots=True)
class Found:
    """What a running database says of itself."""

    engine: str
    version: str
    journal: str = ""
    durability: str = ""

    def __str__(self) -> str:
        if self.engine != "sqlite":
            return f"PostgreSQL {self.version}, synchronous_commit={self.durability}"
        kept = f"SQLite {self.version}, one connection, synchronous={self.durability}"
        if self.journal == "wal":
            return f"{kept}, write-ahead log: a commit survives a power cut"
        return (
            f"{kept}, rollback journal ({self.journal}): a commit survives a power cut, and "
            "the write-ahead log of this version can lose one (fixed in 3.51.3)"
        )


def look(connection: Connection) -> Found:
    """Read version and settings; raises Damaged for a broken SQLite file."""
    if connection.dialect.name != "sqlite":
        return Found(
            connection.dialect.name,
            _one(connection, "SHOW server_version"),
            durability=_one(connection, "SHOW synchronous_commit"),
        )
    if _one(connection, "PRAGMA quick_check(1)") != "ok":
        raise Damaged("the database file is damaged; restore a backup")
    full = _one(connection, "PRAGMA synchronous")
    if full != "2":
        raise NotReady("SQLite did not accept synchronous=FULL")
    return Found(
        "sqlite",
        _one(connection, "SELECT sqlite_version()"),
        _one(connection, "PRAGMA journal_mode"),
        "FULL",
    )


def _one(connection: Connection, statement: str) -> str:
    return str(connection.exec_driver_sql(statement).scalar_one())
