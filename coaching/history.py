"""Recalling earlier checks: what still counts, what keeps failing, what is said every time."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from coaching.brief import Brief, Length
from coaching.calls import Heard, Tell
from coaching.dialogue import Dialogue
from coaching.factors import ASKED, Factor, State
from coaching.past import Evidence, Past, Quote, Still, bare
from coaching.reading import Reading, Source
from coaching.standing import Standing

KEEPS = 90
"""Days for which what a buyer said is taken as recent."""
WORN = 3
"""Earlier checks with the same sentence, from which it is noticed."""

SHOWN = (State.HELD, State.HEARD)
GUESSED = (State.CLAIMED, State.UNSURE)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A finished check; ``same_buyer`` says that it was about the one asked about now, ``heard``
    what that buyer said in the call after it."""

    dialogue: Dialogue
    finished: date
    same_buyer: bool
    heard: Heard = field(default_factory=Heard)


def recall(earlier: Sequence[Earlier], brief: Brief, today: date) -> Past:
    """What these checks leave behind for a new one.

    Args:
        earlier: the seller's finished checks, in any order.
        brief: the new check's.
        today: where the seller is.
    """
    latest = sorted(earlier, key=lambda check: check.finished, reverse=True)
    full = [c for c in latest if c.dialogue.standing.brief.length is Length.FIVE]
    with_them = next((check for check in full if check.same_buyer), None)
    kept = _evidence(with_them, brief, today) if with_them else ()
    return Past(
        evidence=_with_what_they_said(kept, latest, brief, today),
        guesses=_in_state(with_them.dialogue.standing, GUESSED) if with_them else (),
        missed=_missed(full[0].dialogue.standing) if full else (),
        worn=_worn(latest),
        quotes=_quotes(latest),
    )


def _evidence(check: Earlier, brief: Brief, today: date) -> tuple[Evidence, ...]:
    standing = check.dialogue.standing
    still, rivals = _still(standing.brief, brief, check.finished, today)
    since = check.finished.isoformat()
    found = []
    for factor in _in_state(standing, SHOWN):
        record = standing.records[factor]
        assert record.reading is not None
        better_than = record.better_than or ()
        found.append(Evidence(factor, record.reading, better_than, since, still, rivals))
    return tuple(found)


def _with_what_they_said(
    kept: tuple[Evidence, ...], latest: Sequence[Earlier], brief: Brief, today: date
) -> tuple[Evidence, ...]:
    """The evidence with what calls have added to it since, and without what they took away."""
    found: dict[Factor, Evidence | None] = {evidence.factor: evidence for evidence in kept}
    for check in _told(latest):
        for factor, tell in check.heard.tells:
            if tell is Tell.DISAGREED:
                found[factor] = None
            elif tell is Tell.AGREED:
                found[factor] = _quoted(check, factor, brief, today)
    return tuple(evidence for factor in ASKED if (evidence := found.get(factor)))


def _told(latest: Sequence[Earlier]) -> list[Earlier]:
    """The checks after whose call this buyer was quoted, the latest quoted last."""
    told = [check for check in latest if check.same_buyer and check.heard.text]
    return sorted(told, key=lambda check: check.heard.day)


def _quotes(latest: Sequence[Earlier]) -> tuple[Quote, ...]:
    """What they said last about each factor, unless they agreed; and about none, unless a check
    in which there is room for it has shown it."""
    briefs = [check.dialogue.standing.brief for check in latest if check.same_buyer]
    seen = {q for brief in briefs if brief.length is Length.FIVE for q in brief.past.quotes}
    found: dict[Factor | None, Quote | None] = {}
    for check in _told(latest):
        heard = check.heard
        about = {factor: tell for factor, tell in heard.tells if tell is not Tell.SILENT}
        for factor in about or (None,):
            quote = Quote(heard.text, heard.day, factor)
            past = about[factor] is Tell.AGREED if factor else quote in seen
            found[factor] = None if past else quote
    return tuple(quote for quote in found.values() if quote)


def _quoted(check: Earlier, factor: Factor, brief: Brief, today: date) -> Evidence:
    """Their words in a call, about a factor they agreed on: against all choices of that check."""
    then, heard = check.dialogue.standing.brief, check.heard
    reading = Reading(heard.text, then.first_name, heard.text, source=Source.SAID)
    still, rivals = _still(then, brief, date.fromisoformat(heard.day), today)
    better_than = tuple(choice.key for choice in then.choices)
    return Evidence(factor, reading, better_than, heard.day, still, rivals)


def _still(then: Brief, brief: Brief, since: date, today: date) -> tuple[Still, tuple[str, ...]]:
    """What to ask of evidence from then, and the rivals that have been named since."""
    rivals = tuple(rival.name for rival in brief.competitors if rival.key not in then.choice_keys)
    old = (today - since).days > KEEPS
    return (Still.RIVAL if rivals else Still.AGE if old else Still.SINCE), rivals


def _in_state(standing: Standing, states: tuple[State, ...]) -> tuple[Factor, ...]:
    return tuple(factor for factor in ASKED if standing.states[factor] in states)


def _missed(standing: Standing) -> tuple[Factor, ...]:
    return tuple(factor for factor in ASKED if standing.states[factor] is not State.HELD)


def _worn(earlier: Sequence[Earlier]) -> tuple[str, ...]:
    """Sentences that stood in several checks, as ``bare`` has them."""
    said: Counter[str] = Counter()
    for check in earlier:
        records = check.dialogue.standing.records.values()
        # Carried over is not said again.
        said.update({bare(r.reading.text) for r in records if r.reading and not r.carried})
    return tuple(sentence for sentence, checks in said.items() if sentence and checks >= WORN)
