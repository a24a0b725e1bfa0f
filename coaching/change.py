"""The one change before the call: an if-then sentence for the factor that matters most."""

import re
from dataclasses import replace

from coaching.brief import Length
from coaching.dialogue import Dialogue
from coaching.factors import ASKED, NEEDED, Factor, State
from coaching.moves import Change, Reply
from coaching.standing import Standing
from coaching.verdict import judge, work_order
from coaching.words import Words


def factors_to_change(standing: Standing) -> tuple[Factor, ...]:
    """The factors a change may be about, the most useful first.

    When all five hold, the weakest evidence is protected: what was said before what was done. In
    one minute the factor the seller came for goes first; in five the verdict says what does.
    """
    asked, states = standing.asked_factors, standing.states
    if standing.brief.length is Length.FIVE:
        missing = judge(states, known=standing.brief.known).order
    else:
        missing = tuple(factor for factor in work_order(states) if factor in asked)
        missing = tuple(sorted(missing, key=lambda factor: factor is not standing.brief.first))
    return missing or tuple(sorted(asked, key=lambda factor: _strength(standing, factor)))


def _strength(standing: Standing, factor: Factor) -> tuple[bool, int]:
    reading = standing.records[factor].reading
    return bool(reading and reading.source == "did"), ASKED.index(factor)


def read_change(change: Change, words: Words) -> Change:
    """A change in the seller's own words, marked as a wish if nobody could see it done.

    It is one when it says what to be or to strive for and names no act at all.
    """
    said = f"{change.will} {change.words}".casefold()
    wish = _any_of("change.wishes", said, words) and not _any_of("change.acts", said, words)
    return replace(change, wish=wish)


def asks(will: str, words: Words) -> bool:
    """Whether a change is itself a question to the buyer, by how it begins."""
    said = will.casefold()
    return any(re.match(rf"{re.escape(heard)}(?!\w)", said) for heard in words.find("change.asks"))


def _any_of(key: str, text: str, words: Words) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(heard)}(?!\w)", text) for heard in words.find(key))


def offered(dialogue: Dialogue, words: Words) -> Change:
    """The change on offer now: a prefilled one, or the seller's own that was sent back.

    *Another factor* goes on to the next factor; after "the rival would do it too" the same factor
    offers another of its changes.
    """
    standing = dialogue.standing
    if standing.wish:
        return standing.wish
    subject = "protected" if aim(standing) == "protect" else str(factor_to_change(standing))
    wordings = len(words.find(f"change.{subject}"))
    turn = dialogue.number + _once_more(standing)
    return Change(key=f"{subject}.{turn % wordings}")


def factor_to_change(standing: Standing) -> Factor:
    """The factor that the change on offer is about."""
    factors = factors_to_change(standing)
    return factors[(standing.offer - _once_more(standing)) % len(factors)]


def changed_factor(standing: Standing) -> Factor:
    """The factor that the change kept is about."""
    subject = standing.change.key.partition(".")[0] if standing.change else ""
    return Factor(subject) if subject in set(Factor) else factor_to_change(standing)


def _once_more(standing: Standing) -> int:
    return 1 if standing.rival is Reply.PROBABLY else 0


def aim(standing: Standing) -> str:
    """What the change is for: reaching four, the ``fifth``, or to ``protect`` all five."""
    held = sum(state is State.HELD for state in standing.states.values())
    if held == len(ASKED):
        return "protect"
    return "fifth" if held >= NEEDED else "for"
