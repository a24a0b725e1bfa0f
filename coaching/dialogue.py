"""One check as a value, and what an answer does to it."""

from dataclasses import dataclass, replace
from functools import cached_property

from coaching.brief import Brief
from coaching.factors import Factor
from coaching.fold import depth, fold
from coaching.moves import CONTROLS, Ask, Move, Reply, Step
from coaching.standing import Standing

MAX_DOUBTS = 3
"""Doubts in one check; one for each factor at the most."""


@dataclass(frozen=True)
class Dialogue:
    """A check. ``number`` counts this seller's earlier checks; ``asked`` maps a step's key to the
    id of the question that was drawn for it."""

    moves: tuple[Move, ...]
    number: int = 0
    asked: tuple[tuple[str, str], ...] = ()

    def question(self, step: Step) -> str:
        """The id of the question drawn for a step, or an empty string."""
        return dict(self.asked).get(step.key, "")

    @cached_property
    def standing(self) -> Standing:
        """Where the check stands; folded once, for one answer asks a dozen times."""
        return fold(self.moves)

    @property
    def doubted(self) -> frozenset[Factor]:
        """Factors whose one doubt is spent; it stays spent when its answer is undone."""
        return frozenset(m.step.factor for m in self.moves if m.doubted and m.step.factor)


def begin(brief: Brief, number: int = 0) -> Dialogue:
    """A new check from a form, or from a plan typed after the command (``ready`` False)."""
    return Dialogue((Move(Step(Ask.FILL_IN), Reply.BRIEF, brief=brief),), number)


def advance(dialogue: Dialogue, move: Move) -> Dialogue | None:
    """Add one answer; None when it does not answer what is asked now (a late or double tap)."""
    standing = dialogue.standing
    if not _fits(dialogue, standing, move):
        return None
    moves = dialogue.moves
    if standing.paused and move.reply not in CONTROLS:
        moves = (*moves, Move(Step(Ask.PAUSED), Reply.RESUME))
    if _earns_doubt(dialogue, standing, move):
        move = replace(move, doubted=True)
    return replace(dialogue, moves=(*moves, move))


def _earns_doubt(dialogue: Dialogue, standing: Standing, move: Move) -> bool:
    if move.step.ask is Ask.CHANGE:
        sent_back = any(m.doubted and m.step.ask is Ask.CHANGE for m in dialogue.moves)
        return move.change is not None and move.change.wish and not sent_back
    factor, spent = move.step.factor, dialogue.doubted
    if move.reply is not Reply.SENTENCE or factor is None or len(standing.asked_factors) < 5:
        return False
    faulty = move.reading is not None and move.reading.fault is not None
    return faulty and factor not in spent and len(spent) < MAX_DOUBTS


def _fits(dialogue: Dialogue, standing: Standing, move: Move) -> bool:
    if standing.cancelled:
        return False
    match move.reply:
        case Reply.BACK:
            return depth(dialogue.moves) > 0
        case Reply.PAUSE:
            return not standing.paused and not standing.closed
        case Reply.RESUME:
            return standing.paused
        case Reply.CANCEL:
            return not standing.closed
        case Reply.BRIEF | Reply.KIND | Reply.EDITED:
            return True
        case Reply.REOPEN:
            return move.factor in standing.asked_factors and standing.brief.ready
    record = standing.records[move.step.factor] if move.step.factor else None
    if move.reply is Reply.BETTER and not (record and record.theirs):
        return False
    awaited = replace(standing, paused=False).step()
    if move.step == awaited:
        return awaited.ask is not Ask.DONE
    # A sentence that was edited is kept again on the message that shows it.
    keeps_again = move.reply in (Reply.BETTER, Reply.MINE, Reply.FORM)
    return move.step.ask is Ask.KEEP and keeps_again and record is not None and record.edited
