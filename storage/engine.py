"""One engine for both databases, with the settings that make a commit final."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Dialect, ExceptionContext, event, make_url
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.cursor import connect
from storage.errors import (
    Busy,
    Damaged,
    NotReady,
    StorageError,
    broken_off,
    connecting,
    translated,
)

# A wait for the pool and a wait for the lock can follow one another; together they must leave
# room in the 3 s that Slack waits for an answer.
_POOL_SECONDS = 0.8
_LOCK_SECONDS = 1.5
_STATEMENT_SECONDS = 2.0
_WHOLE_SECONDS = 2.2
# By our own clock, for a server that no longer answers.
_ANSWER_SECONDS = 2.4
# A process that freezes in a transaction must not keep its seller waiting for ever.
_IDLE_SECONDS = 10.0
_RECYCLE_SECONDS = 1_800
# A connection given back so lately is not asked whether it is still there.
_FRESH_SECONDS = 1.0
_CONNECTIONS = 10

# https://sqlite.org/wal.html#walresetbug: fixed in 3.51.3 and in these older branches.
_FIXED = (3, 51, 3)
_BACKPORTS = {(3, 44): 6, (3, 50): 7}


def open_engine(url: str | URL, *, patient: bool = False) -> AsyncEngine:
    """An engine for "sqlite+aiosqlite:///file" or "postgresql+asyncpg://...".

    `patient`: PostgreSQL may take as long as it needs, as for a migration. Raises NotReady when
    the file cannot be written or its folder does not exist.
    """
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite":
        return _postgresql_engine(parts, patient)
    _check_file(Path(parts.database or ""))
    return _sqlite_engine(parts)


def _check_file(path: Path) -> None:
    # The driver leaves a thread behind when it cannot open a file, and that one ends in noise.
    if not path.parent.is_dir():
        raise NotReady(f"the folder of the database file {path} does not exist")
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise NotReady(f"the database file {path} cannot be written")


@asynccontextmanager
async def started(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection in a transaction of its own, which ends with the block."""
    async with AsyncExitStack() as stack:
        stack.enter_context(translated())
        with connecting():
            connection = await stack.enter_async_context(engine.begin())
        yield connection


@asynccontextmanager
async def in_time(engine: AsyncEngine) -> AsyncIterator[None]:
    """On PostgreSQL, raise Busy if the block takes too long, whatever it waits for, and however
    often. On SQLite there are two waits, each with its own limit: for the connection, and for the
    lock."""
    limit = asyncio.timeout(_WHOLE_SECONDS if engine.dialect.name == "postgresql" else None)
    try:
        async with limit:
            yield
    except TimeoutError:
        if not limit.expired():
            raise
        raise Busy("the database took too long") from None


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite can write ahead without the risk of losing a commit."""
    branch, patch = version[:2], version[2]
    return version >= _FIXED or (branch in _BACKPORTS and patch >= _BACKPORTS[branch])


def _postgresql_engine(url: URL, patient: bool) -> AsyncEngine:
    settings = {"application_name": "differ", "synchronous_commit": "on"}
    limits = {
        "lock_timeout": _LOCK_SECONDS,
        "statement_timeout": _STATEMENT_SECONDS,
        "idle_in_transaction_session_timeout": _IDLE_SECONDS,
    }
    if not patient:
        settings |= {name: f"{seconds * 1000:.0f}" for name, seconds in limits.items()}
    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_timeout=_POOL_SECONDS,
        pool_recycle=_RECYCLE_SECONDS,
        connect_args={
            "timeout": _LOCK_SECONDS,
            "command_timeout": None if patient else _ANSWER_SECONDS,
            "server_settings": settings,
        },
    )
    event.listen(engine.sync_engine, "handle_error", broken_off)
    event.listen(engine.sync_engine, "checkin", _remember)
    event.listen(engine.sync_engine, "checkout", partial(_ping, engine.sync_engine.dialect))
    return engine


def _remember(connection: object, record: Any) -> None:
    record.info["given_back"] = time.monotonic()


def _ping(dialect: Dialect, connection: Any, record: Any, proxy: object) -> None:
    """Ask a connection that has rested whether it is still there, as `pool_pre_ping` asks each:
    under load that would be a way to the server more for each transaction."""
    rested = time.monotonic() - record.info.get("given_back", time.monotonic())
    if rested < _FRESH_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error:
        raise InvalidatePoolError from None


def _sqlite_engine(url: URL) -> AsyncEngine:
    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_size=1,
        max_overflow=0,
        pool_timeout=_POOL_SECONDS,
        connect_args={"timeout": _LOCK_SECONDS, "async_creator_fn": connect},
    )
    event.listen(engine.sync_engine, "connect", _configure)
    event.listen(engine.sync_engine, "begin", _begin)
    event.listen(engine.sync_engine, "handle_error", _cancelled)
    return engine


def _configure(connection: Any, record: object) -> None:
    # The driver begins nothing by itself.
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


def _begin(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    driver.begin()


def _cancelled(context: ExceptionContext) -> None:
    """Roll back and keep the connection of a cancelled transaction.

    The driver's thread works in order, so the rollback comes after the statement under way. A
    connection closed instead would hold its lock until the last cursor is collected as garbage.
    """
    if isinstance(context.original_exception, asyncio.CancelledError):
        context.is_disconnect = False


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


async def scrub(engine: AsyncEngine) -> None:
    """Empty SQLite's write-ahead log, where there is one: it still holds what was deleted.

    What stands in the way is no error: the log is emptied at the next start.
    """
    if engine.dialect.name != "sqlite":
        return
    with suppress(StorageError, sqlite3.Error), translated():
        async with engine.connect() as connection:
            # A checkpoint within a transaction is refused, and this engine begins one for each
            # of its own statements.
            driver: Any = (await connection.get_raw_connection()).driver_connection
            await driver.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")


def copy(source: Path, target: Path) -> None:
    """SQLite's file as it is at one moment, while it is in use.

    All of it at once: little by little, the copy would begin anew with every commit. With a
    rollback journal a commit waits for as long.
    """
    _check_file(source)
    with translated():
        try:
            with closing(sqlite3.connect(source)) as used, closing(sqlite3.connect(target)) as new:
                used.backup(new)
        except sqlite3.Error as error:
            raise DBAPIError(None, None, error) from None


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
