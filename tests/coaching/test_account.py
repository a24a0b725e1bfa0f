"""A check told in full to its author."""

import json

from coaching.account import account, data
from coaching.factors import ASKED, State
from coaching.moves import Reply
from tests.coaching.talk import EN, HURRIED, MARTA, THEIRS, Talk, shown


def told(talk: Talk) -> str:
    return shown(account(talk.dialogue, EN))


def finished() -> Talk:
    talk = Talk().say("it is at eleven").tap(Reply.YES, Reply.YES).say(THEIRS).option("Both")
    talk.tap(Reply.YES).form()
    talk.better().answer(State.NO).answer(State.CLAIMED).answer(State.OPEN)
    return talk.tap(Reply.UNSURE).say("bring *their* own sheet", "1")


def test_it_holds_the_plan_each_factor_and_the_change() -> None:
    text = told(finished())

    assert text.startswith("Northgate · Demo of the planning module\n")
    assert "Acme and leaving it as it is" in text
    assert f"“{THEIRS}” Better than Acme and leaving it as it is" in text
    assert "“two days a month”" in text
    assert "bring *their* own sheet" in text
    assert "“it is at eleven”" in text
    assert all(EN.text(f"factor.{factor}") in text for factor in ASKED)


def test_a_check_that_was_left_early_is_told_as_far_as_it_went() -> None:
    begun = told(Talk())
    assert "–" not in begun
    assert "Better than" not in begun
    assert "At the start: Yes. At the end: –." in told(Talk().tap(Reply.YES))
    hard = Talk(HURRIED).tap(Reply.NO, Reply.NO, Reply.NO).say("their planners")
    assert "“their planners”" in told(hard)


def test_a_deleted_change_is_not_told() -> None:
    assert "I will" not in told(finished().edit("", "1"))
    assert data(finished().edit("", "1").dialogue, EN)["change"] is None


def test_as_data_it_holds_every_word() -> None:
    kept = data(finished().dialogue, EN)

    assert json.loads(json.dumps(kept)) == kept
    assert kept["plan"] == MARTA.plan
    assert kept["choices"] == ["Acme", "leaving it as it is"]
    assert kept["different"] == {"before": "yes", "after": "unsure"}
    assert kept["factors"]["value"]["state"] == "held"
    assert kept["factors"]["value"]["who"] == "Marta"
    assert kept["factors"]["commercials"]["said"] is None
    assert kept["change"] == "bring *their* own sheet"
    words = [one["text"] for one in kept["said"]]
    assert {"it is at eleven", THEIRS, "bring *their* own sheet"} <= set(words)
    assert data(Talk().dialogue, EN)["change"] is None
