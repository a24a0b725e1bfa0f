"""A seller's part in a team summary, within their own transaction: join, leave, vote."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from coaching.factors import ASKED
from coaching.votes import Ballot
from storage.channels import Channel, opened
from storage.keys import Cipher
from storage.records import Check
from storage.schema import ballots, channels, checks, memberships, of_seller, votes
from storage.times import Moment

_FIND_JOINED = select(memberships.c.joined).where(of_seller(memberships))
_join = insert(memberships)
_JOIN = _join.on_conflict_do_update(
    index_elements=[memberships.c.tenant, memberships.c.user_id],
    set_={"joined": _join.excluded.joined},
)
_LEAVE = delete(memberships).where(of_seller(memberships))
# Held until the seller's transaction ends, so that a close counts all of it or nothing.
_FIND_CHANNEL = (
    select(channels)
    .where(
        channels.c.tenant == bindparam("own_tenant"), channels.c.channel == bindparam("of_channel")
    )
    .with_for_update(read=True)
)
_COUNT_FINISHED = select(func.count()).where(
    of_seller(checks, checks.c.finished_at <= bindparam("until", type_=Moment))
)
_cast = insert(ballots)
_CAST = _cast.on_conflict_do_update(
    index_elements=[ballots.c.tenant, ballots.c.ballot],
    # The close that it was first cast for stays, and with it how long it may wait.
    set_={name: _cast.excluded[name] for name in ("buyer", *ASKED, "gap")},
)
_WITHDRAW = delete(ballots).where(
    ballots.c.tenant == bindparam("own_tenant"), ballots.c.ballot == bindparam("own_ballot")
)
_WITHDRAW_ALL = delete(ballots).where(
    ballots.c.tenant == bindparam("own_tenant"), ballots.c.voter == bindparam("own_voter")
)
_FORGET_VOTES = delete(votes).where(
    votes.c.tenant == bindparam("own_tenant"), votes.c.voter == bindparam("own_voter")
)
_FIND_VOTE = select(votes.c.buyer).where(
    votes.c.tenant == bindparam("own_tenant"),
    votes.c.voter == bindparam("own_voter"),
    votes.c.buyer == bindparam("of_buyer"),
)


@dataclass(frozen=True, slots=True)
class Membership:
    """A seller has joined the summary of that channel, by their own tap."""

    channel: Channel
    joined_at: datetime


class Team:
    """One seller's membership and ballots."""

    def __init__(self, connection: AsyncConnection, keys: dict[str, str], cipher: Cipher) -> None:
        self._connection = connection
        self._keys = keys
        self._cipher = cipher
        self._own = {"own_tenant": keys["tenant"], "own_user": keys["user_id"]}
        self._voter = cipher.pseudonym("voter", keys["user_id"])

    async def membership(self) -> Membership | None:
        """The one channel the seller has joined; none where its summaries were stopped since."""
        sealed = (await self._connection.execute(_FIND_JOINED, self._own)).scalar()
        if sealed is None:
            return None
        clear = self._cipher.open(sealed, "memberships", "joined", self._keys["user_id"])
        channel_id, joined_at = json.loads(clear)
        joined = datetime.fromisoformat(joined_at)
        channel = await self.channel(channel_id)
        # Set up anew, it is another summary: nobody has joined that one yet.
        if channel is None or joined < channel.set_up_at:
            return None
        return Membership(channel, joined)

    async def channel(self, channel_id: str) -> Channel | None:
        """A channel with a summary; it does not close while this transaction lasts."""
        of = {"own_tenant": self._keys["tenant"], "of_channel": channel_id}
        row = (await self._connection.execute(_FIND_CHANNEL, of)).first()
        return None if row is None else opened(row)

    async def join(self, channel_id: str, now: datetime) -> None:
        """Take part from now on, there and nowhere else."""
        await self.leave()
        clear = json.dumps([channel_id, now.isoformat()])
        sealed = self._cipher.seal(clear, "memberships", "joined", self._keys["user_id"])
        await self._connection.execute(_JOIN, self._keys | {"joined": sealed})

    async def leave(self) -> None:
        """Take part no more; what was not yet published never is."""
        # To read the channel is to hold it: what closes meanwhile counts all of theirs or nothing.
        await self.membership()
        await self._connection.execute(_WITHDRAW_ALL, self._voting())
        await self._connection.execute(_LEAVE, self._own)

    async def cast(self, check: Check, ballot: Ballot | None, now: datetime) -> None:
        """Let a finished check be counted as it stands, or no more."""
        membership = await self.membership()
        if membership is None or check.finished_at is None:
            return
        period = membership.channel.period
        closing = period.closing_of(check.finished_at, membership.joined_at, now)
        if closing is None:
            return
        own = {"own_tenant": self._keys["tenant"], "own_ballot": self._ballot(check)}
        if ballot is None or check.buyer_id is None:
            await self._connection.execute(_WITHDRAW, own)
            return
        until = self._own | {"until": check.finished_at}
        values: dict[str, Any] = {
            "tenant": self._keys["tenant"],
            "ballot": self._ballot(check),
            "channel": membership.channel.id,
            "closing": closing,
            "voter": self._voter,
            "buyer": self._buyer(check.buyer_id),
            "turn": (await self._connection.execute(_COUNT_FINISHED, until)).scalar(),
            "gap": ballot.gap,
        }
        values |= {str(factor): factor in ballot.held for factor in ASKED}
        await self._connection.execute(_CAST, values)

    async def has_voted_on(self, buyer_id: str) -> bool:
        """Whether a check about this buyer was counted."""
        of = self._voting() | {"of_buyer": self._buyer(buyer_id)}
        return (await self._connection.execute(_FIND_VOTE, of)).first() is not None

    async def forget(self) -> None:
        """Nothing is left of the seller's part, but what was published."""
        await self.leave()
        await self._connection.execute(_FORGET_VOTES, self._voting())

    def _voting(self) -> dict[str, Any]:
        return {"own_tenant": self._keys["tenant"], "own_voter": self._voter}

    def _ballot(self, check: Check) -> str:
        return self._cipher.pseudonym("ballot", self._keys["user_id"], check.id)

    def _buyer(self, buyer_id: str) -> str:
        return self._cipher.pseudonym("buyer", self._keys["user_id"], buyer_id)
