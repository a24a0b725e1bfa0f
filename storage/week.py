"""A seller's week within their transaction: their cadence, what is planned, which nudges came."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    String,
    bindparam,
    delete,
    exists,
    false,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from coaching.cadence import Cadence, Nudges
from storage import due as dues
from storage.errors import Stale
from storage.records import Due, Nudge
from storage.schema import cadences, due, messages, nudges, of_seller
from storage.times import Moment

_KEPT = [field.name for field in fields(Cadence)]
_FIND_CADENCE = select(cadences).where(of_seller(cadences))
_save_cadence = insert(cadences)
_SAVE_CADENCE = _save_cadence.on_conflict_do_update(
    index_elements=[cadences.c.tenant, cadences.c.user_id],
    set_={name: _save_cadence.excluded[name] for name in _KEPT},
)

_plan = insert(due).values(held_until=0.0, owner=None, attempt=0, paced=False)
_PLAN = _plan.on_conflict_do_update(
    index_elements=[due.c.tenant, due.c.user_id, due.c.kind, due.c.subject],
    # Whoever claimed it for its old time claimed nothing.
    set_={name: _plan.excluded[name] for name in ("at", "held_until", "owner", "attempt", "paced")},
)
_this = of_seller(
    due, due.c.kind == bindparam("own_kind"), due.c.subject == bindparam("own_subject")
)
_DROP = delete(due).where(_this)
_FIND_PLANNED = select(due.c.at).where(_this)

_again = {"held_until": 0.0, "owner": None, "attempt": 0}
_REFRESH = (
    insert(due)
    .from_select(
        ["tenant", "user_id", "kind", "subject", "at", "held_until", "attempt", "paced"],
        select(
            cadences.c.tenant,
            cadences.c.user_id,
            bindparam("new_kind", type_=String),
            literal(""),
            bindparam("new_at", type_=Moment),
            literal(0.0),
            literal(0),
            false(),
        ).where(of_seller(cadences, cadences.c.home)),
    )
    .on_conflict_do_update(
        index_elements=[due.c.tenant, due.c.user_id, due.c.kind, due.c.subject], set_=_again
    )
)

_begin_nudge = insert(nudges).values(answered=False)
_of_nudge = of_seller(messages, messages.c.id == nudges.c.message_id)
_never_came = exists().where(_of_nudge, messages.c.removed, messages.c.ts.is_(None))
# A week whose nudge was put off, or never came, is still to have one.
_BEGIN_NUDGE = _begin_nudge.on_conflict_do_update(
    index_elements=[nudges.c.tenant, nudges.c.user_id, nudges.c.week],
    set_={
        **{
            name: _begin_nudge.excluded[name]
            for name in ("outcome", "at", "answered", "check_id", "message_id")
        },
        "wording": nudges.c.wording + " " + _begin_nudge.excluded.wording,
    },
    where=or_(nudges.c.outcome == "put_off", _never_came.correlate(nudges)),
).returning(nudges.c.week)
_FIND_NUDGES = (
    select(
        nudges,
        select(messages.c.ts).where(_of_nudge).scalar_subquery().label("ts"),
        select(messages.c.removed).where(_of_nudge).scalar_subquery().label("removed"),
    )
    .where(of_seller(nudges))
    .order_by(nudges.c.week.desc())
    .limit(bindparam("most"))
)
_ANSWER_NUDGE = (
    update(nudges)
    .where(of_seller(nudges, nudges.c.message_id == bindparam("own_message")))
    .values(answered=True, outcome=bindparam("new_outcome"))
    .returning(nudges.c.week)
)
_ANSWER_ALL = update(nudges).where(of_seller(nudges, ~nudges.c.answered)).values(answered=True)
_ANSWER_ABOUT = _ANSWER_ALL.where(nudges.c.check_id == bindparam("own_check"))


class Week:
    """What is kept of one seller about times, read and written in their transaction."""

    def __init__(self, connection: AsyncConnection, keys: dict[str, str]) -> None:
        self._connection = connection
        self._keys = keys
        self._own = {"own_tenant": keys["tenant"], "own_user": keys["user_id"]}
        self._has_home = True
        """Unless it is known by now that the seller never opened App Home."""

    async def cadence(self) -> Cadence:
        """What the seller chose; what everybody starts with when they have chosen nothing."""
        row = (await self._connection.execute(_FIND_CADENCE, self._own)).mappings().first()
        kept = (
            {name: row[name] for name in _KEPT} | {"nudges": Nudges(row["nudges"])} if row else {}
        )
        cadence = Cadence(**kept)
        self._has_home = cadence.home
        return cadence

    async def save_cadence(self, cadence: Cadence) -> None:
        self._has_home = cadence.home
        await self._connection.execute(_SAVE_CADENCE, self._keys | asdict(cadence))

    # what is due

    async def plan(self, kind: str, at: datetime, subject: str = "") -> None:
        """Have that kind of work done at that time, in place of any planned before."""
        values = {"kind": kind, "subject": subject, "at": at}
        await self._connection.execute(_PLAN, self._keys | values)

    async def planned(self, kind: str, subject: str = "") -> datetime | None:
        """When that work is due; None if it is not planned."""
        of = {"own_kind": kind, "own_subject": subject}
        found: datetime | None = (
            await self._connection.execute(_FIND_PLANNED, self._own | of)
        ).scalar()
        return found

    async def drop(self, kind: str, subject: str = "") -> None:
        """Have it not done."""
        of = {"own_kind": kind, "own_subject": subject}
        await self._connection.execute(_DROP, self._own | of)

    async def refresh(self, kind: str, at: datetime) -> None:
        """Plan that for a seller whose App Home was opened, and for nobody else."""
        if not self._has_home:
            return
        await self._connection.execute(_REFRESH, self._own | {"new_kind": kind, "new_at": at})

    async def take(self, one: Due) -> None:
        """Do this, in this transaction and in no other. Raises Stale if the claim was lost."""
        taken = await self._connection.execute(dues.TAKE, dues.held(one))
        if taken.first() is None:
            raise Stale("it was done, moved or dropped by another")

    # nudges

    async def begin_nudge(self, nudge: Nudge) -> bool:
        """Keep what became of a week's nudge; False when that week has had its own."""
        values = {name: getattr(nudge, name) for name in _NUDGE}
        begun = await self._connection.execute(_BEGIN_NUDGE, self._keys | self._own | values)
        return begun.first() is not None

    async def nudges(self, most: int) -> tuple[Nudge, ...]:
        """The last weeks that had one due, newest first."""
        rows = await self._connection.execute(_FIND_NUDGES, self._own | {"most": most})
        return tuple(_nudge(row) for row in rows)

    async def answer_nudge(self, message_id: str, outcome: str = "sent") -> str | None:
        """The seller tapped it; its week, or None if it is none of theirs."""
        values = {"own_message": message_id, "new_outcome": outcome}
        week: str | None = (
            await self._connection.execute(_ANSWER_NUDGE, self._own | values)
        ).scalar()
        return week

    async def answer_all(self) -> None:
        """The seller chose what they want of nudges: none is left without an answer."""
        await self._connection.execute(_ANSWER_ALL, self._own)

    async def answer_about(self, check_id: str) -> None:
        """The seller told what came of that check, wherever they were asked."""
        await self._connection.execute(_ANSWER_ABOUT, self._own | {"own_check": check_id})


_NUDGE = ("week", "outcome", "wording", "at", "check_id", "message_id")


def _nudge(row: Any) -> Nudge:
    *earlier, wording = row.wording.split(" ")
    kept = {name: getattr(row, name) for name in _NUDGE} | {"wording": wording}
    kept |= {"earlier": tuple(earlier), "answered": row.answered, "ts": row.ts}
    return Nudge(**kept, came=_came(row))


def _came(row: Any) -> bool | None:
    """Whether it stands, or stood, in Slack; None while it is on its way."""
    if row.ts is not None:
        return True
    return False if row.removed is None or row.removed else None
