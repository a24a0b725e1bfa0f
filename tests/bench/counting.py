"""Counts what one interaction costs: statements, transactions, hops, calls, listeners tried."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosqlite import Connection as Aiosqlite
from slack_bolt.listener.async_listener import AsyncListener
from sqlalchemy import event

from tests.bot.stage import Stage

TAKES, CLAIMS, SENDS, RETURNS = "takes", "claims", "sends", "returns"
"""Who works: the request before its ack, the sender looking for work, the sender at a message, a
connection on its way back to the pool."""
ROLES = {
    "RequestHandler._handle_request": TAKES,
    "Sender._run": CLAIMS,
    "Sender._send_lane": SENDS,
    "AsyncConnection.close": RETURNS,
}
"""By the coroutine of the task: SQLAlchemy gives a connection back in a task of its own."""


@dataclass
class Counts:
    """What happened while they were kept, by who did it."""

    statements: dict[str, list[str]] = field(default_factory=dict)
    transactions: Counter[str] = field(default_factory=Counter)
    hops: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    tried: int = 0

    def touching(self, table: str) -> list[str]:
        """The statements, of whomever, that name a table."""
        return [s for some in self.statements.values() for s in some if table in s]


@contextmanager
def counting(stage: Stage) -> Iterator[Counts]:
    """Count until the end of the block; what the test itself asks the store is left out."""
    counts = Counts()
    before = len(stage.slack.workspace.traffic)
    with _statements(stage, counts), _hops(counts), _tries(counts):
        yield counts
    for call in list(stage.slack.workspace.traffic)[before:]:
        if call.direction == "from the app":
            counts.calls[call.name] += 1


def _role() -> str | None:
    task = asyncio.current_task()
    return ROLES.get(getattr(task.get_coro(), "__qualname__", "")) if task else None


@contextmanager
def _statements(stage: Stage, counts: Counts) -> Iterator[None]:
    def begun(_connection: Any) -> None:
        if role := _role():
            counts.transactions[role] += 1

    def executed(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if role := _role():
            counts.statements.setdefault(role, []).append(statement)

    engine = stage.store._engine.sync_engine
    event.listen(engine, "begin", begun)
    event.listen(engine, "before_cursor_execute", executed)
    try:
        yield
    finally:
        event.remove(engine, "begin", begun)
        event.remove(engine, "before_cursor_execute", executed)


@contextmanager
def _hops(counts: Counts) -> Iterator[None]:
    """Ways to SQLite's thread and back."""
    way = Aiosqlite._execute

    async def counted(self: Aiosqlite, *arguments: Any, **named: Any) -> Any:
        if role := _role():
            counts.hops[role] += 1
        return await way(self, *arguments, **named)  # type: ignore[no-untyped-call]

    Aiosqlite._execute = counted  # type: ignore[method-assign]
    try:
        yield
    finally:
        Aiosqlite._execute = way  # type: ignore[method-assign]


@contextmanager
def _tries(counts: Counts) -> Iterator[None]:
    """Listeners that Bolt asks whether a request is theirs, the right one included."""
    asked = AsyncListener.async_matches

    async def counted(self: AsyncListener, **named: Any) -> bool:
        counts.tried += 1
        return await asked(self, **named)

    AsyncListener.async_matches = counted  # type: ignore[method-assign]
    try:
        yield
    finally:
        AsyncListener.async_matches = asked  # type: ignore[method-assign]
