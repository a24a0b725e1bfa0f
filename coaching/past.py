"""What a seller's earlier checks leave behind for the next one."""

from dataclasses import dataclass
from enum import StrEnum

from coaching.factors import Factor
from coaching.reading import Reading


class Still(StrEnum):
    """Why earlier evidence is asked about again: "still true?"."""

    SINCE = "since"  # it comes from an earlier check
    AGE = "age"  # and that was long ago
    RIVAL = "rival"  # and before a rival was named
    BUYER = "buyer"  # it was said of somebody else


@dataclass(frozen=True, slots=True)
class Evidence:
    """What somebody over there said or did, as an earlier check kept it.

    ``since`` is the ISO date on which that check was finished, ``better_than`` has the keys of the
    choices it was found better than, ``rivals`` the competitors named since then.
    """

    factor: Factor
    reading: Reading
    better_than: tuple[str, ...]
    since: str
    still: Still = Still.SINCE
    rivals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """What this buyer said in a call, on that ISO date, and did not agree to: shown, not counted.
    ``factor`` is what it was about, if about any."""

    text: str
    day: str
    factor: Factor | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """``evidence`` and ``guesses`` are of this buyer's last check, ``quotes`` of the calls with
    them; ``missed`` has the factors that did not hold in the seller's last check of all, ``worn``
    sentences they have given often."""

    evidence: tuple[Evidence, ...] = ()
    guesses: tuple[Factor, ...] = ()
    missed: tuple[Factor, ...] = ()
    worn: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()


NO_PAST = Past()


def bare(sentence: str) -> str:
    """A sentence without what changes when it is typed again: case, spaces, points."""
    letters = (c if c.isalnum() else " " for c in sentence.casefold())
    return " ".join("".join(letters).split())
