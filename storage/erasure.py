"""The end of what is kept of a seller, in one transaction.

What was posted stays known by its place in Slack until it has been deleted there. A post that may
be under way loses its body and is waited for: if it arrives after all, it is deleted as well.
"""

from __future__ import annotations

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import Holdings
from storage.schema import (
    buyers,
    cadences,
    calls,
    checks,
    due,
    forgotten,
    messages,
    nudges,
    of_seller,
    outbox,
    parked,
    sellers,
    texts,
)
from storage.times import database_now

Own = dict[str, str]
"""The seller as `own_tenant` and `own_user`."""


def _open_on(message: ColumnElement[str]) -> ColumnElement[bool]:
    return exists().where(
        of_seller(outbox, outbox.c.message_id == message, outbox.c.done_at.is_(None))
    )


def _enqueue(*of: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    # Replies before the card above them, which would stay as "deleted" over a living thread.
    return (
        select(
            messages.c.tenant,
            messages.c.user_id,
            messages.c.id,
            messages.c.id,
            literal("erase"),
            literal("new"),
            literal(0),
            database_now(),
        )
        .where(of_seller(messages, messages.c.erased, messages.c.ts.is_not(None), *of))
        .order_by(messages.c.id.desc())
    )


_INTO = ["tenant", "user_id", "id", "message_id", "op", "state", "attempt", "due_at"]
_ENQUEUE = insert(outbox).from_select(_INTO, _enqueue())
ENQUEUE_ONE = insert(outbox).from_select(_INTO, _enqueue(messages.c.id == bindparam("own_id")))
"""Delete a message that turned out to stand in Slack after its seller had been forgotten."""

_reply = messages.alias("reply")
_reply_is_open = exists().where(
    _reply.c.tenant == messages.c.tenant,
    _reply.c.user_id == messages.c.user_id,
    _reply.c.under == messages.c.id,
    _open_on(_reply.c.id),
)
# A reply that is looked for is looked for in its thread, so its parent's place is needed too.
DROP_ERASED = delete(messages).where(
    of_seller(messages, messages.c.erased, ~_open_on(messages.c.id), ~_reply_is_open)
)
"""Drop the places of messages that are gone, or that never were."""

_in_doubt = and_(
    outbox.c.op == "post",
    outbox.c.done_at.is_(None),
    outbox.c.state.in_(("sending", "looking", "uncertain")),
)
_FORGET_OPERATIONS = delete(outbox).where(of_seller(outbox, ~_in_doubt))
_WITHDRAW = update(outbox).where(of_seller(outbox)).values(body=null(), reason=null())
_MARK = (
    update(messages)
    .where(of_seller(messages))
    .values(
        erased=True,
        removed=True,
        check_id=null(),
        step="",
        under=case((messages.c.ts.is_(None), messages.c.under), else_=null()),
    )
)
_FORGET_PARKED = delete(parked).where(of_seller(parked))
_FORGET_TEXTS = delete(texts).where(of_seller(texts))
_FORGET_DUE = delete(due).where(of_seller(due))
_FORGET_NUDGES = delete(nudges).where(of_seller(nudges))
_FORGET_CALLS = delete(calls).where(of_seller(calls))
_FORGET_CADENCE = delete(cadences).where(of_seller(cadences))
_FORGET_CHECKS = delete(checks).where(of_seller(checks))
_FORGET_BUYERS = delete(buyers).where(of_seller(buyers))
_FORGET_SELLER = delete(sellers).where(of_seller(sellers))
# First the operations, then the messages, as in `Transaction.delete`.
_ERASE = (
    *(_FORGET_OPERATIONS, _WITHDRAW, _MARK, _ENQUEUE, DROP_ERASED),
    *(_FORGET_DUE, _FORGET_NUDGES, _FORGET_CALLS, _FORGET_CADENCE),
    *(_FORGET_PARKED, _FORGET_TEXTS, _FORGET_CHECKS, _FORGET_BUYERS, _FORGET_SELLER),
)
_remember = insert(forgotten)
_REMEMBER = _remember.on_conflict_do_update(
    index_elements=[forgotten.c.tenant, forgotten.c.user_id],
    set_={"ts": _remember.excluded.ts},
)
_FIND_FORGOTTEN = select(forgotten.c.ts).where(of_seller(forgotten))
_COUNT = select(
    *(
        select(func.count()).select_from(table).where(of_seller(table, *of)).scalar_subquery()
        for table, *of in (
            (checks,),
            (buyers,),
            (messages, messages.c.ts.is_not(None), ~messages.c.removed),
        )
    )
)


async def erase(connection: AsyncConnection, own: Own, ts: str) -> None:
    """Erase all of the seller's, and remember that it was done at that time of Slack's."""
    for statement in _ERASE:
        await connection.execute(statement, own)
    seller = {"tenant": own["own_tenant"], "user_id": own["own_user"]}
    await connection.execute(_REMEMBER, seller | {"ts": ts})


async def forgotten_at(connection: AsyncConnection, own: Own) -> str:
    found: str | None = (await connection.execute(_FIND_FORGOTTEN, own)).scalar()
    return found or ""


async def holdings(connection: AsyncConnection, own: Own) -> Holdings:
    return Holdings(*(await connection.execute(_COUNT, own)).one())
