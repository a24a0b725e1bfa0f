"""What the store takes and gives: frozen values, without any trace of a database.

What a seller wrote is left out of their representation, which may end up in a log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from storage.identity import Tenant

Operation = Literal["post", "update", "delete", "erase"]


@dataclass(frozen=True, slots=True)
class Installation:
    """What one tenant gave when it installed the app."""

    tenant: Tenant
    bot_token: str = field(repr=False)
    bot_id: str
    bot_user_id: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What is remembered of a seller across checks.

    `asked` holds ids of questions, a tuple a check; `checks` counts the checks ever started.
    """

    dm_channel: str | None = None
    welcomed: bool = False
    asked: tuple[tuple[str, ...], ...] = ()
    language: str | None = None
    checks: int = 0


@dataclass(frozen=True, slots=True)
class Buyer:
    """Somebody the seller sells to."""

    id: str
    person: str = field(repr=False)
    company: str = field(repr=False)
    rivals: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Check:
    """One check before one call; `dialogue` is opaque here, times carry a zone."""

    id: str
    origin: str
    buyer_id: str | None
    dialogue: str = field(repr=False)
    state: str
    call_at: datetime | None
    started_at: datetime
    finished_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the bot; `channel` and `ts` are known once it was sent."""

    id: str
    check_id: str | None
    purpose: str
    step: str
    under: str | None
    channel: str | None
    ts: str | None


@dataclass(frozen=True, slots=True)
class Due:
    """Work that a clock has claimed: `at` is when it was due, `subject` what of its kind.

    `user_id` is empty for what concerns nobody in particular. `paced`: a second in which the
    workspace may be written to is already kept for it.
    """

    tenant: Tenant
    user_id: str
    kind: str
    subject: str
    at: datetime
    owner: str
    attempt: int
    paced: bool


@dataclass(frozen=True, slots=True)
class Nudge:
    """What became of the nudge of one ISO week, which was due `at`.

    `outcome` is a word of the sender's, `wording` the key of what was said, `earlier` those of
    what was put off in the same week, oldest first. `came`: whether its message was posted, None
    while nobody knows yet; `ts` is its place in Slack.
    """

    week: str
    outcome: str
    wording: str
    at: datetime
    check_id: str | None = None
    message_id: str | None = None
    earlier: tuple[str, ...] = ()
    answered: bool = False
    came: bool | None = None
    ts: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """The call a check was for: whether and when to ask after it, and what was told then.

    `talk` is opaque here; `heard_at` is when the buyer was first quoted.
    """

    check_id: str
    state: str
    ask_at: datetime | None = None
    heard_at: datetime | None = None
    talk: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Parked:
    """A text that waits for its author to say which check it belongs to."""

    id: str
    text: str = field(repr=False)
    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Holdings:
    """How much is kept of a seller; `messages` are the bot's that stand in Slack."""

    checks: int
    buyers: int
    messages: int


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One operation claimed by a sender, with all it needs.

    A "post" whose `body` is None was withdrawn: it may be looked up, and is never posted. An
    "erase" is the deletion of what was posted for a seller who has been forgotten since.

    `channel` is None while the seller's DM was never used. `uncertain`: an earlier attempt may
    have posted it; look it up from `claimed_at`, the database's unix time in seconds at which
    that attempt began, before anything is posted. `attempt` counts the claims from 1. `until`:
    business time after which it is not to be posted any more. `overtaken`: it is a nudge, and its
    seller has answered it, or begun a check, since it was due.
    """

    tenant: Tenant
    user_id: str
    op: Operation
    message_id: str
    purpose: str
    body: dict[str, Any] | None = field(repr=False)
    channel: str | None
    ts: str | None
    thread_ts: str | None
    attempt: int
    uncertain: bool
    claimed_at: float
    owner: str
    position: int
    until: datetime | None = None
    overtaken: bool = False
