"""What is still to be sent, asked of the database itself."""

from sqlalchemy import func, select

from storage import Store
from storage.engine import started
from storage.schema import outbox
from storage.times import database_now

_first_of_lanes = (
    select(func.min(outbox.c.position))
    .where(outbox.c.done_at.is_(None))
    .group_by(outbox.c.tenant, outbox.c.user_id, outbox.c.op == "erase")
)
_wait = select(func.min(outbox.c.due_at) - database_now()).where(
    outbox.c.position.in_(_first_of_lanes)
)


async def next_due(store: Store) -> float | None:
    """Seconds until something can be claimed; None if nothing is open."""
    async with started(store._engine) as connection:
        seconds: float | None = (await connection.execute(_wait)).scalar()
    return None if seconds is None else max(seconds, 0.0)
