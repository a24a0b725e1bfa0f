"""What earlier checks leave behind, and how it is asked about again."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from coaching import record
from coaching.brief import NOTHING, Brief, Choice, Kind, Length, Sort
from coaching.calls import Heard, Tell
from coaching.card import entry
from coaching.factors import ASKED, Factor, State
from coaching.history import KEEPS, Earlier, recall
from coaching.moves import Ask, Reply, Said
from coaching.past import Evidence, Past, Quote, Still, bare
from coaching.reading import Source
from tests.coaching.talk import EN, MARTA, THEIRS, Talk, shown

MAY = date(2026, 5, 4)
KESTREL = Choice(Sort.COMPETITOR, "Kestrel")
STATES = (State.HELD, State.CLAIMED, State.NO, State.HEARD, State.UNSURE)
"""Of value, risk, ease, offering, commercials in the earlier check."""


def checked(*states: State, brief: Brief = MARTA, again: bool = True, days: int = 7) -> Earlier:
    """A finished check that left the factors in these states, so many days before MAY."""
    talk = Talk(brief).tap(Reply.YES)
    for state in states or STATES:
        talk.answer(state)
    assert talk.dialogue.standing.finished
    return Earlier(talk.dialogue, MAY - timedelta(days=days), same_buyer=again)


def coming_back(earlier: Earlier, brief: Brief = MARTA) -> Talk:
    """A new check after that one, at its first factor."""
    return Talk(replace(brief, past=recall([earlier], brief, MAY))).tap(Reply.YES)


def test_evidence_comes_back_with_its_date_and_what_it_was_better_than() -> None:
    past = recall([checked()], MARTA, MAY)

    assert [(e.factor, e.better_than, e.since, e.still) for e in past.evidence] == [
        (Factor.VALUE, ("nothing",), "2026-04-27", Still.SINCE),
        (Factor.OFFERING, (), "2026-04-27", Still.SINCE),
    ]
    assert past.guesses == (Factor.RISK, Factor.COMMERCIALS)
    assert past.missed == tuple(ASKED[1:])


def test_only_the_latest_check_with_them_counts() -> None:
    old = checked(*[State.HELD] * 5, days=30)
    others = checked(*[State.HELD] * 5, again=False, days=2)

    past = recall([old, checked(), others], MARTA, MAY)

    assert [evidence.factor for evidence in past.evidence] == [Factor.VALUE, Factor.OFFERING]
    assert past.missed == ()  # of the last check of all, whoever it was about


def test_nothing_comes_back_from_one_minute_or_from_somebody_else() -> None:
    hurried = Talk(replace(MARTA, length=Length.ONE)).tap(Reply.YES, Reply.YES, Reply.YES)
    one = Earlier(hurried.dialogue, MAY, same_buyer=True)

    assert recall([one], MARTA, MAY) == Past()
    assert recall([checked(again=False)], MARTA, MAY).evidence == ()


@pytest.mark.parametrize(
    ("days", "choices", "still", "words"),
    [
        (KEEPS, MARTA.choices, Still.SINCE, "You kept that on 3 February. Still true?"),
        (KEEPS + 1, MARTA.choices, Still.AGE, "long ago for a buyer"),
        (7, (*MARTA.choices, KESTREL), Still.RIVAL, "before there was Kestrel. Still true?"),
        (7, (NOTHING,), Still.SINCE, "You kept that on 27 April"),
    ],
)
def test_the_question_says_why_it_is_asked_again(
    days: int, choices: tuple[Choice, ...], still: Still, words: str
) -> None:
    talk = coming_back(checked(days=days), replace(MARTA, choices=choices))

    assert talk.step.key == "still.value"
    assert talk.dialogue.standing.records[Factor.VALUE].still is still
    assert "two days a month" in talk.text
    assert words in talk.text


def test_until_it_is_answered_it_is_the_sellers_view_and_then_it_holds_by_one_tap() -> None:
    talk = coming_back(checked())
    assert talk.states[Factor.VALUE] is State.CLAIMED

    talk.option("Still true")

    assert talk.states[Factor.VALUE] is State.HELD
    assert talk.step.key == "factor.risk"
    assert "Last time with them this was a guess." in talk.text
    assert talk.dialogue.standing.carries


@pytest.mark.parametrize(
    ("label", "state"), [("Not any more", State.NO), ("Not sure", State.UNSURE)]
)
def test_what_is_over_costs_one_tap_too(label: str, state: State) -> None:
    talk = coming_back(checked()).option(label)

    assert talk.states[Factor.VALUE] is state
    assert talk.step.key == "factor.risk"
    assert not talk.dialogue.standing.records[Factor.VALUE].carried


def test_typed_taps_answer_it_and_a_sentence_takes_its_place() -> None:
    assert coming_back(checked()).say("yes").states[Factor.VALUE] is State.HELD

    talk = coming_back(checked()).say(THEIRS)

    assert talk.step.key == "keep.value"
    assert not talk.dialogue.standing.records[Factor.VALUE].carried


def test_something_newer_opens_the_small_form() -> None:
    talk = coming_back(checked())
    newer = next(o for o in talk.prompt.options if o.label == "There is something newer")
    assert newer.form == "evidence"

    talk.form(Source.DID, "nothing")

    assert talk.states[Factor.VALUE] is State.HELD
    assert not talk.dialogue.standing.records[Factor.VALUE].carried


def test_what_was_heard_stays_heard_and_back_asks_again() -> None:
    talk = coming_back(checked(State.HEARD, *STATES[1:])).option("Still true")
    assert talk.states[Factor.VALUE] is State.HEARD

    talk.tap(Reply.BACK)

    assert talk.step.key == "still.value"


def test_without_the_choice_it_was_compared_with_the_comparison_is_asked_anew() -> None:
    acme_only = replace(MARTA, choices=MARTA.choices[:1])

    talk = coming_back(checked(), acme_only).option("Still true")

    assert talk.step.key == "keep.value"
    assert talk.states[Factor.VALUE] is State.HEARD


def test_another_buyer_in_the_form_asks_about_what_was_said_so_far() -> None:
    talk = Talk().tap(Reply.YES).answer(State.HELD).answer(State.NO)

    talk.fill_in(replace(MARTA, person="Jonas Weber"))

    assert talk.step.key == "still.value"
    assert "Does it hold for Jonas?" in talk.text
    assert talk.states[Factor.VALUE] is State.CLAIMED
    assert talk.option("Still true").states[Factor.VALUE] is State.HELD
    assert talk.states[Factor.RISK] is State.NO


def test_what_was_carried_for_one_buyer_is_not_asked_about_another() -> None:
    talk = coming_back(checked())

    talk.fill_in(replace(MARTA, person="Jonas Weber"))

    assert talk.step.key == "factor.value"


def test_a_check_made_short_asks_nothing_of_the_past() -> None:
    talk = coming_back(checked())

    talk.fill_in(replace(talk.dialogue.standing.brief, length=Length.ONE))

    assert talk.step.key == "factor.value"


def test_a_plan_without_its_form_waits_for_it() -> None:
    past = recall([checked()], MARTA, MAY)
    talk = Talk(replace(MARTA, ready=False, past=past))
    assert set(talk.states.values()) == {State.OPEN}

    assert talk.tap(Reply.YES, Reply.YES).step.ask is Ask.STILL


def test_a_sentence_given_in_three_checks_is_noticed_in_the_fourth() -> None:
    earlier = [checked(days=n, again=False) for n in range(1, 4)]
    for two in (earlier[:2], []):
        assert recall(two, MARTA, MAY).worn == ()
    worn = recall(earlier, MARTA, MAY).worn
    assert worn == (bare("Two days  a MONTH."),)

    talk = Talk(replace(MARTA, past=Past(worn=worn))).tap(Reply.YES, Reply.YES)
    talk.say("Two days a month!")

    assert talk.step.key == "doubt.value"
    assert talk.text.startswith("“Two days a month!”")
    assert "fourth" in talk.text or "three checks" in talk.text


def test_what_was_carried_over_is_not_counted_as_said_again() -> None:
    first = checked(*[State.HELD] * 5, days=9)
    carried = coming_back(first)
    for _ in ASKED:
        carried.option("Still true")
    second = Earlier(carried.dialogue, MAY, same_buyer=True)

    assert recall([first, second, second, second], MARTA, MAY).worn == ()


def test_a_factor_that_failed_last_time_gets_a_deeper_question() -> None:
    def drawn(past: Past, number: int) -> str:
        other = replace(MARTA, kind=Kind.OTHER, past=past)
        talk = Talk(other, number).tap(Reply.YES, Reply.YES)
        return talk.dialogue.question(talk.step).split(".")[1]

    failed = Past(missed=(Factor.VALUE,))
    assert [drawn(Past(), number) for number in (0, 2)] == ["one", "two"]
    assert [drawn(failed, number) for number in (0, 3, 8)] == ["two", "three", "two"]


def test_the_kind_of_plan_has_questions_of_its_own() -> None:
    told = Talk(replace(MARTA, kind=Kind.STORIES)).tap(Reply.YES, Reply.YES)

    assert "number in this story" in told.text


def test_a_past_is_kept_as_it_is() -> None:
    past = recall([checked()], MARTA, MAY)
    quotes = (Quote("no shelfware", "2026-05-01"), Quote("too dear", "2026-05-01", Factor.VALUE))
    past = replace(past, worn=("two days a month",), quotes=quotes)
    dialogue = Talk(replace(MARTA, past=past)).dialogue

    assert record.load(record.dump(dialogue)) == dialogue


def test_evidence_that_was_never_compared_does_not_need_a_rival() -> None:
    reading = checked().dialogue.standing.records[Factor.VALUE].reading
    assert reading is not None
    alone = Evidence(Factor.VALUE, reading, (), "2026-04-27")

    talk = Talk(replace(MARTA, past=Past(evidence=(alone,)))).tap(Reply.YES, Reply.YES)

    assert talk.states[Factor.VALUE] is State.HEARD


def test_a_call_that_is_near_offers_one_minute_instead() -> None:
    assert "Only a minute" not in Talk().labels
    talk = Talk(replace(coming_back(checked()).dialogue.standing.brief, near=True))
    assert talk.labels == ["Yes", "Not sure", "No", "Only a minute"]

    talk.option("Only a minute")

    assert talk.step.key == "factor.value"
    assert talk.dialogue.standing.asked_factors == ASKED[:3]
    assert talk.tap(Reply.BACK).labels[-1] == "Only a minute"


def test_the_list_of_earlier_checks_has_the_marks_and_the_change() -> None:
    done = checked().dialogue
    assert shown(entry(done, "27 April", EN)).splitlines() == [
        "Northgate · Demo of the planning module · 27 April",
        "O ◐  C ?  │  V ●  R ○  E ✕",
    ]

    talk = Talk().tap(Reply.YES)
    for state in STATES:
        talk.answer(state)
    talk.tap(Reply.YES).say("ask her what she fears")

    assert shown(entry(talk.dialogue, "today", EN)).splitlines()[2] == "ask her what she fears"


def test_what_they_said_in_a_call_comes_back_with_its_date() -> None:
    """Agreed, it is evidence against all choices of that check; disagreed, nothing is left."""
    tells = ((Factor.RISK, Tell.AGREED), (Factor.VALUE, Tell.DISAGREED), (Factor.EASE, Tell.SILENT))
    heard = Heard((Said("no shelfware"),), tells=tells, day="2026-05-01")
    past = recall([replace(checked(), heard=heard)], MARTA, MAY)
    risk, offering = past.evidence

    assert (risk.factor, risk.reading.text, risk.since) == (Factor.RISK, "no shelfware", heard.day)
    assert risk.reading.who == "Marta"
    assert risk.better_than == ("competitor:acme", "nothing")
    assert risk.still is Still.SINCE
    assert offering.factor is Factor.OFFERING


def test_the_latest_word_of_theirs_counts_and_grows_old_like_any_other() -> None:
    def told(tell: Tell, day: str) -> Earlier:
        heard = Heard((Said("their words"),), tells=((Factor.RISK, tell),), day=day)
        return replace(checked(State.NO, State.NO, State.NO, State.NO, State.NO), heard=heard)

    agreed, disagreed = told(Tell.AGREED, "2026-01-10"), told(Tell.DISAGREED, "2026-01-09")

    (evidence,) = recall([agreed, disagreed], MARTA, MAY).evidence
    assert evidence.still is Still.AGE
    with_rival = replace(MARTA, choices=(*MARTA.choices, KESTREL))
    (evidence,) = recall([agreed], with_rival, MAY).evidence
    assert (evidence.still, evidence.rivals) == (Still.RIVAL, ("Kestrel",))
    assert recall([told(Tell.DISAGREED, "2026-01-11"), agreed], MARTA, MAY).evidence == ()


def test_what_they_did_not_agree_to_stands_above_that_question_and_counts_for_nothing() -> None:
    tells = ((Factor.VALUE, Tell.DISAGREED), (Factor.RISK, Tell.AGREED))
    heard = Heard((Said("it costs us two people"),), tells=tells, day="2026-05-01")
    talk = coming_back(replace(checked(), heard=heard))

    assert talk.step.key == "factor.value"
    assert talk.text.startswith("On 1 May they said: “it costs us two people”\n")
    assert talk.states[Factor.VALUE] is State.OPEN
    assert [quote.factor for quote in talk.dialogue.standing.brief.past.quotes] == [Factor.VALUE]
    later = replace(heard, tells=((Factor.VALUE, Tell.AGREED),), day="2026-05-02")
    again = [replace(checked(), heard=heard), replace(checked(), heard=later)]
    assert recall(again, MARTA, MAY).quotes == ()


def test_what_belongs_to_no_factor_is_shown_once_under_the_question_of_all() -> None:
    heard = Heard(
        (Said("call us in autumn"),), tells=((Factor.RISK, Tell.SILENT),), day="2026-05-01"
    )
    first = replace(checked(), heard=heard)
    past = recall([first], MARTA, MAY)
    talk = Talk(replace(MARTA, past=past))

    assert talk.text.endswith("\nOn 1 May they said: “call us in autumn”")
    second = checked(brief=replace(MARTA, past=past), days=1)
    assert recall([first, second], MARTA, MAY).quotes == ()
    # In one minute the question of all is not asked.
    hurried = replace(MARTA, length=Length.ONE, past=past)
    one = Earlier(Talk(hurried).dialogue, MAY, same_buyer=True)
    assert recall([first, one], MARTA, MAY).quotes == past.quotes


def test_names_without_end_leave_no_room_for_what_they_said() -> None:
    rivals = tuple(Choice(Sort.COMPETITOR, name * 24) for name in "XYZ")
    past = Past(quotes=(Quote("call us in autumn", "2026-05-01"),))
    long = replace(MARTA, person="W" * 24, choices=rivals, past=past)
    assert "autumn" not in Talk(long).text
    quote = Quote("b " * 200, "2026-05-01")
    assert Talk(replace(MARTA, past=Past(quotes=(quote,)))).text.endswith("…”")
