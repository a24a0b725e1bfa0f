"""Reading one sentence: who said or did what, when, and why it would be sent back."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.answers import hear
from coaching.brief import Choice, Sort
from coaching.dialogue import begin
from coaching.factors import Factor, State
from coaching.moves import Ask, Reply, Said
from coaching.prompts import MAX_PROMPT
from coaching.reading import MAX_TEXT, Fault, Label, Reading, Source, read
from coaching.reading.events import events
from coaching.reading.lexicon import lexicon
from coaching.reading.sentence import parse
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
    ("Peter Holm forwarded the list of forty steps on Friday", "Peter Holm", "Friday", DID),
    ("Peter Holm forwarded the list of steps to Marta on Friday", "Peter Holm", "Friday", DID),
    ("Dr. Okafor said the audit in 2024 cost her two weekends", "Dr. Okafor", "", SAID),
    ("she said re-typing the plan costs them two days a month", "Marta", "", SAID),
    ("they tested the module for three weeks in Q2 2026", "Marta", "Q2 2026", DID),
    ("Per the minutes of 12 March the board ranked us first", "the board", "12 March", DID),
    ("According to Jens on Monday they ranked us first of three", "Jens", "Monday", SAID),
    ("The auditor they hired wrote on 19 May that two logs fail", "The auditor", "19 May", SAID),
    ("my contact there, Stefan, showed me 40 forms on Friday", "Stefan", "Friday", DID),
    ("Frau Dr. Seidel has me on Tuesday said that she needs two men more", None, "Tuesday", SAID),
    ("the tenants' association has voted 31 to 4 for our lift on 2 May", None, "2 May", DID),
    ("acording to there planner (wendsday call) the other line stops twice", None, None, SAID),
    ("Board paper 7b, 30 September, recommends us for the buy-back", None, "30 September", SAID),
    ("MARTA SAID IN MARCH THAT RE-TYPING COSTS TWO DAYS", "Marta", "MARCH", SAID),
    ("thier plannr told me on tuesdy that they retype it all twice", "thier plannr", None, SAID),
]


@pytest.mark.parametrize(("text", "who", "when", "source"), THEIR_WORDS)
def test_their_words_and_deeds(
    text: str, who: str | None, when: str | None, source: Source
) -> None:
    reading = marta(text)

    assert reading.label is Label.SUPPORTED
    assert reading.source is source
    assert reading.who if who is None else reading.who == who
    assert when is None or reading.when == when
    assert reading.what


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Marta told me in March that re-typing costs two days", "re-typing costs two days"),
        ("re-typing costs two days, Marta told me in March", "re-typing costs two days"),
        ("re-typing costs two days, she said so.", "re-typing costs two days"),
        ("Marta said: we lose two days", "we lose two days"),
        ("Marta, she said, loses two days, in May", "Marta, she said, loses two days, in May"),
        ("they re-type the plan every single month", "they re-type the plan every single month"),
        ("Marta asked us on Tuesday for the exit", "asked us for the exit"),
        ("Marta said", "Marta said"),
        ("said Marta", "said Marta"),
    ],
)
def test_what_they_said_is_shown_without_who_and_when(text: str, what: str) -> None:
    assert marta(text).what == what


SENT_BACK = [
    # nothing in it
    ("they seem to be something", Fault.VAGUE, "they seem to be something"),
    ("Marta told me so on Monday", Fault.VAGUE, "Marta told me so"),
    ("definately", Fault.VAGUE, "definately"),
    # polite noises
    ("Marta liked it, a nice talk", Fault.POLITE, "Marta liked it"),
    ("their CFO said on Monday that we are great", Fault.POLITE, "their CFO said"),
    # stock phrases
    ("we are the market leader in planning software", Fault.STOCK, "market leader"),
    ("they get a seamless journey with one trusted partner", Fault.STOCK, "trusted partner"),
    ("WORLD-CLASS planning, END-TO-END", Fault.STOCK, "WORLD-CLASS"),
    # about us
    ("our module has forty interfaces and our team knows SAP", Fault.ABOUT_US, "our module"),
    ("we have won three industry awards this year alone", Fault.ABOUT_US, "we have won"),
    # something we do
    ("I will show the demo and then our roadmap", Fault.PUSH, "I will show the demo"),
    ("I'm going to present our slides, then a demo", Fault.PUSH, "I'm going to"),
    # better than we were
    ("our module is twice as fast as it was last year", Fault.OUR_PAST, "as it was last year"),
    ("our new release is better than our old one", Fault.OUR_PAST, "than our old one"),
    # our own house
    ("Our CFO said on Monday that our price is below Acme's", Fault.OUR_HOUSE, "Our CFO said"),
    ("My boss mentioned yesterday that Kestrel lost two customers", Fault.OUR_HOUSE, "My boss"),
    ("According to our engineer they would save two days", Fault.OUR_HOUSE, "According to our"),
    # our words to them
    ("I told Marta that we save them two days", Fault.TOLD_THEM, "I told Marta that we save them"),
    ("we showed them the savings on Monday, two days a month", Fault.TOLD_THEM, "we showed them"),
    ("Our engineer explained it to them on Monday", Fault.TOLD_THEM, "Our engineer explained"),
    ("Our CEO told their CEO on Friday that we're safest", Fault.TOLD_THEM, "Our CEO told"),
    ("Mailed their legal yesterday: our exit beats Acme's", Fault.TOLD_THEM, "Mailed their legal"),
    # not yet, or not at all
    ("Marta would say that the interface saves her hours", Fault.NOT_YET, "Marta would say"),
    ("nobody has said so but the interface saves hours", Fault.NOT_YET, "nobody has said"),
    ("if I asked them, Marta might confirm the two days", Fault.NOT_YET, "if I asked"),
    ("the planners haven't said which steps they'd miss", Fault.NOT_YET, "the planners haven't"),
    # from outside
    ("Gartner wrote on 3 May that buyers like them want less risk", Fault.OUTSIDE, "Gartner wrote"),
    ("Another customer said in May it saves 30 hours", Fault.OUTSIDE, "Another customer said"),
    ("A vendor told me on Monday that they pay too much", Fault.OUTSIDE, "A vendor told me"),
    ("the farm next door saved a third of its feed last year", Fault.OUTSIDE, "the farm next door"),
    # worked out by ourselves
    ("40 hours a week for them, straight from our calculator", Fault.OUR_HOUSE, "40 hours a week"),
    # compared with nothing
    ("they will have fewer steps and a quicker start", Fault.NOT_COMPARED, "they will have"),
    # nobody over there
    ("the planners lose two days a month on typing", Fault.NO_SOURCE, "the planners lose"),
    ("their planners hate the old form", Fault.NO_SOURCE, "their planners hate"),
]


@pytest.mark.parametrize(("text", "fault", "phrase"), SENT_BACK)
def test_what_is_sent_back_and_in_whose_words(text: str, fault: Fault, phrase: str) -> None:
    reading = marta(text)

    assert reading.fault is fault
    assert reading.label is fault.label
    assert reading.source is OWN
    assert reading.phrase.startswith(phrase)


@pytest.mark.parametrize(("text", "fault", "phrase"), SENT_BACK)
def test_a_doubt_quotes_the_sellers_own_words(text: str, fault: Fault, phrase: str) -> None:
    talk = Talk().tap(Reply.YES, Reply.YES).say(text)

    quoted = talk.text.split("“")[1].split("”")[0]
    assert quoted.startswith(phrase)
    assert quoted in text


def test_every_fault_is_put_in_words_of_its_own() -> None:
    assert {fault for _, fault, _ in SENT_BACK} | {Fault.WORN} == set(Fault)
    for fault in Fault:
        wordings = EN.find(f"doubt.{fault}")
        assert any("{rival}" not in wording for wording in wordings)
        for wording in wordings:
            assert wording.count("{phrase}") == 1
            assert wording.count("?") == 1 or wording.endswith("please.")


@pytest.mark.parametrize(("text", "fault", "phrase"), SENT_BACK)
@pytest.mark.parametrize("number", range(4))
def test_a_rivals_thing_is_said_only_where_there_is_a_rival(
    text: str, fault: Fault, phrase: str, number: int
) -> None:
    alone = replace(MARTA, choices=(Choice(Sort.NOTHING),))
    talk = Talk(alone, number).tap(Reply.YES, Reply.YES).say(text)

    assert talk.step.ask is Ask.DOUBT
    assert "website" not in talk.text
    assert "'s seller" not in talk.text


# traps

TRAPS = [
    # what stands inside their words is no veto
    ("Marta said on Monday that she will never go back to paper", Label.SUPPORTED),
    ("Their lawyer wrote yesterday that they would not sign with Acme again", Label.SUPPORTED),
    ("She'll never go back to paper, she said on Monday after two shifts", Label.SUPPORTED),
    # an honest no with their words behind it
    ("No. Omar in procurement told me yesterday Kestrel came in 12% lower", Label.SUPPORTED),
    # ours first, then theirs
    ("I told her 10% and on Friday she wrote back: it's 14% of scrap", Label.SUPPORTED),
    # their document, their vote, their quotation
    ("Per the minutes of 12/05 the committee ranked us first on effort", Label.SUPPORTED),
    ("We were ranked first on effort by their panel on 4 December", Label.SUPPORTED),
    ('"We never want that outage again, you are the way out", their COO, 3 May', Label.SUPPORTED),
    # who spoke stands before a colon, or at the very end
    ("Their head of compliance, 13 April: doing nothing means a fine from July", Label.SUPPORTED),
    ("Cancelled the Kestrel demo on Thursday and kept ours, their CTO", Label.SUPPORTED),
    ('Mira wrote on Tuesday: "since May we have nobody to call at Acme"', Label.SUPPORTED),
    # nobody else is not nobody
    ("Nobody else answered the audit questions, Priya wrote on 9 June", Label.SUPPORTED),
    # ours dressed as theirs
    ("The calculation we sent to their CFO on Monday shows 26 hours", Label.UNSUPPORTED),
    ("We were told by our distributor on Monday that they prefer us", Label.UNSUPPORTED),
    ("Our people say their people say Flexa is on the way out", Label.UNSUPPORTED),
    # a rival's people, another customer's, and the press
    ("Acme's own rep told me on Friday that their price is higher", Label.UNSUPPORTED),
    ("The CFO of our reference customer said on 3 May she'd never go back", Label.UNSUPPORTED),
    (
        "The school down the road dropped it after a term, their head told me on 3 May",
        Label.UNSUPPORTED,
    ),
    ("Dave (our engineer) said on Monday that they can't build this in a year", Label.UNSUPPORTED),
    # still to come
    ("I want to ask their CFO on Monday what an error costs her", Label.UNSUPPORTED),
    ("According to plan they will tell us in May which is safer", Label.UNSUPPORTED),
    ("Their CTO should confirm by Wednesday that only ours works offline", Label.UNSUPPORTED),
    ("Would their CFO say that ours is safer than Acme?", Label.UNSUPPORTED),
    ("The plan for Friday is that Dina confirms how far their warranty goes", Label.UNSUPPORTED),
    # nobody's silence, nobody's words, a bidder's words passed on
    ("Not one person in the room yesterday mentioned price, so we are below it", Label.UNSUPPORTED),
    ("Not cheaper for them, no: two vans and fuel are more than the flat rate", Label.UNSUPPORTED),
    ("Was told by the rep of a supplier last Monday that they got burnt", Label.UNSUPPORTED),
    # our own approvals and figures
    ("From our side legal and finance have cleared the draft on Monday", Label.SELLER_CENTRED),
    ("Implementation took us 14 weeks on average in 2022", Label.SELLER_CENTRED),
    # a date and a name, and nothing said
    ("Well, the MD ended Wednesday's call with \"let's keep talking\".", Label.VAGUE),
    ("Their CFO told me yesterday he feels good about us", Label.VAGUE),
    ('Their CTO said "cool" in the chat on Monday', Label.VAGUE),
    ("We spoke on 12 May", Label.VAGUE),
]


@pytest.mark.parametrize(("text", "label"), TRAPS)
def test_traps(text: str, label: Label) -> None:
    assert read(text).label is label


FOREIGN = [
    "Wir glauben, dass sie sich mit uns sicherer fühlen",
    "La directrice financière a dit lundi que les deux autres offres sont plus chères",
    "Asiakas sanoi maanantaina toisen tarjouksen olevan kallis",
    "Заказчик сказал, что там дороже",
    "佐藤さんは月曜日に三割安いと言いました",
]


@pytest.mark.parametrize("text", FOREIGN)
def test_another_language_is_not_doubted_and_can_be_kept(text: str) -> None:
    reading = marta(text)
    assert (reading.label, reading.fault, reading.what) == (Label.CANNOT_READ, None, text)

    talk = Talk().tap(Reply.YES, Reply.YES).say(text)
    assert talk.step.ask is Ask.KEEP
    assert text in talk.text
    assert talk.labels == ["They did or said it", "Keep it as my view"]
    assert talk.form(Source.SAID, "nothing").states[Factor.VALUE] is State.HELD


@pytest.mark.parametrize("text", ["fine", "better care, less work", "asdf", "YES!!!"])
def test_a_few_words_are_english_enough(text: str) -> None:
    assert read(text).label is not Label.CANNOT_READ


def test_their_words_in_another_language_are_quoted_in_an_english_sentence() -> None:
    text = 'Frau Weber wrote on 4 June: "nur Sie liefern ohne Mindestmenge", the others do not.'

    assert read(text).label is Label.SUPPORTED


def test_a_rival_named_in_the_form_is_no_source() -> None:
    text = "Kestrel told me on Monday that re-typing costs them two days a month"

    assert read(text, ("Kestrel",)).label is Label.SUPPORTED
    assert read(text, ("Northgate",), ("Kestrel",)).label is Label.UNSUPPORTED


def test_numbers_and_phones_do_not_matter_to_the_apostrophe() -> None:
    straight = marta("the planners haven't said which of the steps they'd miss")
    curly = marta("the planners haven’t said which of the steps they’d miss")

    assert (straight.source, straight.fault) == (curly.source, curly.fault)


def test_a_long_sentence_is_quoted_in_whole_words() -> None:
    text = "the planners in the warehouse would certainly get two whole working days back"
    reading = marta(text)

    assert len(reading.phrase) <= 60
    assert text.startswith(reading.phrase)
    assert text[len(reading.phrase)] == " "


WORDS = st.sampled_from(sorted(lexicon().kinds) + list("“”\"'.,:;()?-") + ["3 May", "12%", "Ann"])


@given(st.text(max_size=MAX_TEXT) | st.lists(WORDS, max_size=60).map(" ".join))
def test_any_text_can_be_read(text: str) -> None:
    reading = read(text, NAMES, ("Acme",))

    assert reading == read(text, NAMES, ("Acme",))
    assert reading.text == " ".join(text.split())
    assert reading.phrase in reading.text
    assert len(reading.phrase) <= 60
    assert (reading.fault is None) == (reading.phrase == "") or not reading.text
    assert reading.when in reading.text
    assert (reading.source is OWN) == (reading.label is not Label.SUPPORTED)


@given(st.lists(WORDS, max_size=60).map(" ".join))
def test_no_doubt_is_longer_than_a_prompt(text: str) -> None:
    """Whatever was written, and however long the names are."""
    long = "W" * 60
    choices = tuple(Choice(Sort.COMPETITOR, f"{n}{long}") for n in range(3))
    brief = replace(MARTA, person=long, company=long, choices=choices)
    move = hear(Talk(brief).tap(Reply.YES, Reply.YES).dialogue, (Said(text or "x"),), EN)
    talk = Talk(brief).tap(Reply.YES, Reply.YES)
    talk.give(move)

    assert len(talk.text) <= MAX_PROMPT


@pytest.mark.parametrize(
    "unit", ["A", "A-", "Aa ", "their x ", "told ", ", a", "our our ", "'s ", ", 3 May"]
)
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


EVENTS = [
    ("nobody over there has told us anything", "nobody", "denied"),
    ("their steps were counted", "", ""),
    ("that was ranked by their panel", "their panel", "real"),
    ("according to plan", "", ""),
    ("according to their CFO it is safer", "their CFO", "real"),
    ("got it from Beatriz", "Beatriz", "real"),
    ("would their CFO say so?", "their CFO", "supposed"),
    ("what happened, happened", "", ""),
    ("the AE told us", "the AE", "real"),
    ("Marta refused it and struckk it", "Marta", "real"),
    ("their buyer flagged it", "their buyer", "real"),
]


@pytest.mark.parametrize(("text", "who", "mood"), EVENTS)
def test_who_did_it_and_whether_it_happened(text: str, who: str, mood: str) -> None:
    sentence = parse(text)
    found = next(iter(events(sentence)), None)

    named = " ".join(word.text for word in sentence.words[slice(*found.who)]) if found else ""
    assert who in named
    assert (str(found.mood) if found else "") == mood
