"""One sentence of the seller, read: what it is, who said or did what, when."""

from dataclasses import dataclass
from enum import StrEnum

MAX_TEXT = 3000
"""Characters that one answer may have (Slack's own limit for a text input)."""
MAX_PHRASE = 60
"""Characters of the seller's own words that a doubt quotes."""


class Source(StrEnum):
    """What the sentence rests on; an act ranks above a quote, a quote above an impression."""

    DID = "did"
    SAID = "said"
    IMPRESSION = "impression"


class Label(StrEnum):
    """What a sentence is worth as evidence."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"
    CLICHE = "cliche"
    SELLER_CENTRED = "seller-centred"
    VAGUE = "vague"
    CANNOT_READ = "cannot-read"


class Fault(StrEnum):
    """Why a sentence is sent back, once."""

    VAGUE = "vague"
    POLITE = "polite"
    STOCK = "stock"
    ABOUT_US = "about_us"
    PUSH = "push"
    OUR_PAST = "our_past"
    OUR_HOUSE = "our_house"
    TOLD_THEM = "told_them"
    NOT_YET = "not_yet"
    OUTSIDE = "outside"
    NOT_COMPARED = "not_compared"
    NO_SOURCE = "no_source"
    WORN = "worn"  # the same sentence in check after check

    @property
    def label(self) -> Label:
        """What a sentence with this fault is."""
        return _LABELS.get(self, Label.UNSUPPORTED)


_LABELS = {
    Fault.VAGUE: Label.VAGUE,
    Fault.POLITE: Label.VAGUE,
    Fault.STOCK: Label.CLICHE,
    Fault.ABOUT_US: Label.SELLER_CENTRED,
    Fault.PUSH: Label.SELLER_CENTRED,
    Fault.OUR_PAST: Label.SELLER_CENTRED,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence read into its parts; parts that were not found are empty.

    ``phrase`` is the seller's own wording that the fault points at, in whole words and not longer
    than ``MAX_PHRASE``. ``foreign`` says that it is in no language that is read: nothing is known
    of it and nothing held against it.
    """

    text: str
    who: str = ""
    what: str = ""
    when: str = ""
    source: Source = Source.IMPRESSION
    fault: Fault | None = None
    phrase: str = ""
    foreign: bool = False

    @property
    def label(self) -> Label:
        """What the sentence is worth as evidence."""
        if self.foreign:
            return Label.CANNOT_READ
        return self.fault.label if self.fault else Label.SUPPORTED


def clip(phrase: str, limit: int = MAX_PHRASE) -> str:
    """Whole words of it, at most ``limit`` characters."""
    if len(phrase) <= limit:
        return phrase
    return phrase[: limit + 1].rpartition(" ")[0] or phrase[:limit]
