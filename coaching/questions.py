"""Which question of the bank is drawn: one not asked lately, deeper with experience."""

from coaching.brief import Kind
from coaching.change import factors_to_change
from coaching.dialogue import Dialogue
from coaching.factors import ASKED, Factor, State
from coaching.moves import Ask, Step
from coaching.standing import Standing
from coaching.words import Words

DEPTHS = ("one", "two", "three")
AFTER_NO = "no"
"""The questions that suppose nothing."""
REST = 6
"""Checks before a bank question may come back."""

Asked = tuple[tuple[str, ...], ...]
"""Ids of the questions asked in a seller's earlier checks, newest check first."""


def draw(dialogue: Dialogue, step: Step, earlier: Asked, words: Words) -> str:
    """The id of a bank question for a gate or for the one hard question, else empty.

    An id is ``value.two.3``: factor, depth (or ``no``) and place in the bank. The least recently
    asked comes first; nothing asked in this check or the last six is drawn while anything else
    fits.
    """
    standing = dialogue.standing
    factor = factor_of(standing, step)
    if factor is None or (step.ask is Ask.GATE and standing.records[factor].by_how_win):
        return ""
    asked = (tuple(question for _, question in dialogue.asked), *earlier)

    def age(question: str) -> int:
        return next((i for i, check in enumerate(asked) if question in check), len(asked))

    rivals = bool(standing.brief.competitors)
    depths = _depths(dialogue, standing, step, factor)
    fitting = [q for depth in depths for q in _of_depth(factor, depth, words, rivals=rivals)]
    rested = [question for question in fitting if age(question) > min(REST, len(asked) - 1)]
    deep = [question for question in rested if question.split(".")[1] == rested[0].split(".")[1]]
    return max(deep or fitting, key=age)


def factor_of(standing: Standing, step: Step) -> Factor | None:
    """The factor a bank question is about: the gate's, or the weakest for the hard one."""
    if step.ask is Ask.GATE:
        return step.factor
    if step.ask is Ask.HARD:
        return factors_to_change(standing)[0]
    return None


def _depths(dialogue: Dialogue, standing: Standing, step: Step, factor: Factor) -> tuple[str, ...]:
    """The depths that may be asked, the preferred one first.

    Every other time this kind of plan's own comes before them.
    """
    if step.ask is Ask.HARD:
        # Never the deepest to someone who has just said no or not sure.
        honest = standing.states[factor] in (State.NO, State.UNSURE, State.OPEN)
        return (AFTER_NO,) if honest else tuple(reversed(DEPTHS))
    kind = standing.brief.kind
    its_turn = (dialogue.number + ASKED.index(factor)) % 2 == 0 and kind is not Kind.OTHER
    return *((kind,) if its_turn else ()), *_by_experience(dialogue, factor)


def _by_experience(dialogue: Dialogue, factor: Factor) -> tuple[str, ...]:
    """One deeper where the last check found nothing that holds."""
    one, two, three = DEPTHS
    failed = factor in dialogue.standing.brief.past.missed
    if dialogue.number < 2:
        return (two, one) if failed else (one, two)
    if failed:
        return (three, two, one) if dialogue.number % 2 else (two, three, one)
    if dialogue.number < 5:
        return two, one
    preferred = DEPTHS[(dialogue.number + list(Factor).index(factor)) % 3]
    return preferred, *(depth for depth in DEPTHS if depth != preferred)


def _of_depth(factor: Factor, depth: str, words: Words, *, rivals: bool) -> list[str]:
    lines = words.find(f"bank.{factor}.{depth}")
    return [
        f"{factor}.{depth}.{place}"
        for place, line in enumerate(lines)
        if rivals or "{rival}" not in line
    ]


def remember(asked: Asked, dialogue: Dialogue) -> Asked:
    """What to keep of the questions asked, after this check."""
    of_this = tuple(question for _, question in dialogue.asked if question)
    return (of_this, *asked)[: REST + 12]


def template(question: str, words: Words) -> str:
    """The wording of a question by its id."""
    factor, depth, place = question.split(".")
    return str(words.find(f"bank.{factor}.{depth}")[int(place)])
