"""A check kept as text and read again."""

import json
import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching import record
from coaching.brief import Brief, Choice
from coaching.dialogue import Dialogue, begin
from coaching.factors import Factor
from coaching.moves import Change, Move, Reply, Said, Step
from coaching.reading import Reading
from tests.coaching.talk import MARTA, Talk

text = st.text(max_size=20)
choices = st.lists(st.builds(Choice, name=text), max_size=4).map(tuple)
first = st.none() | st.from_type(Factor)
briefs = st.builds(
    Brief, plan=text, person=text, company=text, choices=choices, call_at=text, first=first
)
moves = st.builds(
    Move,
    step=st.from_type(Step),
    said=st.lists(st.builds(Said, text, text), max_size=2).map(tuple),
    reading=st.none() | st.builds(Reading, text, text, text, text, phrase=text),
    choices=st.lists(text, max_size=3).map(tuple),
    brief=st.none() | briefs,
    change=st.none() | st.builds(Change, text, text, text, text, text),
)
dialogues = st.builds(
    Dialogue,
    st.tuples(st.builds(replace, moves, brief=briefs)) | st.lists(moves, min_size=1).map(tuple),
    st.integers(0, 500),
    st.lists(st.tuples(text, text), max_size=3).map(tuple),
)


@given(dialogues)
def test_what_is_kept_is_what_is_read(dialogue: Dialogue) -> None:
    assert record.load(record.dump(dialogue)) == dialogue


def test_a_whole_check_is_kept_in_few_characters() -> None:
    talk = Talk().tap(Reply.YES, Reply.YES).say("Marta told me in March that it costs them a day")

    kept = record.dump(talk.dialogue)
    assert record.load(kept) == talk.dialogue
    assert len(kept) < 1500
    assert not set(kept) & set(string.whitespace) - {" "}


@pytest.mark.parametrize("version", [0, record.VERSION + 1])
def test_what_another_version_wrote_is_refused(version: int) -> None:
    kept = json.loads(record.dump(begin(MARTA)))

    with pytest.raises(ValueError, match=f"version {version}"):
        record.load(json.dumps({**kept, "v": version}))


@pytest.mark.parametrize("key", ["", "no_such_step", "gate.nothing", "gate."])
def test_a_step_that_does_not_exist_is_refused(key: str) -> None:
    if key == "gate.":
        assert Step.parse(key).factor is None
    else:
        with pytest.raises(ValueError, match="not a valid"):
            Step.parse(key)


@given(st.from_type(Step))
def test_the_key_of_a_step_leads_back_to_it(step: Step) -> None:
    assert Step.parse(step.key) == step
