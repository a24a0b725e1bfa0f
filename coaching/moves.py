"""What a seller can answer: the moves a dialogue is made of."""

from dataclasses import dataclass
from enum import StrEnum

from coaching.brief import Brief, Kind
from coaching.factors import Factor
from coaching.reading import Reading


class Ask(StrEnum):
    """What is being asked."""

    FILL_IN = "fill_in"
    QUESTION = "question"
    HOW_WIN = "how_win"
    FACTOR = "factor"
    STILL = "still"
    GATE = "gate"
    DOUBT = "doubt"
    KEEP = "keep"
    HARD = "hard"
    AGAIN = "again"
    CHANGE = "change"
    RIVAL = "rival"
    DONE = "done"
    PAUSED = "paused"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing asked, about one factor or about the whole plan. Its key is stable for ever."""

    ask: Ask
    factor: Factor | None = None

    @property
    def key(self) -> str:
        """``gate.value`` or ``question``."""
        return f"{self.ask}.{self.factor}" if self.factor else str(self.ask)

    @classmethod
    def parse(cls, key: str) -> "Step":
        """The step with this key; ``ValueError`` if there is none."""
        ask, _, factor = key.partition(".")
        return cls(Ask(ask), Factor(factor) if factor else None)


class Reply(StrEnum):
    """What a seller can do at a step, by tap, by form or in words."""

    YES = "yes"
    UNSURE = "unsure"
    NO = "no"
    SKIP = "skip"
    NOTE = "note"  # words that no rule takes as an answer: kept, and the buttons come again
    BRIEF = "brief"
    KIND = "kind"
    QUICK = "quick"  # one minute instead of five
    WIN = "win"  # how will you win?
    NONE = "none"
    BELIEVE = "believe"
    NOT = "not"
    SENTENCE = "sentence"
    FORM = "form"  # the small form: who, what, when, and what it rests on
    MINE = "mine"
    MISREAD = "misread"
    BETTER = "better"  # better than these choices, or than none
    WORDS = "words"
    KEEP = "keep"
    ANOTHER = "another"
    PROBABLY = "probably"
    BACK = "back"
    REOPEN = "reopen"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class Said:
    """Words of the seller; ``source`` identifies the message they came in, if any."""

    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to do differently: a prefilled one by its key, or the seller's own words.

    ``wish`` says that nobody could see it done: "be clearer".
    """

    key: str = ""
    when: str = ""
    will: str = ""
    so_that: str = ""
    words: str = ""
    wish: bool = False

    def __bool__(self) -> bool:
        """False when its words were deleted."""
        return any((self.key, self.when, self.will, self.so_that, self.words))


@dataclass(frozen=True, slots=True)
class Move:
    """One answer to one step. ``doubted`` says that its sentence was sent back."""

    step: Step
    reply: Reply
    said: tuple[Said, ...] = ()
    reading: Reading | None = None
    choices: tuple[str, ...] = ()
    brief: Brief | None = None
    change: Change | None = None
    factor: Factor | None = None
    kind: Kind | None = None
    doubted: bool = False

    @property
    def text(self) -> str:
        """All that was said, as one text."""
        return " ".join(said.text for said in self.said if said.text)

    @property
    def sources(self) -> frozenset[str]:
        """The messages the words came in."""
        return frozenset(said.source for said in self.said if said.source)


CONTROLS = frozenset({Reply.BACK, Reply.PAUSE, Reply.RESUME, Reply.CANCEL, Reply.EDITED})
"""Moves that answer nothing."""

LASTING = CONTROLS | {Reply.BRIEF, Reply.KIND, Reply.NOTE}
"""Moves that *back* does not undo: they answer nothing, or have their own way of being changed."""
