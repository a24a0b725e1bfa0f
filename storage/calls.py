"""What became of the calls that a seller's checks were for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.keys import Cipher
from storage.records import Call
from storage.schema import calls, checks, of_seller

_save = insert(calls)
_SAVE = _save.on_conflict_do_update(
    index_elements=[calls.c.tenant, calls.c.user_id, calls.c.check_id],
    set_={name: _save.excluded[name] for name in ("state", "ask_at", "heard_at", "talk")},
)
_FIND_ALL = select(calls).where(of_seller(calls)).order_by(calls.c.check_id.desc())
_FIND = select(calls).where(of_seller(calls, calls.c.check_id == bindparam("own_id")))
_FIND_ASKED = _FIND_ALL.where(calls.c.state == "asked", calls.c.ask_at > bindparam("since"))
_FIND_WITH = (
    select(calls)
    .join_from(
        calls,
        checks,
        and_(
            checks.c.tenant == calls.c.tenant,
            checks.c.user_id == calls.c.user_id,
            checks.c.id == calls.c.check_id,
        ),
    )
    .where(of_seller(calls, checks.c.buyer_id == bindparam("buyer"), calls.c.heard_at.is_not(None)))
    .order_by(calls.c.heard_at.desc())
)

_others = checks.alias("others")
_same_call = (
    select(_others.c.id)
    .join_from(
        checks,
        _others,
        and_(
            _others.c.tenant == checks.c.tenant,
            _others.c.user_id == checks.c.user_id,
            _others.c.buyer_id == checks.c.buyer_id,
            _others.c.call_at == checks.c.call_at,
            _others.c.id != checks.c.id,
        ),
    )
    .where(of_seller(checks, checks.c.id == bindparam("own_id")))
)
_TAKE_OVER = (
    update(calls)
    .where(
        of_seller(calls, calls.c.check_id.in_(_same_call), calls.c.state.in_(("offered", "wanted")))
    )
    .values(state="overtaken")
    .returning(calls.c.check_id)
)

_at_call = select(checks.c.id).where(
    of_seller(checks, checks.c.buyer_id == bindparam("buyer"), checks.c.call_at == bindparam("at"))
)
_speaking = calls.alias("speaking")
_is_spoken_of = exists().where(
    _speaking.c.tenant == calls.c.tenant,
    _speaking.c.user_id == calls.c.user_id,
    _speaking.c.check_id.in_(_at_call),
    _speaking.c.state.in_(("wanted", "asked", "heard", "cancelled")),
)
_GIVE_BACK = (
    update(calls)
    .where(
        of_seller(calls, calls.c.check_id.in_(_at_call), calls.c.state == "overtaken"),
        ~_is_spoken_of,
    )
    .values(state="offered", ask_at=None)
    .returning(calls.c.check_id)
)


class Calls:
    """The calls of one seller, read and written in their transaction."""

    def __init__(self, connection: AsyncConnection, keys: dict[str, str], cipher: Cipher) -> None:
        self._connection = connection
        self._keys = keys
        self._own = {"own_tenant": keys["tenant"], "own_user": keys["user_id"]}
        self._cipher = cipher

    async def of(self, check_id: str) -> Call | None:
        """The call of a check, once the seller was asked whether to come back after it."""
        found = await self._connection.execute(_FIND, self._own | {"own_id": check_id})
        row = found.first()
        return None if row is None else self._call(row)

    async def all(self) -> tuple[Call, ...]:
        """Every call, that of the newest check first."""
        return tuple(
            self._call(row) for row in await self._connection.execute(_FIND_ALL, self._own)
        )

    async def asked(self, since: datetime) -> tuple[Call, ...]:
        """Those after which the seller was asked what was said, later than that, and has not
        told."""
        rows = await self._connection.execute(_FIND_ASKED, self._own | {"since": since})
        return tuple(self._call(row) for row in rows)

    async def heard_from(self, buyer_id: str) -> tuple[Call, ...]:
        """The calls after which this buyer was quoted, the latest first: what a later check with
        them may start from. `talk` holds their words, `heard_at` is when they were told."""
        rows = await self._connection.execute(_FIND_WITH, self._own | {"buyer": buyer_id})
        return tuple(self._call(row) for row in rows)

    async def take_over(self, check_id: str) -> tuple[str, ...]:
        """Of the checks before one call, with the same buyer at the same time, this one alone is to
        speak of it; the ids of the others that were to, or had offered it."""
        taken = await self._connection.execute(_TAKE_OVER, self._own | {"own_id": check_id})
        return tuple(taken.scalars())

    async def give_back(self, buyer_id: str, call_at: datetime) -> tuple[str, ...]:
        """Where no check speaks of the call with this buyer at this time any more, those that were
        overtaken offer it again; their ids."""
        values = {"buyer": buyer_id, "at": call_at}
        given = await self._connection.execute(_GIVE_BACK, self._own | values)
        return tuple(given.scalars())

    async def save(self, call: Call) -> None:
        """Keep it, in place of what was kept of that call before."""
        talk = call.talk and self._cipher.seal(call.talk, "calls", "talk", call.check_id)
        values = {
            "check_id": call.check_id,
            "state": call.state,
            "ask_at": call.ask_at,
            "heard_at": call.heard_at,
            "talk": talk or None,
        }
        await self._connection.execute(_SAVE, self._keys | values)

    def _call(self, row: Row[Any]) -> Call:
        talk = ""
        if row.talk is not None:
            talk = self._cipher.open(row.talk, "calls", "talk", row.check_id)
        return Call(row.check_id, row.state, row.ask_at, row.heard_at, talk)
