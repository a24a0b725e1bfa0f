"""The one change before the call: an if-then sentence for the factor that matters most."""

from coaching.dialogue import Dialogue
from coaching.factors import ASKED, Factor, State
from coaching.moves import Change, Reply
from coaching.standing import Standing
from coaching.verdict import work_order
from coaching.words import Words


def factors_to_change(standing: Standing) -> tuple[Factor, ...]:
    """The factors a change may be about, the most useful first.

    When all five hold, the weakest evidence is protected: what was said before what was done.
    """
    states = standing.states
    missing = tuple(f for f in work_order(states) if f in standing.asked_factors)
    return missing or tuple(sorted(ASKED, key=lambda f: _strength(standing, f)))


def _strength(standing: Standing, factor: Factor) -> tuple[bool, int]:
    reading = standing.records[factor].reading
    return bool(reading and reading.source == "did"), ASKED.index(factor)


def offered(dialogue: Dialogue, words: Words) -> Change:
    """The prefilled change on offer now.

    *Another factor* goes on to the next factor; after "the rival would do it too" the same factor
    offers another of its changes.
    """
    standing = dialogue.standing
    factors = factors_to_change(standing)
    factor = factors[_another(dialogue) % len(factors)]
    wordings = len(words.find(f"change.{factor}"))
    turn = dialogue.number + (1 if standing.rival is Reply.PROBABLY else 0)
    return Change(key=f"{factor}.{turn % wordings}")


def _another(dialogue: Dialogue) -> int:
    standing = dialogue.standing
    return standing.offer - (1 if standing.rival is Reply.PROBABLY else 0)


def factor_of(change: Change) -> Factor | None:
    """The factor a prefilled change is about."""
    return Factor(change.key.partition(".")[0]) if change.key else None


def protects(standing: Standing) -> bool:
    """Whether there is nothing left to win, only to protect."""
    return all(state is State.HELD for state in standing.states.values())
