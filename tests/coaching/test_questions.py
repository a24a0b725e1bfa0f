"""The bank of questions: what is drawn, what comes back and when, and every wording in the file."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from coaching.brief import NOTHING, Brief, Choice, Kind, Length, Sort
from coaching.factors import ASKED, WINNING, Factor, State
from coaching.moves import Ask, Reply, Step
from coaching.phrases import MAX_NAME, filling
from coaching.prompts import MAX_PROMPT
from coaching.questions import AFTER_NO, DEPTHS, REST, Asked, draw, factor_of, remember, template
from coaching.reading import Source
from coaching.words import LANGUAGES, fill, plain, words
from tests.coaching.talk import ACME, EN, HURRIED, MARTA, Talk

YEAR = 60  # checks, more than one a week


def year(brief: Brief, states: tuple[State, ...]) -> list[tuple[str, ...]]:
    """The questions asked in each check of a year, first check first."""
    earlier: Asked = ()
    year = []
    for number in range(YEAR):
        talk = Talk(brief, number, earlier)
        if brief.length is Length.FIVE:
            talk.tap(Reply.YES)
        for place, _ in enumerate(talk.dialogue.standing.asked_factors, number):
            talk.tap(*_taps(states[place % len(states)], brief.length))
        year.append(tuple(question for _, question in talk.dialogue.asked))
        earlier = remember(earlier, talk.dialogue)
    return year


def _taps(state: State, length: Length) -> tuple[Reply, ...]:
    honest = {State.NO: Reply.NO, State.UNSURE: Reply.UNSURE, State.OPEN: Reply.SKIP}
    if state in honest:
        return (honest[state],)
    return (Reply.YES,) if length is Length.ONE else (Reply.YES, Reply.BELIEVE)


YESES = (State.CLAIMED,)
MIXED = (State.CLAIMED, State.NO, State.CLAIMED, State.UNSURE, State.CLAIMED, State.OPEN)


@pytest.mark.parametrize("states", [YESES, MIXED, (State.NO,)])
@pytest.mark.parametrize("choices", [(ACME, NOTHING), (NOTHING,)])
@pytest.mark.parametrize("length", Length)
def test_no_question_comes_back_within_six_checks(
    length: Length, choices: tuple[Choice, ...], states: tuple[State, ...]
) -> None:
    checks = year(replace(MARTA, choices=choices, length=length), states)

    assert len(checks) == YEAR
    for place, asked in enumerate(checks):
        lately = [question for check in checks[max(0, place - REST) : place] for question in check]
        assert not set(asked) & set(lately)
        assert len(set(asked)) == len(asked)


def test_a_seller_of_a_year_has_met_the_whole_bank() -> None:
    """The least recently asked comes first, so that no question is never asked."""
    met = {question for check in year(MARTA, YESES) for question in check}
    bank = {f"{f}.{d}.{n}" for f in Factor for d in DEPTHS for n in range(6)}

    assert bank - met == set()


def test_it_goes_deeper_with_experience() -> None:
    checks = year(replace(MARTA, kind=Kind.OTHER), YESES)
    depths = [Counter(question.split(".")[1] for question in check) for check in checks]

    assert [set(depth) for depth in depths[:2]] == [{"one"}] * 2
    assert [set(depth) for depth in depths[2:5]] == [{"two"}] * 3
    assert {d for depth in depths[5:] for d in depth} == set(DEPTHS)
    assert all(a != b for a, b in pairwise(checks))


@pytest.mark.parametrize("reply", [Reply.NO, Reply.UNSURE, Reply.SKIP])
def test_after_an_honest_answer_the_hard_question_is_never_the_deepest(reply: Reply) -> None:
    for number in range(20):
        talk = Talk(HURRIED, number).tap(reply, reply, reply)

        assert talk.step.ask is Ask.HARD
        assert talk.dialogue.question(talk.step).split(".")[:2] == ["value", AFTER_NO]


def test_what_is_asked_after_a_no_is_enough_for_a_year() -> None:
    for factor in Factor:
        lines = EN.find(f"bank.{factor}.{AFTER_NO}")
        assert len(lines) > REST
        assert not any("{rival}" in line for line in lines)


def test_after_three_yeses_the_hard_question_is_the_deepest() -> None:
    talk = Talk(HURRIED).tap(Reply.YES, Reply.YES, Reply.YES)

    assert talk.dialogue.question(talk.step).split(".")[:2] == ["value", "three"]


def test_the_hard_question_is_about_the_factor_to_work_on() -> None:
    talk = Talk(HURRIED).tap(Reply.NO, Reply.YES, Reply.UNSURE)

    assert factor_of(talk.dialogue.standing, talk.step) is Factor.RISK


def test_a_check_made_short_after_all_three_held_still_asks_its_hard_question() -> None:
    talk = Talk().tap(Reply.YES)
    for _ in WINNING:
        talk.tap(Reply.YES).form(Source.DID, "nothing")
    talk.fill_in(HURRIED)

    assert talk.step.ask is Ask.HARD
    assert talk.dialogue.question(talk.step).split(".")[0] in WINNING
    assert talk.text
    change = talk.tap(Reply.SKIP)
    assert change.step.ask is Ask.CHANGE
    assert change.text


def test_no_other_step_takes_a_question() -> None:
    talk = Talk().tap(Reply.YES)

    assert draw(talk.dialogue, talk.step, (), EN) == ""
    assert talk.dialogue.asked == ()


def test_the_gate_of_how_will_you_win_is_the_articles_own() -> None:
    talk = Talk().tap(Reply.NO).option("Lower prices")

    assert talk.dialogue.question(talk.step) == ""
    assert talk.text.startswith("Few are ever the cheapest. Has Marta seen that you are, all in?")


def test_a_question_stays_when_its_step_comes_again() -> None:
    talk = Talk().tap(Reply.YES, Reply.YES)
    first = talk.text
    talk.tap(Reply.BACK)
    assert talk.step.ask is Ask.FACTOR
    talk.tap(Reply.YES)

    assert talk.text == first


@pytest.mark.parametrize("number", range(12))
def test_a_rival_is_spoken_of_only_when_one_is_named(number: int) -> None:
    lonely = replace(MARTA, choices=(NOTHING, Choice(Sort.THEMSELVES)))
    for factor in Factor:
        for taken in range(8):
            earlier = (tuple(f"{factor}.two.{n}" for n in range(taken)),)
            talk = Talk(lonely, number, earlier)
            step = Step(Ask.GATE, factor)
            question = draw(talk.dialogue, step, earlier, EN)
            assert "{rival}" not in template(question, EN)


def test_when_all_were_asked_lately_the_least_recent_comes_back() -> None:
    every = [f"value.{depth}.{place}" for depth in DEPTHS for place in range(6)]
    earlier = (
        tuple(every[:9]),
        tuple(q for q in every[9:] if q != "value.two.5"),
        ("value.two.5",),
    )
    talk = Talk(replace(MARTA, kind=Kind.OTHER))

    assert draw(talk.dialogue, Step(Ask.GATE, Factor.VALUE), earlier, EN) == "value.two.5"


# every wording in the file

FILLED = {
    # what a sentence may be filled with, and the longest it can be
    **{name: "x" * MAX_NAME for name in ("buyer", "rival", "name", "who")},
    **dict.fromkeys(("noun", "when", "factor", "first", "First", "missing"), "x" * 24),
    **dict.fromkeys(("count", "asked", "Held", "held", "source", "before", "after"), "x" * 12),
    "phrase": "x" * 60,
}
PLACEHOLDERS = {
    *FILLED,
    *(
        "kept",
        "occasion",
        "after",
        "choices",
        "either",
        "with",
        "from",
        "choosing",
        "left",
        "what",
        "question",
        "spoken",
    ),
    *("will", "so_that", "words", "plan", "outcome", "change", "link", "state", "since", "rivals"),
}


def sentences(found: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text of the file with its dotted key."""
    if isinstance(found, dict):
        for name, part in found.items():
            yield from sentences(part, f"{key}.{name}" if key else name)
    elif isinstance(found, list):
        for place, part in enumerate(found):
            yield from sentences(part, f"{key}.{place}")
    else:
        yield key, found


SENTENCES = dict(sentences(EN.data))


DIALOGUE = set(
    "ask bank cancelled card change choice done doubt fill_in gate hard how_win keep kind "
    "occasion paused question rival still thanks verdict".split()
)


def test_every_wording_uses_known_placeholders() -> None:
    for key, text in SENTENCES.items():
        if key.split(".")[0] in DIALOGUE:
            assert set(re.findall(r"\{([^}]*)\}", text)) <= PLACEHOLDERS, key
        assert text.count("{") == text.count("}") == len(re.findall(r"\{[^}]*\}", text)), key


INTRO = ("change.said", "change.for", "change.fifth", "change.p", "change.wish")
ASKING = ("ask.", "bank.", "gate.lines", "how_win.gate", "kind.", "change.")


def test_every_question_uses_what_a_brief_can_fill() -> None:
    known = set(filling(MARTA, EN))
    for key, text in SENTENCES.items():
        if key.startswith(ASKING) and not key.startswith(INTRO):
            assert set(re.findall(r"\{([^}]*)\}", text)) <= known, key


def test_stars_that_make_bold_come_in_pairs() -> None:
    assert {key for key, text in SENTENCES.items() if text.count("*") % 2} == set()


def test_the_bank_has_six_questions_for_each_factor_and_depth() -> None:
    for factor in Factor:
        for depth in DEPTHS:
            assert len(EN.find(f"bank.{factor}.{depth}")) == 6


def test_each_depth_has_questions_enough_without_a_rival() -> None:
    for factor in Factor:
        lines = [line for depth in DEPTHS for line in EN.find(f"bank.{factor}.{depth}")]
        assert len([line for line in lines if "{rival}" not in line]) > REST + 1


@pytest.mark.parametrize("part", ["bank", "ask", "gate", "doubt", "change", "kind"])
def test_no_wording_is_there_twice(part: str) -> None:
    texts = [t.casefold() for k, t in SENTENCES.items() if k.startswith(f"{part}.")]
    long = [text for text in texts if len(text.split()) > 4]

    assert {text for text, count in Counter(long).items() if count > 1} == set()


def test_every_wording_of_the_dialogue_is_short_with_the_longest_names() -> None:
    long = "W" * 60
    brief = replace(
        MARTA,
        plan="negotiation",
        person=long,
        company=long,
        choices=tuple(Choice(Sort.COMPETITOR, f"{n}{long}") for n in range(3)),
    )
    values = {**FILLED, **filling(brief, EN), "left": "x" * 40}
    for key, text in SENTENCES.items():
        if key.startswith((*ASKING, "doubt.", "thanks.", "rival.", "hard.", "question.")):
            room = {name: values.get(name, "x" * 60) for name in PLACEHOLDERS}
            assert len(plain(fill(text, **room))) <= MAX_PROMPT, key


def test_there_are_words_for_the_languages_offered_and_no_others() -> None:
    assert {code: bool(words(code).data) for code in LANGUAGES} == {"en": True, "de": True}
    with pytest.raises(FileNotFoundError):
        words("xx")


def test_a_key_of_many_wordings_is_not_one_sentence() -> None:
    with pytest.raises(KeyError):
        EN.text("ask.value")
    with pytest.raises(KeyError):
        EN.text("no.such.key")


def test_all_five_factors_are_asked_in_the_order_that_leaves_the_decisive_ones_answered() -> None:
    assert [str(f) for f in ASKED] == ["value", "risk", "ease", "offering", "commercials"]
