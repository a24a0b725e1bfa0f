"""Weeks of a team, played with the product's own rules about votes and periods.

`play` is told what every seller does in every week, and returns which answers each published
summary rests on. Everything that decides it is a field of `Rules`, the product's function unless a
variant puts a worse one there; what the database does in SQL, picking each voter's latest ballot,
is `latest`, and `tests/storage/test_ballots.py` holds the database to it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from coaching.summary import MINIMUM
from coaching.votes import Period, Weekly


class Remembered(Weekly):
    """The product's own hour of the week, which need not be worked out a million times."""

    next = cache(Weekly.next)


FRIDAY = Remembered(5, 16, "Europe/Berlin")
START = datetime(2026, 11, 2, 8, tzinfo=UTC)  # a Monday
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
CHANGED = -1
"""The version of an opinion that was changed after its close."""
HOME, OTHER = "home", "other"
"""The team's channel, and a second one."""

DEEDS = {
    ".": "nothing",
    "n": "a check about a new buyer",
    "s": "a check about the same buyer as ever, who thinks the same as ever",
    "d": "two checks about two buyers",
    "l": "a check, then leaves the channel before the close and joins again after it",
    "b": "a check just before joining again",
    "f": "a check, then has everything forgotten before the close, and joins again after it",
    "g": "a check, then has everything forgotten after the close",
    "o": "moves to the other channel, a check there, and back after the close",
    "t": "a check, moves to the other channel before the close, another there, and back after it",
    "e": "a check, and changes its answers after the close, before anybody has counted",
    "a": "a check after the close, before anybody has counted",
}


@dataclass(frozen=True, slots=True, order=True)
class Opinion:
    """What one seller holds to be so of one buyer: the secret that a ballot gives a part of."""

    seller: int
    buyer: int
    version: int = 0


@dataclass(frozen=True, slots=True)
class Check:
    """One finished check, as its own seller's transaction sees it."""

    opinion: Opinion
    finished_at: datetime
    joined_at: datetime | None
    turn: int

    @property
    def buyer(self) -> tuple[int, int]:
        """Of whom it speaks: the mark that a vote leaves."""
        return self.opinion.seller, self.opinion.buyer


@dataclass(frozen=True, slots=True)
class Cast:
    """A check in the box of a channel, for one of its closes."""

    check: Check
    closing: datetime


@dataclass(frozen=True, slots=True)
class Publication:
    """A summary that was published, what it rests on, and who was a member at its close, since
    when."""

    channel: str
    closed: datetime
    checks: tuple[Check, ...]
    members: dict[int, datetime]

    @property
    def opinions(self) -> tuple[Opinion, ...]:
        """One for each time something was counted."""
        return tuple(check.opinion for check in self.checks)


Box = list[Cast]
Marks = set[tuple[int, int]]


def cast(period: Period, check: Check, now: datetime) -> datetime | None:
    """By which close a check is counted, of a seller who has joined."""
    if check.joined_at is None:
        return None
    return period.closing_of(check.finished_at, check.joined_at, now)


def latest(box: Box, marks: Marks, period: Period) -> list[Cast]:
    """What a close counts: of each seller the latest check about a buyer not yet spoken of."""
    by_seller: dict[int, Cast] = {}
    for one in sorted(box, key=lambda one: (one.closing, one.check.turn)):
        fits = period.counts_from < one.closing <= period.closes
        if fits and one.check.buyer not in marks:
            by_seller[one.check.opinion.seller] = one
    return list(by_seller.values())


def enough(counted: list[Cast], minimum: int) -> bool:
    """Whether a close publishes."""
    return len(counted) >= minimum


def spend(box: Box, counted: list[Cast], marks: Marks, period: Period) -> Box:
    """The box after a summary: what it counted is spent, and so is all that was older."""
    marks |= {one.check.buyer for one in counted}
    return [one for one in box if one.closing > period.closes]


def withdraw(box: Box, seller: int) -> Box:
    """The box of a channel that a seller has left."""
    return [one for one in box if one.check.opinion.seller != seller]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules, each of which a variant can switch off."""

    cast: Callable[[Period, Check, datetime], datetime | None] = cast
    latest: Callable[[Box, Marks, Period], list[Cast]] = latest
    enough: Callable[[list[Cast], int], bool] = enough
    spend: Callable[[Box, list[Cast], Marks, Period], Box] = spend
    withdraw: Callable[[Box, int], Box] = withdraw
    channels: Callable[[str], tuple[str, ...]] = lambda channel: (channel,)
    minimum: int = MINIMUM
    recount: bool = False
    """After an erasure the last summary is computed anew from what is left."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that happened, for those who play the same against a database."""

    what: str
    now: datetime
    seller: int = 0
    channel: str = ""
    opinion: Opinion | None = None
    week: int = 0


@dataclass(slots=True)
class Team:
    """A team between two weeks."""

    rules: Rules
    periods: dict[str, Period]
    boxes: dict[str, Box] = field(default_factory=lambda: {HOME: [], OTHER: []})
    marks: Marks = field(default_factory=set)
    joined: dict[int, tuple[str, datetime] | None] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)
    turns: int = 0
    buyers: int = 0
    published: list[Publication] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    forced: dict[tuple[str, int], bool] | None = None


def play(
    timelines: Sequence[str],
    rules: Rules | None = None,
    forced: dict[tuple[str, int], bool] | None = None,
) -> list[Publication]:
    """The summaries of a team, as `live` tells them."""
    return live(timelines, rules, forced).published


def live(
    timelines: Sequence[str],
    rules: Rules | None = None,
    forced: dict[tuple[str, int], bool] | None = None,
) -> Team:
    """A team whose sellers have done what their timelines say, a letter a week.

    ``forced`` says which closes publish (by channel and week), in the place of a head count: so
    one seller can be looked at whoever the others are.
    """
    rules = rules or Rules()
    begun = Period.begin(FRIDAY, MINIMUM, START - DAY)
    team = Team(rules, {HOME: begun, OTHER: begun}, forced=forced)
    for seller in range(len(timelines)):
        _join(team, seller, HOME, START - HOUR)
    for week in range(len(timelines[0])):
        monday = START + week * WEEK
        for seller, timeline in enumerate(timelines):
            _before_the_close(team, seller, timeline[week], monday)
        late = team.periods[HOME].closes + HOUR
        for seller, timeline in enumerate(timelines):
            _before_the_count(team, seller, timeline[week], late)
        for channel in (HOME, OTHER):
            _close(team, channel, week)
        for seller, timeline in enumerate(timelines):
            _after_the_close(team, seller, timeline[week], monday + 5 * DAY)
    return team


def _before_the_close(team: Team, seller: int, deed: str, monday: datetime) -> None:
    if deed == "b":
        _leave(team, seller, monday)
        _check(team, seller, monday + HOUR)
        _join(team, seller, HOME, monday + 2 * HOUR)
    elif deed == "o":
        _move(team, seller, OTHER, monday)
    if deed in "ndlfgoet":
        _check(team, seller, monday + HOUR + timedelta(minutes=seller))
    if deed == "s":
        _check(team, seller, monday + HOUR, buyer=-1)
    if deed in "dt":
        if deed == "t":
            _move(team, seller, OTHER, monday + 3 * HOUR)
        _check(team, seller, monday + 4 * HOUR)
    if deed == "l":
        _leave(team, seller, monday + 5 * HOUR)
    if deed == "f":
        _forget(team, seller, monday + 5 * HOUR)


def _before_the_count(team: Team, seller: int, deed: str, late: datetime) -> None:
    if deed == "e":
        _edit(team, seller, late)
    if deed == "a":
        _check(team, seller, late)


def _after_the_close(team: Team, seller: int, deed: str, saturday: datetime) -> None:
    if deed == "g":
        _forget(team, seller, saturday)
        if team.rules.recount:
            _recount(team, seller)
    if deed in "lfg":
        _join(team, seller, HOME, saturday)
    if deed in "ot":
        _move(team, seller, HOME, saturday)


def _check(team: Team, seller: int, now: datetime, buyer: int | None = None) -> None:
    if buyer is None:
        team.buyers += 1
        buyer = team.buyers
    team.turns += 1
    joined = team.joined[seller]
    opinion = Opinion(seller, buyer, team.versions.get(seller, 0))
    team.acts.append(Act("check", now, seller, opinion=opinion))
    check = Check(opinion, now, joined[1] if joined else None, team.turns)
    for channel in team.rules.channels(joined[0] if joined else HOME):
        closing = team.rules.cast(team.periods[channel], check, now)
        if closing is not None:
            team.boxes[channel].append(Cast(check, closing))


def _edit(team: Team, seller: int, now: datetime) -> None:
    """The seller changes the answers of all their checks: those that still wait to be counted."""
    team.acts.append(Act("edit", now, seller))
    for channel, box in team.boxes.items():
        team.boxes[channel] = [
            replace(
                one, check=replace(one.check, opinion=replace(one.check.opinion, version=CHANGED))
            )
            if one.check.opinion.seller == seller
            and team.rules.cast(team.periods[channel], one.check, now) is not None
            else one
            for one in box
        ]


def _join(team: Team, seller: int, channel: str, now: datetime) -> None:
    team.acts.append(Act("join", now, seller, channel))
    team.joined[seller] = (channel, now)


def _leave(team: Team, seller: int, now: datetime) -> None:
    team.acts.append(Act("leave", now, seller))
    team.joined[seller] = None
    for channel, box in team.boxes.items():
        team.boxes[channel] = team.rules.withdraw(box, seller)


def _move(team: Team, seller: int, channel: str, now: datetime) -> None:
    _leave(team, seller, now)
    _join(team, seller, channel, now)


def _forget(team: Team, seller: int, now: datetime) -> None:
    """Everything of theirs is gone, the marks too: what they say later is said anew."""
    team.acts.append(Act("forget", now, seller))
    _leave(team, seller, now)
    for channel, box in team.boxes.items():
        team.boxes[channel] = [one for one in box if one.check.opinion.seller != seller]
    team.marks = {mark for mark in team.marks if mark[0] != seller}
    team.versions[seller] = team.versions.get(seller, 0) + 1


def _close(team: Team, channel: str, week: int) -> None:
    rules, period = team.rules, team.periods[channel]
    team.acts.append(Act("close", period.closes, channel=channel, week=week))
    counted = rules.latest(team.boxes[channel], team.marks, period)
    if team.forced is None:
        publishes = rules.enough(counted, rules.minimum)
    else:
        publishes = team.forced[channel, week]
    if publishes:
        checks = tuple(one.check for one in counted)
        members = {s: j[1] for s, j in team.joined.items() if j and j[0] == channel}
        team.published.append(Publication(channel, period.closes, checks, members))
        team.boxes[channel] = rules.spend(team.boxes[channel], counted, team.marks, period)
    team.periods[channel] = period.close(published=publishes)


def _recount(team: Team, seller: int) -> None:
    last = team.published[-1] if team.published else None
    if last and any(one.seller == seller for one in last.opinions):
        left = tuple(one for one in last.checks if one.opinion.seller != seller)
        if len(left) >= team.rules.minimum:
            team.published.append(replace(last, checks=left))
