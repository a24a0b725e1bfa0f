"""Every rule of a summary switched off, one at a time: what would leak, or which promise breaks."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from coaching.factors import Factor
from coaching.moves import Reply
from coaching.past import Evidence, Past
from coaching.reading import Reading, Source
from coaching.summary import MINIMUM, Band, Tally, band, summarise
from coaching.votes import Period, ballot
from tests.attack.groups import broken, lives, read_team, teams
from tests.attack.insider import Observe, published, read_by_listing
from tests.attack.weeks import (
    FRIDAY,
    HOME,
    OTHER,
    START,
    WEEK,
    Box,
    Cast,
    Check,
    Marks,
    Rules,
    latest,
    spend,
)
from tests.attack.worlds import FACTORS, Vector
from tests.coaching.talk import MARTA, Talk


@dataclass(frozen=True, slots=True)
class Finding:
    """What comes of a variant: in how many cases somebody is read, or which promise breaks."""

    cases: int
    leaking: int
    promise: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """One rule, and what is done without it."""

    rule: str
    without: str
    try_out: Callable[[int], Finding]
    """Takes how many teams to pass over between two that are tried."""


# one summary: a case is a size of group


def _one(observe: Observe, *sizes: int) -> Callable[[int], Finding]:
    def try_out(every: int) -> Finding:
        read = [next(read_by_listing(size, observe), None) for size in sizes]
        return Finding(len(sizes), sum(one is not None for one in read))

    return try_out


def _banded(voters: int, counts: Vector) -> tuple[Band, ...]:
    """What would be printed of fewer than five."""
    return tuple(band(count, voters) for count in counts)


def _exact(voters: int, counts: Vector) -> Hashable:
    return counts


def _thirds(voters: int, counts: Vector) -> Hashable:
    return tuple((count * 3 >= voters) + (count * 3 > voters * 2) for count in counts)


def _lowest_by_count(voters: int, counts: Vector) -> Hashable:
    least = min(counts[:FACTORS])
    lowest = [place for place in range(FACTORS) if counts[place] == least]
    return published(voters, counts), lowest[0] if len(lowest) == 1 else None


def _silent_if_alike(voters: int, counts: Vector) -> Hashable:
    return tuple(None if c in (0, voters) else band(c, voters) for c in counts)


# weeks: a case is a team; where nobody is read, the promise that one seller's weeks show broken


def _weeks(rules: Rules) -> Callable[[int], Finding]:
    def try_out(every: int) -> Finding:
        cases = list(islice(teams(), 0, None, every))
        read = [next(read_team(team, rules), None) for team in cases]
        leaking = sum(one is not None for one in read)
        return Finding(len(cases), leaking, "" if leaking else _promise(rules))

    return try_out


def _promise(rules: Rules) -> str:
    found = (one for life in lives() for one in broken(*life, rules))
    return next((one.promise for one in found), "")


def _every_check(box: Box, marks: Marks, period: Period) -> list[Cast]:
    counted = [one for one in box if period.counts_from < one.closing <= period.closes]
    return [one for one in counted if one.check.buyer not in marks]


def _any_buyer(box: Box, marks: Marks, period: Period) -> list[Cast]:
    return latest(box, set(), period)


def _ever(box: Box, marks: Marks, period: Period) -> list[Cast]:
    return latest(box, set(), replace(period, since=START - 52 * WEEK))


def _keep(box: Box, counted: list[Cast], marks: Marks, period: Period) -> Box:
    return box


def _spend_what_counted(box: Box, counted: list[Cast], marks: Marks, period: Period) -> Box:
    spend(box, counted, marks, period)
    # What was not counted waits for the next close as if it had been cast for it.
    following = period.close(published=True).closes
    return [
        one if one.closing > period.closes else replace(one, closing=following)
        for one in box
        if one not in counted
    ]


KEPT = Evidence(Factor.VALUE, Reading("", "", "", "", Source.SAID), ("nothing",), "2026-10-01")


def _before_joining(period: Period, check: Check, now: datetime) -> datetime | None:
    return period.closing_of(check.finished_at, period.since, now)


def _until_counted(period: Period, check: Check, now: datetime) -> datetime | None:
    fits = check.joined_at is not None and check.finished_at > max(check.joined_at, period.since)
    return period.closes if fits else None


def _home_is_in_other(channel: str) -> tuple[str, ...]:
    return (HOME, OTHER) if channel == HOME else (OTHER,)


def _stay(box: Box, seller: int) -> Box:
    return box


def _lowering_at_once(every: int) -> Finding:
    """Nobody is read: but what eight were promised would be published of five."""
    begun = Period.begin(FRIDAY, 8, START)
    lowered = begun.change(FRIDAY, MINIMUM, START + WEEK / 7)
    dropped = lowered.closing_of(START + WEEK / 14, START, START + WEEK / 7) is None
    return Finding(1, 0, "what was answered under eight is never published of five" * dropped)


def _no_limit(every: int) -> Finding:
    """Nobody is read: but an answer could wait for ever."""
    period = Period.begin(FRIDAY, MINIMUM, START)
    for _ in range(6):
        period = period.close(published=False)
    late = period.closing_of(START + WEEK / 7, START, period.closes - WEEK / 7)
    return Finding(1, 0, "nothing older than four weeks is counted" * (late is None))


def _carried(every: int) -> Finding:
    """Nobody is read: but what was said before joining would be counted."""
    check = Talk(replace(MARTA, past=Past((KEPT,)))).tap(Reply.YES, Reply.YES, *4 * [Reply.NO])
    votes = ballot(check.dialogue.standing) is not None
    return Finding(1, 0, "nothing said before joining is counted" * (not votes))


def _how_many_too_few(every: int) -> Finding:
    """Nobody is read: but how few used differ would be told."""
    silences = {summarise(Tally(n, (0, 0, 0, 0, 0), 0), MINIMUM) for n in range(MINIMUM)}
    return Finding(MINIMUM, 0, "who does not take part is not told" * (silences == {None}))


VARIANTS = (
    Variant("Five sellers or more", "from three on", _one(_banded, 3, 4)),
    Variant("Bands, no counts", "exact counts", _one(_exact, 5, 6)),
    Variant("Three counts or more at both ends", "thirds of the sellers", _one(_thirds, 5, 6)),
    Variant(
        "All that is printed follows from the bands",
        "the lowest factor named by its count",
        _one(_lowest_by_count, 5, 6),
    ),
    Variant(
        "Silence depends on who took part, never on what they said",
        "a factor on which all are alike is left out",
        _one(_silent_if_alike, 5, 6),
    ),
    Variant("One vote for each seller", "every check votes", _weeks(Rules(latest=_every_check))),
    Variant(
        "Nobody speaks twice of one buyer", "each check may vote", _weeks(Rules(latest=_any_buyer))
    ),
    Variant(
        "No answer is in two summaries",
        "everything said so far is counted again",
        _weeks(Rules(latest=_ever, spend=_keep)),
    ),
    Variant(
        "One channel at a time",
        "the region's channel counts the team's members too",
        _weeks(Rules(channels=_home_is_in_other)),
    ),
    Variant(
        "Published once, never computed again",
        "computed anew after an erasure",
        _weeks(Rules(recount=True)),
    ),
    Variant(
        "A period ends at its close, counted or not",
        "what is said until somebody counts is in it",
        _weeks(Rules(cast=_until_counted)),
    ),
    Variant(
        "What was not the latest is dropped",
        "it waits for the next summary",
        _weeks(Rules(spend=_spend_what_counted)),
    ),
    Variant(
        "Nothing counts from before joining",
        "every check of a member counts",
        _weeks(Rules(cast=_before_joining)),
    ),
    Variant("Nothing carried over counts", "an earlier answer is counted again", _carried),
    Variant(
        "Leaving takes unpublished answers along",
        "what was cast stays cast",
        _weeks(Rules(withdraw=_stay)),
    ),
    Variant("A lower minimum is for later answers", "for all of the period", _lowering_at_once),
    Variant("Nothing waits longer than four weeks", "it waits until it is counted", _no_limit),
    Variant("Too few is one text", "it says how many are missing", _how_many_too_few),
)
