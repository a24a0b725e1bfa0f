"""The one change: a wish is sent back, what a camera could see is kept."""

import pytest

from coaching.change import read_change
from coaching.factors import ASKED, State
from coaching.moves import Ask, Change, Move, Reply
from coaching.prompts import change_parts
from tests.coaching.talk import EN, Talk


def at_change() -> Talk:
    """A finished check, at its one change."""
    talk = Talk().tap(Reply.YES)
    for _ in ASKED:
        talk.answer(State.CLAIMED)
    return talk.tap(Reply.YES)


@pytest.mark.parametrize(
    "text", ["be clearer", "I will build trust with Marta", "try to focus on value this time"]
)
def test_a_wish_is_sent_back_once_in_the_sellers_own_words(text: str) -> None:
    talk = at_change().say(text)

    assert talk.step.key == "change"
    assert talk.text == f"“{text}”: what would a camera see you do?"
    assert talk.labels == ["Change it", "Keep it as it is", "Another factor", "No change"]

    talk.say("be even clearer")

    assert talk.step.ask is Ask.RIVAL
    assert talk.dialogue.standing.change == Change(words="be even clearer", wish=True)


def test_a_wish_can_be_kept_as_it_is() -> None:
    talk = at_change().say("be clearer").option("Keep it as it is")

    assert talk.step.ask is Ask.RIVAL
    assert talk.dialogue.standing.change == Change(words="be clearer", wish=True)


def test_after_a_wish_another_factor_offers_its_own_change() -> None:
    talk = at_change().say("be clearer").tap(Reply.ANOTHER)

    assert "camera" not in talk.text
    assert talk.tap(Reply.KEEP).dialogue.standing.change.key.startswith("risk.")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "ask Marta what would make her look bad",
        "be silent and let her talk first",
        "turn the laptop round",
        "wenn es losgeht, frage ich sie nach ihrer Zahl",
    ],
)
def test_what_a_camera_could_see_is_kept_at_once(text: str) -> None:
    assert at_change().say(text).step.ask is Ask.RIVAL


def test_a_wish_in_the_form_is_sent_back_too() -> None:
    change = read_change(Change(when="it starts", will="be brave", so_that="they nod"), EN)
    talk = at_change()

    assert talk.give(Move(talk.step, Reply.WORDS, change=change))

    assert talk.text == "“be brave”: what would a camera see you do?"
    assert change_parts(talk.dialogue.standing.wish or change, talk.dialogue.standing, EN) == (
        "it starts",
        "be brave",
        "they nod",
    )
