"""Languages beside English, and how they are asked for."""

from datetime import date

import pytest

from coaching.answers import asked_language
from coaching.words import load, words
from tests.coaching.talk import EN

DE = words("de")


def test_what_a_language_has_no_sentence_for_is_said_in_english() -> None:
    own = load("de")

    assert own["factor"]["value"] == DE.text("factor.value") != EN.text("factor.value")
    assert set(DE.data) == set(EN.data)
    assert words("en") is words("en")


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


def test_a_day_is_written_as_people_write_it() -> None:
    assert EN.day(date(2026, 4, 3)) == "3 April"
