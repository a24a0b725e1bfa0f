"""Where a check stands: the fold of its moves, and the step that follows from it.

Nothing of this is stored, so nothing of it can disagree with what was said.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from coaching.brief import Brief, Length
from coaching.factors import ASKED, WINNING, Factor, State
from coaching.moves import LASTING, Ask, Change, Move, Reply, Step
from coaching.past import Evidence, Still
from coaching.reading import Fault, Reading, Source


@dataclass(frozen=True, slots=True)
class Record:
    """What has been said about one factor.

    ``earlier`` is the evidence of an earlier check that it was taken from, ``still`` says why what
    it rests on is asked about again.
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
        return ASKED if self.brief.length is Length.FIVE else WINNING

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
        """Whether nothing more is asked about a factor; in one minute a yes has no gate."""
        record = self.records[factor]
        if self.brief.length is Length.ONE and record.answer is Reply.YES:
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
        # What has been begun is finished first: a factor named at "how will you win?".
        begun = [f for f in self.asked_factors if self._begun(self.records[f])]
        for factor in (*begun, *self.asked_factors):
            if not self.settled(factor):
                return Step(self.records[factor].stage(), factor)
        return None

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


def fold(moves: tuple[Move, ...]) -> Standing:
    """Where a check stands after these moves; the first of them is its form."""
    assert moves[0].brief is not None
    past = [_brief(Standing(moves[0].brief), moves[0].brief)]
    for move in moves[1:]:
        if move.reply is Reply.BACK:
            past = past[:-1] or past
        elif move.reply in LASTING or move.step.ask is Ask.FILL_IN:
            # Told to every earlier standing too, so that going back does not undo it.
            past = [_apply(standing, move) for standing in past]
        else:
            past.append(_apply(past[-1], move))
        if past[-1].finished:
            past = [replace(standing, closed=True) for standing in past]
    return past[-1]


def depth(moves: tuple[Move, ...]) -> int:
    """How many answers *back* could undo."""
    answers = 0
    for move in moves[1:]:
        if move.reply is Reply.BACK:
            answers = max(0, answers - 1)
        elif move.reply not in LASTING and move.step.ask is not Ask.FILL_IN:
            answers += 1
    return answers


def _apply(standing: Standing, move: Move) -> Standing:
    if move.reply is Reply.NOTE:
        return standing
    if change := _ANYWHERE.get(move.reply):
        return change(standing, move)
    if move.step.factor is not None:
        record = _record(standing.records[move.step.factor], move, standing)
        return _with(standing, move.step.factor, record)
    return _AT[move.step.ask](standing, move)


def _with(standing: Standing, factor: Factor, record: Record) -> Standing:
    return replace(standing, records=MappingProxyType({**standing.records, factor: record}))


def _record(record: Record, move: Move, standing: Standing) -> Record:
    """The record of one factor after one answer about it."""
    match move.reply:
        case Reply.YES if record.still:
            return replace(record, still=None)
        case Reply.YES | Reply.NO | Reply.UNSURE | Reply.SKIP:
            # In one minute a yes is taken as it is.
            mine = standing.brief.length is Length.ONE
            return Record(answer=move.reply, sources=move.sources, mine=mine)
        case Reply.BELIEVE | Reply.NOT:
            sources = record.sources | move.sources
            return replace(record, forecast=move.reply, sources=sources)
        case Reply.SENTENCE | Reply.FORM:
            return _hear(record, move, standing)
        case Reply.MINE:
            return replace(record, mine=True, doubting=False)
        case Reply.MISREAD:
            return replace(record, contested=True, doubting=False)
        case Reply.BETTER:
            kept = replace(record, edited=False, mine=False, contested=False)
            return replace(kept, better_than=move.choices)
    return record


def _hear(record: Record, move: Move, standing: Standing) -> Record:
    assert move.reading is not None
    impression = move.reply is Reply.FORM and move.reading.source is Source.IMPRESSION
    compared = move.reply is Reply.FORM and move.choices
    return Record(
        answer=Reply.YES,
        reading=move.reading,
        sources=move.sources,
        better_than=move.choices if compared and not impression else None,
        doubting=move.doubted,
        mine=impression or standing.brief.length is Length.ONE,
        by_how_win=record.by_how_win,
    )


def _brief(standing: Standing, brief: Brief) -> Standing:
    """A form that was sent: for another buyer, what was said so far is asked about again."""
    records = dict(standing.records)
    if _whom(brief) != _whom(standing.brief):
        records = {factor: _of_another(record) for factor, record in records.items()}
    if brief.length is Length.ONE:
        # There is no time to ask what is still true.
        records = {factor: Record() if r.still else r for factor, r in records.items()}
    elif brief.ready:
        carried = {one.factor: _carried(one) for one in brief.past.evidence}
        records = {f: carried.get(f, r) if r == Record() else r for f, r in records.items()}
    return replace(standing, brief=brief, records=MappingProxyType(records))


def _whom(brief: Brief) -> tuple[str, str]:
    return brief.person.casefold(), brief.company.casefold()


def _of_another(record: Record) -> Record:
    if record.still and record.carried:
        return Record()
    return replace(record, still=Still.BUYER) if record.theirs else record


def _carried(evidence: Evidence) -> Record:
    return Record(
        answer=Reply.YES,
        reading=evidence.reading,
        better_than=evidence.better_than,
        still=evidence.still,
        earlier=evidence,
    )


def _edit(standing: Standing, move: Move) -> Standing:
    """A settled sentence was edited or deleted: it counts as a view until it is kept again."""
    for factor, record in standing.records.items():
        if record.sources & move.sources:
            standing = _with(standing, factor, replace(record, edited=True))
    return standing


def _reopen(standing: Standing, move: Move) -> Standing:
    assert move.factor is not None
    return _with(standing, move.factor, Record())


def _win(standing: Standing, move: Move) -> Standing:
    standing = replace(standing, how_win_asked=True)
    if move.factor is None:
        return standing
    return _with(standing, move.factor, Record(answer=Reply.YES, by_how_win=True))


def _change(standing: Standing, move: Move) -> Standing:
    if move.doubted:
        return replace(standing, wish=move.change)
    if move.reply is Reply.ANOTHER:
        return replace(standing, wish=None, offer=standing.offer + 1)
    return replace(standing, wish=None, change=move.change, change_settled=True)


def _rival(standing: Standing, move: Move) -> Standing:
    if move.reply is Reply.PROBABLY:
        # One other change is offered; whatever follows is kept as it is.
        return replace(standing, rival=move.reply, change_settled=False, offer=standing.offer + 1)
    return replace(standing, rival=move.reply)


def _answer_question(standing: Standing, move: Move) -> Standing:
    if move.reply is Reply.QUICK:
        return _brief(standing, replace(standing.brief, length=Length.ONE))
    return replace(standing, gut=move.reply)


def _fill_in(standing: Standing, move: Move) -> Standing:
    return _brief(standing, replace(standing.brief, ready=True))


_ANYWHERE: dict[Reply, Callable[[Standing, Move], Standing]] = {
    Reply.BRIEF: lambda standing, move: _brief(standing, move.brief or standing.brief),
    Reply.KIND: lambda standing, move: replace(
        standing, brief=replace(standing.brief, kind=move.kind or standing.brief.kind)
    ),
    Reply.PAUSE: lambda standing, move: replace(standing, paused=True),
    Reply.RESUME: lambda standing, move: replace(standing, paused=False),
    Reply.CANCEL: lambda standing, move: replace(standing, cancelled=True),
    Reply.EDITED: _edit,
    Reply.REOPEN: _reopen,
}

_AT: dict[Ask, Callable[[Standing, Move], Standing]] = {
    Ask.FILL_IN: _fill_in,
    Ask.QUESTION: _answer_question,
    Ask.HOW_WIN: _win,
    Ask.HARD: lambda standing, move: replace(standing, hard=move.text),
    Ask.AGAIN: lambda standing, move: replace(standing, again=move.reply),
    Ask.CHANGE: _change,
    Ask.RIVAL: _rival,
}
