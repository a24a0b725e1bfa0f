"""The verdict: 32 sets of factors, nine classes, and every combination of states in words."""

import re
from dataclasses import replace
from functools import cache
from itertools import product
from types import MappingProxyType

import pytest

from coaching.brief import NOTHING, Choice, Sort
from coaching.change import factors_to_change
from coaching.factors import ASKED, TICKET, Factor, State
from coaching.moves import Reply
from coaching.reading import Reading, Source
from coaching.standing import Record, Standing
from coaching.verdict import Hand, Outcome, hand, judge
from coaching.verdicts import verdict_lines
from tests.coaching.talk import EN, MARTA, Talk, shown

# One letter a factor, as on the card: offering, commercials | value, risk, ease.
HANDS = {
    "OCVRE": Hand.ALL_FIVE,
    "OCVR.": Hand.HOLE,
    "OCV.E": Hand.HOLE,
    "OC.RE": Hand.HOLE,
    "O.VRE": Hand.WIN_ONE_TICKET,
    ".CVRE": Hand.WIN_ONE_TICKET,
    "OCV..": Hand.SHORTLIST_PLUS,
    "OC.R.": Hand.SHORTLIST_PLUS,
    "OC..E": Hand.SHORTLIST_PLUS,
    "O.VR.": Hand.ONE_SHORT,
    "O.V.E": Hand.ONE_SHORT,
    "O..RE": Hand.ONE_SHORT,
    ".CVR.": Hand.ONE_SHORT,
    ".CV.E": Hand.ONE_SHORT,
    ".C.RE": Hand.ONE_SHORT,
    "..VRE": Hand.NO_TICKET,
    "OC...": Hand.SHORTLIST_ONLY,
    "O.V..": Hand.THIN,
    "O..R.": Hand.THIN,
    "O...E": Hand.THIN,
    ".CV..": Hand.THIN,
    ".C.R.": Hand.THIN,
    ".C..E": Hand.THIN,
    "..VR.": Hand.THIN,
    "..V.E": Hand.THIN,
    "...RE": Hand.THIN,
    "O....": Hand.LOOKALIKE,
    ".C...": Hand.LOOKALIKE,
    "..V..": Hand.LOOKALIKE,
    "...R.": Hand.LOOKALIKE,
    "....E": Hand.LOOKALIKE,
    ".....": Hand.LOOKALIKE,
}
FACTOR = {str(factor)[0].upper(): factor for factor in Factor}
YES = (State.HELD, State.HEARD, State.CLAIMED)
ALL = [dict(zip(ASKED, states, strict=True)) for states in product(list(State), repeat=len(ASKED))]


def states(text: str) -> dict[Factor, State]:
    """States from the marks of a card, offering first: ``●◐○?✕·``."""
    marks = dict(zip("●◐○?✕·", State, strict=True))
    return {FACTOR[letter]: marks[mark] for letter, mark in zip("OCVRE", text, strict=True)}


@cache
def _record(state: State) -> Record:
    said = Reading("x", "Marta", "x", "March", Source.SAID)
    match state:
        case State.OPEN:
            return Record(answer=Reply.SKIP)
        case State.NO | State.UNSURE:
            return Record(answer=Reply.NO if state is State.NO else Reply.UNSURE)
        case State.CLAIMED:
            return Record(answer=Reply.YES, forecast=Reply.BELIEVE)
    better = ("nothing",) if state is State.HELD else ()
    return Record(answer=Reply.YES, reading=said, better_than=better)


def said(found: dict[Factor, State], *, known: bool = True) -> list[str]:
    """What the verdict says under its title, marks and legend, line by line."""
    head, body = shown(verdict_lines(standing(found, known=known), EN)).split("\n\n")
    assert len(head.splitlines()) == 3
    return body.splitlines()


def standing(found: dict[Factor, State], *, known: bool = True) -> Standing:
    records = MappingProxyType({factor: _record(state) for factor, state in found.items()})
    return Standing(replace(MARTA, known=known), gut=Reply.YES, records=records)


def test_there_are_32_sets_and_7776_combinations() -> None:
    assert len(HANDS) == 32
    assert len(ALL) == 7776


@pytest.mark.parametrize("letters", HANDS)
def test_each_set_of_held_factors_has_its_class(letters: str) -> None:
    held = frozenset(FACTOR[letter] for letter in letters if letter != ".")

    assert hand(held) is HANDS[letters]


@pytest.mark.parametrize("known", [True, False])
def test_every_combination_has_the_outcome_that_was_decided(known: bool) -> None:
    """Four shown; four out of reach; in between, with skipped ones or with a first contact."""
    for found in ALL:
        count = {state: list(found.values()).count(state) for state in State}
        reach = 5 - count[State.NO]
        if count[State.HELD] >= 4:
            expected = Outcome.DIFFERENT
        elif reach < 4:
            expected = Outcome.NOT_YET
        elif count[State.OPEN]:
            expected = Outcome.PARTLY_ASKED
        elif not known and count[State.HELD] + count[State.HEARD] == 0:
            expected = Outcome.FIRST_CONTACT
        else:
            expected = Outcome.NOT_SHOWN

        verdict = judge(found, known=known)

        assert verdict.outcome is expected, found
        assert verdict.held == count[State.HELD]
        assert verdict.asked == 5 - count[State.OPEN]
        assert verdict.short == max(0, 4 - count[State.HELD])


def test_the_class_is_of_what_holds_or_where_four_are_out_of_reach_of_the_yeses() -> None:
    for found in ALL:
        verdict = judge(found, known=True)
        counted = YES if verdict.outcome is Outcome.NOT_YET else (State.HELD,)
        letters = "".join(x if found[FACTOR[x]] in counted else "." for x in "OCVRE")

        assert verdict.hand is HANDS[letters]


def test_what_to_work_on_first() -> None:
    """What can make up four, the deciding side, what this call can settle, the order asked."""
    near = ["heard", "claimed", "unsure", "open", "no"]
    for found in ALL:
        order = judge(found, known=True).order

        assert set(order) == {f for f in ASKED if found[f] is not State.HELD}
        out_of_reach = list(found.values()).count(State.NO) > 1
        no_use = YES if out_of_reach else (State.NO,)
        ranks = [
            (
                found[f] in no_use,
                f in ("offering", "commercials"),
                near.index(found[f]),
                "vreoc".index(f[0]),
            )
            for f in order
        ]
        assert ranks == sorted(ranks)


@pytest.mark.parametrize(
    ("marks", "order"),
    [
        ("●●●●●", ""),
        ("○○○○○", "VREOC"),
        ("✕·?✕○", "VRCOE"),
        ("◐◐✕✕✕", "VREOC"),
        ("○○●?✕", "ROCE"),
        ("○○✕●●", "OCV"),
        ("✕◐●●●", "CO"),
    ],
)
def test_examples_of_that_order(marks: str, order: str) -> None:
    assert "".join(str(f)[0].upper() for f in judge(states(marks), known=True).order) == order


@pytest.mark.parametrize("known", [True, False])
def test_every_combination_comes_out_in_complete_words(known: bool) -> None:
    outcomes = set()
    for found in ALL:
        text = shown(verdict_lines(standing(found, known=known), EN))
        lines = said(found, known=known)

        assert lines
        assert all(line.strip() == line for line in text.splitlines()), text
        assert all(line[0].isupper() and line[-1] in ".?”" for line in lines), lines
        assert not {"{", "}", "*"} & set(text), text
        outcomes.add(text.splitlines()[0])
    assert len(outcomes) >= 8


SOLID = ("stand", "rest on", "behind")
PRAISED = ("get you compared", "gets you compared")


def test_nothing_is_said_to_stand_that_does_not_hold() -> None:
    """A sentence that vouches for a factor names those that hold, and no other."""
    for found in ALL:
        verdict = judge(found, known=True)
        body = said(found)[0]
        held = {str(f) for f in Factor if found[f] is State.HELD}
        named = {
            str(f)
            for sentence in body.split(". ")
            if any(word in sentence for word in SOLID)
            for f in Factor
            if str(f) in sentence.lower()
        }
        if "All five" not in body:
            assert named <= held, body
        if verdict.outcome is Outcome.NOT_SHOWN and not held & {"value", "risk", "ease"}:
            first = body.split(". ")[0].lower()
            compared = {str(f) for f in Factor if str(f) in first}
            assert not held or compared == held, body


def test_all_five_is_said_only_of_five() -> None:
    for found in ALL:
        text = shown(verdict_lines(standing(found), EN))
        assert ("All five" in text) == (set(found.values()) == {State.HELD})


def test_the_sentence_on_yeses_asks_for_one_that_is_not_a_yes() -> None:
    """With four out of reach the words speak of yeses: what they point at is none of them."""
    for found in ALL:
        verdict = judge(found, known=True)
        body = said(found)[0]
        if verdict.outcome is Outcome.NOT_YET and verdict.hand in (Hand.ONE_SHORT, Hand.THIN):
            pointed = [f for f in Factor if str(f) in body.split(". ")[-1].lower()]
            assert len(pointed) == 1
            assert found[pointed[0]] not in YES, (found, body)


def test_the_change_offered_is_about_the_factor_the_verdict_points_at() -> None:
    pointed_at = re.compile(
        r"Start with (\w+)|about (\w+)\.|about (\w+) before|(\w+) would take you to four"
        r"|One more makes four: (\w+)|missing is (\w+)"
    )
    named = 0
    for found in ALL:
        ended = standing(found)
        body = " ".join(said(found))
        if one := pointed_at.search(body):
            named += 1
            factor = next(filter(None, one.groups())).lower()
            assert factor == factors_to_change(ended)[0], (found, body)
        if "not what you offer, not what it costs" in body:
            assert factors_to_change(ended)[0] in TICKET
    assert named > 3000


def test_their_chair_is_spoken_of_only_when_four_are_out_of_reach() -> None:
    for found in ALL:
        if judge(found, known=True).outcome is not Outcome.NOT_YET:
            assert "From their chair" not in shown(verdict_lines(standing(found), EN))


@pytest.mark.parametrize(
    ("marks", "title", "said"),
    [
        ("●●●●●", "meaningfully different", "All five"),
        ("●●●●✕", "meaningfully different", "The one missing is ease"),
        ("●?●●●", "meaningfully different", "Still missing is commercials, half of the ticket"),
        ("●✕●✕?", "not meaningfully different yet", "From their chair"),
        ("○○●?✕", "not shown yet", "Start with risk"),
        ("●●✕○○", "not shown yet", "Shown so far: offering and commercials"),
        ("●●●·✕", "four of five answered", "Three of them shown"),
        ("·····", "none of five answered", "None of them shown"),
    ],
)
def test_examples_of_a_verdict(marks: str, title: str, said: str) -> None:
    text = shown(verdict_lines(standing(states(marks)), EN))

    assert text.startswith(f"Northgate: {title}")
    assert said in text


def test_skipped_factors_are_not_mixed_up_with_answered_ones() -> None:
    text = shown(verdict_lines(standing(states("○●✕·●")), EN))

    assert "The others stay open" not in text  # two of them were answered


def test_a_first_contact_gets_the_question_to_ask() -> None:
    text = shown(verdict_lines(standing(states("○○?○○"), known=False), EN))

    assert "“If this went wrong, what would land on your desk?”" in text
    assert "of five" not in text
    assert "make four" not in text


def test_how_many_of_those_left_it_takes() -> None:
    def left(marks: str) -> str:
        return said(states(marks))[1]

    assert "all three" in left("○○●?✕")
    assert "two more to make four, from risk, ease and commercials" in left("●○●○○")
    assert "both that are left" in left("✕○●?●")
    assert "One more makes four: ease or commercials" in left("●○●●○")
    assert "One more makes four: commercials" in left("●○●●✕")


def test_evidence_of_one_person_asks_who_else_must_agree() -> None:
    talk = Talk().tap(Reply.YES).answer(State.HELD)
    for state in (State.HEARD, State.NO, State.CLAIMED, State.CLAIMED):
        talk.answer(state)

    assert "All of it comes from Marta so far. Who else must agree?" in talk.text


def test_one_piece_of_evidence_or_two_people_ask_nothing() -> None:
    one = Talk().tap(Reply.YES).answer(State.HELD)
    two = Talk().tap(Reply.YES).answer(State.HELD)
    two.tap(Reply.YES).form(Source.SAID, "nothing", who="their CFO")
    for talk in (one, two):
        while talk.step.factor:
            talk.answer(State.CLAIMED)
        assert "Who else" not in talk.text


def test_evidence_of_somebody_unnamed_asks_nothing() -> None:
    talk = Talk().tap(Reply.YES)
    for _ in ASKED:
        talk.tap(Reply.YES).form(Source.DID, "nothing", who="")

    assert "Who else" not in talk.text
    assert "All five" in talk.text


def test_the_verdict_names_the_check_by_company_else_person_else_plan() -> None:
    def title(**parts: str) -> str:
        brief = replace(MARTA, choices=(NOTHING, Choice(Sort.COMPETITOR, "Acme")), **parts)  # type: ignore[arg-type]
        asked = replace(standing(states("○○○○○")), brief=brief)
        return shown(verdict_lines(asked, EN)[:1])

    assert title() == "Northgate: not shown yet."
    assert title(company="") == "Marta Lind: not shown yet."
    assert title(company="", person="") == "Demo of the planning module: not shown yet."
