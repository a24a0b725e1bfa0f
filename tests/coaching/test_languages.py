"""Languages beside English: complete, of the same shape, and grammatical whatever fills them."""

import re
from dataclasses import replace
from datetime import date
from string import Formatter
from typing import Any

import pytest

from coaching.answers import asked_language, is_renewal, propose_kind
from coaching.brief import NOTHING, Brief, Choice, Kind, Sort
from coaching.factors import ASKED, Factor, State
from coaching.moves import Ask, Reply
from coaching.phrases import filling
from coaching.prompts import MAX_PROMPT
from coaching.questions import template
from coaching.reading import Source
from coaching.words import fill, load, plain, words
from tests.coaching.talk import ACME, EN, HURRIED, MARTA, Talk
from tests.coaching.test_questions import ASKING, FILLED, PLACEHOLDERS, sentences

DE = words("de")
IN_A_CHANNEL = {"summary"}
"""It is read by many, and said in English."""
OWN_LISTS = re.compile(r"^hears\.|\.hears\b|^occasion\.|^change\.(wishes|acts|asks)\b")
"""Lists that are as long as a language needs them."""
ENGLISH = dict(sentences(load("en")))
GERMAN = dict(sentences(load("de")))


def shapes(found: Any, key: str = "") -> dict[str, str]:
    """What stands at each key: a text, or a list and its length."""
    if isinstance(found, dict):
        parts = (shapes(part, f"{key}.{name}" if key else name) for name, part in found.items())
        return {place: shape for part in parts for place, shape in part.items()}
    if OWN_LISTS.search(key) or not isinstance(found, list):
        return {key: type(found).__name__}
    return {key: f"{len(found)} of {sorted(shapes({'': found[0]}))}"}


def named(text: str) -> set[str]:
    """The placeholders of a sentence."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_what_a_language_has_no_sentence_for_is_said_in_english() -> None:
    for key in (key for key in ENGLISH if key.split(".")[0] in IN_A_CHANNEL):
        assert key not in GERMAN
    assert DE.find("summary") == EN.find("summary")
    assert words("en") is words("en")


def test_every_sentence_of_a_check_is_there_in_the_same_shape_and_no_other() -> None:
    def of_a_check(found: dict[str, str]) -> dict[str, str]:
        return {k: s for k, s in found.items() if not k.startswith(("occasion.", *IN_A_CHANNEL))}

    assert of_a_check(shapes(load("de"))) == of_a_check(shapes(load("en")))


def test_a_sentence_is_filled_with_what_the_english_one_is_filled_with() -> None:
    asked_about = set(filling(MARTA, DE))
    for key, text in GERMAN.items():
        if OWN_LISTS.search(key):
            continue
        offered = named(ENGLISH[key])
        if key.startswith((*ASKING, "how_win.gate")):
            offered |= asked_about
        assert named(text) <= offered, key


def test_the_same_bank_questions_speak_of_a_rival() -> None:
    """A question is kept by its place, whatever the language it is put in."""
    for key, text in GERMAN.items():
        if key.startswith("bank."):
            assert ("{rival}" in text) == ("{rival}" in ENGLISH[key]), key


def test_no_case_and_no_capital_depends_on_the_buyers_name() -> None:
    """German nouns change their article with the case; as a subject "dein Gegenüber" is right."""
    oblique = re.compile(r"\b(für|von|mit|bei|zu|an|auf|in|um|gegen|ohne|über|aus|nach) \{buyer\}")
    for key, text in GERMAN.items():
        assert not oblique.search(text), key
        assert "{buyer}s" not in text, key
        assert not text.startswith("{buyer}") or key.startswith("change."), key


@pytest.mark.parametrize("spoken", [ENGLISH, GERMAN], ids=["en", "de"])
def test_stars_come_in_pairs_and_nothing_is_exclaimed(spoken: dict[str, str]) -> None:
    assert {key for key, text in spoken.items() if text.count("*") % 2} == set()
    assert {key for key, text in spoken.items() if "!" in text} == set()


def test_german_quotes_are_german() -> None:
    assert {k: t for k, t in GERMAN.items() if re.search(r"[\"”]|“(?=\w)|„[^“]*„", t)} == {}


def test_every_german_sentence_of_a_check_is_short_with_the_longest_names() -> None:
    long = "W" * 60
    rivals = tuple(Choice(Sort.COMPETITOR, f"{n}{long}") for n in range(3))
    brief = replace(MARTA, plan="Quartalsgespräch", person=long, company=long, choices=rivals)
    values = {**FILLED, **filling(brief, DE), "left": "x" * 40}
    for key, text in GERMAN.items():
        if key.startswith((*ASKING, "doubt.", "thanks.", "rival.", "hard.", "question.")):
            room = {name: values.get(name, "x" * 60) for name in PLACEHOLDERS}
            assert len(plain(fill(text, **room))) <= MAX_PROMPT, key


@pytest.mark.parametrize(
    ("plan", "begins", "after"),
    [
        ("Demo des Planungsmoduls", "diese Demo", "Nach dieser Demo"),
        ("morgen der Workshop in Kassel", "dieser Workshop", "Nach diesem Workshop"),
        ("verlängerungsgespräch Halden", "dieses Verlängerungsgespräch", ""),
        ("wir wollen mehr", "dieser Termin", "Nach diesem Termin"),
    ],
)
def test_an_occasion_has_its_gender(plan: str, begins: str, after: str) -> None:
    brief = replace(MARTA, plan=plan)

    assert filling(brief, DE)["occasion"] == begins
    assert filling(brief, DE)["after"] == (after or "Nach diesem Verlängerungsgespräch")


@pytest.mark.parametrize(
    ("person", "called"),
    [
        ("Marta Lind", "Marta"),
        ("Frau Lind", "Frau Lind"),
        ("die Leiterin Einkauf", "die Leiterin Einkauf"),
        ("", "dein Gegenüber"),
    ],
)
def test_a_german_buyer_is_called_as_typed(person: str, called: str) -> None:
    assert filling(Brief("", person), DE)["buyer"] == called


def test_a_german_plan_is_understood() -> None:
    assert propose_kind("Workshop mit den Planern", DE) is Kind.IDEATION
    assert propose_kind("Demo des Planungsmoduls", DE) is Kind.HOW
    assert propose_kind("interne Prognose", DE) is Kind.INTERNAL
    assert is_renewal("Verlängerung mit Halden", DE)


@pytest.mark.parametrize(
    ("said", "state"),
    [("Ja", State.CLAIMED), ("weiß nicht", State.UNSURE), ("nö", State.NO), ("no", State.NO)],
)
def test_german_words_are_taps(said: str, state: State) -> None:
    talk = Talk(words=DE).say("ja").say(said)
    if talk.step.ask is Ask.GATE:
        talk.say("ja")

    assert talk.states[Factor.VALUE] is state


def test_two_choices_named_in_german_are_both() -> None:
    talk = Talk(words=DE).tap(Reply.YES, Reply.YES)
    talk.say("Marta said on Monday that the list costs them two days a month with Acme")
    assert talk.step.ask is Ask.KEEP
    talk.say("Acme und weitermachen wie bisher")

    assert talk.dialogue.standing.records[Factor.VALUE].better_than == (ACME.key, NOTHING.key)


def test_a_german_wish_is_sent_back_and_a_german_act_is_not() -> None:
    def said(text: str) -> Talk:
        return Talk(HURRIED, words=DE).tap(*[Reply.NO] * 3, Reply.SKIP).say(text)

    wish = said("Ich will Vertrauen aufbauen und besser zuhören")
    assert wish.text == "„Ich will Vertrauen aufbauen und besser zuhören“: " + (
        "Was davon würde eine Kamera sehen?"
    )
    assert said("Ich frage nach dem schlimmsten Fall und warte").step.ask is Ask.DONE


def test_a_german_sentence_that_cannot_be_read_leads_through_by_tap_or_form() -> None:
    """Sentences are read in English only: German ones are the seller's view until the form."""
    talk = Talk(words=DE).tap(Reply.YES)
    talk.say("Marta hat im März gesagt, dass das Abtippen zwei Tage im Monat kostet")
    while talk.step.ask is Ask.DOUBT:
        talk.form(Source.SAID, ACME.key)
    if talk.step.ask is Ask.KEEP:
        talk.form(Source.SAID, ACME.key)

    assert talk.states[Factor.VALUE] is State.HELD
    assert talk.step.factor is ASKED[1]


def test_a_language_changed_in_the_middle_keeps_the_question_asked() -> None:
    talk = Talk(number=3).tap(Reply.YES, Reply.YES)
    question = talk.dialogue.question(talk.step)
    talk.words = DE

    assert talk.text.endswith(plain(fill(template(question, DE), **filling(MARTA, DE))))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("language de", "de"),
        (" Language  DE ", "de"),
        ("language xx", "xx"),
        ("language", ""),
        ("language school renewal", ""),
        ("language de please", ""),
        ("de", ""),
    ],
)
def test_a_language_is_asked_for_in_exactly_these_words(text: str, code: str) -> None:
    assert asked_language(text, EN) == code
    assert asked_language(text, DE) == code


def test_a_day_is_written_as_people_write_it() -> None:
    assert EN.day(date(2026, 4, 3)) == "3 April"
    assert DE.day(date(2026, 3, 3)) == "3. März"
