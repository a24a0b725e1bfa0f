"""Commands with something in them are taken in their exact grammar and in no other words."""

from datetime import date

import pytest

from coaching.grammar import (
    NudgesAt,
    NudgesEvery,
    NudgesOn,
    PauseUntil,
    Request,
    Stop,
    begun,
    half,
    later,
    request,
)
from coaching.words import words
from tests.coaching.talk import EN

TODAY = date(2026, 11, 23)
MEANT: dict[str, Request] = {
    "stop": Stop(),
    " STOP ": Stop(),
    "nudges monday 9:00": NudgesAt(1, "09:00"),
    "Nudges Thu 14": NudgesAt(4, "14:00"),
    "nudges sunday 23:30": NudgesAt(7, "23:30"),
    "nudges monday 9am": NudgesAt(1, "09:00"),
    "nudges monday 9:30 PM": NudgesAt(1, "21:30"),
    "nudges monday 12 a.m.": NudgesAt(1, "00:00"),
    "nudges monday 12pm": NudgesAt(1, "12:00"),
    "nudges monday noon": NudgesAt(1, "12:00"),
    "nudges on": NudgesOn(),
    "nudges every week": NudgesEvery(1),
    "Nudges every  two weeks": NudgesEvery(2),
    "nudges off": Stop(),
    "pause until 4 Jan": PauseUntil(date(2027, 1, 4)),
    "pause until 4. January": PauseUntil(date(2027, 1, 4)),
    "pause until 24 november": PauseUntil(date(2026, 11, 24)),
    "pause until Dec 1": PauseUntil(date(2026, 12, 1)),
    "pause until 1 dec 2027": PauseUntil(date(2027, 12, 1)),
    "pause until 2027-02-28": PauseUntil(date(2027, 2, 28)),
    "pause until 29 feb 2028": PauseUntil(date(2028, 2, 29)),
}
PLANS = (
    *("stop the churn at Halden", "stop it", "please stop", ""),
    *("nudges monday 13pm", "nudges monday 9 bells", "nudges monday soon"),
    *("nudges monday 25:00", "nudges m 9:00", "nudges 9:00", "budgets monday 9:00"),
    *("every two weeks", "tomorrow", "next week"),
    *("pause", "pause until later", "pause until 31 feb", "pause until 2027-02-30"),
    *("pause until ju 4", "wait until 4 jan", "hold on 2027-01-04", "nudges noday 9:00"),
)


@pytest.mark.parametrize("text", MEANT)
def test_a_command_is_understood(text: str) -> None:
    assert request(text, TODAY, EN) == MEANT[text]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Anstoß montag 9 Uhr", NudgesAt(1, "09:00")),
        ("nudges freitag 8 Uhr abends", NudgesAt(5, "20:00")),
        ("nudges montag mittags", NudgesAt(1, "12:00")),
        ("anstoß aus", Stop()),
        ("nudges an", NudgesOn()),
        ("Anstoß alle zwei Wochen", NudgesEvery(2)),
    ],
)
def test_a_command_is_understood_in_german(text: str, meant: Request) -> None:
    assert request(text, TODAY, words("de")) == meant


@pytest.mark.parametrize("text", PLANS)
def test_everything_else_is_a_plan_or_an_answer(text: str) -> None:
    assert request(text, TODAY, EN) is None


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("nudges", "nudges"),
        ("nudges someday 25:00", "nudges"),
        ("nudge monday 25", "nudges"),
        ("nudges every monday morning, please", "nudges"),
        ("pause for two weeks", "pause"),
        ("stop it", "stop"),
        ("stop the churn at Halden", ""),
        ("nudges for the champion at Halden before March", ""),
        ("Pause", "pause"),
        ("pause until yesterday", "pause"),
        ("pause until", "pause"),
        ("back", "thread"),
        ("nudge Marta about the contract", ""),
        ("nudge Ola, then Ines, before 9", ""),
        ("pause the rollout at Halden", ""),
        ("demo", ""),
    ],
)
def test_what_is_half_a_command_is_no_plan(text: str, command: str) -> None:
    assert begun(text, EN) == command


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nudges", "nudges"),
        ("Pause until next week", "pause"),
        ("pause", ""),
        ("pause for breath", ""),
        ("stop it", ""),
        ("yes", ""),
    ],
)
def test_half_a_command_is_no_answer(text: str, name: str) -> None:
    assert half(text, EN) == name


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("Tomorrow", "tomorrow"),
        ("ask me next week", "next"),
        ("every other week", "fortnight"),
        ("tomorrow they decide", ""),
        ("", ""),
    ],
)
def test_a_nudge_is_put_off_in_a_whole_message_alone(text: str, way: str) -> None:
    assert later(text, EN) == way
