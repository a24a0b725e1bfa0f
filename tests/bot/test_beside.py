"""What is written beside any check, and what it is the answer to."""

from pathlib import Path

import pytest

from bot.playground import faults
from coaching.cadence import Nudges
from coaching.calls import Seen
from tests.bot.script import seller_of
from tests.bot.stage import Stage
from tests.bot.week import (
    DAY,
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
        assert "Please tap the button you mean" in last(stage)
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


async def test_a_word_answers_nothing_of_long_ago(tmp_path: Path) -> None:
    """ "Shall I ask you afterwards?" was asked weeks before."""
    async with week(tmp_path) as stage:
        await check(stage, call_at=MONDAY + 4 * WEEK)
        await at(stage, MONDAY + 2 * WEEK)
        await stage.say("yes")
        assert "Shall I start a check on this?" in last(stage)
        await stage.say("yes")
        assert "Please tap the button you mean" in last(stage)
        async with stage.store.begin(seller_of(stage)) as tx:
            assert [call.state for call in await tx.calls.all()] == [Seen.OFFERED]


async def test_a_word_is_no_answer_to_what_takes_a_tap(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await half_done(stage)
        await stage.say("forget")
        await stage.say("no")
        assert "Please tap the button you mean" in last(stage)


async def test_a_word_is_for_what_its_writer_could_see(tmp_path: Path) -> None:
    """A nudge is on its way while Slack takes no posts."""
    async with week(tmp_path) as stage:
        await consented(stage)
        await half_done(stage)
        stage.slack.faults.chance("chat.postMessage", 1.0, faults.drop_request())
        await stage.press_time(MONDAY + WEEK)
        await stage.slack.workspace.until(lambda: stage.slack.faults.played)
        await stage.slack.people.say(stage.me, stage.dm, "no")
        stage.slack.faults.clear()
        await stage.settle()
        assert (await kept(stage))[0].outcome == "sent"


async def test_under_a_promise_put_off_their_words_are_still_theirs(tmp_path: Path) -> None:
    """Though it was asked after again since, and another check is under way."""
    async with week(tmp_path) as stage:
        await check(stage)
        await stage.command("/differ nudges monday 9:00")
        await at(stage, MONDAY)
        (first,) = nudges(stage)
        await stage.tap("Tomorrow")
        await at(stage, MONDAY + DAY)
        await half_done(stage)
        await stage.say("she would rather see it live", first.ts)
        assert "In their words, with today's date." in last(stage)


async def test_after_a_stop_nobody_listens_for_what_was_promised(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await check(stage)
        thread = stage.messages()[-1].thread_ts
        await stage.command("/differ nudges monday 9:00")
        await at(stage, MONDAY)
        await stage.tap("Stop")
        await stage.say("remember to send the deck", thread)
        assert "I kept none of that" in last(stage)


async def test_an_ok_to_the_last_word_leaves_it_the_last(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        for number in range(4):
            await at(stage, MONDAY + number * WEEK)
        await stage.say("ok")
        assert (await cadence(stage)).nudges is Nudges.SILENT
