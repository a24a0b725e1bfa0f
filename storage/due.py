"""What is due: claimed by a clock, for all sellers and tenants.

What is due is told by business time, which the caller gives; how long a claim lasts, by the
database's clock. A claim is only a hint who does it: whoever does it takes the row in the very
transaction that does it (`Week.take`), so it is done once whoever claimed it when.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    case,
    delete,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.identity import Tenant
from storage.records import Due
from storage.schema import due, paces
from storage.times import Moment, database_now

_KEY = (due.c.tenant, due.c.user_id, due.c.kind, due.c.subject)
_claimable = (
    select(*_KEY)
    .where(
        due.c.at <= bindparam("moment", type_=Moment),
        due.c.held_until <= database_now(),
        due.c.kind.in_(bindparam("kinds", expanding=True)),
    )
    .order_by(due.c.at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("claimable")
)
_claim = (
    update(due)
    .where(tuple_(*_KEY).in_(select(*_claimable.c)))
    .values(
        owner=bindparam("claimer"),
        attempt=due.c.attempt + 1,
        held_until=database_now() + bindparam("lease"),
    )
    .returning(due)
)


def _held() -> ColumnElement[bool]:
    return and_(
        due.c.tenant == bindparam("own_tenant"),
        due.c.user_id == bindparam("own_user"),
        due.c.kind == bindparam("own_kind"),
        due.c.subject == bindparam("own_subject"),
        due.c.owner == bindparam("holder"),
        due.c.attempt == bindparam("claim"),
    )


TAKE = delete(due).where(_held()).returning(due.c.kind)
_put_off = (
    update(due)
    .where(_held())
    .values(
        owner=None,
        held_until=database_now() + bindparam("seconds"),
        paced=bindparam("ready"),
    )
)
_release = update(due).where(due.c.owner.is_not(None)).values(owner=None, held_until=0.0)
_release_own = _release.where(due.c.owner == bindparam("holder"))

_now = database_now()
_latest_free = case((paces.c.free_at > _now, paces.c.free_at), else_=_now)
_asked = insert(paces).values(free_at=_now + bindparam("posts"), closed_until=0.0)
_reserve = _asked.on_conflict_do_update(
    index_elements=[paces.c.tenant],
    set_={"free_at": _latest_free + _asked.excluded.free_at - _now},
).returning(paces.c.tenant, (paces.c.free_at - _now).label("free"))
_closing = _now + bindparam("seconds")
_close = insert(paces).values(free_at=_closing, closed_until=_closing)
_close = _close.on_conflict_do_update(
    index_elements=[paces.c.tenant],
    set_={
        name: case(
            (paces.c[name] > _close.excluded[name], paces.c[name]), else_=_close.excluded[name]
        )
        for name in ("free_at", "closed_until")
    },
)


async def claim(
    connection: AsyncConnection,
    kinds: Collection[str],
    now: datetime,
    owner: str,
    limit: int,
    lease: float,
) -> list[Due]:
    """What is due, the earliest first."""
    values = {
        "kinds": sorted(kinds),
        "moment": now,
        "claimer": owner,
        "most": limit,
        "lease": lease,
    }
    rows = await connection.execute(_claim, values)
    found = [
        Due(
            tenant=Tenant.from_key(row.tenant),
            user_id=row.user_id,
            kind=row.kind,
            subject=row.subject,
            at=row.at,
            owner=row.owner,
            attempt=row.attempt,
            paced=row.paced,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.at, one.tenant.key, one.user_id))


async def put_off(connection: AsyncConnection, one: Due, seconds: float, *, paced: bool) -> None:
    await connection.execute(_put_off, _until(one, seconds, paced))


async def pace(connection: AsyncConnection, claimed: Sequence[Due], burst: float) -> list[Due]:
    """Those of them whose second comes within the burst; the others are put off until it does."""
    waits = await _reserve_for(connection, [one.tenant.key for one in claimed])
    later = {one: wait for one, wait in zip(claimed, waits, strict=True) if wait > burst}
    if later:
        put_off = [_until(one, wait, paced=True) for one, wait in later.items()]
        await connection.execute(_put_off, put_off)
    return [one for one in claimed if one not in later]


async def _reserve_for(connection: AsyncConnection, tenants: Sequence[str]) -> list[float]:
    """A second for each, one after the other where several are one tenant's: in how many it comes.

    In the order of their names, so that two processes cannot wait for each other.
    """
    posts = sorted(Counter(tenants).items())
    asked = [{"tenant": tenant, "posts": float(count)} for tenant, count in posts]
    free = {row.tenant: row.free for row in await connection.execute(_reserve, asked)}
    left = Counter(tenants)
    waits = []
    for tenant in tenants:
        waits.append(max(0.0, free[tenant] - left[tenant]))
        left[tenant] -= 1
    return waits


def _until(one: Due, seconds: float, paced: bool) -> dict[str, Any]:
    return held(one) | {"seconds": seconds, "ready": paced}


async def release(connection: AsyncConnection, owner: str | None) -> int:
    if owner is not None:
        return (await connection.execute(_release_own, {"holder": owner})).rowcount
    if connection.dialect.name != "sqlite":
        return 0
    return (await connection.execute(_release)).rowcount


async def close(connection: AsyncConnection, tenant: Tenant, seconds: float) -> None:
    await connection.execute(_close, {"tenant": tenant.key, "seconds": seconds})


def held(one: Due) -> dict[str, Any]:
    """A claimed row, as its holder knows it."""
    return {
        "own_tenant": one.tenant.key,
        "own_user": one.user_id,
        "own_kind": one.kind,
        "own_subject": one.subject,
        "holder": one.owner,
        "claim": one.attempt,
    }
