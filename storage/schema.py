"""The tables. The tenant comes first in every key; what a seller wrote is sealed bytes."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    and_,
    bindparam,
    text,
)

from coaching.factors import ASKED
from storage.times import Moment

REVISION = "0003"
"""The revision of the migrations that these tables are at."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


def _tenant(*, primary_key: bool) -> Column[str]:
    owner = ForeignKey("tenants.tenant", ondelete="CASCADE")
    return Column("tenant", String, owner, primary_key=primary_key, nullable=False)


def _seller(*, primary_key: bool = True) -> tuple[Column[str], Column[str]]:
    user_id = Column("user_id", String, primary_key=primary_key, nullable=False)
    return _tenant(primary_key=primary_key), user_id


def _id() -> Column[str]:
    return Column("id", String(32), primary_key=True)


def _own(column: str, table: str, ondelete: str | None = "CASCADE") -> ForeignKeyConstraint:
    # With the seller in the foreign key, no row can refer to another seller's.
    theirs = [f"{table}.{name}" for name in ("tenant", "user_id", "id")]
    return ForeignKeyConstraint(["tenant", "user_id", column], theirs, ondelete=ondelete)


tenants = Table(
    "tenants",
    metadata,
    Column("tenant", String, primary_key=True),
    Column("master_id", String, nullable=False),
    Column("data_key", LargeBinary, nullable=False),
)

installations = Table(
    "installations",
    metadata,
    _tenant(primary_key=True),
    Column("bot_token", LargeBinary, nullable=False),
    Column("bot_id", String, nullable=False),
    Column("bot_user_id", String, nullable=False),
    # From an earlier version; nobody reads it.
    Column("app_id", String, nullable=False, default=""),
)

sellers = Table(
    "sellers",
    metadata,
    *_seller(),
    Column("dm_channel", String),
    Column("welcomed", Boolean, nullable=False, default=False),
    Column("asked", String, nullable=False, default="[]"),
    Column("checks", Integer, nullable=False, default=0),
    Column("language", String),
)

# `recency` is an id made at each use: the latest use sorts last.
buyers = Table(
    "buyers",
    metadata,
    *_seller(),
    _id(),
    Column("recency", String(32), nullable=False),
    Column("names", LargeBinary, nullable=False),
)

checks = Table(
    "checks",
    metadata,
    *_seller(),
    _id(),
    Column("origin", String, nullable=False),
    Column("buyer_id", String(32)),
    Column("dialogue", LargeBinary, nullable=False),
    Column("state", String, nullable=False),
    Column("call_at", Moment),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("version", Integer, nullable=False, default=1),
    _own("buyer_id", "buyers", ondelete=None),
    UniqueConstraint("tenant", "user_id", "origin"),
)

messages = Table(
    "messages",
    metadata,
    *_seller(),
    _id(),
    Column("check_id", String(32)),
    Column("purpose", String, nullable=False),
    Column("step", String, nullable=False),
    Column("under", String(32)),
    Column("channel", String),
    Column("ts", String),
    Column("removed", Boolean, nullable=False, default=False),
    # Its seller was forgotten: the row goes when the message has gone from Slack.
    Column("erased", Boolean, nullable=False, default=False),
    _own("check_id", "checks"),
    # Without its parent a message has no thread to go into.
    _own("under", "messages"),
    Index("messages_of_check", "tenant", "user_id", "check_id"),
    Index("messages_at", "tenant", "user_id", "channel", "ts"),
)

_OPEN = text("done_at IS NULL")
WAITING = text("done_at IS NULL AND attempt = 0")

# `position` orders a lane: it comes from the database, because the clocks of replicas differ.
# `due_at`: nobody touches the row before; while it is claimed, that is the end of the lease.
outbox = Table(
    "outbox",
    metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    *_seller(primary_key=False),
    Column("id", String(32), nullable=False),
    Column("message_id", String(32), nullable=False),
    Column("op", String, nullable=False),
    Column("body", LargeBinary),
    Column("state", String, nullable=False, default="new"),
    Column("attempt", Integer, nullable=False, default=0),
    Column("owner", String),
    Column("due_at", Double, nullable=False),
    Column("claimed_at", Double),
    Column("done_at", Double),
    Column("reason", String),
    # Business time: what was not posted by then comes too late to be posted at all.
    Column("until", Moment),
    _own("message_id", "messages"),
    Index("outbox_of_message", "tenant", "user_id", "message_id"),
    Index("outbox_open", "position", sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index(
        "outbox_lane",
        "tenant",
        "user_id",
        "position",
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    # At most one operation per message waits unclaimed; it absorbs the later ones.
    Index(
        "outbox_waiting",
        "tenant",
        "user_id",
        "message_id",
        unique=True,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    ),
)

# What is to be done at a time, for a seller or, with an empty `user_id`, for all of a tenant's.
# `at` is business time. `held_until` is the database's: nobody touches the row before, be it
# claimed, waiting for the workspace's next free second (`paced`), or for a Slack that is down.
due = Table(
    "due",
    metadata,
    *_seller(),
    Column("kind", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("held_until", Double, nullable=False, default=0.0),
    Column("owner", String),
    Column("attempt", Integer, nullable=False, default=0),
    Column("paced", Boolean, nullable=False, default=False),
    Index("due_at", "at"),
)

# How fast a workspace may be written to, by the database's clock: one post a second of those that
# nobody waits for, and none at all while Slack asks to wait.
paces = Table(
    "paces",
    metadata,
    _tenant(primary_key=True),
    Column("free_at", Double, nullable=False),
    Column("closed_until", Double, nullable=False),
)

cadences = Table(
    "cadences",
    metadata,
    *_seller(),
    Column("nudges", String, nullable=False),
    Column("weekday", Integer, nullable=False),
    Column("hour", String, nullable=False),
    Column("every", Integer, nullable=False),
    Column("paused_until", String, nullable=False),
    Column("workdays", String, nullable=False),
    Column("reminder", Integer, nullable=False),
    Column("zone", String, nullable=False),
    Column("own_zone", String, nullable=False),
    Column("looked_at", Moment),
    Column("home", Boolean, nullable=False),
    Column("ended", String, nullable=False),
)

# One row for each seller and ISO week in which a nudge was due, whatever became of it. `wording`
# holds a key, after those, with a space between, of what was put off in the same week.
nudges = Table(
    "nudges",
    metadata,
    *_seller(),
    Column("week", String(8), primary_key=True),
    Column("outcome", String, nullable=False),
    Column("wording", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("answered", Boolean, nullable=False, default=False),
    Column("check_id", String(32)),
    Column("message_id", String(32)),
    _own("check_id", "checks"),
    Index("nudges_of_message", "tenant", "user_id", "message_id"),
)

# What became of the call that a check was for; `talk` is what the buyer said, sealed.
calls = Table(
    "calls",
    metadata,
    *_seller(),
    Column("check_id", String(32), primary_key=True),
    Column("state", String, nullable=False),
    Column("ask_at", Moment),
    Column("heard_at", Moment),
    Column("talk", LargeBinary),
    _own("check_id", "checks"),
)

# A channel with a team summary: when its period closes, and what it chose. `set_up_by` is told when
# something goes wrong there.
channels = Table(
    "channels",
    metadata,
    _tenant(primary_key=True),
    Column("channel", String, primary_key=True),
    Column("set_up_by", String, nullable=False),
    Column("set_up_at", Moment, nullable=False),
    Column("weekday", Integer, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("zone", String, nullable=False),
    Column("minimum", Integer, nullable=False),
    Column("silent", Boolean, nullable=False),
    Column("since", Moment, nullable=False),
    Column("closes", Moment, nullable=False),
    Column("published", Boolean, nullable=False),
)

# Which channel a seller has joined, and since when, is sealed: it is asked for by nobody else.
memberships = Table(
    "memberships",
    metadata,
    *_seller(),
    Column("joined", LargeBinary, nullable=False),
)

# What waits to be counted. `ballot`, `voter` and `buyer` are pseudonyms made with the tenant's key,
# so that the database can count each voter once and knows none of them; `turn` orders a voter's.
ballots = Table(
    "ballots",
    metadata,
    _tenant(primary_key=True),
    Column("ballot", String(32), primary_key=True),
    Column("channel", String, nullable=False),
    Column("closing", Moment, nullable=False),
    Column("voter", String(32), nullable=False),
    Column("buyer", String(32), nullable=False),
    Column("turn", Integer, nullable=False),
    *(Column(factor, Boolean, nullable=False) for factor in ASKED),
    Column("gap", Boolean, nullable=False),
    Index("ballots_of_channel", "tenant", "channel", "closing"),
    Index("ballots_of_voter", "tenant", "voter"),
)

# Buyers of whom a seller has voted, both under their pseudonyms: nobody speaks twice of one.
votes = Table(
    "votes",
    metadata,
    _tenant(primary_key=True),
    Column("voter", String(32), primary_key=True),
    Column("buyer", String(32), primary_key=True),
)

# What stands, or is to stand, in a channel. It is made of a `kind` and of bands: there is no column
# for a text. Each is posted at most once.
announcements = Table(
    "announcements",
    metadata,
    _tenant(primary_key=True),
    _id(),
    Column("channel", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("bands", String, nullable=False),
    Column("day", String(10), nullable=False),
    Column("minimum", Integer, nullable=False),
    Column("under", String(32)),
    Column("state", String, nullable=False, default="new"),
    Column("ts", String),
)

# When a seller was forgotten, as Slack's clock has it: what is older must not come back.
forgotten = Table("forgotten", metadata, *_seller(), Column("ts", String, nullable=False))

inbox = Table(
    "inbox",
    metadata,
    _tenant(primary_key=True),
    Column("kind", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("seen_at", Double, nullable=False),
    Index("inbox_seen_at", "seen_at"),
)

texts = Table(
    "texts",
    metadata,
    _tenant(primary_key=True),
    Column("channel", String, primary_key=True),
    Column("ts", String, primary_key=True),
    Column("user_id", String, nullable=False),
    Column("check_id", String(32)),
    _own("check_id", "checks"),
)

parked = Table(
    "parked",
    metadata,
    *_seller(),
    _id(),
    Column("text", LargeBinary, nullable=False),
    Column("channel", String, nullable=False),
    Column("ts", String, nullable=False),
)


def of_seller(table: Table, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    """Rows of the seller given as `own_tenant` and `own_user`, and of nobody else."""
    return and_(
        table.c.tenant == bindparam("own_tenant"), table.c.user_id == bindparam("own_user"), *more
    )
