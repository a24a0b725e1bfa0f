"""The verdict in words, and the row of marks that the card and the verdict share."""

from coaching.factors import SHOWN, TICKET, WINNING, Factor, State
from coaching.phrases import join, short
from coaching.standing import Standing
from coaching.verdict import Outcome, Verdict, judge
from coaching.words import Line, Words, fill, with_capital

WHO_ELSE_FROM = 2
"""Pieces of evidence, all from one person, from which "who else must agree?" is asked."""


def marks_line(standing: Standing, words: Words) -> Line:
    """``O ○  C ○ │ V ●  R ?  E ✕``: the shortlist side, a bar, the side that decides."""
    states = standing.states

    def side(factors: tuple[Factor, ...]) -> str:
        pairs = (f"{words.text(f'letter.{f}')} {words.text(f'mark.{states[f]}')}" for f in factors)
        return "  ".join(pairs)

    return fill("{marks}", marks=f"{side(TICKET)}  │  {side(WINNING)}")


def title_of(standing: Standing, words: Words) -> str:
    """What the check is called: the company, else the buyer, else the plan."""
    brief = standing.brief
    return short(brief.company, 60) or short(brief.person, 60) or short(brief.plan, 40)


def verdict_lines(standing: Standing, words: Words) -> tuple[Line, ...]:
    """The verdict: its title, the marks, the two sides, and what follows from it."""
    verdict = judge(standing.states, known=standing.brief.known)
    outcome = words.plain(f"verdict.outcome.{verdict.outcome}", asked=_number(verdict.asked, words))
    title = words.say("verdict.title", name=title_of(standing, words), outcome=outcome)
    body = (*_body(standing, verdict, words), *_who_else(standing, words))
    return (title, marks_line(standing, words), _legend(standing, words), (), *body)


def _legend(standing: Standing, words: Words) -> Line:
    """What the marks mean that are shown, and no others."""
    shown = [state for state in State if state in standing.states.values()]
    pairs = (f"{words.text(f'mark.{s}')} {words.text(f'state.{s}')}" for s in shown)
    return fill("{pairs}", pairs="   ".join(pairs))


def _body(standing: Standing, verdict: Verdict, words: Words) -> tuple[Line, ...]:
    first = _name(verdict.order[0], words) if verdict.order else ""
    values = {"first": first, "First": with_capital(first), "missing": first}
    match verdict.outcome:
        case Outcome.DIFFERENT:
            return (words.say(f"verdict.hand.{verdict.hand}", **values),)
        case Outcome.NOT_YET:
            return (words.say(f"verdict.yeses.{verdict.hand}", **values),)
        case Outcome.PARTLY_ASKED:
            held = with_capital(_number(verdict.held, words))
            return (words.say("verdict.more.partly", Held=held),)
        case Outcome.FIRST_CONTACT:
            question = words.text(f"verdict.first_question.{verdict.order[0]}")
            return (words.say("verdict.more.first_contact", question=question),)
    return _sides(standing, words), _left(standing, verdict, words)


def _sides(standing: Standing, words: Words) -> Line:
    held = [f for f in SHOWN if standing.states[f] is State.HELD]
    winning = [_name(f, words) for f in held if f in WINNING]
    named = winning or [_name(f, words) for f in held]
    if not named:
        return words.say("verdict.sides.nothing")
    phrase = join(named, words, "list_and")
    if not winning:
        return words.say("verdict.sides.ticket", held=phrase)
    key = "winnings" if len(named) > 1 else "winning"
    return words.say(f"verdict.sides.{key}", Held=with_capital(phrase))


def _left(standing: Standing, verdict: Verdict, words: Words) -> Line:
    left = [f for f in verdict.order if standing.states[f] is not State.NO]
    names = [_name(f, words) for f in left]
    key = _key_of_left(len(left), verdict.short)
    return words.say(
        f"verdict.left.{key}",
        first=names[0],
        left=join(names, words, "list_or" if key == "one" else "list_and"),
        count=_number(verdict.short, words),
    )


def _key_of_left(left: int, short: int) -> str:
    """How to say that so many of those that are left must hold."""
    if left == short:
        return {1: "only", 2: "both"}.get(left, "all")
    return "one" if short == 1 else "some"


def _who_else(standing: Standing, words: Words) -> tuple[Line, ...]:
    """Printed when all evidence comes from one person; no answer is awaited."""
    shown = (State.HELD, State.HEARD)
    readings = [standing.records[f].reading for f in SHOWN if standing.states[f] in shown]
    people = {reading.who.casefold(): reading.who for reading in readings if reading}
    if len(readings) < WHO_ELSE_FROM or len(people) != 1:
        return ()
    who = next(iter(people.values()))
    return (words.say("verdict.more.who_else", who=short(who)),) if who else ()


def _name(factor: Factor, words: Words) -> str:
    return words.text(f"inside.{factor}")


def _number(number: int, words: Words) -> str:
    return words.text(f"number.{number}")
