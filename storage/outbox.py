"""The sender's side of the outbox: claim, finish, put back, look up, give up.

A lane is one seller. Only its oldest open operation may be claimed, so that order is kept and
one request at a time is under way; erasures have a lane beside, so that nobody waits for them.
`due_at` says before when nobody may touch an operation: the wait of a new one, the lease of a
claimed one. A post whose lease ran out may have been posted, so its next claim is for looking it
up; the others are simply done again.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from sqlalchemy import (
    Executable,
    Row,
    Update,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.erasure import DROP_ERASED, ENQUEUE_ONE
from storage.errors import Damaged, Stale
from storage.identity import Seller, Tenant
from storage.locks import one_at_a_time
from storage.records import Outgoing
from storage.schema import checks, inbox, messages, nudges, outbox, paces, sellers, tenants
from storage.statements import HIDE_MESSAGE
from storage.tenants import TenantKeys
from storage.times import database_now

_UNDER_WAY = ("sending", "looking")
_log = logging.getLogger(__name__)

_candidate = outbox.alias("candidate")
_earlier = outbox.alias("earlier")
_first_of_lane = and_(
    _candidate.c.done_at.is_(None),
    ~exists().where(
        _earlier.c.tenant == _candidate.c.tenant,
        _earlier.c.user_id == _candidate.c.user_id,
        _earlier.c.position < _candidate.c.position,
        _earlier.c.done_at.is_(None),
        (_earlier.c.op == "erase") == (_candidate.c.op == "erase"),
    ),
)
_open_to_posts = ~exists().where(
    paces.c.tenant == _candidate.c.tenant, paces.c.closed_until > database_now()
)
# Common table expressions, because a plan may run a subquery more than once and so claim more.
_claimable = (
    select(_candidate.c.position)
    .where(_first_of_lane, _candidate.c.due_at <= database_now(), _open_to_posts)
    .order_by(_candidate.c.position)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=_candidate)
)
_next_in_lane = _claimable.where(
    _candidate.c.tenant == bindparam("own_tenant"), _candidate.c.user_id == bindparam("own_user")
)
_fresh = or_(outbox.c.state == "new", outbox.c.op != "post")
_as_claimed = {
    "state": case((_fresh, "sending"), else_="looking"),
    # A look-up searches from the attempt that may have been posted.
    "claimed_at": case((_fresh, database_now()), else_=outbox.c.claimed_at),
    "attempt": outbox.c.attempt + 1,
    "owner": bindparam("claimer"),
    "due_at": database_now() + bindparam("lease"),
}
_claim = (
    update(outbox)
    .where(outbox.c.position.in_(select(_claimable.cte("claimable").c.position)))
    .values(_as_claimed)
    .returning(outbox.c.position)
)
_claim_next = (
    update(outbox)
    .where(
        outbox.c.tenant == bindparam("own_tenant"),
        outbox.c.user_id == bindparam("own_user"),
        outbox.c.position.in_(select(_next_in_lane.cte("next").c.position)),
    )
    .values(_as_claimed)
    .returning(outbox.c.position)
)

_begun_since = exists().where(
    checks.c.tenant == nudges.c.tenant,
    checks.c.user_id == nudges.c.user_id,
    checks.c.started_at > nudges.c.at,
)
_overtaken = exists().where(
    nudges.c.tenant == outbox.c.tenant,
    nudges.c.user_id == outbox.c.user_id,
    nudges.c.message_id == outbox.c.message_id,
    or_(nudges.c.answered, _begun_since),
)
_parent = messages.alias("parent")
_claimed = (
    select(
        outbox,
        messages.c.purpose,
        messages.c.under,
        messages.c.ts,
        _parent.c.ts.label("thread_ts"),
        func.coalesce(messages.c.channel, sellers.c.dm_channel).label("channel"),
        tenants.c.master_id,
        tenants.c.data_key,
        and_(outbox.c.until.is_not(None), _overtaken).label("overtaken"),
    )
    .join_from(outbox, tenants, tenants.c.tenant == outbox.c.tenant)
    .join(
        messages,
        and_(
            messages.c.tenant == outbox.c.tenant,
            messages.c.user_id == outbox.c.user_id,
            messages.c.id == outbox.c.message_id,
        ),
    )
    .outerjoin(
        _parent,
        and_(
            _parent.c.tenant == messages.c.tenant,
            _parent.c.user_id == messages.c.user_id,
            _parent.c.id == messages.c.under,
        ),
    )
    .outerjoin(
        sellers,
        and_(sellers.c.tenant == outbox.c.tenant, sellers.c.user_id == outbox.c.user_id),
    )
    .where(outbox.c.position.in_(bindparam("positions", expanding=True)))
    .order_by(outbox.c.position)
)

_held = update(outbox).where(
    outbox.c.position == bindparam("held"),
    outbox.c.owner == bindparam("holder"),
    outbox.c.attempt == bindparam("claim"),
    outbox.c.state.in_(_UNDER_WAY),
)
_done = _held.values(
    state=bindparam("outcome"), body=None, done_at=database_now(), reason=bindparam("why")
)
_again = _held.values(
    # Only a post is in doubt; the others do no harm twice.
    state=case((outbox.c.op == "post", bindparam("outcome")), else_="new"),
    due_at=database_now() + bindparam("seconds"),
    owner=None,
    reason=bindparam("why"),
)
_place = (
    update(messages)
    .where(
        messages.c.tenant == bindparam("own_tenant"),
        messages.c.user_id == bindparam("own_user"),
        messages.c.id == bindparam("own_id"),
    )
    .returning(messages.c.erased)
)
_remember_dm = insert(sellers)
_remember_dm = _remember_dm.on_conflict_do_update(
    index_elements=[sellers.c.tenant, sellers.c.user_id],
    set_={"dm_channel": func.coalesce(sellers.c.dm_channel, _remember_dm.excluded.dm_channel)},
)

_release = (
    update(outbox)
    .where(outbox.c.done_at.is_(None), outbox.c.state.in_(_UNDER_WAY))
    .values(
        state=case((outbox.c.op == "post", "uncertain"), else_="new"),
        due_at=database_now() + bindparam("seconds"),
        owner=None,
    )
)
_release_own = _release.where(outbox.c.owner == bindparam("holder"))
_KEPT_SECONDS = 86_400.0
_before = database_now() - _KEPT_SECONDS
_SWEPT_AT_ONCE = 1_000
_seen = (inbox.c.tenant, inbox.c.kind, inbox.c.key)
_forget_seen = delete(inbox).where(
    tuple_(*_seen).in_(select(*_seen).where(inbox.c.seen_at < _before).limit(_SWEPT_AT_ONCE))
)
_forget_done = delete(outbox).where(
    outbox.c.position.in_(
        select(outbox.c.position).where(outbox.c.done_at < _before).limit(_SWEPT_AT_ONCE)
    )
)


async def claim(
    connection: AsyncConnection, keys: TenantKeys, owner: str, limit: int, lease: float
) -> list[Outgoing]:
    """Claim due operations; those that can never be sent die here."""
    values = {"claimer": owner, "most": limit, "lease": lease}
    return await _claimed_by(connection, keys, _claim, values)


async def claim_next(
    connection: AsyncConnection, keys: TenantKeys, done: Outgoing, lease: float
) -> Outgoing | None:
    """Claim what follows in the lane of an operation that is done."""
    values = {"claimer": done.owner, "most": 1, "lease": lease, **_own(done)}
    claimed = await _claimed_by(connection, keys, _claim_next, values)
    return claimed[0] if claimed else None


async def _claimed_by(
    connection: AsyncConnection,
    keys: TenantKeys,
    statement: Executable,
    values: dict[str, Any],
) -> list[Outgoing]:
    positions = (await connection.execute(statement, values)).scalars().all()
    if not positions:
        return []
    claimed = []
    for row in await connection.execute(_claimed, {"positions": positions}):
        read = _read(row, keys)
        if isinstance(read, Outgoing):
            claimed.append(read)
        else:
            _log.error("operation %s on message %s is dead: %s", row.id, row.message_id, read)
            await connection.execute(_done, _hold(row) | {"outcome": "dead", "why": read})
    return claimed


async def sent(
    connection: AsyncConnection, outgoing: Outgoing, channel: str | None, ts: str | None
) -> None:
    if outgoing.op == "post" and not (channel and ts):
        raise ValueError("a post that was sent has a channel and a ts")
    # The seller's row may be written below, and what they say meanwhile is to be claimed next.
    await one_at_a_time(connection, Seller(outgoing.tenant, outgoing.user_id))
    await _finish(connection, _done, outgoing, outcome="sent", why=None)
    own = _own(outgoing)
    if outgoing.op == "erase":
        await connection.execute(DROP_ERASED, own)
    if outgoing.op != "post":
        return
    place = {"own_id": outgoing.message_id, "channel": channel, "ts": ts}
    if (await connection.execute(_place, own | place)).scalar():
        await connection.execute(ENQUEUE_ONE, own | {"own_id": outgoing.message_id})
    elif outgoing.channel is None:
        owner = {"tenant": outgoing.tenant.key, "user_id": outgoing.user_id}
        await connection.execute(_remember_dm, owner | {"dm_channel": channel})


async def later(
    connection: AsyncConnection, outgoing: Outgoing, seconds: float, reason: str
) -> None:
    await _finish(connection, _again, outgoing, outcome="new", why=reason, seconds=seconds)


async def uncertain(connection: AsyncConnection, outgoing: Outgoing, seconds: float) -> None:
    await _finish(connection, _again, outgoing, outcome="uncertain", why=None, seconds=seconds)


async def dead(connection: AsyncConnection, outgoing: Outgoing, reason: str) -> None:
    await _finish(connection, _done, outgoing, outcome="dead", why=reason)
    own = _own(outgoing)
    if outgoing.op == "post":
        # A question that nobody will ever see is not open.
        await connection.execute(HIDE_MESSAGE, own | {"own_id": outgoing.message_id})
    if outgoing.op in ("post", "erase"):
        await connection.execute(DROP_ERASED, own)


async def release(connection: AsyncConnection, owner: str | None, seconds: float) -> int:
    if owner is not None:
        held = {"holder": owner, "seconds": seconds}
        return (await connection.execute(_release_own, held)).rowcount
    # Only the one process that owns a SQLite file knows that all earlier claimers are gone.
    if connection.dialect.name != "sqlite":
        return 0
    return (await connection.execute(_release, {"seconds": seconds})).rowcount


async def sweep(connection: AsyncConnection) -> bool:
    """Whether there may be more."""
    swept = [await connection.execute(statement) for statement in (_forget_seen, _forget_done)]
    return any(result.rowcount for result in swept)


async def _finish(
    connection: AsyncConnection, statement: Update, outgoing: Outgoing, **values: Any
) -> None:
    finished = await connection.execute(statement, _hold(outgoing) | values)
    if finished.rowcount == 0:
        raise Stale("the lease ran out and the operation was claimed or finished by another")


def _own(outgoing: Outgoing) -> dict[str, Any]:
    return {"own_tenant": outgoing.tenant.key, "own_user": outgoing.user_id}


def _hold(claimed: Outgoing | Row[Any]) -> dict[str, Any]:
    return {"held": claimed.position, "holder": claimed.owner, "claim": claimed.attempt}


def _read(row: Row[Any], keys: TenantKeys) -> Outgoing | str:
    """The operation, or why it can never be sent: one such row must not hold up the others."""
    if _is_orphan(row):
        return "the message it belongs to was never posted"
    try:
        return _outgoing(row, keys)
    except Damaged as error:
        return str(error)


def _is_orphan(row: Row[Any]) -> bool:
    # The lane has come this far, so what is not posted by now never will be.
    if row.op == "post":
        return row.under is not None and row.thread_ts is None
    return row.ts is None


def _outgoing(row: Row[Any], keys: TenantKeys) -> Outgoing:
    tenant = Tenant.from_key(row.tenant)
    body = None
    if row.body is not None:
        body = json.loads(keys.unwrap(tenant, row).open(row.body, "outbox", "body", row.id))
    return Outgoing(
        tenant=tenant,
        user_id=row.user_id,
        op=row.op,
        message_id=row.message_id,
        purpose=row.purpose,
        body=body,
        channel=row.channel,
        ts=row.ts,
        thread_ts=row.thread_ts,
        attempt=row.attempt,
        uncertain=row.state == "looking",
        claimed_at=row.claimed_at,
        owner=row.owner,
        position=row.position,
        until=row.until,
        overtaken=bool(row.overtaken),
    )
