"""How honest am I with myself? What was believed before calls against what was said in them.

In words and one small picture, from five outcomes on, by factor from five of its own, with a range
from twelve. It is about forecasts, never a score of the person, and nobody else's business.
"""

from collections import Counter
from collections.abc import Sequence
from math import ceil, floor, sqrt

from coaching.calls import Tell
from coaching.factors import ASKED, Factor, State
from coaching.nudges import Checked
from coaching.words import Line, Words

ENOUGH = 5
RANGE_FROM = 12
SURE = 1.28
"""Standard deviations: four ranges in five hold the truth (Wilson's interval)."""
LONGEST = 12
"""Marks in the picture."""


def outcomes(history: Sequence[Checked]) -> int:
    """How many forecasts have met an answer."""
    return sum(_forecasts(history).values())


def calibration_lines(history: Sequence[Checked], words: Words) -> tuple[Line, ...]:
    """What may be said; nothing under five outcomes."""
    counts = _forecasts(history)
    if sum(counts.values()) < ENOUGH:
        return ()
    lines: list[Line] = []
    believed = _pair(counts, ASKED, expected=True)
    if believed[0]:
        lines += [_line("honest.all", believed, words), _picture(believed, words)]
        if believed[0] >= RANGE_FROM:
            lines.append(_range(believed, words))
    doubted = _pair(counts, ASKED, expected=False)
    if doubted[0]:
        lines.append(_line("honest.doubted", doubted, words))
    for factor in ASKED:
        own = _pair(counts, (factor,), expected=True)
        if own[0] >= ENOUGH:
            lines.append(_line("honest.factor", own, words, words.text(f"factor.{factor}")))
    return tuple(lines)


def _forecasts(history: Sequence[Checked]) -> Counter[tuple[Factor, bool, bool]]:
    """How often, by factor, what was expected met what they said: (factor, expected, agreed)."""
    return Counter(
        (factor, expected, tell is Tell.AGREED)
        for past in history
        for factor, tell in past.heard.tells
        if tell is not Tell.SILENT and (expected := _expected(past.before(factor))) is not None
    )


def _expected(state: State) -> bool | None:
    """Whether the seller thought that the buyer would agree; None if they did not say."""
    if state in (State.HELD, State.HEARD, State.CLAIMED):
        return True
    return False if state is State.NO else None


def _pair(
    counts: dict[tuple[Factor, bool, bool], int], factors: Sequence[Factor], *, expected: bool
) -> tuple[int, int]:
    """How often that was expected, and how often they agreed then."""
    agreed = sum(counts.get((factor, expected, True), 0) for factor in factors)
    return agreed + sum(counts.get((factor, expected, False), 0) for factor in factors), agreed


def _line(key: str, pair: tuple[int, int], words: Words, factor: str = "") -> Line:
    expected, agreed = (_times(number, words) for number in pair)
    key = key if pair[1] else f"{key}_never"
    return words.say(key, expected=expected, agreed=agreed, factor=factor)


def _times(number: int, words: Words) -> str:
    """``never``, ``once``, ``twice``, ``6 times``."""
    few = words.find("honest.times")
    if number < len(few):
        return str(few[number])
    return words.plain("honest.often", number=str(number))


def _picture(pair: tuple[int, int], words: Words) -> Line:
    """A mark for each time it was believed, filled where they agreed."""
    expected, agreed = pair
    scale = min(1.0, LONGEST / expected)
    filled = round(agreed * scale)
    marks = words.text("honest.yes") * filled + words.text("honest.no") * (
        round(expected * scale) - filled
    )
    return words.say("honest.picture", marks=marks)


def _range(pair: tuple[int, int], words: Words) -> Line:
    """Between what and what it may truly be, of ten."""
    number, agreed = pair
    share, square = agreed / number, SURE**2
    middle = (share + square / (2 * number)) / (1 + square / number)
    spread = sqrt(share * (1 - share) / number + square / (4 * number**2)) * SURE
    spread /= 1 + square / number
    low, high = floor(10 * (middle - spread)), ceil(10 * (middle + spread))
    return words.say("honest.range", low=str(max(low, 0)), high=str(min(high, 10)))
