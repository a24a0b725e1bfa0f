"""Reading one sentence: who said or did what, when, and why it would be sent back."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coaching.answers import hear
from coaching.brief import Brief, Choice, Sort
from coaching.dialogue import begin
from coaching.moves import Reply, Said
from coaching.reading import Fault, Reading, Source, read
from tests.coaching.talk import EN, MARTA, Talk

NAMES = ("Marta", "Marta Lind", "Northgate")
DID, SAID, OWN = Source.DID, Source.SAID, Source.IMPRESSION


def marta(text: str) -> Reading:
    return read(text, NAMES)


THEIR_WORDS = [
    # sentence, who, when, source
    ("Marta told me in March that re-typing costs two days a month", "Marta", "March", SAID),
    ("re-typing costs two days a month, Marta told me in March", "Marta", "March", SAID),
    ("marta wrote on Tuesday: the planners re-type everything", "Marta", "Tuesday", SAID),
    ("Northgate confirmed last week that the old system stays until May", "Northgate", None, SAID),
    ("their CFO asked on 3 April what a wrong plan costs them", None, "3 April", SAID),
    ("the head of purchasing sent us their price sheet yesterday", None, "yesterday", DID),
    ("Peter Holm forwarded the list of forty steps to Marta on Friday", "Marta", "Friday", DID),
    ("Peter Holm forwarded the list of forty steps on Friday", "Peter Holm", "Friday", DID),
    ("Dr. Okafor said the audit in 2024 cost her two weekends", "Dr. Okafor", "", SAID),
    ("she said re-typing the plan costs them two days a month", "Marta", "", SAID),
    ("they tested the module for three weeks in Q2 2026", "Marta", "Q2 2026", DID),
    ("MARTA SAID IN MARCH THAT RE-TYPING COSTS TWO DAYS", "Marta", "MARCH", SAID),
    ("their planer told me yesterday that they retype evrything twice", "Marta", "yesterday", None),
]


@pytest.mark.parametrize(("text", "who", "when", "source"), THEIR_WORDS[:-1])
def test_their_words_and_deeds(
    text: str, who: str | None, when: str | None, source: Source
) -> None:
    reading = marta(text)

    assert reading.source is source
    assert reading.fault is None
    assert reading.who if who is None else reading.who == who
    assert reading.when if when is None else reading.when == when
    assert reading.what


def test_a_misspelt_role_is_not_guessed() -> None:
    reading = marta("their planer told me yesterday that they retype evrything twice")

    assert reading.source is OWN
    assert reading.when == "yesterday"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Marta told me in March that re-typing costs two days", "re-typing costs two days"),
        ("re-typing costs two days, Marta told me in March", "re-typing costs two days"),
        ("re-typing costs two days, she said so.", "re-typing costs two days"),
        ("Marta said: we lose two days", "we lose two days"),
        ("they re-type the plan every single month", "they re-type the plan every single month"),
    ],
)
def test_what_they_said_is_shown_without_who_and_when(text: str, what: str) -> None:
    assert marta(text).what == what


SENT_BACK = [
    # our words to them
    ("I told Marta that we save them two days", Fault.TOLD_THEM, "I told Marta that we save them"),
    ("we showed them the whole planning module", Fault.TOLD_THEM, "we showed them"),
    ("our engineer explained the interface to them", Fault.TOLD_THEM, "our engineer explained"),
    # nothing in it
    ("they seem keen", Fault.VAGUE, "they seem keen"),
    ("it was quite good really", Fault.VAGUE, "it was quite good really"),
    ("Marta liked it", Fault.VAGUE, "Marta liked it"),
    ("definately", Fault.VAGUE, "definately"),
    # stock phrases
    ("we are the market leader in planning software", Fault.STOCK, "market leader"),
    ("they get a seamless journey with one trusted partner", Fault.STOCK, "trusted partner"),
    ("WORLD-CLASS planning for the whole company group", Fault.STOCK, "WORLD-CLASS"),
    ("they'd save a ton of time with the planning module", Fault.STOCK, "save a ton of time"),
    # about us
    ("our module has forty interfaces and our team knows SAP", Fault.ABOUT_US, "our module"),
    ("we have won three industry awards this year alone", Fault.ABOUT_US, "we have won"),
    # nobody over there
    ("the planners will certainly get two days back", Fault.NO_SOURCE, "the planners will"),
    ("nobody has said so but the interface saves hours", Fault.NO_SOURCE, "nobody has said"),
    ("Marta would say that the interface saves her hours", Fault.NO_SOURCE, "Marta would say"),
    ("if I asked them, Marta might confirm the two days", Fault.NO_SOURCE, "if I asked"),
]


@pytest.mark.parametrize(("text", "fault", "phrase"), SENT_BACK)
def test_what_is_sent_back_and_in_whose_words(text: str, fault: Fault, phrase: str) -> None:
    reading = marta(text)

    assert reading.fault is fault
    assert reading.source is OWN or fault is Fault.VAGUE
    assert reading.phrase.startswith(phrase)


@pytest.mark.parametrize(("text", "fault", "phrase"), SENT_BACK)
def test_a_doubt_quotes_the_sellers_own_words(text: str, fault: Fault, phrase: str) -> None:
    talk = Talk().tap(Reply.YES, Reply.YES).say(text)

    quoted = talk.text.split("“")[1].split("”")[0]
    assert quoted.startswith(phrase)
    assert quoted.removesuffix("…") in text


@pytest.mark.parametrize(
    "text",
    [
        "Our CFO confirmed on Monday that the price is below Acme's",
        "Our sales engineer wrote in May that the interface is finished",
        "My boss mentioned yesterday that Kestrel lost two customers",
        "Our product team published the list of forty interfaces",
    ],
)
def test_a_colleague_of_ours_is_no_source(text: str) -> None:
    reading = marta(text)

    assert reading.source is OWN
    assert reading.fault in (Fault.ABOUT_US, Fault.TOLD_THEM, Fault.NO_SOURCE)


@pytest.mark.parametrize(
    "text", ["she said the audit worries her more", "they told me so on Monday"]
)
def test_somebody_unnamed_over_there_is_somebody(text: str) -> None:
    nameless = Brief("Renewal call", choices=(Choice(Sort.NOTHING),))
    move = hear(Talk(nameless).tap(Reply.YES, Reply.YES).dialogue, (Said(text),), EN)

    assert move.reading is not None
    assert move.reading.who in ("she", "they")
    assert move.reading.source is SAID


def test_numbers_and_phones_do_not_matter_to_the_apostrophe() -> None:
    straight = marta("the planners haven't said which of the steps they'd miss")
    curly = marta("the planners haven’t said which of the steps they’d miss")

    assert (
        (straight.source, straight.fault) == (curly.source, curly.fault) == (OWN, Fault.NO_SOURCE)
    )


def test_a_long_sentence_is_quoted_in_whole_words() -> None:
    text = "the planners in the warehouse would certainly get two whole working days back"
    reading = marta(text)

    assert len(reading.phrase) <= 60
    assert text.startswith(reading.phrase)
    assert text[len(reading.phrase)] == " "


@settings(deadline=None)  # a busy machine is no failure
@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    reading = read(text, NAMES)

    assert reading.text == " ".join(text.split())
    assert reading.phrase in reading.text
    assert len(reading.phrase) <= 60
    assert (reading.fault is None) == (reading.phrase == "") or not reading.text
    assert reading.when in reading.text
    assert reading.source is OWN or reading.who


@pytest.mark.parametrize("unit", ["A", "A-", "Aa ", "their x ", "told ", ", a", "our our ", "'s "])
def test_three_thousand_characters_are_read_at_once(unit: str) -> None:
    text = (unit * 3000)[:3000]
    start = time.process_time()
    read(text, NAMES)

    assert time.process_time() - start < 1


def test_the_name_in_the_form_is_the_best_dictionary() -> None:
    dialogue = Talk(MARTA).tap(Reply.YES, Reply.YES).dialogue
    move = hear(dialogue, (Said("northgate sent the sheet with their own numbers on Monday"),), EN)

    assert move.reading is not None
    assert (move.reading.who, move.reading.source) == ("Northgate", DID)
    assert begin(MARTA) is not dialogue
