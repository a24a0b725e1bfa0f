"""What is written beside any check, and what it is the answer to."""

from pathlib import Path

import pytest

from coaching.cadence import Nudges
from tests.bot.stage import Stage
from tests.bot.week import (
    HOUR,
    MONDAY,
    TUESDAY,
    WEEK,
    at,
    cadence,
    check,
    consented,
    kept,
    nudges,
    week,
)


async def half_done(stage: Stage) -> None:
    """A check whose question waits."""
    await stage.command("/differ demo")
    await stage.tap("Go on as it is")


def last(stage: Stage) -> str:
    return str(stage.messages()[-1].blocks)


@pytest.mark.parametrize("in_thread", [True, False])
async def test_a_yes_under_a_nudge_is_no_answer_to_a_check(tmp_path: Path, in_thread: bool) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        await half_done(stage)
        await at(stage, MONDAY + WEEK)
        (nudge,) = nudges(stage)
        await stage.say("yes", nudge.ts if in_thread else None)
        assert "Tap the first button under it" in last(stage)
        assert stage.messages()[-1].thread_ts == (nudge.ts if in_thread else None)
        await stage.say("no", nudge.ts if in_thread else None)
        assert "The next one: 26 March 9:00" in last(stage)
        assert (await kept(stage))[0].outcome == "next"


async def test_a_yes_to_the_last_word_brings_nudges_back(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        for number in range(4):
            await at(stage, MONDAY + number * WEEK)
        assert "I'll stop here" in stage.messages()[-1].text
        await stage.say("yes")
        assert (await cadence(stage)).nudges is Nudges.ON


async def test_a_yes_is_for_what_was_asked_last(tmp_path: Path) -> None:
    """Another check has a question open, but "Shall I ask you afterwards?" came after it."""
    async with week(tmp_path) as stage:
        await half_done(stage)
        await check(stage, call_at=TUESDAY + 2 * HOUR)
        await stage.say("yes")
        assert "✓ 13:40, Berlin time" in str([m.blocks for m in stage.messages()])


async def test_what_stands_under_a_nudge_goes_into_no_other_check(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        await half_done(stage)
        await at(stage, MONDAY + WEEK)
        (nudge,) = nudges(stage)
        for said in ("cancel", "their planner asked for the list"):
            await stage.say(said, nudge.ts)
            assert "Which check is that for?" in last(stage)


async def test_one_word_after_another_puts_the_same_nudge_off(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        await at(stage, MONDAY)
        (nudge,) = nudges(stage)
        for said, next_one in (("tomorrow", "tomorrow 9:00"), ("next week", "19 March 9:00")):
            await stage.say(said, nudge.ts)
            assert f"The next one: {next_one}" in last(stage)
            assert stage.messages()[-1].thread_ts == nudge.ts
        await at(stage, MONDAY + WEEK)
        await stage.say("tomorrow", nudge.ts)
        assert "This one is over." in last(stage)


@pytest.mark.parametrize(
    ("said", "told"),
    [("nudges friday", "On which day, and when?"), ("pause until next week", "until when?")],
)
async def test_half_a_command_is_no_answer(tmp_path: Path, said: str, told: str) -> None:
    async with week(tmp_path) as stage:
        await half_done(stage)
        for place in (None, stage.messages()[-1].thread_ts):
            await stage.say(said, place)
            assert told in last(stage)
