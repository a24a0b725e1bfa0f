"""Before the call: what is said of it, and what hangs on it."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.playground import faults
from coaching.calls import Seen
from tests.bot.script import seller_of
from tests.bot.stage import Stage
from tests.bot.week import BUYER, DAY, HOUR, MONDAY, TUESDAY, at, cadence, check, kept, week

ELEVEN = TUESDAY.replace(hour=10, minute=0)
"""In Berlin."""
QUARTER = timedelta(minutes=15)


async def states(stage: Stage) -> list[str]:
    """Of the calls, that of the newest check first."""
    async with stage.store.begin(seller_of(stage)) as tx:
        return [call.state for call in await tx.calls.all()]


def said(stage: Stage, text: str) -> int:
    """How often that stands in the direct messages."""
    return str([message.blocks for message in stage.messages()]).count(text)


async def move(stage: Stage, label: str, to: datetime) -> None:
    await stage.tap(label)
    assert await stage.submit(moved_to=int(to.timestamp())) == {}


async def fill_in(stage: Stage, thread: str | None, **values: object) -> None:
    """Correct the form of a check."""
    await stage.say("change", thread)
    await stage.tap("Plan, buyer or choices")
    assert await stage.submit(**values) == {}


@pytest.mark.usefixtures("on_both")
async def test_of_two_checks_before_one_call_the_later_one_speaks_of_it(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await check(stage, call_at=ELEVEN)
        await stage.tap("13:00")
        await check(stage, "workshop", ELEVEN)
        await stage.tap("13:00")
        assert await states(stage) == [Seen.WANTED, Seen.OVERTAKEN]
        assert said(stage, "I'll ask in your other check for this call") == 1
        await at(stage, ELEVEN - QUARTER)
        assert said(stage, "Your change: “") == 1
        await move(stage, "Moved", ELEVEN + DAY)
        home = await stage.open_home()
        assert "Tomorrow 11:00" in home
        assert "*11:00*" not in home
        await at(stage, ELEVEN + DAY - QUARTER)
        await at(stage, ELEVEN + DAY + 2 * HOUR)
        assert said(stage, "Your change: “") == 2
        assert said(stage, "was your change.") == 1
        await stage.tap("It didn't come up")
        await stage.command("/differ nudges monday 9:00")
        await at(stage, MONDAY)
        assert [nudge.wording.split(".")[0] for nudge in await kept(stage)] == ["factor"]


async def test_a_check_moved_to_the_time_of_another_s_call_takes_it_over(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await check(stage, call_at=ELEVEN)
        await stage.tap("13:00")
        await check(stage, "workshop", ELEVEN + HOUR)
        await stage.tap("14:00")
        thread = stage.messages()[-1].thread_ts
        await at(stage, ELEVEN - QUARTER)
        await stage.say("moved", thread)
        await move(stage, "New time", ELEVEN)
        assert await states(stage) == [Seen.WANTED, Seen.OVERTAKEN]
        # At the end of the first check, and under the line that had come before its call.
        assert said(stage, "✓ I'll ask in your other check for this call") == 2


@pytest.mark.usefixtures("on_both")
async def test_the_buyer_corrected_in_one_check_parts_two_calls_and_joins_them(
    tmp_path: Path,
) -> None:
    async with week(tmp_path) as stage:
        for plan in ("demo", "workshop"):
            await check(stage, plan, ELEVEN)
            await stage.tap("13:00")
        thread = stage.messages()[-1].thread_ts
        await fill_in(stage, thread, **BUYER | {"company": "Southgate"})
        assert await states(stage) == [Seen.WANTED, Seen.OFFERED]
        assert said(stage, "in your other check") == 0
        assert said(stage, "See you after the call?") == 1
        await fill_in(stage, thread, **BUYER | {"company": "Northgate"})
        assert await states(stage) == [Seen.WANTED, Seen.OVERTAKEN]
        assert said(stage, "in your other check") == 1


async def test_a_check_that_was_overtaken_moves_along_with_the_call_and_is_asked_again_without_one(
    tmp_path: Path,
) -> None:
    async with week(tmp_path) as stage:
        for plan in ("demo", "workshop"):
            await check(stage, plan, ELEVEN)
            await stage.tap("13:00")
        thread = stage.messages()[-1].thread_ts
        await stage.say("moved", thread)
        await move(stage, "New time", ELEVEN + DAY)
        assert await states(stage) == [Seen.WANTED, Seen.OVERTAKEN]
        await fill_in(stage, thread, call_at=None)
        assert await states(stage) == [Seen.OFFERED, Seen.OFFERED]
        assert said(stage, "See you after the call?") == 1
        assert said(stage, "Tomorrow 13:00") == 1  # the first check's call has moved
        await stage.tap("Tomorrow 13:00")
        assert await states(stage) == [Seen.OFFERED, Seen.WANTED]


async def test_a_call_is_cancelled_or_moved_in_words(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await check(stage, call_at=ELEVEN)
        await stage.tap("13:00")
        await at(stage, ELEVEN - QUARTER)
        thread = stage.messages()[-1].thread_ts
        await stage.say("Rescheduled", thread)
        assert "When is it now?" in stage.messages()[-1].text
        await move(stage, "New time", ELEVEN + DAY)
        assert "Moved to tomorrow 11:00" in stage.messages()[-1].text
        with pytest.raises(AssertionError):
            stage.find("Cancelled", stage.messages())  # of a time that is none any more
        for words in ("cancel", "the call was cancelled"):
            await stage.say(words, thread)
            assert "I won't ask about it" in stage.messages()[-1].text
            assert await states(stage) == [Seen.CANCELLED]
            assert said(stage, "✓ Cancelled") == 1  # at the end of the check
            await move(stage, "New time", ELEVEN + 2 * DAY)
        before = len(stage.messages())
        await stage.say("cancelled", thread)
        assert len(stage.messages()) == before + 2
        await at(stage, ELEVEN + 3 * DAY)
        assert len(stage.messages()) == before + 2


async def test_a_call_is_cancelled_or_moved_in_words_before_any_yes(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await check(stage, call_at=ELEVEN)
        thread = stage.messages()[-1].thread_ts
        await stage.say("cancelled", thread)
        assert "I won't ask about it" in stage.messages()[-1].text
        assert await states(stage) == [Seen.CANCELLED]
        assert said(stage, "✓ Cancelled") == 1  # at the end of the check
        await check(stage, "workshop", ELEVEN)
        await stage.say("it moved", stage.messages()[-1].thread_ts)
        await move(stage, "New time", ELEVEN + DAY)
        assert "Moved to tomorrow 11:00" in stage.messages()[-1].text
        assert await states(stage) == [Seen.OFFERED, Seen.CANCELLED]


async def test_thanks_for_the_line_before_a_call_are_not_sent_back(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await check(stage, call_at=ELEVEN)
        await stage.tap("13:00")
        await at(stage, ELEVEN - QUARTER)
        before = stage.messages()
        for words in ("ok", "Thanks!"):
            await stage.say(words, before[-1].thread_ts)
        assert len(stage.messages()) == len(before) + 2
        assert await states(stage) == [Seen.WANTED]


async def test_the_line_before_a_call_is_by_the_clock_where_they_are(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        five = TUESDAY.replace(hour=16, minute=0)
        await check(stage, call_at=five)
        await stage.tap("Tomorrow 9:00")
        assert (await cadence(stage)).zone == "Europe/Berlin"
        stage.slack.workspace.users[stage.me].tz = "America/New_York"
        await at(stage, five - QUARTER)
        assert "at 11:00 (New York time)" in stage.messages()[-1].text
        await move(stage, "Moved", five + DAY)
        assert "Moved to tomorrow 11:00 (New York time)" in stage.messages()[-1].text
        stage.slack.workspace.users[stage.me].tz = "Europe/Berlin"
        stage.slack.faults.chance("users.info", 1.0, faults.ratelimited(3600))
        await at(stage, five + DAY - QUARTER)
        assert "at 11:00 (New York time)" in stage.messages()[-1].text
        await stage.tap("Cancelled")
        assert said(stage, "✓ Cancelled") == 1  # at the end of the check


async def test_where_they_are_is_looked_up_again_with_the_yes(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await check(stage, call_at=ELEVEN + 3 * DAY)
        stage.slack.workspace.users[stage.me].tz = "America/New_York"
        await at(stage, TUESDAY + 25 * HOUR)
        await stage.tap("Friday 13:00")
        assert (await cadence(stage)).zone == "America/New_York"


async def test_what_hangs_on_a_call_goes_with_its_time_in_the_form(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await check(stage, call_at=ELEVEN)
        await stage.tap("13:00")
        await at(stage, ELEVEN - QUARTER)
        thread = stage.messages()[-1].thread_ts

        await fill_in(stage, thread, call_at=int((ELEVEN + DAY).timestamp()))
        assert said(stage, "✓ Tomorrow 13:00, Berlin time") == 1
        await fill_in(stage, thread, call_at=None)
        assert await states(stage) == [Seen.OFFERED]
        assert said(stage, "Shall I ask you afterwards what they said?") == 1
        before = len(stage.messages())
        await at(stage, ELEVEN + 2 * DAY)
        assert len(stage.messages()) == before


async def test_the_line_before_a_call_that_is_over_says_on_which_day_it_was(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await check(stage, call_at=ELEVEN)
        await stage.tap("13:00")
        await at(stage, ELEVEN - QUARTER)
        await at(stage, ELEVEN + DAY)
        await move(stage, "Call moved", ELEVEN + 2 * DAY)
        assert said(stage, "on 6 March at 11:00 (Berlin time)") == 1
