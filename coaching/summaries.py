"""The summary in words: one line for the channel, the rest for its thread."""

from datetime import date

from coaching.factors import ASKED, Factor
from coaching.phrases import join
from coaching.summary import Band, Summary
from coaching.words import Line, Words, with_capital


def headline(summary: Summary, words: Words, *, first: bool) -> Line:
    """The one line in the channel; ``first`` when none was published there before."""
    opening = words.text(f"summary.opening.{'first' if first else 'since'}")
    lowest = summary.lowest
    if not lowest:
        return words.say("summary.line.none", opening=opening)
    band = words.text(f"summary.band.{summary.bands[ASKED.index(lowest[0])]}")
    if len(lowest) == 1:
        shows = words.text(f"summary.shows.{lowest[0]}")
        values = {"opening": opening, "lowest": _names(lowest, words), "shows": shows}
        return words.say("summary.line.one", band=band, **values)
    names = _names(lowest, words, "list_and")
    return words.say("summary.line.two", opening=opening, lowest=names, band=band)


def thread(summary: Summary, closed: date, minimum: int, words: Words) -> tuple[Line, ...]:
    """What stands in the thread: bands, the honesty gap, a practice, a question, how it was made.

    ``closed`` is the day of the close where the channel is; wordings take turns by it.
    """
    factor, turn = summary.work_on, _week(closed)
    bands = tuple(_band(summary, band, words) for band in reversed(Band) if summary.within(band))
    gap = words.say(
        "summary.gap", mark=_mark(summary.gap, words), Band=_capital(summary.gap, words)
    )
    return (
        words.say("summary.shown"),
        *bands,
        gap,
        (),
        words.say("summary.practice", practice=words.turn(f"summary.practices.{factor}", turn)),
        words.say("summary.meeting", question=words.turn(f"summary.questions.{factor}", turn)),
        (),
        words.say("summary.made", minimum=str(minimum)),
    )


def too_few(closed: date, words: Words) -> Line:
    """What is said when too few took part, whether it was none of them or all but one."""
    rounds, place = divmod(_week(closed), len(ASKED))
    practice = words.turn(f"summary.practices.{ASKED[place]}", rounds)
    return words.say("summary.too_few", practice=practice)


def _band(summary: Summary, band: Band, words: Words) -> Line:
    factors = _names(summary.within(band), words)
    mark, name = _mark(band, words), _capital(band, words)
    return words.say("summary.band_of", mark=mark, Band=name, factors=factors)


def _names(factors: tuple[Factor, ...], words: Words, last: str = "list_plain") -> str:
    return join([words.text(f"factor.{factor}").lower() for factor in factors], words, last)


def _mark(band: Band, words: Words) -> str:
    return words.text(f"summary.mark.{band}")


def _capital(band: Band, words: Words) -> str:
    return with_capital(words.text(f"summary.band.{band}"))


def _week(day: date) -> int:
    return day.toordinal() // 7
