"""The channels of a workspace that have a team summary: set-up, the close, what is said there.

Nothing here takes or gives a text: an announcement is a kind, and the bands of a summary.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, and_, bindparam, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from coaching.factors import ASKED
from coaching.summary import Band, Summary, Tally, summarise
from coaching.votes import Period, Weekly
from storage.identity import new_id
from storage.schema import announcements, ballots, channels, votes
from storage.times import Moment


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel with a summary. `silent`: nothing is posted when too few took part; `published`:
    a summary was, so that the next one speaks of what came since."""

    id: str
    set_up_by: str
    set_up_at: datetime
    period: Period
    silent: bool
    published: bool = False


class Kind(StrEnum):
    """What can be said in a channel."""

    SET_UP = "set_up"
    FIRST = "first"  # the line of the first summary
    LINE = "line"
    THREAD = "thread"
    TOO_FEW = "too_few"
    LOWERED = "lowered"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is to be posted in a channel, once at most. Words come from `kind` alone.

    `day`, by which wordings take turns, is that of the close where the channel is, and in UTC the
    one on which anything else was said; `thread_ts` is that of the line above it.
    """

    id: str
    channel: str
    kind: Kind
    summary: Summary | None
    day: date
    minimum: int
    thread_ts: str | None


def opened(row: Row[Any]) -> Channel:
    """A row of `channels`."""
    weekly = Weekly(row.weekday, row.hour, row.zone)
    period = Period(weekly, row.minimum, row.since, row.closes)
    return Channel(row.channel, row.set_up_by, row.set_up_at, period, row.silent, row.published)


def _this(channel: Any, tenant: Any) -> Any:
    return and_(tenant == bindparam("own_tenant"), channel == bindparam("of_channel"))


_IS_CHANNEL = _this(channels.c.channel, channels.c.tenant)
_FIND = select(channels).where(_IS_CHANNEL).with_for_update()
_save = insert(channels)
_SAVE = _save.on_conflict_do_update(
    index_elements=[channels.c.tenant, channels.c.channel],
    set_={
        name: _save.excluded[name]
        for name in ("weekday", "hour", "zone", "minimum", "silent", "since", "closes", "published")
    },
)
_STOP = delete(channels).where(_IS_CHANNEL)

_spoken_of = exists().where(
    votes.c.tenant == ballots.c.tenant,
    votes.c.voter == ballots.c.voter,
    votes.c.buyer == ballots.c.buyer,
)
_latest = func.row_number().over(
    partition_by=ballots.c.voter, order_by=(ballots.c.closing.desc(), ballots.c.turn.desc())
)
# One vote each: of every voter the latest check in the period about a buyer not yet spoken of.
_waiting = (
    select(ballots, _latest.label("place"))
    .where(
        _this(ballots.c.channel, ballots.c.tenant),
        ballots.c.closing > bindparam("counts_from", type_=Moment),
        ballots.c.closing <= bindparam("closes", type_=Moment),
        ~_spoken_of,
    )
    .subquery("waiting")
)
_is_counted = _waiting.c.place == 1
_TALLY = select(
    func.count().label("voters"),
    *(func.count().filter(_waiting.c[factor]).label(factor) for factor in ASKED),
    func.count().filter(_waiting.c.gap).label("gap"),
).where(_is_counted)
_SPEND = (
    insert(votes)
    .from_select(
        ["tenant", "voter", "buyer"],
        select(_waiting.c.tenant, _waiting.c.voter, _waiting.c.buyer).where(_is_counted),
    )
    .on_conflict_do_nothing()
)
_EMPTY = delete(ballots).where(
    _this(ballots.c.channel, ballots.c.tenant),
    ballots.c.closing <= bindparam("closes", type_=Moment),
)
_EMPTY_ALL = delete(ballots).where(_this(ballots.c.channel, ballots.c.tenant))

_ANNOUNCE = insert(announcements)
_is_announcement = and_(
    announcements.c.tenant == bindparam("own_tenant"), announcements.c.id == bindparam("own_id")
)
_line = announcements.alias("line")
_BEGIN_POSTING = (
    update(announcements)
    .where(_is_announcement, announcements.c.state == "new")
    .values(state="posting")
    .returning(announcements.c.id)
)
_FIND_ANNOUNCEMENT = (
    select(announcements, _line.c.ts.label("thread_ts"))
    .outerjoin(
        _line, and_(_line.c.tenant == announcements.c.tenant, _line.c.id == announcements.c.under)
    )
    .where(_is_announcement)
)
_FINISH = (
    update(announcements)
    .where(_is_announcement, announcements.c.state == "posting")
    .values(state=bindparam("outcome"), ts=bindparam("posted_ts"))
    .returning(announcements.c.channel)
)
_FIND_REPLY = select(announcements.c.id).where(
    announcements.c.tenant == bindparam("own_tenant"), announcements.c.under == bindparam("own_id")
)


class Channels:
    """All of one workspace's channels with a summary, and none of its sellers."""

    def __init__(self, connection: AsyncConnection, tenant: str) -> None:
        self._connection = connection
        self._tenant = tenant

    async def find(self, channel_id: str) -> Channel | None:
        """A channel, held until the transaction ends: nobody's vote changes meanwhile."""
        row = (await self._connection.execute(_FIND, self._of(channel_id))).first()
        return None if row is None else opened(row)

    async def save(self, channel: Channel) -> None:
        """Keep it as it is now; what was answered before its period is never counted."""
        period = channel.period
        values = {
            "tenant": self._tenant,
            "channel": channel.id,
            "set_up_by": channel.set_up_by,
            "set_up_at": channel.set_up_at,
            "weekday": period.weekly.weekday,
            "hour": period.weekly.hour,
            "zone": period.weekly.zone,
            "minimum": period.minimum,
            "silent": channel.silent,
            "since": period.since,
            "closes": period.closes,
            "published": channel.published,
        }
        await self._connection.execute(_SAVE, values)

    async def empty(self, channel_id: str) -> None:
        """Let go of all that waits to be counted there."""
        await self._connection.execute(_EMPTY_ALL, self._of(channel_id))

    async def stop(self, channel_id: str) -> None:
        """No summary there any more, and nothing of what was to be in it."""
        await self.empty(channel_id)
        await self._connection.execute(_STOP, self._of(channel_id))

    async def count(self, channel: Channel) -> Summary | None:
        """The summary of the period that closes, with its votes spent; None with too few, and
        then nothing is. The counts are seen nowhere else."""
        period = channel.period
        values = self._of(channel.id) | {
            "counts_from": period.counts_from,
            "closes": period.closes,
        }
        row = (await self._connection.execute(_TALLY, values)).one()
        value, risk, ease, offering, commercials = (row._mapping[factor] for factor in ASKED)
        held = (value, risk, ease, offering, commercials)
        summary = summarise(Tally(row.voters, held, row.gap), period.minimum)
        if summary is not None:
            await self._connection.execute(_SPEND, values)
            await self._connection.execute(_EMPTY, values)
        return summary

    # announcements

    async def announce(
        self,
        channel: Channel,
        kind: Kind,
        day: date,
        summary: Summary | None = None,
        under: str | None = None,
    ) -> str:
        """Keep what is to be posted, perhaps in the thread of another; returns its id."""
        values = {
            "tenant": self._tenant,
            "id": new_id(),
            "channel": channel.id,
            "kind": kind,
            "bands": _written(summary),
            "day": day.isoformat(),
            "minimum": channel.period.minimum,
            "under": under,
        }
        await self._connection.execute(_ANNOUNCE, values)
        return str(values["id"])

    async def begin_posting(self, announcement_id: str) -> Announcement | None:
        """It is about to be posted, and never again; None if that was begun before."""
        own = self._own(announcement_id)
        if (await self._connection.execute(_BEGIN_POSTING, own)).first() is None:
            return None
        row = (await self._connection.execute(_FIND_ANNOUNCEMENT, own)).one()
        day = date.fromisoformat(row.day)
        summary = _read(row.bands)
        kind = Kind(row.kind)
        return Announcement(row.id, row.channel, kind, summary, day, row.minimum, row.thread_ts)

    async def finish(
        self, announcement_id: str, outcome: str, ts: str | None = None
    ) -> Channel | None:
        """What came of posting it: "posted", "unknown", "refused", or "new": it certainly was not
        and may be posted yet. Its channel, unless that is known already or there is none."""
        values = self._own(announcement_id) | {"outcome": outcome, "posted_ts": ts}
        place = (await self._connection.execute(_FINISH, values)).scalar()
        return await self.find(place) if place else None

    async def replies(self, announcement_id: str) -> list[str]:
        """What is to stand in its thread."""
        found = await self._connection.execute(_FIND_REPLY, self._own(announcement_id))
        return list(found.scalars())

    def _of(self, channel_id: str) -> dict[str, Any]:
        return {"own_tenant": self._tenant, "of_channel": channel_id}

    def _own(self, announcement_id: str) -> dict[str, Any]:
        return {"own_tenant": self._tenant, "own_id": announcement_id}


def _written(summary: Summary | None) -> str:
    return " ".join((*summary.bands, summary.gap)) if summary else ""


def _read(bands: str) -> Summary | None:
    if not bands:
        return None
    value, risk, ease, offering, commercials, gap = map(Band, bands.split())
    return Summary((value, risk, ease, offering, commercials), gap)
