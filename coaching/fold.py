"""Folding the moves of a check into where it stands: what each answer changes."""

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

from coaching.brief import Brief, Length
from coaching.factors import Factor
from coaching.moves import LASTING, Ask, Move, Reply
from coaching.past import Evidence, Still
from coaching.reading import Source
from coaching.standing import Record, Standing


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
            mine = _taken_as_it_is(record, standing)
            again = record.reopened
            return Record(answer=move.reply, sources=move.sources, mine=mine, reopened=again)
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
        mine=impression or _taken_as_it_is(record, standing),
        by_how_win=record.by_how_win,
        reopened=record.reopened,
    )


def _taken_as_it_is(record: Record, standing: Standing) -> bool:
    """In one minute a yes is, unless the seller came back to it: then there is time for more."""
    return standing.brief.length is Length.ONE and not record.reopened


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
        records = {f: carried.get(f, r) if r.answer is None else r for f, r in records.items()}
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
    return _with(standing, move.factor, Record(reopened=True))


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
