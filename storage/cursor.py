"""One way to SQLite's thread for each statement, where aiosqlite's own cursor makes four.

SQLAlchemy opens a cursor, executes, fetches all rows and closes; each of these would wait in the
thread's queue and wake the event loop again. So would a BEGIN of its own.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

from aiosqlite import Connection, Cursor

_NEVER_ITERATED = 1


class WholeCursor(Cursor):
    """Executes and fetches at once; what it is asked afterwards, it knows."""

    def __init__(self, connection: "WholeConnection") -> None:
        self._conn: WholeConnection = connection
        self._rows: list[Any] = []

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> Cursor:
        await self._once(sqlite3.Cursor.execute, sql, parameters or ())
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> Cursor:
        await self._once(sqlite3.Cursor.executemany, sql, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        return self._rows

    async def close(self) -> None:
        """Nothing is open: a cursor whose rows are all fetched holds no lock."""

    async def _once(self, execute: Any, sql: str, parameters: Any) -> None:
        fetch = partial(self._fetch, self._conn.take_begin(), execute, sql, parameters)
        await self._execute(fetch)  # type: ignore[no-untyped-call]

    def _fetch(self, begin: bool, execute: Any, sql: str, parameters: Any) -> None:
        connection = self._conn._conn
        if begin:
            connection.execute("BEGIN IMMEDIATE")
        self._cursor = connection.cursor()
        execute(self._cursor, sql, parameters)
        self._rows = self._cursor.fetchall()


class WholeConnection(Connection):
    """A connection whose cursors make one way for each statement, the first one of a transaction
    with its beginning."""

    _is_to_begin = False
    _is_begun = False

    def begin(self) -> None:
        """The next statement is the first of a transaction that takes the write lock at once: the
        driver's own is deferred, and two writers that both read first would refuse each other."""
        self._is_to_begin = True

    def take_begin(self) -> bool:
        """Whether a transaction is still to be begun; from now on it is."""
        begins, self._is_to_begin = self._is_to_begin, False
        self._is_begun = self._is_begun or begins
        return begins

    def cursor(self) -> WholeCursor:  # type: ignore[override]
        return WholeCursor(self)

    async def commit(self) -> None:
        await self._end(super().commit)

    async def rollback(self) -> None:
        await self._end(super().rollback)

    async def _end(self, end: Callable[[], Awaitable[None]]) -> None:
        """The pool rolls back all that it is given back, though mostly nothing is left to end."""
        self._is_to_begin = False
        if self._is_begun:
            await end()
            self._is_begun = False


def connect(database: str, **settings: Any) -> WholeConnection:
    """What ``async_creator_fn`` of SQLAlchemy's dialect is to be; to be awaited."""
    connection = WholeConnection(lambda: sqlite3.connect(database, **settings), _NEVER_ITERATED)
    # As the dialect does: a thread that waits must not keep the process from ending.
    connection._thread.daemon = True
    return connection
