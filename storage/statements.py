"""The statements of a seller's transaction, built once; each names the tenant and the user."""

from __future__ import annotations

from sqlalchemy import (
    and_,
    bindparam,
    case,
    delete,
    select,
    update,
)

# ON CONFLICT and RETURNING read the same in both databases, so one dialect's insert serves both.
from sqlalchemy.dialects.postgresql import insert

from storage.schema import (
    WAITING,
    buyers,
    checks,
    inbox,
    messages,
    of_seller,
    outbox,
    parked,
    sellers,
    texts,
)
from storage.times import database_now

RECEIVE = (
    insert(inbox).values(seen_at=database_now()).on_conflict_do_nothing().returning(inbox.c.key)
)

FIND_PROFILE = select(sellers).where(of_seller(sellers)).with_for_update()
FIND_LANGUAGE = select(sellers.c.language).where(of_seller(sellers))
ADD_SELLER = insert(sellers).on_conflict_do_nothing()
SAVE_PROFILE = update(sellers).where(of_seller(sellers))

FIND_BUYERS = select(buyers).where(of_seller(buyers)).order_by(buyers.c.recency.desc())
ADD_BUYER = insert(buyers)
SAVE_BUYER = update(buyers).where(of_seller(buyers, buyers.c.id == bindparam("own_id")))

ADD_CHECK = insert(checks).on_conflict_do_nothing().returning(checks.c.id)
FIND_CHECK = (
    select(checks).where(of_seller(checks, checks.c.id == bindparam("own_id"))).with_for_update()
)
FIND_CHECK_IN_THREAD = (
    select(checks)
    .join_from(
        messages,
        checks,
        and_(
            checks.c.tenant == messages.c.tenant,
            checks.c.user_id == messages.c.user_id,
            checks.c.id == messages.c.check_id,
        ),
    )
    .where(
        of_seller(
            messages,
            messages.c.channel == bindparam("channel"),
            messages.c.ts == bindparam("ts"),
            messages.c.purpose == bindparam("of_purpose"),
        )
    )
    .with_for_update(of=checks)
)
FIND_CHECKS = select(checks).where(of_seller(checks)).order_by(checks.c.id.desc())
FIND_CHECKS_IN = FIND_CHECKS.where(checks.c.state.in_(bindparam("states", expanding=True)))
FIND_LATEST_CHECKS = FIND_CHECKS.where(checks.c.state != "cancelled").limit(bindparam("most"))
SAVE_CHECK = (
    update(checks)
    .where(
        of_seller(
            checks,
            checks.c.id == bindparam("own_id"),
            checks.c.version == bindparam("read_version"),
        )
    )
    .values(version=checks.c.version + 1)
)

FIND_MESSAGES = (
    select(messages)
    .where(of_seller(messages, messages.c.check_id == bindparam("check"), ~messages.c.removed))
    .order_by(messages.c.id)
)
FIND_NEWEST = (
    select(messages)
    .where(
        of_seller(
            messages,
            messages.c.purpose.in_(bindparam("purposes", expanding=True)),
            messages.c.ts < bindparam("until"),
            ~messages.c.removed,
        )
    )
    .order_by(messages.c.id.desc())
    .limit(1)
)
FIND_MESSAGE = select(messages).where(
    of_seller(
        messages,
        messages.c.purpose == bindparam("of_purpose"),
        messages.c.step == bindparam("of_step"),
        ~messages.c.removed,
    )
)
ADD_MESSAGES = insert(messages)
DROP_MESSAGE = delete(messages).where(of_seller(messages, messages.c.id == bindparam("own_id")))
HIDE_MESSAGE = (
    update(messages)
    .where(of_seller(messages, messages.c.id == bindparam("own_id")))
    .values(removed=True)
)

UNPOST = delete(outbox).where(
    of_seller(
        outbox,
        outbox.c.message_id == bindparam("own_id"),
        outbox.c.op == "post",
        outbox.c.attempt == 0,
        outbox.c.done_at.is_(None),
    )
)
IS_UNDER_WAY = select(outbox.c.id).where(
    of_seller(
        outbox,
        outbox.c.message_id == bindparam("own_id"),
        outbox.c.op == "post",
        outbox.c.attempt > 0,
        outbox.c.done_at.is_(None),
    )
)
ENQUEUE = insert(outbox).values(due_at=database_now())
# What nobody has claimed yet absorbs what comes later: a post takes the newer body and stays a
# post, an update takes it or becomes a delete. The id goes along, for the body is sealed to it.
ENQUEUE = ENQUEUE.on_conflict_do_update(
    index_elements=[outbox.c.tenant, outbox.c.user_id, outbox.c.message_id],
    index_where=WAITING,
    set_={
        "id": ENQUEUE.excluded.id,
        "body": ENQUEUE.excluded.body,
        "op": case((outbox.c.op == "update", ENQUEUE.excluded.op), else_=outbox.c.op),
    },
)

ADD_TEXT = insert(texts).on_conflict_do_nothing().returning(texts.c.ts)
FIND_CHECK_OF_TEXT = select(texts.c.check_id).where(
    of_seller(texts, texts.c.channel == bindparam("channel"), texts.c.ts == bindparam("ts"))
)

PARK = insert(parked)
FIND_PARKED = select(parked).where(of_seller(parked)).order_by(parked.c.id)
UNPARK = (
    delete(parked).where(of_seller(parked, parked.c.id == bindparam("own_id"))).returning(parked)
)
UNPARK_TEXT = (
    delete(parked)
    .where(
        of_seller(
            parked, parked.c.channel == bindparam("own_channel"), parked.c.ts == bindparam("own_ts")
        )
    )
    .returning(parked)
)

# Those with the buyer first, so that none of them is left out for others.
FIND_FINISHED = (
    select(checks)
    .where(of_seller(checks, checks.c.finished_at.is_not(None)))
    .order_by(case((checks.c.buyer_id == bindparam("buyer"), 0), else_=1), checks.c.id.desc())
    .limit(bindparam("most"))
)
PLACE_TEXT = update(texts).where(
    of_seller(texts, texts.c.channel == bindparam("own_channel"), texts.c.ts == bindparam("own_ts"))
)
