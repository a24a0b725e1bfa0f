"""Words as answers: taps that are typed, choices that are named, second thoughts, edits."""

from dataclasses import replace

import pytest

from coaching.answers import command, edit, is_renewal, propose_kind, recognise
from coaching.brief import NOTHING, Brief, Choice, Kind, Length, Sort
from coaching.factors import Factor, State
from coaching.moves import Ask, Change, Move, Reply, Said, Step
from coaching.prompts import keep_prompt
from coaching.reading import Source
from tests.coaching.talk import ACME, EN, HURRIED, MARTA, THEIRS, VAGUE, Talk, shown

VALUE = Factor.VALUE


def at_gate() -> Talk:
    return Talk().tap(Reply.YES, Reply.YES)


def at_keep() -> Talk:
    return at_gate().say(THEIRS, "1")


# typed taps


@pytest.mark.parametrize("text", ["yes", "Yes", " YES ", "yep", "yeah", "y", "yes."])
def test_a_typed_yes_is_the_tap(text: str) -> None:
    assert Talk().tap(Reply.YES).say(text).step == Step(Ask.GATE, VALUE)


@pytest.mark.parametrize("text", ["no", "No", "nope", "n", "no."])
def test_a_typed_no_is_the_tap(text: str) -> None:
    assert Talk().tap(Reply.YES).say(text).states[VALUE] is State.NO


@pytest.mark.parametrize("text", ["not sure", "Not  sure", "don't know", "don’t know", "dunno"])
def test_a_typed_not_sure_is_the_tap(text: str) -> None:
    assert Talk().tap(Reply.YES).say(text).states[VALUE] is State.UNSURE


@pytest.mark.parametrize("text", ["yes they do", "no idea yet, Marta is away", "not sure yet"])
def test_anything_else_at_a_factor_is_a_yes_with_its_sentence(text: str) -> None:
    talk = Talk().tap(Reply.YES).say(text)

    assert talk.step.factor is VALUE
    assert talk.step.ask in (Ask.DOUBT, Ask.KEEP)
    assert talk.states[VALUE] is State.CLAIMED


@pytest.mark.parametrize(
    ("text", "state"),
    [("yes", State.CLAIMED), ("no", State.NO), ("not sure", State.UNSURE)],
)
def test_typed_taps_at_the_gate(text: str, state: State) -> None:
    talk = at_gate().say(text)

    assert talk.states[VALUE] is state
    assert talk.step == Step(Ask.FACTOR, Factor.RISK)


def test_a_sentence_at_the_gate_is_shown_back() -> None:
    talk = at_keep()

    assert talk.step == Step(Ask.KEEP, VALUE)
    assert (
        "re-typing the plan costs two days a month\nMarta · something they said or wrote · March"
        in talk.text
    )


@pytest.mark.parametrize("text", ["it's different, I think", "both", "back to you"])
def test_other_words_at_the_articles_question_are_a_note(text: str) -> None:
    talk = Talk().say(text)

    assert talk.step.ask is Ask.QUESTION
    assert talk.text.startswith("I've kept that as a note.")
    assert talk.labels == ["Yes", "Not sure", "No"]


def test_words_at_how_will_you_win_are_a_note() -> None:
    assert Talk().tap(Reply.NO).say("with charm").step.ask is Ask.HOW_WIN


@pytest.mark.parametrize("text", ["yes", "no", "not sure"])
def test_a_typed_tap_takes_no_sentence_away(text: str) -> None:
    """Where a sentence is doubted or kept there is no such tap, so the buttons come again."""
    kept, doubted = at_keep().say(text), at_gate().say(VAGUE).say(text)

    assert kept.step.ask is Ask.KEEP
    assert "two days a month" in kept.text
    assert doubted.step.ask is Ask.DOUBT
    assert VAGUE in doubted.text


def test_typed_words_about_the_change() -> None:
    def at_change() -> Talk:
        talk = Talk().tap(Reply.YES)
        for _ in range(5):
            talk.answer(State.CLAIMED)
        return talk.tap(Reply.YES)

    own = at_change().say("I'll bring the sheet with their own numbers")
    assert own.dialogue.standing.change == Change(
        words="I'll bring the sheet with their own numbers"
    )
    assert own.step.ask is Ask.RIVAL
    assert at_change().say("no").dialogue.standing.change is None
    assert at_change().say("maybe").step.ask is Ask.CHANGE
    for kept in ("yes", "OK", "Keep it"):
        assert at_change().say(kept).dialogue.standing.change.key  # type: ignore[union-attr]
    assert own.say("hm, who knows").step.ask is Ask.RIVAL
    assert own.say("yes").step.ask is Ask.CHANGE
    assert own.say("another one").step.ask is Ask.DONE


@pytest.mark.parametrize(
    ("typed", "reply"),
    [
        ("I believe so.", Reply.BELIEVE),
        ("probably  not", Reply.NOT),
        ("maybe", Reply.UNSURE),
        ("🤷", Reply.UNSURE),
    ],
)
def test_the_label_of_a_button_is_its_tap(typed: str, reply: Reply) -> None:
    talk = Talk().tap(Reply.YES, Reply.YES).say(typed)

    assert talk.dialogue.moves[-1].reply is reply
    assert Talk().tap(Reply.NO).say("easier to do business with").step.factor is Factor.EASE


def test_what_is_kept_as_a_view_is_shown_whole() -> None:
    talk = Talk().tap(Reply.YES, Reply.YES).say("we are the best").say("yes because they told me")

    assert "“yes because they told me”" in talk.text


def test_what_is_chosen_to_be_changed_is_asked_at_once() -> None:
    """Also while another factor waits for its sentence; that one comes again after it."""
    talk = Talk().tap(Reply.YES, Reply.YES)
    assert talk.give(Move(talk.step, Reply.REOPEN, factor=Factor.RISK))

    assert talk.text.startswith("Again, then:\nRisk.")
    assert talk.tap(Reply.NO).step == Step(Ask.GATE, VALUE)

    begun = Talk()
    assert begun.give(Move(begun.step, Reply.REOPEN, factor=Factor.RISK))
    assert begun.text.startswith("Whatever you are planning")  # that comes before any factor


def test_a_label_typed_while_paused_is_its_tap_too() -> None:
    talk = Talk().tap(Reply.YES, Reply.YES).say(THEIRS).tap(Reply.PAUSE)

    assert talk.say("they didn't compare").states[VALUE] is State.HEARD


def test_any_words_answer_the_hard_question() -> None:
    talk = Talk(HURRIED).tap(Reply.NO, Reply.NO, Reply.NO).say("no")

    assert talk.dialogue.standing.hard == "no"
    assert talk.step.ask is Ask.CHANGE


def test_typed_taps_at_the_last_question() -> None:
    talk = Talk().tap(Reply.YES)
    for _ in range(5):
        talk.answer(State.NO)

    assert talk.say("not sure").dialogue.standing.again is Reply.UNSURE


def test_words_take_up_a_check_that_was_paused() -> None:
    talk = Talk().tap(Reply.YES, Reply.PAUSE).say("no")

    assert not talk.dialogue.standing.paused
    assert talk.states[VALUE] is State.NO


@pytest.mark.parametrize("name", "back change skip pause resume cancel help privacy".split())
def test_a_command_is_the_whole_message(name: str) -> None:
    assert command(name, EN) == command(f" {name.upper()} ", EN) == name
    assert command(f"{name} please", EN) == ""
    assert command(f"we {name}", EN) == ""


# choices that are named

BOTH = ("competitor:acme", "nothing")


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("Acme", BOTH[:1]),
        ("leaving it as it is", BOTH[1:]),
        ("both", BOTH),
        ("Both", BOTH),
        ("all of them", BOTH),
        ("Acme and leaving it as it is", BOTH),
        ("acme, leaving it as it is", BOTH),
    ],
)
def test_choices_are_named_in_words(text: str, choices: tuple[str, ...]) -> None:
    talk = at_keep().say(text)

    assert talk.dialogue.standing.records[VALUE].better_than == choices
    assert talk.states[VALUE] is State.HELD


def test_they_didnt_compare_is_said_in_words() -> None:
    assert at_keep().say("They didn't compare").states[VALUE] is State.HEARD


@pytest.mark.parametrize(
    "name", ["Smith & Sons", "Ernst and Young", "Kestrel Industrial Software Ltd"]
)
def test_a_rival_of_any_name_can_be_named(name: str) -> None:
    brief = replace(MARTA, choices=(Choice(Sort.COMPETITOR, name), NOTHING))
    talk = Talk(brief).tap(Reply.YES, Reply.YES).say(THEIRS).say(name)

    assert talk.states[VALUE] is State.HELD


def test_a_rival_with_a_bar_in_its_name_is_one_choice() -> None:
    brief = replace(MARTA, choices=(Choice(Sort.COMPETITOR, "A|B"), NOTHING))
    talk = Talk(brief).tap(Reply.YES, Reply.YES).say(THEIRS).option("Both")

    assert talk.states[VALUE] is State.HELD
    assert talk.step.factor is Factor.RISK


def test_other_words_there_are_the_sentence_said_anew() -> None:
    talk = at_keep().say("Marta wrote on Friday that the plan takes her three days")

    assert talk.step.ask is Ask.KEEP
    assert "three days" in talk.text


def test_an_impression_cannot_be_found_better_by_naming_a_choice() -> None:
    """Only what they said or did counts; the seller's own view is compared with nothing."""
    talk = at_gate().say("I think the planners will like it better").tap(Reply.MINE)
    shown_back = at_gate().say(VAGUE).say("it will surely help their planners with everything")
    assert shown_back.step.ask is Ask.KEEP
    assert "your own view" in shown_back.text

    assert not shown_back.give(Move(shown_back.step, Reply.BETTER, choices=BOTH))
    assert shown_back.say("Acme").states[VALUE] is State.CLAIMED
    assert talk.states[VALUE] is State.CLAIMED


@pytest.mark.parametrize("source", Source)
def test_an_impression_in_the_form_is_the_sellers_own_view(source: Source) -> None:
    talk = at_gate().form(source, "nothing")

    expected = State.CLAIMED if source is Source.IMPRESSION else State.HELD
    assert talk.states[VALUE] is expected
    assert talk.step.factor is Factor.RISK


# two short messages


def test_two_short_messages_are_one_sentence() -> None:
    talk = at_gate().say("Marta told me", "1").add("that re-typing costs them two days", "2")

    assert talk.step.ask is Ask.KEEP
    assert "re-typing costs them two days" in talk.text


def test_they_are_read_in_the_order_they_were_written() -> None:
    talk = at_gate().say("costs them two days", "2").add("Marta said re-typing", "1")

    reading = talk.dialogue.standing.records[VALUE].reading
    assert reading is not None
    assert reading.text == "Marta said re-typing costs them two days"


def test_a_sentence_put_right_at_once_still_takes_a_second_message() -> None:
    talk = at_gate().say("Marta tolt me", "1").edit("Marta told me", "1")

    assert "costs them two days" in talk.add("that it costs them two days", "2").text


def test_a_second_message_spends_no_second_doubt() -> None:
    talk = (
        at_gate().say(VAGUE, "1").add(", Marta asked on Monday for the price list of 40 users", "2")
    )

    assert talk.step.ask is Ask.KEEP
    assert talk.dialogue.doubted == frozenset()


def test_words_after_a_tapped_yes_are_its_sentence() -> None:
    assert Talk().tap(Reply.YES, Reply.YES).add(THEIRS).step == Step(Ask.KEEP, VALUE)


def test_in_one_minute_they_do_not_answer_the_next_question() -> None:
    talk = Talk(HURRIED).tap(Reply.YES).add("they said re-typing costs them two days")

    assert talk.step == Step(Ask.FACTOR, Factor.RISK)
    assert talk.states[Factor.RISK] is State.OPEN


@pytest.mark.parametrize("no", ["tapped", "typed"])
def test_an_honest_no_stays_a_no(no: str) -> None:
    talk = Talk().tap(Reply.YES)
    talk = talk.tap(Reply.NO) if no == "tapped" else talk.say("no", "1")
    talk.add("Acme has the safer name there", "2").add("and the older one", "3")

    assert talk.states[VALUE] is State.NO
    assert talk.step == Step(Ask.FACTOR, Factor.RISK)


@pytest.mark.parametrize("reply", [Reply.BELIEVE, Reply.NOT, Reply.UNSURE, Reply.SKIP])
def test_words_beside_a_tap_change_nothing(reply: Reply) -> None:
    talk = at_gate().tap(reply)
    before = talk.step, talk.states
    talk.add("well, more or less", "1").add("or so", "2")

    assert (talk.step, talk.states) == before
    talk.edit("quite", "1").edit("", "2")
    assert (talk.step, talk.states) == before


def test_a_typed_yes_at_the_gate_takes_the_sentence_after_it() -> None:
    assert at_gate().say("yes", "1").add(THEIRS, "2").step.ask is Ask.KEEP


def test_words_before_the_first_question_are_a_note() -> None:
    talk = Talk().add("it is at eleven", "1")

    assert talk.step.ask is Ask.QUESTION
    assert talk.edit("it is at twelve", "1").edit("", "1").step.ask is Ask.QUESTION


def test_notes_grow_too() -> None:
    assert Talk().say("hm", "1").add("well", "2").step.ask is Ask.QUESTION


# edits


def held() -> Talk:
    return at_keep().better("nothing")


def test_an_edited_sentence_is_the_sellers_view_until_it_is_kept_again() -> None:
    talk = held()
    assert talk.states[VALUE] is State.HELD
    step = talk.step

    talk.edit("Marta told me in April that it costs them three days a month", "1")

    assert talk.states[VALUE] is State.CLAIMED
    assert talk.step == step
    assert "three days" in shown(keep_prompt(talk.dialogue, VALUE, EN).lines)
    assert talk.give(Move(Step(Ask.KEEP, VALUE), Reply.BETTER, choices=("nothing",)))
    assert talk.states[VALUE] is State.HELD
    assert talk.step == step


def test_a_deleted_sentence_leaves_the_yes() -> None:
    talk = held().edit("", "1")

    assert talk.states[VALUE] is State.CLAIMED
    assert talk.step == Step(Ask.FACTOR, Factor.RISK)
    gone = keep_prompt(talk.dialogue, VALUE, EN)
    assert "deleted" in shown(gone.lines)
    assert not talk.give(Move(Step(Ask.KEEP, VALUE), Reply.BETTER, choices=("nothing",)))
    assert talk.give(Move(Step(Ask.KEEP, VALUE), Reply.MINE))
    assert talk.states[VALUE] is State.CLAIMED


def test_the_form_takes_the_place_of_a_deleted_sentence() -> None:
    talk = held().edit("", "1")
    reading = held().dialogue.standing.records[VALUE].reading
    move = Move(Step(Ask.KEEP, VALUE), Reply.FORM, reading=reading, choices=("nothing",))

    assert talk.give(move)
    assert talk.states[VALUE] is State.HELD


def test_back_after_an_edit_goes_to_the_sentence_that_was_kept() -> None:
    talk = held().edit("Marta told me in April that it costs them three days a month", "1")

    assert talk.tap(Reply.BACK).step == Step(Ask.KEEP, VALUE)
    assert talk.better("nothing").states[VALUE] is State.HELD


def test_an_edit_of_an_earlier_attempt_leaves_what_was_said_since() -> None:
    talk = at_gate().say(VAGUE, "1").say(THEIRS, "2").better("nothing")

    assert talk.edit("they seem very keen", "1").states[VALUE] is State.HELD
    assert talk.edit("Marta told me in May that it costs them two days", "2").states[VALUE] is (
        State.CLAIMED
    )


def test_an_edit_spends_no_doubt() -> None:
    talk = held().edit(VAGUE, "1")
    assert talk.dialogue.doubted == frozenset()

    doubted = at_gate().say(VAGUE, "1")
    assert doubted.edit("they are keen", "1").dialogue.doubted == {VALUE}
    assert "they are keen" in doubted.text
    assert doubted.edit(THEIRS, "1").step == Step(Ask.KEEP, VALUE)
    assert doubted.edit("", "1").step == Step(Ask.KEEP, VALUE)
    assert "deleted" in doubted.text


def test_a_sentence_is_not_quoted_when_it_is_gone() -> None:
    assert "“”" not in at_gate().say(VAGUE, "1").edit("", "1").text


def test_a_dropped_choice_and_an_edit_together_do_not_hold() -> None:
    talk = at_keep().better("competitor:acme").fill_in(replace(MARTA, choices=(NOTHING,)))
    assert talk.step == Step(Ask.KEEP, VALUE)
    talk.edit("it helps a great many planners over there", "1").fill_in(MARTA)

    assert talk.states[VALUE] is State.CLAIMED


@pytest.mark.parametrize(
    ("typed", "edited", "state"),
    [
        ("no", "not sure", State.UNSURE),
        ("not sure", "no", State.NO),
        ("no", "yes", State.NO),  # a yes needs its gate
        ("no", "Acme has the safer name", State.NO),
        ("no", "", State.NO),
    ],
)
def test_an_edited_typed_answer(typed: str, edited: str, state: State) -> None:
    talk = Talk().tap(Reply.YES).say(typed, "1").edit(edited, "1")

    assert talk.states[VALUE] is state
    assert talk.step == Step(Ask.FACTOR, Factor.RISK)


@pytest.mark.parametrize(
    ("edited", "gut"), [("not sure", Reply.UNSURE), ("no", Reply.YES), ("hm", Reply.YES)]
)
def test_an_edited_first_answer_asks_nothing_again(edited: str, gut: Reply) -> None:
    talk = Talk().say("yes", "1").edit(edited, "1")

    assert talk.dialogue.standing.gut is gut
    assert talk.step == Step(Ask.FACTOR, VALUE)


def test_an_edited_change_is_the_new_change_and_a_deleted_one_is_gone() -> None:
    talk = Talk(HURRIED).tap(Reply.NO, Reply.NO, Reply.NO).say("their people", "1")
    talk.say("bring the sheet", "2").edit("bring their own sheet", "2")
    assert talk.dialogue.standing.change == Change(words="bring their own sheet")
    assert talk.edit("", "1").dialogue.standing.hard == ""

    talk.edit("", "2")
    assert talk.dialogue.standing.change == Change()
    assert talk.step.ask is Ask.DONE


def test_a_message_that_answered_nothing_can_be_edited_without_effect() -> None:
    assert edit(held().dialogue, Said("x", "elsewhere"), EN) is None


def test_an_answer_that_was_taken_back_is_not_brought_back_by_an_edit() -> None:
    talk = (
        held().tap(Reply.BACK, Reply.BACK).edit("Marta wrote in May that it costs them a day", "1")
    )

    assert talk.step == Step(Ask.GATE, VALUE)
    assert talk.states[VALUE] is State.CLAIMED


# plans


@pytest.mark.parametrize(
    ("plan", "kind"),
    [
        ("Demo of the planning module", Kind.HOW),
        ("read up on their annual report", Kind.RESEARCH),
        ("Workshop with Marta's planners", Kind.IDEATION),
        ("a customer example for the board", Kind.STORIES),
        ("an intro to their CFO", Kind.WHO),
        ("the pilot in Oslo", Kind.SERVE),
        ("joint offer with an integrator", Kind.PARTNER),
        ("forecast with my boss", Kind.INTERNAL),
        ("stop the churn at Halden", Kind.OTHER),
        ("recall everything", Kind.OTHER),
        ("", Kind.OTHER),
        ("workshop, then a demo", Kind.IDEATION),
    ],
)
def test_the_kind_of_plan_is_proposed_from_its_words(plan: str, kind: Kind) -> None:
    assert propose_kind(plan, EN) is kind


def test_a_renewal_is_known_by_its_word() -> None:
    assert is_renewal("Renewal call with Halden", EN)
    assert not is_renewal("call about the renewable plant", EN)


KNOWN = (
    Brief("", "Marta Lind", "Northgate", (ACME, NOTHING)),
    Brief("", "", "Halden", (NOTHING,)),
    Brief("", "Will", "", (NOTHING,)),
)


@pytest.mark.parametrize(
    ("plan", "found"),
    [
        ("renewal call with halden", 1),
        ("Demo for Marta Lind", 0),
        ("Demo at NORTHGATE", 0),
        ("Demo for Marta", None),  # there may be another
        ("Demo at Northgates", None),
        ("Demo for somebody new", None),
    ],
)
def test_only_known_buyers_are_recognised(plan: str, found: int | None) -> None:
    assert recognise(plan, KNOWN) == (None if found is None else KNOWN[found])


@pytest.mark.parametrize(
    ("person", "company", "called"),
    [
        ("Marta Lind", "Northgate", "Marta"),
        ("Marta, head of operations", "Northgate", "Marta"),
        ("the head of operations", "Northgate", "the head of operations"),
        ("Head of IT", "Northgate", "Head of IT"),
        ("Dr. Meyer", "", "Dr. Meyer"),
        ("CFO", "", "CFO"),
        ("", "Northgate", "Northgate"),
        ("  ", " ", ""),
    ],
)
def test_what_a_buyer_is_called(person: str, company: str, called: str) -> None:
    assert Brief("x", person, company).first_name == called


# ways through a check


def test_back_undoes_the_last_answer_and_not_a_note() -> None:
    talk = Talk().tap(Reply.YES).tap(Reply.BACK).say("hm").tap(Reply.YES)

    assert talk.tap(Reply.BACK).step.ask is Ask.QUESTION
    assert talk.say("well").give(Move(talk.step, Reply.BACK)) is False


def test_a_check_made_short_asks_no_more_of_what_takes_five_minutes() -> None:
    talk = at_gate().fill_in(HURRIED)
    assert talk.step == Step(Ask.FACTOR, Factor.RISK)
    assert talk.states[VALUE] is State.CLAIMED

    talk = Talk().tap(Reply.NO).fill_in(HURRIED)
    assert talk.step == Step(Ask.FACTOR, VALUE)


def test_a_check_made_long_asks_what_was_left_out() -> None:
    talk = Talk(HURRIED).tap(Reply.YES, Reply.NO).fill_in(replace(HURRIED, length=Length.FIVE))
    assert talk.step.ask is Ask.QUESTION

    assert talk.tap(Reply.YES).step == Step(Ask.FACTOR, Factor.EASE)


def test_a_plan_without_a_form_is_asked_for_it_first() -> None:
    talk = Talk(replace(MARTA, ready=False))
    assert talk.step.ask is Ask.FILL_IN
    assert talk.labels == ["Fill in", "Go on as it is"]
    assert not talk.dialogue.standing.finished
    assert not talk.give(Move(Step(Ask.DONE), Reply.REOPEN, factor=VALUE))
    assert talk.say("Marta, at eleven").step.ask is Ask.FILL_IN

    assert talk.option("Go on as it is").step.ask is Ask.QUESTION
    assert not talk.give(Move(talk.step, Reply.BACK))


def test_a_taken_back_disagreement_is_contested_and_can_be_kept_after_all() -> None:
    talk = at_gate().say(VAGUE, "1").tap(Reply.MISREAD)

    assert talk.dialogue.standing.records[VALUE].contested
    assert talk.states[VALUE] is State.CLAIMED
    assert talk.text.startswith("Taken back.")


@pytest.mark.parametrize("reply", [Reply.KEEP, Reply.WORDS, Reply.PROBABLY])
def test_an_answer_that_does_not_belong_to_a_step_changes_nothing(reply: Reply) -> None:
    talk = at_keep()
    before = talk.states
    talk.give(Move(talk.step, reply))

    assert talk.step == Step(Ask.KEEP, VALUE)
    assert talk.states == before
