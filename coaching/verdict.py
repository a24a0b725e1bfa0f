"""From the states of five factors to what may be said about the plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from coaching.factors import ASKED, NEEDED, TICKET, WINNING, Factor, State

States = Mapping[Factor, State]


class Outcome(StrEnum):
    """What is said at the end."""

    DIFFERENT = "different"  # four or five are shown
    NOT_YET = "not_yet"  # four are out of reach even if all that is hoped for were true
    NOT_SHOWN = "not_shown"  # in between: it may be, and it is not shown
    PARTLY_ASKED = "partly_asked"  # in between, and factors were skipped
    FIRST_CONTACT = "first_contact"  # nobody over there has been asked yet


class Hand(StrEnum):
    """The class of a set of factors: which side of the table it covers."""

    ALL_FIVE = "all_five"
    WIN_ONE_TICKET = "win_one_ticket"
    HOLE = "hole"
    ONE_SHORT = "one_short"
    NO_TICKET = "no_ticket"
    SHORTLIST_PLUS = "shortlist_plus"
    SHORTLIST_ONLY = "shortlist_only"
    THIN = "thin"
    LOOKALIKE = "lookalike"


@dataclass(frozen=True, slots=True)
class Verdict:
    """``held`` and ``asked`` are counts of five; ``order`` is what to work on, first first."""

    outcome: Outcome
    hand: Hand
    held: int
    asked: int
    order: tuple[Factor, ...]

    @property
    def short(self) -> int:
        """How many more must be shown to reach four."""
        return max(0, NEEDED - self.held)


# (of offering and commercials, of value, risk and ease) -> class
_HANDS = {
    (2, 3): Hand.ALL_FIVE,
    (1, 3): Hand.WIN_ONE_TICKET,
    (2, 2): Hand.HOLE,
    (1, 2): Hand.ONE_SHORT,
    (0, 3): Hand.NO_TICKET,
    (2, 1): Hand.SHORTLIST_PLUS,
    (2, 0): Hand.SHORTLIST_ONLY,
    (1, 1): Hand.THIN,
    (0, 2): Hand.THIN,
}

_YES = (State.HELD, State.HEARD, State.CLAIMED)
_NEAREST = (State.HEARD, State.CLAIMED, State.UNSURE, State.OPEN, State.NO)
"""What a call can settle, the nearest first; a no needs another plan."""


def hand(factors: frozenset[Factor]) -> Hand:
    """Class of a set of factors: 32 sets, nine classes."""
    ticket = len(factors.intersection(TICKET))
    winning = len(factors.intersection(WINNING))
    return _HANDS.get((ticket, winning), Hand.LOOKALIKE)


def work_order(states: States, *, out_of_reach: bool = False) -> tuple[Factor, ...]:
    """The factors that do not hold, the one to work on first at the head.

    What can still make up four comes first: what is not a no, or where four are ``out_of_reach``
    even if every yes held, what is not a yes. Then value, risk and ease before the two that only
    get a seller shortlisted.
    """
    no_use = _YES if out_of_reach else (State.NO,)
    missing = [factor for factor in ASKED if states[factor] is not State.HELD]

    def rank(factor: Factor) -> tuple[bool, bool, int, int]:
        state = states[factor]
        return state in no_use, factor in TICKET, _NEAREST.index(state), ASKED.index(factor)

    return tuple(sorted(missing, key=rank))


def judge(states: States, *, known: bool) -> Verdict:
    """The verdict on a complete check.

    Args:
        states: one state for each of the five factors.
        known: whether an earlier check with this buyer was finished.
    """
    held = frozenset(f for f in ASKED if states[f] is State.HELD)
    hopes = frozenset(f for f in ASKED if states[f] in _YES)
    best = sum(states[f] is not State.NO for f in ASKED)
    outcome = _outcome(states, len(held), best, known)
    spoken_of = hopes if outcome is Outcome.NOT_YET else held
    asked = sum(states[f] is not State.OPEN for f in ASKED)
    order = work_order(states, out_of_reach=outcome is Outcome.NOT_YET)
    return Verdict(outcome, hand(spoken_of), len(held), asked, order)


def _outcome(states: States, held: int, best: int, known: bool) -> Outcome:
    if held >= NEEDED:
        return Outcome.DIFFERENT
    if best < NEEDED:
        return Outcome.NOT_YET
    if State.OPEN in states.values():
        return Outcome.PARTLY_ASKED
    if not known and not {State.HELD, State.HEARD} & set(states.values()):
        return Outcome.FIRST_CONTACT
    return Outcome.NOT_SHOWN
