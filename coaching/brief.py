"""What is planned, for whom, and against which other choices."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from coaching.factors import Factor
from coaching.past import NO_PAST, Past


class Kind(StrEnum):
    """What sort of plan it is; the article: "literally anything"."""

    RESEARCH = "research"
    IDEATION = "ideation"
    STORIES = "stories"
    WHO = "who"
    HOW = "how"
    SERVE = "serve"
    PARTNER = "partner"
    INTERNAL = "internal"
    OTHER = "other"


class Length(StrEnum):
    """How long the seller has."""

    FIVE = "five"
    ONE = "one"


class Sort(StrEnum):
    """The four sorts of other choice; leaving it as it is counts like a competitor."""

    COMPETITOR = "competitor"
    THEMSELVES = "themselves"
    NOTHING = "nothing"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Choice:
    """One other choice of the buyer; only a competitor has a name."""

    sort: Sort
    name: str = ""

    @property
    def key(self) -> str:
        """Stable within a check: ``nothing``, or ``competitor:acme``."""
        name = self.name.casefold().replace("|", "/")  # keys are joined by bars
        return f"{self.sort}:{name}" if name else str(self.sort)


NOTHING = Choice(Sort.NOTHING)

_NOT_A_NAME = frozenset(
    "a an the their our my head director vp chief dr mr mrs ms prof "
    "der die das ein eine deren unser unsere leiter leiterin leitung frau herr".split()
)
"""First words of a person typed as a role or with a title, in any language differ speaks."""


@dataclass(frozen=True, slots=True)
class Brief:
    """The form, filled in. ``call_at`` is ISO 8601 with its offset, or empty.

    ``known`` says that an earlier check with this buyer was finished, and ``ready`` that the
    form has been confirmed (a plan typed after the command still lacks buyer and choices).
    ``near`` says that the call is about to begin, ``past`` is what the seller's earlier checks
    leave behind for this one, and ``first`` the factor they came for, if they did for one.
    """

    plan: str
    person: str = ""
    company: str = ""
    choices: tuple[Choice, ...] = (NOTHING,)
    length: Length = Length.FIVE
    call_at: str = ""
    kind: Kind = Kind.OTHER
    renewal: bool = False
    known: bool = False
    ready: bool = True
    near: bool = False
    past: Past = NO_PAST
    first: Factor | None = None

    @property
    def first_name(self) -> str:
        """The buyer's first name, or the whole of a role; else the company, else nothing."""
        person = self.person.partition(",")[0].split()
        if not person:
            return self.company.strip()
        return " ".join(person) if person[0].lower().strip(".") in _NOT_A_NAME else person[0]

    @property
    def competitors(self) -> tuple[Choice, ...]:
        """The named competitors among the choices."""
        return tuple(c for c in self.choices if c.sort is Sort.COMPETITOR)

    @property
    def call(self) -> datetime | None:
        """When the call is, if the seller said so."""
        return datetime.fromisoformat(self.call_at) if self.call_at else None

    @property
    def choice_keys(self) -> frozenset[str]:
        """Keys of every live choice."""
        return frozenset(choice.key for choice in self.choices)
