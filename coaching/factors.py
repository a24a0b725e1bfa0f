"""The five factors, each judged by the buyer against the buyer's other choices."""

from enum import StrEnum


class Factor(StrEnum):
    """What a buyer weighs (Luxford, "The single most important question to succeed in sales").

    The article names the five; what each means in words is our reading.
    """

    OFFERING = "offering"
    COMMERCIALS = "commercials"
    VALUE = "value"
    RISK = "risk"
    EASE = "ease"


class State(StrEnum):
    """How far a factor holds. Only HELD counts toward four of five."""

    HELD = "held"  # their words or deeds, and found better than at least one live choice
    HEARD = "heard"  # their words or deeds, not compared with anything
    CLAIMED = "claimed"  # the seller's own view
    UNSURE = "unsure"
    NO = "no"
    OPEN = "open"  # skipped, or not asked yet


TICKET = (Factor.OFFERING, Factor.COMMERCIALS)
WINNING = (Factor.VALUE, Factor.RISK, Factor.EASE)

# A seller who leaves early has then answered the decisive ones.
ASKED = WINNING + TICKET
# The article's own order, for showing.
SHOWN = TICKET + WINNING

NEEDED = 4
"""How many of the five must hold to be meaningfully different (the article)."""
