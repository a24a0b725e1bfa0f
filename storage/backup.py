"""A backup: every row in one file, the same for both databases, still sealed.

One JSON object a line, compressed: first the schema's revision, then a row each. The keys are not
in it. A backup of SQLite can be restored into PostgreSQL and the other way round.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import zlib
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from sqlalchemy import URL, LargeBinary, Table, func, insert, make_url, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine import copy, open_engine, started
from storage.errors import Damaged, NotReady
from storage.files import new_file, rename
from storage.migrations import migrate
from storage.schema import REVISION, messages, metadata
from storage.times import Moment

_AT_ONCE = 500


async def back_up(url: str, path: Path) -> int:
    """Write all rows of a database into a new file that only its owner reads; returns how many.

    Raises FileExistsError rather than overwrite. A file that was begun and not finished keeps its
    name with ".part".
    """
    part = _beginning_of(path)
    async with _standing_still(url, part) as still:
        count = await _dump(still, part)
    rename(part, path)
    return count


async def restore(url: str, path: Path) -> int:
    """Fill an empty database from a backup; returns how many rows.

    Raises NotReady when the database holds something, or the backup is of another version, and
    Damaged when it breaks off; the database then stays empty.
    """
    await migrate(url)
    engine = open_engine(url, patient=True)
    count = 0
    try:
        with _readable(path) as file:
            _check(json.loads(file.readline()))
            async with started(engine) as connection:
                await _check_empty(connection)
                for table, rows in _batches(file):
                    await connection.execute(insert(table), rows)
                    count += len(rows)
                await _go_on_counting(connection)
    finally:
        await engine.dispose()
    return count


@asynccontextmanager
async def _standing_still(url: str, part: Path) -> AsyncIterator[URL]:
    """What can be read for as long as it takes, while sellers write: PostgreSQL itself, or a copy
    of SQLite's file, which keeps writers out while it is read."""
    database = make_url(url)
    if database.get_backend_name() != "sqlite":
        yield database
        return
    with TemporaryDirectory(prefix=f"{part.name}.", dir=part.parent) as folder:
        copied = Path(folder, "differ.db")
        await asyncio.to_thread(copy, Path(database.database or ""), copied)
        yield database.set(database=str(copied))


async def _dump(url: URL, path: Path) -> int:
    engine = open_engine(url, patient=True)
    count = 0
    try:
        async with started(engine) as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            with new_file(path) as raw, gzip.open(raw, "wt", encoding="utf-8") as file:
                file.write(json.dumps({"revision": REVISION}) + "\n")
                async for line in _lines(connection):
                    file.write(line)
                    count += 1
    finally:
        await engine.dispose()
    return count


def _beginning_of(path: Path) -> Path:
    if path.exists():
        raise FileExistsError(f"{path} exists already; a backup overwrites nothing")
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    return part


@contextmanager
def _readable(path: Path) -> Iterator[IO[str]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            yield file
    except (EOFError, zlib.error, gzip.BadGzipFile, ValueError):
        # The errors of their parsers, too, may repeat what they read.
        raise Damaged(
            f"{path} breaks off, is damaged or is no backup, and nothing of it was restored; "
            "take an older one"
        ) from None


async def _lines(connection: AsyncConnection) -> AsyncIterator[str]:
    for table in metadata.sorted_tables:
        # What heads a thread comes before what stands in it, whatever clocks their ids are from.
        heads = [table.c.under.is_not(None)] if table is messages else []
        rows = await connection.execute(select(table).order_by(*heads, *table.primary_key.columns))
        for row in rows.mappings():
            values = {name: _plain(value) for name, value in row.items()}
            yield json.dumps([table.name, values], ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, datetime) else value


def _batches(lines: Iterable[str]) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    rows = (json.loads(line) for line in lines)
    for name, of_table in groupby(rows, key=lambda row: row[0]):
        table = metadata.tables[name]
        values = (_typed(table, row[1]) for row in of_table)
        while batch := list(islice(values, _AT_ONCE)):
            yield table, batch


def _typed(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(table.c[name].type, value) for name, value in values.items()}


def _value(kind: object, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    return datetime.fromisoformat(value) if isinstance(kind, Moment) else value


def _check(head: dict[str, Any]) -> None:
    if head.get("revision") != REVISION:
        raise NotReady(
            f"the backup is of schema {head.get('revision')}, this version restores {REVISION}"
        )


async def _check_empty(connection: AsyncConnection) -> None:
    for table in metadata.sorted_tables:
        if (await connection.execute(select(func.count()).select_from(table))).scalar():
            raise NotReady("the database is not empty; restore into a new one")


async def _go_on_counting(connection: AsyncConnection) -> None:
    """PostgreSQL counts positions by itself, and must go on after the restored ones."""
    if connection.dialect.name == "postgresql":
        await connection.execute(
            text(
                "SELECT setval(pg_get_serial_sequence('outbox', 'position'), "
                "coalesce(max(position), 0) + 1, false) FROM outbox"
            )
        )
