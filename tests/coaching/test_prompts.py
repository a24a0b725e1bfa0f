"""What the coach says: short, one thing at a time, in the seller's and the buyer's own words."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.brief import NOTHING, Brief, Choice, Kind, Length, Sort
from coaching.card import answer_label, card
from coaching.factors import ASKED, Factor, State
from coaching.moves import Ask, Change, Move, Reply
from coaching.phrases import MAX_NAME, filling
from coaching.prompts import MAX_PROMPT, Prompt, change_line, change_parts, verdict_prompt
from coaching.reading import Source
from coaching.words import LANGUAGES, fill, plain, words
from tests.coaching.talk import ACME, EN, HURRIED, MARTA, THEIRS, VAGUE, Talk, shown

THEMSELVES = Choice(Sort.THEMSELVES)
ELSEWHERE = Choice(Sort.ELSEWHERE)
KESTREL = Choice(Sort.COMPETITOR, "Kestrel")


def at_factor(factor: Factor, brief: Brief = MARTA, number: int = 0) -> Talk:
    talk = Talk(brief, number)
    if brief.length is Length.FIVE:
        talk.tap(Reply.YES)
    while talk.step.factor is not factor:
        talk.answer(State.NO)
    return talk


def at_change(*states: State, brief: Brief = MARTA, number: int = 0) -> Talk:
    talk = Talk(brief, number).tap(Reply.YES)
    for state in states:
        talk.answer(state)
    return talk.tap(Reply.YES)


# honesty is the shortest way


def turns_from(talk: Talk, first: Reply, *more: Reply) -> int:
    """Taps until the factor is answered, by the shortest way after the first."""
    before, factor = talk.turns, talk.step.factor
    talk.tap(first)
    for reply in more:
        if talk.step.factor is factor:
            talk.tap(reply)
    assert talk.step.factor is not factor
    return talk.turns - before


@pytest.mark.parametrize("length", Length)
@pytest.mark.parametrize("factor", Factor)
def test_no_and_not_sure_are_never_longer_than_yes(factor: Factor, length: Length) -> None:
    brief = replace(MARTA, length=length)
    if factor not in Talk(brief).dialogue.standing.asked_factors:
        return
    yes = turns_from(at_factor(factor, brief), Reply.YES, Reply.BELIEVE)

    assert turns_from(at_factor(factor, brief), Reply.NO) == 1
    assert turns_from(at_factor(factor, brief), Reply.UNSURE) == 1
    assert yes == (1 if length is Length.ONE else 2)


WAYS = {
    "Better products and services": Factor.OFFERING,
    "Lower prices": Factor.COMMERCIALS,
    "Easier to do business with": Factor.EASE,
    "None of these": None,
}


@pytest.mark.parametrize("way", WAYS)
def test_no_to_the_articles_question_is_no_longer_a_way(way: str) -> None:
    yes = Talk().tap(Reply.YES)
    no = Talk().tap(Reply.NO).option(way)
    if WAYS[way] is not None:
        assert no.step.factor is WAYS[way]
        no.tap(Reply.BELIEVE)
    for talk in (yes, no):
        while talk.step.factor:
            talk.answer(State.CLAIMED)

    assert no.turns <= yes.turns + (WAYS[way] is None)
    assert no.states[WAYS[way] or Factor.VALUE] is State.CLAIMED


def test_one_thank_you_in_the_same_message_as_the_next_question() -> None:
    thanks = EN.find("thanks.no") + EN.find("thanks.unsure")
    for factor, reply in product(ASKED[:-1], (Reply.NO, Reply.UNSURE)):
        lines = at_factor(factor).tap(reply).text.splitlines()

        assert lines[0] in thanks
        assert len(lines) == 2
        assert lines[1].endswith("?")


def test_a_yes_and_a_belief_are_not_thanked() -> None:
    talk = Talk().tap(Reply.YES, Reply.YES, Reply.BELIEVE)

    assert len(talk.text.splitlines()) == 1
    assert len(Talk().tap(Reply.NO).text.splitlines()) == 1


# how long a check takes


def _believer(talk: Talk) -> None:
    for _ in ASKED:
        talk.answer(State.CLAIMED)


def _honest(talk: Talk) -> None:
    for _ in ASKED:
        talk.answer(State.NO)


def _proven(talk: Talk) -> None:
    for _ in ASKED:
        talk.tap(Reply.YES).say(THEIRS).option("Both")


def _doubted(talk: Talk) -> None:
    for place, _ in enumerate(ASKED):
        talk.tap(Reply.YES).say(VAGUE)
        if place < 3:
            talk.say(THEIRS)
            talk.option("Acme")
        else:
            talk.tap(Reply.MINE)


def _stubborn(talk: Talk) -> None:
    for place, _ in enumerate(ASKED):
        talk.tap(Reply.YES).say(VAGUE)
        talk.say(VAGUE) if place < 3 else talk
        talk.tap(Reply.MINE)


def _mixed(talk: Talk) -> None:
    talk.tap(Reply.YES).say(VAGUE).say(THEIRS).option("Both")
    talk.answer(State.UNSURE).answer(State.NO).answer(State.CLAIMED).answer(State.CLAIMED)


FIVE_MINUTES: list[Callable[[Talk], None]] = [
    _believer,
    _honest,
    _proven,
    _doubted,
    _stubborn,
    _mixed,
]


def whole_check(middle: Callable[[Talk], None], first: str, last: list[str]) -> int:
    talk = Talk()
    talk.option(first)
    if first == "No":
        talk.option("None of these")
    middle(talk)
    for label in last:
        talk.option(label)
    assert talk.step.ask is Ask.DONE
    return talk.turns


ENDS = [
    ["Yes", "Keep it", "No"],
    ["Not sure", "No change"],
    ["No", "Another factor", "Keep it", "Probably", "Keep it"],
]


def test_a_check_keeps_to_its_budget() -> None:
    counts = [
        whole_check(middle, first, last)
        for middle, first, last in product(FIVE_MINUTES, ("Yes", "No"), ENDS)
    ]

    assert max(counts) <= 26
    assert median(counts) <= 20


def test_one_minute_is_three_taps_one_hard_question_and_one_change() -> None:
    talk = Talk(HURRIED).tap(Reply.YES, Reply.UNSURE, Reply.NO)
    assert talk.labels == ["Skip"]
    talk.tap(Reply.SKIP).option("Keep it")

    assert talk.step.ask is Ask.DONE
    assert talk.turns == 5
    assert "Three of five asked; no verdict on three." in talk.text
    assert talk.states[Factor.VALUE] is State.CLAIMED


# what is asked


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("factor", Factor)
def test_a_factors_question_names_every_live_choice(factor: Factor, number: int) -> None:
    def asked(*choices: Choice, renewal: bool = False) -> str:
        brief = replace(MARTA, choices=choices, renewal=renewal)
        return at_factor(factor, brief, number).text

    one = asked(NOTHING)
    assert "leaving it as it is" in one
    assert "Acme" not in one
    two = asked(ACME, NOTHING)
    assert "Acme" in two
    assert "leaving it as it is" in two
    three = asked(ACME, KESTREL, THEMSELVES)
    assert all(name in three for name in ("Acme", "Kestrel", "doing it themselves"))
    four = asked(ACME, NOTHING, THEMSELVES, ELSEWHERE)
    assert "any of their other choices" in four
    assert "Acme" not in four
    renewal = asked(ACME, NOTHING, renewal=True)
    assert "going without you" in renewal
    assert "leaving it as it is" not in renewal


@pytest.mark.parametrize("factor", Factor)
def test_a_factors_question_is_about_what_follows_from_this_plan(factor: Factor) -> None:
    text = at_factor(factor).text.splitlines()[-1]

    assert text.startswith(f"{EN.text(f'factor.{factor}')}. After this demo, ")
    assert "Marta" in text


def test_the_articles_question_comes_word_for_word_and_alone_the_first_time() -> None:
    first, later = Talk().text, Talk(number=1).text
    article = EN.text("question.article")

    assert first.splitlines() == [article, "For Marta that means Acme and leaving it as it is."]
    assert later.splitlines()[1:] == first.splitlines()
    assert "Imagine" in later.splitlines()[0]
    assert Talk(number=1).prompt.kind is Kind.HOW


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_opener_turns_with_the_kind_of_plan(language: str, kind: Kind) -> None:
    alone, spoken = replace(MARTA, choices=(NOTHING,), kind=kind), words(language)
    own = Talk(alone, 1, words=spoken).text.splitlines()[0]
    rival = Talk(replace(MARTA, kind=kind), 1, words=spoken).text.splitlines()[0]
    wordings = spoken.find(f"kind.{kind}")
    opener = wordings["opener"] or spoken.text("question.article")

    assert own == opener.replace("{buyer}", "Marta")
    turned = wordings.get("rival", opener)
    assert rival == turned.replace("{buyer}", "Marta").replace("{rival}", "Acme")


LONG = "Wolfeschlegelsteinhausenbergerdorff"


@pytest.mark.parametrize("kind", Kind)
def test_long_names_are_cut_and_leave_room_for_the_question(kind: Kind) -> None:
    rivals = tuple(Choice(Sort.COMPETITOR, f"{n}{LONG}") for n in range(3))
    brief = replace(MARTA, person=LONG, company=LONG, choices=rivals, kind=kind)
    talk = Talk(brief, 1).say("hm")

    assert LONG not in talk.text
    assert LONG[: MAX_NAME - 1] + "…" in talk.text
    assert EN.text("question.article") in talk.text
    assert len(talk.text) <= MAX_PROMPT


def test_long_names_leave_room_for_the_first_sentence_of_what_was_taken_back() -> None:
    rivals = tuple(Choice(Sort.COMPETITOR, f"{n}{LONG}") for n in range(3))
    for brief in (MARTA, replace(MARTA, person=LONG, choices=rivals)):
        talk = at_factor(Factor.EASE, brief, number=4).tap(Reply.YES).say(VAGUE).tap(Reply.MISREAD)

        assert talk.step.factor is Factor.OFFERING
        assert talk.text.startswith("Taken back.")
        assert ("counts as yours" in talk.text) == (brief is MARTA)
        assert len(talk.text) <= MAX_PROMPT


def test_more_than_three_choices_are_not_read_out() -> None:
    many = (ACME, KESTREL, NOTHING, ELSEWHERE)

    assert "Acme" not in Talk(replace(MARTA, choices=many)).text


@pytest.mark.parametrize("renewal", [False, True])
def test_a_plan_without_a_buyer_speaks_of_your_buyer(renewal: bool) -> None:
    talk = Talk(Brief("Pitch", choices=(NOTHING,), renewal=renewal))
    texts = [talk.text]
    for reply in (Reply.YES, Reply.YES):
        texts.append(talk.tap(reply).text)

    assert all("your buyer" in text for text in texts)
    assert ("staying with you" in talk.tap(Reply.BELIEVE).text) == renewal


@pytest.mark.parametrize(
    ("plan", "kind", "called"),
    [
        ("Demo of the planning module", Kind.HOW, "this demo"),
        ("renewal call with Halden", Kind.HOW, "this renewal call"),
        ("recall what they said", Kind.OTHER, "the next call"),
        ("something about stories", Kind.STORIES, "the talk about this story"),
        ("lunch, then a demo", Kind.HOW, "this lunch"),
        ("Proposal for Halden", Kind.HOW, "the talk about this proposal"),
        ("team meeting before Halden", Kind.INTERNAL, "the next call"),
    ],
)
def test_the_plan_is_called_by_its_own_noun(plan: str, kind: Kind, called: str) -> None:
    assert filling(Brief(plan, kind=kind), EN)["occasion"] == called


@pytest.mark.parametrize("choices", [(ACME,), (ACME, NOTHING), (ACME, KESTREL, NOTHING)])
def test_what_it_was_better_than_can_be_tapped(choices: tuple[Choice, ...]) -> None:
    talk = Talk(replace(MARTA, choices=choices)).tap(Reply.YES, Reply.YES).say(THEIRS)

    each = ["Acme", "Kestrel", "Leaving it as it is"]
    named = [label for label in each if label.casefold() in str(talk.prompt).casefold()]
    assert len(named) == len(choices)
    assert "They didn't compare" in talk.labels
    assert ("Both" in talk.labels) == (len(choices) == 2)
    assert ("All of them" in talk.labels) == (len(choices) == 3)
    assert len(talk.prompt.pick) == (3 if len(choices) == 3 else 0)


def test_a_sentence_of_somebody_unnamed_is_shown_so() -> None:
    talk = Talk().tap(Reply.YES, Reply.YES).form(Source.DID, who="")

    assert "\nSomeone over there · something they did" in talk.text


def test_how_will_you_win_asks_about_the_way_that_was_chosen() -> None:
    gates = {way: Talk().tap(Reply.NO).option(way).text for way, f in WAYS.items() if f}

    openings = [
        "Few have the richest offer. Has Marta said you beat Acme on something they care about?",
        "Few are ever the cheapest. Has Marta seen that you are, all in?",
        "Most sellers say so. Has anyone over there said you're easy to work with?",
    ]
    assert all(map(str.startswith, gates.values(), openings))
    alone = Talk(replace(MARTA, choices=(NOTHING,))).tap(Reply.NO)
    assert "Acme" not in alone.option("Better products and services").text


def test_the_gate_and_its_taps() -> None:
    talk = Talk().tap(Reply.YES, Reply.YES)

    assert talk.text.startswith("You may think so. Would Marta agree? ")
    assert talk.labels == ["They told or showed me", "I believe so", "Probably not"]
    assert [option.form for option in talk.prompt.options] == ["evidence", "", ""]


def test_a_gate_for_which_nothing_was_drawn_asks_its_own_question_alone() -> None:
    talk = Talk().tap(Reply.YES, Reply.YES)
    talk.dialogue = replace(talk.dialogue, asked=())

    assert talk.text == "You may think so. Would Marta agree?"


def test_the_gates_take_turns_within_a_check_and_between_checks() -> None:
    talk = Talk().tap(Reply.YES)
    openings = []
    while talk.step.factor:
        openings.append(talk.tap(Reply.YES).text.split("?")[0])
        talk.tap(Reply.BELIEVE)

    assert len(set(openings)) == 5
    assert Talk(number=1).tap(Reply.YES, Reply.YES).text.split("?")[0] != openings[0]


# the tone


def everything_said() -> list[str]:
    """Prompts of many checks, through every step."""
    said = []
    for number, middle in product(range(6), FIVE_MINUTES):
        talk = Talk(number=number)
        follow = talk._follow

        def heard(following: object, talk: Talk = talk, follow: Callable = follow) -> bool:  # type: ignore[type-arg]
            taken: bool = follow(following)
            said.append(talk.text)
            return taken

        talk._follow = heard  # type: ignore[method-assign]
        talk.tap(Reply.YES)
        middle(talk)
        for label in ENDS[number % 3]:
            talk.option(label)
        said.append(shown(card(talk.dialogue, EN).lines))
    return said


def test_nobody_is_praised_scolded_or_shouted_at() -> None:
    for text in everything_said():
        assert "!" not in text
        assert not re.search(r"delusion|\bweak\b|good job|well done|great|excellent", text, re.I)


def test_every_prompt_but_the_verdict_asks_one_thing_shortly() -> None:
    for text in everything_said():
        if "│" not in text:
            assert len(text) <= MAX_PROMPT
        assert "{" not in text


# the seller's words


hostile = st.text(st.sampled_from("*_<>{}@&~`|\"' abä😀\n"), min_size=1, max_size=60)


@given(hostile)
def test_the_sellers_words_are_taken_literally(text: str) -> None:
    talk = Talk(replace(MARTA, plan=f"demo {text}", company="", person=f"x{text}"))
    talk.tap(Reply.YES, Reply.YES)
    talk.say(f"x{text} went")

    assert " ".join(f"x{text} went".split())[:20] in talk.text
    spans = [span for line in talk.prompt.lines for span in line]
    assert not any(span.bold for span in spans)
    head = shown(card(talk.dialogue, EN).lines[:1])
    assert " ".join(f"x{text}".split())[:20] in head
    assert " ".join(f"demo {text}".split())[:20] in head


@given(hostile)
def test_a_rivals_name_is_taken_literally(name: str) -> None:
    brief = replace(MARTA, choices=(Choice(Sort.COMPETITOR, f"x{name}y"), NOTHING))
    talk = Talk(brief).tap(Reply.YES, Reply.YES).say(THEIRS)
    kept = " ".join(f"X{name}y".split())

    assert talk.labels[0][:20] == kept[:20]
    talk.tap(Reply.BACK).say(THEIRS).option("Both")
    assert talk.states[Factor.VALUE] is State.HELD


def test_only_a_templates_own_stars_make_bold() -> None:
    line = fill("a *b {x}* {y}", x="*c*", y="*d*")

    assert [(span.text, span.bold) for span in line] == [
        ("a ", False),
        ("b *c*", True),
        (" *d*", False),
    ]
    assert plain(fill("{x}{y}", x="", y="z")) == "z"


# the change


def test_the_change_is_about_what_matters_most() -> None:
    talk = at_change(State.HELD, State.UNSURE, State.CLAIMED, State.NO, State.UNSURE)

    assert talk.text.splitlines()[0] == "One change for this call: ease."
    assert talk.text.splitlines()[1].startswith("When ")
    assert "I will" in talk.text
    assert talk.labels == ["Keep it", "Change it", "Another factor", "No change"]


def test_another_factor_goes_through_all_that_are_missing_and_begins_again() -> None:
    talk = at_change(State.HELD, State.UNSURE, State.CLAIMED, State.NO, State.UNSURE)
    named = []
    for _ in range(5):
        named.append(talk.text.splitlines()[0].split(": ")[1])
        talk.option("Another factor")

    assert named == ["ease.", "risk.", "commercials.", "offering.", "ease."]


def test_when_four_hold_the_change_is_for_the_fifth() -> None:
    talk = at_change(State.HELD, State.UNSURE, *[State.HELD] * 3)

    assert talk.text.splitlines()[0] == "Four are shown. One change for the fifth: risk."


def test_when_all_five_hold_the_change_protects_the_weakest() -> None:
    talk = Talk().tap(Reply.YES)
    for factor in ASKED:
        source = Source.SAID if factor is Factor.EASE else Source.DID
        talk.tap(Reply.YES).form(source, "nothing")
    talk.tap(Reply.YES)

    assert talk.text.splitlines()[0].endswith("ease first:")
    assert "toward four" not in talk.text


def test_one_other_is_offered_when_the_rival_would_do_it_too() -> None:
    talk = at_change(*[State.CLAIMED] * 5)
    first = talk.text.splitlines()
    talk.option("Keep it")
    assert talk.text == "Would Acme's seller do this too?"
    talk.option("Probably")

    second = talk.text.splitlines()
    assert second[0].startswith("Another one, then.")
    assert second[1] != first[1]
    kept = talk.option("Keep it")
    assert kept.step.ask is Ask.DONE
    assert kept.text.startswith("Kept.")
    assert second[1] in shown(card(kept.dialogue, EN).lines)


def test_one_that_is_the_sellers_alone_is_so_as_they_see_it() -> None:
    talk = at_change(*[State.CLAIMED] * 5).option("Keep it").option("No")

    assert talk.text.startswith("Kept. Yours alone, as far as you can tell.")


def test_without_a_competitor_it_is_anyone_elses_seller() -> None:
    brief = replace(MARTA, choices=(NOTHING,))

    talk = at_change(*[State.NO] * 5, brief=brief).option("Keep it")
    assert talk.text == "Would any other seller do this too?"


def test_no_change_is_taken_as_it_is() -> None:
    talk = at_change(*[State.NO] * 5).option("No change")

    assert talk.text.startswith("No change, then.")


@pytest.mark.parametrize(
    ("choices", "question"),
    [
        ((ACME,), "Compared with Acme, what"),
        ((ACME, THEMSELVES), "Compared with Acme or doing it yourselves, what"),
        ((ACME, KESTREL, NOTHING, ELSEWHERE), "Compared with your other choices, what"),
    ],
)
def test_a_question_to_take_along(choices: tuple[Choice, ...], question: str) -> None:
    brief = replace(MARTA, choices=choices)

    assert question in at_change(*[State.NO] * 5, brief=brief).option("No change").text


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("factor", Factor)
def test_every_prefilled_change_is_a_sentence(factor: Factor, number: int) -> None:
    standing = Talk().dialogue.standing
    change = Change(key=f"{factor}.{number}")
    when, will, so_that = change_parts(change, standing, EN)

    line = plain(change_line(change, standing, EN))
    assert line == f"When {when}, I will {will}, so that {so_that}."
    assert len(line) <= MAX_PROMPT - 80
    assert not when.startswith(("before", "after", "when"))
    assert will.split()[0] in EVERY_VERB


EVERY_VERB = set("ask say show send bring invite leave offer open let count do".split())


def test_a_change_of_the_sellers_own_is_shown_as_written() -> None:
    standing = Talk().dialogue.standing

    assert plain(change_line(Change(words="bring *cake*"), standing, EN)) == "bring *cake*"
    form = Change(when="it starts", will="ask", so_that="they say it")
    assert (
        plain(change_line(form, standing, EN)) == "When it starts, I will ask, so that they say it."
    )
    assert change_parts(Change(words="cake"), standing, EN) == ("", "cake", "")


# the card


def of(talk: Talk) -> Prompt:
    return card(talk.dialogue, EN)


def labels(prompt: Prompt) -> list[str]:
    return [option.label for option in prompt.options]


def test_the_card_of_a_check_that_begins() -> None:
    begun = of(Talk())

    title, marks, nothing = shown(begun.lines).splitlines()
    assert title == "Northgate · Demo of the planning module"
    assert marks == "O ·  C ·  │  V ·  R ·  E ·"
    assert nothing.endswith("nothing asked yet")
    assert labels(begun) == ["Continue", "Pause", "Cancel"]


def test_nothing_asked_yet_is_said_only_before_a_factor_was_answered() -> None:
    for reply in (Reply.YES, Reply.NO, Reply.SKIP):
        assert "nothing asked yet" not in shown(of(Talk(HURRIED).tap(reply)).lines)


def test_the_card_of_a_check_without_a_buyer_shows_its_plan() -> None:
    assert shown(of(Talk(Brief("Pitch"))).lines).splitlines()[0] == "Pitch"


def test_the_two_answers_stand_side_by_side() -> None:
    talk = at_change(*[State.NO] * 5)
    assert "At the start: yes. At the end: yes." in shown(of(talk).lines)

    skipped = Talk().tap(Reply.SKIP)
    for _ in ASKED:
        skipped.answer(State.NO)
    assert "At the start: –. At the end: not sure." in shown(of(skipped.tap(Reply.UNSURE)).lines)
    assert answer_label(Reply.SKIP, EN) == "–"


def test_the_card_says_when_a_check_stands_still() -> None:
    paused, cancelled = Talk().tap(Reply.PAUSE), Talk().tap(Reply.CANCEL)
    done = at_change(*[State.NO] * 5).option("No change")

    assert shown(of(paused).lines).endswith("Paused.")
    assert labels(of(paused)) == ["Continue", "Cancel"]
    assert shown(of(cancelled).lines).endswith("Cancelled.")
    assert labels(of(cancelled)) == []
    assert shown(of(done).lines).endswith("Finished.")
    assert labels(of(done)) == ["Change an answer"]
    assert not done.give(Move(done.step, Reply.CANCEL))


def test_after_the_verdict_there_is_no_pause_and_no_cancel() -> None:
    talk = Talk().tap(Reply.YES)
    for _ in ASKED:
        assert not talk.prompt.closed
        talk.answer(State.NO)

    assert talk.prompt.closed
    assert labels(of(talk)) == ["Continue", "Change an answer"]
    assert not talk.give(Move(talk.step, Reply.PAUSE))
    assert not talk.give(Move(talk.step, Reply.CANCEL))
    assert talk.tap(Reply.BACK).prompt.closed


def test_a_changed_answer_changes_the_verdict_in_its_place() -> None:
    talk = at_change(*[State.NO] * 5).option("No change").reopen(Factor.VALUE)
    assert talk.text.startswith("Again, then:")
    talk.answer(State.HELD)

    assert talk.step.ask is Ask.DONE
    assert "V ●" in shown(verdict_prompt(talk.dialogue, EN).lines)


def test_a_stopped_check_says_so_and_how_to_go_on() -> None:
    paused, cancelled = Talk().tap(Reply.PAUSE), Talk().tap(Reply.CANCEL)

    assert (paused.text, paused.labels) == ("Paused. Everything is kept.", ["Continue"])
    assert paused.option("Continue").text.startswith("Where we were:\nWhatever you are planning")
    assert cancelled.labels == ["Start again with this plan"]
    assert not cancelled.give(Move(cancelled.step, Reply.BACK))


def test_a_deleted_change_is_not_on_the_card() -> None:
    talk = at_change(*[State.NO] * 5).say("bring cake", "1").edit("", "1")

    assert talk.step.ask is Ask.RIVAL
    assert not {"When", "cake"} & set(re.findall(r"\w+", shown(of(talk).lines)))
