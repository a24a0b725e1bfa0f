"""What is said around a call, why a seller is written to, and how honest they are."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from coaching import calls, tells
from coaching.brief import Brief, Length
from coaching.cadence import Cadence
from coaching.calibration import calibration_lines, outcomes
from coaching.calls import Heard, Seen, Tell, forecast, next_factor
from coaching.factors import Factor, State
from coaching.moves import Ask, Move, Reply, Said
from coaching.nudges import (
    Before,
    Checked,
    Why,
    check_of,
    choose,
    has_just_checked,
    settled_guesses,
)
from coaching.reading import Source
from coaching.standing import Standing
from coaching.when import when, zone_name
from coaching.words import plain, words
from tests.coaching.talk import EN, HURRIED, MARTA, Talk, shown

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
DE = words("de")
DAY = timedelta(days=1)
V, R, C = Factor.VALUE, Factor.RISK, Factor.COMMERCIALS
MIXED = (State.CLAIMED, State.UNSURE, State.NO, State.HELD, State.HEARD)


def standing(*states: State, change: bool = True, call_at: str = "") -> Standing:
    """A finished five-minute check that ended in these states."""
    talk = Talk(replace(MARTA, call_at=call_at)).tap(Reply.YES)
    for state in states or MIXED:
        talk.answer(state)
    talk.tap(Reply.YES, Reply.KEEP if change else Reply.NONE)
    return talk.dialogue.standing


def past(days: float = 7, *states: State, **more: object) -> Checked:
    """Such a check, finished so many days ago."""
    then = MONDAY - days * DAY
    return Checked("c1", standing(*states), then, then, **more)  # type: ignore[arg-type]


def quick(*replies: Reply) -> Standing:
    return Talk(HURRIED).tap(*replies).say("more").tap(Reply.KEEP).dialogue.standing


def text(*history: Checked, before: tuple[Before, ...] = ()) -> str:
    found = choose(history, before, MONDAY, BERLIN, EN)
    return plain(found.line) if found else ""


# around a call


def test_what_was_told_comes_back_as_it_was() -> None:
    heard = Heard(
        (Said("no shelfware", "1.0"),),
        tells=((R, Tell.AGREED),),
        before=((R, State.NO),),
        prompt="m",
        day="d",
    )
    assert calls.load(calls.dump(heard)) == heard
    assert calls.load("") == Heard()
    assert heard.text == "no shelfware"
    more = (Said("no shelfware"), Said("she said so!"), Said(""), Said("the audit"))
    assert Heard(more).text == "no shelfware. she said so! the audit"


def test_after_a_call_the_change_s_factor_is_asked_about_and_one_guess_more() -> None:
    assert forecast(standing()) == ((V, State.CLAIMED), (C, State.HEARD))
    assert forecast(standing(*[State.NO] * 5)) == ((V, State.NO),)
    heard = Heard((Said("they said"),), before=forecast(standing()))
    assert next_factor(heard) is V
    once = heard.tell(V, Tell.SILENT)
    assert next_factor(once) is C
    assert next_factor(once.tell(C, Tell.AGREED)) is None
    assert once.tell(C, Tell.AGREED).untell() == once
    assert next_factor(replace(heard, happened=False)) is None


def test_what_an_older_version_kept_is_completed_once() -> None:
    believed = forecast(standing())
    assert calls.complete(Heard(), standing()).before == believed
    partly = Heard((Said("x"),), before=((V, State.UNSURE),), whole=False).tell(V, Tell.AGREED)
    completed = calls.complete(partly, standing())
    assert completed.before == ((V, State.UNSURE), believed[1])
    one_guess = standing(*[State.NO] * 5)
    assert calls.complete(calls.load(calls.dump(completed)), one_guess) == completed
    assert calls.complete(replace(completed, whole=False), one_guess) == completed


def test_before_and_after_the_change_is_spoken_of_as_it_was_kept() -> None:
    kept = standing()
    own = replace(kept, change=replace(kept.change, key="", words="I bring their own sheet"))  # type: ignore[type-var]
    none = standing(change=False)
    assert "Your change: “ask Marta" in shown(calls.reminder_lines(kept, "at 11:00", EN))
    assert "To ask them: “" not in shown(calls.reminder_lines(kept, "at 11:00", EN))
    assert "“I bring their own sheet”\nTo ask them: “" in shown(
        calls.reminder_lines(own, "at 11:00", EN)
    )
    assert shown(calls.reminder_lines(none, "at 11:00", EN)).startswith("Northgate at 11:00.\n")
    assert "was your change" in plain(calls.after_line(kept, EN))
    assert plain(calls.after_line(none, EN)).startswith("Northgate: what did Marta say?")


def test_a_change_of_a_whole_paragraph_is_quoted_by_its_beginning() -> None:
    kept = standing()
    assert kept.change
    long = replace(kept.change, key="", words="", will="I bring\ntheir own sheet " * 9)
    said = plain(calls.after_line(replace(kept, change=long), EN))
    assert said.startswith("Northgate: “I bring their own sheet I bring")
    assert "own sheet…” was your change" in said
    assert "\n" not in said


def test_the_yes_to_the_call_brings_a_reminder_where_there_is_a_time_for_one() -> None:
    timed = standing(call_at="2026-03-02T11:00:00+01:00")
    assert "15 minutes before" in plain(calls.see_line(timed, 15, "Berlin time", EN))
    assert "minutes" not in plain(calls.see_line(timed, 0, "Berlin time", EN))
    assert "ask you afterwards" in plain(calls.see_line(standing(), 15, "Berlin time", EN))


def test_the_first_factor_comes_with_their_words_and_the_last_word_says_where_they_are() -> None:
    heard = Heard((Said("they said"),))
    first = calls.factor_lines(heard, R, standing(), EN)
    assert shown(first).startswith("In their words, with today's date.")
    assert len(calls.factor_lines(heard.tell(R, Tell.AGREED), V, standing(), EN)) == 1
    agreed = heard.tell(R, Tell.AGREED)
    assert "next time you check Northgate" in plain(calls.over_line(agreed, standing(), EN))
    assert "your next five-minute check with Northgate" in plain(
        calls.over_line(heard, standing(), EN)
    )
    of_nobody = replace(standing(), brief=Brief("Demo"))
    assert "Kept with this check" in plain(calls.over_line(heard, of_nobody, EN))
    assert "it didn't come up" in plain(calls.over_line(Heard(happened=False), standing(), EN))


@pytest.mark.parametrize(
    ("said", "tell"), [("Agreed", Tell.AGREED), ("no", Tell.DISAGREED), ("they agreed a bit", None)]
)
def test_a_typed_tap_is_the_whole_message(said: str, tell: Tell | None) -> None:
    assert tells.typed_tell(said, EN) is tell


@pytest.mark.parametrize(
    ("said", "tell", "besides"),
    [
        ("Yes, she did.", Tell.AGREED, ""),
        ("yes she did", Tell.AGREED, ""),
        ("Yep!", Tell.AGREED, ""),
        ("no, not really", Tell.DISAGREED, ""),
        ("No, she thinks Acme is safer", Tell.DISAGREED, "she thinks Acme is safer"),
        ("no she has seen Acme's audit", Tell.DISAGREED, "she has seen Acme's audit"),
        ("It didn't come up - no time", Tell.SILENT, "no time"),
        ("No. 1 for her is the audit", None, ""),
        ("no one asked", None, ""),
        ("no-one asked", None, ""),
        ("Disagreed\nshe wants it in writing", Tell.DISAGREED, "she wants it in writing"),
        ("the audit, she said", None, ""),
        ("yes\nAcme has no answer to it", Tell.AGREED, "Acme has no answer to it"),
        ("Definitely not.", Tell.DISAGREED, ""),
        ("absolutely not what she needs", None, ""),
        ("no, thanks", None, ""),
        ("partly", None, ""),
        ("No, it didn't come up", Tell.SILENT, ""),
        ("no: it didn't come up, we ran out of time", Tell.SILENT, "we ran out of time"),
        ("yes, she did, but Acme is cheaper", Tell.AGREED, "but Acme is cheaper"),
        ("No, she didn't. She wants the audit", Tell.DISAGREED, "She wants the audit"),
        ("They did not agree", Tell.DISAGREED, ""),
        ("yes, she did not", None, ""),
        ("No, she agreed.", None, ""),
        ("yes she didn't agree", None, ""),
    ],
)
def test_a_yes_or_no_may_lead_to_what_they_said_besides(
    said: str, tell: Tell | None, besides: str
) -> None:
    assert tells.read_tell(said, EN) == (tell, besides)


@pytest.mark.parametrize(
    ("said", "tell"),
    [
        ("Nein, kam nicht zur Sprache", Tell.SILENT),
        ("Sie war nicht einverstanden.", Tell.DISAGREED),
        ("nein, sie war einverstanden", None),
    ],
)
def test_a_german_yes_or_no_leads_in_the_same_way(said: str, tell: Tell | None) -> None:
    assert tells.read_tell(said, DE) == (tell, "")


def test_words_that_are_edited_are_quoted_without_the_tap_before_them() -> None:
    heard = Heard((Said("the audit", "1"), Said("she thinks Acme is safer", "2"), Said("so", "3")))

    def edited(text: str, source: str) -> str:
        corrected = tells.correct(heard, Said(text, source), EN)
        assert corrected
        return corrected.text

    assert edited("no, she finds Acme safer", "2") == "the audit. she finds Acme safer. so"
    assert edited("no", "2") == edited("yes, she did not", "2") == "the audit. so"
    assert edited("their audit", "2") == "the audit. their audit. so"
    assert edited("no, the audit", "1") == "no, the audit. she thinks Acme is safer. so"
    assert tells.correct(heard, Said("no", "4"), EN) is None


@pytest.mark.parametrize(
    ("said", "days"),
    [("Not yet", 1), ("ask me tomorrow", 1), ("next week", 7), ("every two weeks", None)],
)
def test_the_question_after_a_call_is_put_off_in_a_whole_message(
    said: str, days: int | None
) -> None:
    berlin = Cadence(own_zone="Europe/Berlin")
    at = MONDAY + days * DAY if days else None
    assert tells.typed_later(said, berlin, MONDAY + timedelta(hours=4), EN) == at


@pytest.mark.parametrize(
    ("said", "aside"),
    [
        *((said, True) for said in ("Thanks!", "not sure", "ok", "agreed", "the call was moved")),
        ("every two weeks", True),
        ("yes, she did not", True),
        ("not sure they will sign, she said", False),
    ],
)
def test_what_quotes_nobody_is_a_whole_message(said: str, aside: bool) -> None:
    assert tells.is_aside(said, EN) is aside


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, "9:00"), (1, "tomorrow 9:00"), (3, "Thursday 9:00"), (7, "9 March 9:00")],
)
def test_a_time_is_said_as_people_say_it(days: int, said: str) -> None:
    assert when(MONDAY + days * DAY, MONDAY, BERLIN, EN) == said


def test_a_place_is_named_by_its_city() -> None:
    assert zone_name(ZoneInfo("America/Argentina/Buenos_Aires"), EN) == "Buenos Aires time"


@pytest.mark.parametrize(
    ("said", "wanted"),
    [("yes", True), ("Yes please", True), ("no", False), ("no, thanks", False), ("hm", None)],
)
def test_what_was_offered_is_wanted_in_words(said: str, wanted: bool | None) -> None:
    assert tells.typed_wish(said, EN) is wanted


# why to write


def test_nothing_of_theirs_is_no_nudge() -> None:
    assert text() == ""
    begun = Checked("c1", Talk().dialogue.standing, MONDAY - 7 * DAY)
    assert text(begun) == ""
    assert text(past(seen=Seen.DECLINED)) == ""
    assert text(past(seen=Seen.CANCELLED)) == ""
    assert text(past(seen=Seen.OVERTAKEN)) == ""
    assert text(past(40)) == ""
    assert text(past(heard=Heard(happened=False))) == ""


def test_a_promised_change_comes_first_and_once() -> None:
    first = choose((past(),), (), MONDAY, BERLIN, EN)
    assert first is not None
    assert first.reason.why is Why.PROMISE
    assert "Northgate" in plain(first.line)
    told = Before(first.wording, "c1", MONDAY - 7 * DAY)
    assert text(past(), before=(told,)) == ""
    # Put off, it may come again, in other words.
    again = choose((past(),), (replace(told, put_off=True),), MONDAY, BERLIN, EN)
    assert again is not None
    assert again.wording != first.wording


def test_a_promise_that_is_being_asked_about_is_left_alone_for_a_day() -> None:
    """The question after the call comes on a Monday morning as well."""
    asked = past(3, seen=Seen.ASKED, ask_at=MONDAY)
    assert text(asked) == ""
    assert text(replace(asked, seen=Seen.WANTED, ask_at=MONDAY + DAY)) == ""
    # One that fell away leaves it to the nudge.
    assert "Northgate" in text(replace(asked, seen=Seen.WANTED, ask_at=MONDAY - DAY))


def test_a_call_that_comes_is_spoken_of_with_what_is_a_guess() -> None:
    soon = (MONDAY + 3 * DAY).isoformat()
    guessed = Checked("c1", standing(call_at=soon), MONDAY - 7 * DAY, MONDAY - 7 * DAY)
    said = "on Thursday at 9:00, Berlin time, and whether you are worth more to them is"
    assert said in text(guessed)
    open_one = Checked("c1", Talk(replace(MARTA, call_at=soon)).dialogue.standing, MONDAY - 7 * DAY)
    assert "half done" in text(open_one)
    for one in (guessed, open_one):
        assert text(replace(one, seen=Seen.CANCELLED)) == ""
    assert text(open_one, before=(Before("call.whole.0", "c1", MONDAY - 7 * DAY),)) == ""
    for state in (State.HELD, State.HEARD, State.NO):  # none of them is a guess
        known = Checked("c1", standing(*[state] * 5, call_at=soon), MONDAY - 7 * DAY)
        assert text(known) == ""
    passed = replace(
        open_one, standing=Talk(replace(MARTA, call_at="2026-03-01T09:00+00:00")).dialogue.standing
    )
    assert text(passed) == ""


def test_a_factor_that_failed_in_two_of_the_last_three_is_named() -> None:
    def old(days: int, made: Standing) -> Checked:
        return Checked(f"c{days}", made, MONDAY - days * DAY, MONDAY - days * DAY, Seen.DECLINED)

    no_risk = quick(Reply.YES, Reply.NO, Reply.YES)
    fine = quick(Reply.YES, Reply.YES, Reply.YES)
    assert text(old(6, no_risk), old(7, no_risk)) == (
        "In both of your last two plans, the gap was risk: would they call you the safer choice?"
    )
    assert "two of your last three plans" in text(old(6, no_risk), old(7, fine), old(8, no_risk))
    assert "all of your last three" in text(*(old(days, no_risk) for days in (6, 7, 8, 9)))
    assert text(old(6, no_risk), old(7, fine), old(8, fine), old(9, no_risk)) == ""
    # A bare belief fails where there was time to say more.
    believed = standing(State.CLAIMED, *[State.HELD] * 4)
    assert "the gap was value: would they say" in text(old(6, believed), old(7, believed))


def test_the_check_it_leads_to_begins_with_that_factor_and_stays_with_it() -> None:
    """In one minute; offering and commercials are not asked in one, so they lead to five."""
    talk = Talk(replace(HURRIED, first=check_of(R).first)).tap(Reply.NO, Reply.YES, Reply.YES)
    assert check_of(R).length is Length.ONE
    assert talk.dialogue.standing.asked_factors == (R, V, Factor.EASE)
    assert talk.dialogue.question(talk.step).startswith("risk.")
    assert "change for this call: risk." in talk.say("more").text
    money = Talk(replace(MARTA, length=check_of(C).length, first=C)).tap(Reply.YES)
    assert money.step.factor is C
    assert money.text.startswith("Commercials.")


def test_its_button_says_how_long_that_takes() -> None:
    def button(*states: State) -> str:
        made = [
            Checked(f"c{days}", standing(*states), MONDAY - days * DAY, MONDAY - days * DAY,
                    Seen.DECLINED)
            for days in (6, 7)
        ]  # fmt: skip
        found = choose(made, (), MONDAY, BERLIN, EN)
        assert found is not None
        return EN.text(f"nudge.start.{found.reason.start}")

    assert button(State.NO, *[State.HELD] * 4) == "One minute now"
    assert button(*[State.HELD] * 4, State.NO) == "Five minutes now"


def test_who_comes_back_to_a_yes_of_one_minute_is_asked_what_tells_them_so() -> None:
    talk = Talk(HURRIED).tap(Reply.YES, Reply.YES, Reply.YES).say("more").tap(Reply.KEEP)
    assert talk.give(Move(talk.step, Reply.REOPEN, factor=V))
    assert talk.tap(Reply.YES).step.ask is Ask.GATE
    assert talk.form(Source.SAID, "nothing").step.ask is Ask.DONE
    assert talk.states[V] is State.HELD


def test_guesses_that_became_answers_are_counted_since_they_were_last_told() -> None:
    told = Heard((Said("x"),), tells=((V, Tell.AGREED), (C, Tell.DISAGREED), (R, Tell.AGREED)))
    one = past(30, seen=Seen.HEARD, heard=told, heard_at=MONDAY - 20 * DAY)
    assert settled_guesses(one) == [V, C]
    assert "Two guesses became answers: value and commercials with Northgate. " in text(one)
    assert text(one, before=(Before("answers.whole.0", None, MONDAY - 10 * DAY),)) == ""
    assert "value" in text(one, before=(Before("answers.whole.0", None, MONDAY - 25 * DAY),))
    # Put off, they were not told; they come again, in other words.
    put_off = Before("answers.whole.0", None, MONDAY - 10 * DAY, put_off=True)
    assert "value and commercials with Northgate" in text(one, before=(put_off,))
    assert text(one, before=(put_off,)) != text(one)


def test_no_text_comes_twice_within_twelve_weeks() -> None:
    said: list[Before] = []
    no_risk = quick(Reply.YES, Reply.NO, Reply.YES)
    history = tuple(
        Checked(f"c{n}", no_risk, MONDAY - n * DAY, MONDAY - n * DAY, Seen.DECLINED) for n in (6, 7)
    )
    texts = []
    for week in range(30):
        now = MONDAY + week * 7 * DAY
        found = choose(history, tuple(reversed(said)), now, BERLIN, EN)
        texts.append(plain(found.line) if found else "")
        if found:
            said.append(Before(found.wording, None, now))
    for week, line in enumerate(texts):
        assert not line or line not in texts[max(0, week - 11) : week]
    assert sum(map(bool, texts)) > 10


def test_a_check_of_the_last_four_days_is_reason_enough_for_silence() -> None:
    assert has_just_checked((past(3),), MONDAY)
    assert not has_just_checked((past(5),), MONDAY)


# how honest


def told(number: int, tell: Tell, *states: State) -> tuple[Checked, ...]:
    """So many calls after which value was told about."""
    heard = Heard((Said("x"),), tells=((V, tell),))
    made = standing(*(states or MIXED))
    return tuple(Checked(f"c{n}", made, MONDAY, MONDAY, Seen.HEARD, heard) for n in range(number))


def test_under_five_outcomes_nothing_is_said() -> None:
    few = (*told(4, Tell.AGREED), *told(9, Tell.SILENT))
    unsure = told(3, Tell.AGREED, State.UNSURE, *MIXED[1:])
    assert outcomes((*few, *unsure)) == 4
    assert calibration_lines(few, EN) == ()


def test_from_five_on_it_says_how_often_they_agreed() -> None:
    said = shown(calibration_lines((*told(2, Tell.AGREED), *told(4, Tell.DISAGREED)), EN))
    assert "You believed they would agree 6 times; they did twice." in said
    assert "■■□□□□" in said
    assert "Value: you believed it 6 times; they agreed twice." in said
    assert "Out of ten" not in said


def test_an_answer_changed_after_the_call_does_not_change_what_was_forecast() -> None:
    """Nor does it for a call told about before that was kept, where the answer is all there is."""
    kept = Heard((Said("x"),), before=((V, State.CLAIMED),)).tell(V, Tell.DISAGREED)
    changed = standing(State.NO, *MIXED[1:])
    hindsight = Checked("c1", changed, MONDAY, MONDAY, Seen.HEARD, kept)
    assert settled_guesses(hindsight) == [V]
    assert "You believed they would agree 5 times; they never did." in shown(
        calibration_lines([hindsight] * 5, EN)
    )
    old = json.loads(calls.dump(kept))
    del old["before"]
    unkept = replace(hindsight, heard=calls.load(json.dumps(old)))
    assert "You expected a no 5 times" in shown(calibration_lines([unkept] * 5, EN))


def test_what_was_expected_to_be_a_no_is_told_apart() -> None:
    no = (State.NO, *MIXED[1:])
    said = shown(calibration_lines((*told(4, Tell.DISAGREED, *no), *told(1, Tell.AGREED, *no)), EN))
    assert said == "You expected a no 5 times; they agreed once."


def test_from_twelve_on_a_range_is_given() -> None:
    said = shown(calibration_lines((*told(4, Tell.AGREED), *told(16, Tell.DISAGREED)), EN))
    assert "between 1 and 4" in said
    assert "■■□□□□□□□□□□\n" in said
    assert "between 0 and" in shown(calibration_lines(told(12, Tell.DISAGREED), EN))
    assert "between 8 and 10" in shown(calibration_lines(told(12, Tell.AGREED), EN))
