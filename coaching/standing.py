"""Where a check stands: the fold of its moves, and the step that follows from it.

Nothing of this is stored, so nothing of it can disagree with what was said.
"""

from dataclasses import dataclass, field
from types import MappingProxyType

from coaching.brief import Brief, Length
from coaching.factors import ASKED, WINNING, Factor, State
from coaching.moves import Ask, Change, Reply, Step
from coaching.past import Evidence, Still
from coaching.reading import Fault, Reading, Source


@dataclass(frozen=True, slots=True)
class Record:
    """What has been said about one factor.

    ``earlier`` is the evidence of an earlier check that it was taken from, ``still`` says why what
    it rests on is asked about again, ``reopened`` that the seller came back to it.
    """

    answer: Reply | None = None
    forecast: Reply | None = None
    reading: Reading | None = None
    sources: frozenset[str] = frozenset()
    better_than: tuple[str, ...] | None = None
    doubting: bool = False
    contested: bool = False
    mine: bool = False
    edited: bool = False
    by_how_win: bool = False
    reopened: bool = False
    still: Still | None = None
    earlier: Evidence | None = None

    @property
    def carried(self) -> bool:
        """Whether it was taken over from an earlier check."""
        return self.earlier is not None

    @property
    def theirs(self) -> bool:
        """Whether it rests on something of theirs, not on the seller's impression."""
        return self.reading is not None and self.reading.source is not Source.IMPRESSION

    @property
    def fault(self) -> Fault | None:
        """The fault that is being put to the seller."""
        return self.reading.fault if self.doubting and self.reading and self.reading.text else None

    def state(self, live: frozenset[str]) -> State:
        """How far the factor holds against the live choices."""
        if self.answer is None or self.answer is Reply.SKIP:
            return State.OPEN
        if self.answer is Reply.UNSURE:
            return State.UNSURE
        if self.answer is Reply.NO or self.forecast is Reply.NOT:
            return State.NO
        if self.edited or self.still or self.better_than is None:
            return State.CLAIMED
        return State.HELD if live.intersection(self.better_than) else State.HEARD

    def settled(self, live: frozenset[str]) -> bool:
        """Whether nothing more is asked about the factor."""
        if self.answer is not Reply.YES:
            return self.answer is not None
        if self.still:
            return False
        if self.mine or self.contested or self.forecast is not None:
            return True
        if self.better_than is None:
            return False
        # A choice that was dropped from the form takes its comparison with it.
        return not self.better_than or bool(live.intersection(self.better_than))

    def stage(self) -> Ask:
        """What is asked about a factor that is not settled."""
        if self.answer is None:
            return Ask.FACTOR
        if self.still:
            return Ask.STILL
        if self.reading is None:
            return Ask.GATE
        return Ask.DOUBT if self.fault else Ask.KEEP


@dataclass(frozen=True, slots=True)
class Standing:
    """The fold of a dialogue's moves.

    ``closed`` says that the verdict has been reached once, ``offer`` counts the prefilled changes
    passed over, ``wish`` is a change of the seller's own that was sent back.
    """

    brief: Brief
    gut: Reply | None = None
    how_win_asked: bool = False
    records: MappingProxyType[Factor, Record] = field(
        default_factory=lambda: MappingProxyType(dict.fromkeys(ASKED, Record()))
    )
    hard: str | None = None
    again: Reply | None = None
    change: Change | None = None
    change_settled: bool = False
    wish: Change | None = None
    offer: int = 0
    rival: Reply | None = None
    closed: bool = False
    paused: bool = False
    cancelled: bool = False

    @property
    def carries(self) -> bool:
        """Whether anything in it was taken over from an earlier check."""
        return any(record.carried for record in self.records.values())

    @property
    def asked_factors(self) -> tuple[Factor, ...]:
        """The factors of this length of check, in the order asked."""
        factors = ASKED if self.brief.length is Length.FIVE else WINNING
        return tuple(sorted(factors, key=lambda factor: factor is not self.brief.first))

    @property
    def states(self) -> dict[Factor, State]:
        """The state of each of the five factors."""
        live = self.brief.choice_keys
        return {factor: self.records[factor].state(live) for factor in ASKED}

    @property
    def finished(self) -> bool:
        """Whether every factor has been answered or skipped."""
        asked = self.brief.length is Length.ONE or self.gut is not None
        return (
            self.brief.ready
            and asked
            and all(self.settled(factor) for factor in self.asked_factors)
        )

    def settled(self, factor: Factor) -> bool:
        """Whether nothing more is asked about a factor; in one minute a first yes has no gate."""
        record = self.records[factor]
        first = record.answer is Reply.YES and not record.reopened
        if self.brief.length is Length.ONE and first:
            return True
        return record.settled(self.brief.choice_keys)

    def step(self) -> Step:
        """What is asked now."""
        if self.cancelled:
            return Step(Ask.CANCELLED)
        if self.paused:
            return Step(Ask.PAUSED)
        if not self.brief.ready:
            return Step(Ask.FILL_IN)
        if self.brief.length is Length.FIVE and self.gut is None:
            return Step(Ask.QUESTION)
        five = self.brief.length is Length.FIVE
        if five and self.gut is Reply.NO and not self.how_win_asked:
            return Step(Ask.HOW_WIN)
        return self._factor_step() or self._closing_step()

    def _factor_step(self) -> Step | None:
        # What the seller comes back to is asked at once; what has been begun is finished next: a
        # factor named at "how will you win?".
        again = [f for f in self.asked_factors if self._asked_again(self.records[f])]
        begun = [f for f in self.asked_factors if self._begun(self.records[f])]
        for factor in (*again, *begun, *self.asked_factors):
            if not self.settled(factor):
                return Step(self.records[factor].stage(), factor)
        return None

    @staticmethod
    def _asked_again(record: Record) -> bool:
        return record.reopened and record.answer is None

    @staticmethod
    def _begun(record: Record) -> bool:
        return record.answer is not None and not record.still

    def _closing_step(self) -> Step:
        one_minute = self.brief.length is Length.ONE
        if one_minute and self.hard is None:
            return Step(Ask.HARD)
        if not one_minute and self.again is None:
            return Step(Ask.AGAIN)
        if not self.change_settled:
            return Step(Ask.CHANGE)
        if not one_minute and self.change is not None and self.rival is None:
            return Step(Ask.RIVAL)
        return Step(Ask.DONE)
