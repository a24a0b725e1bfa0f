"""What is planned, for whom, and against which other choices."""

from dataclasses import dataclass
from enum import StrEnum


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
        return f"{self.sort}:{self.name.casefold()}" if self.name else str(self.sort)


NOTHING = Choice(Sort.NOTHING)


@dataclass(frozen=True, slots=True)
class Brief:
    """The form, filled in. ``call_at`` is ISO 8601 with its offset, or empty.

    ``known`` says that an earlier check with this buyer was finished, and ``ready`` that the
    form has been confirmed (a plan typed after the command still lacks buyer and choices).
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

    @property
    def first_name(self) -> str:
        """The buyer's first name, else the company, else nothing."""
        return self.person.split()[0] if self.person.strip() else self.company.strip()

    @property
    def competitors(self) -> tuple[Choice, ...]:
        """The named competitors among the choices."""
        return tuple(c for c in self.choices if c.sort is Sort.COMPETITOR)

    @property
    def choice_keys(self) -> frozenset[str]:
        """Keys of every live choice."""
        return frozenset(choice.key for choice in self.choices)
