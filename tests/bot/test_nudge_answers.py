"""What a seller does with a nudge: its taps, the same in words, and what makes it needless."""

from datetime import timedelta
from pathlib import Path

import pytest

from coaching.cadence import Nudges
from tests.bot.script import click, deliver, seller_of
from tests.bot.week import (
    BUYER,
    DAY,
    HOUR,
    MONDAY,
    TUESDAY,
    WEEK,
    at,
    cadence,
    check,
    consented,
    keep,
    kept,
    nudges,
    week,
)


async def test_what_was_put_off_comes_in_other_words(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        for day in (
            MONDAY,
            MONDAY + DAY,
            MONDAY + WEEK,
            MONDAY + WEEK + DAY,
            MONDAY + WEEK + 2 * DAY,
        ):
            await at(stage, day)
            await stage.tap("Tomorrow")
        said = [message.text for message in stage.messages() if "two plans" in message.text]
        assert len(said) == len(set(said)) == 5


async def test_a_tap_on_an_old_nudge_says_when_the_next_one_comes(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        await at(stage, MONDAY)
        old = nudges(stage)
        await at(stage, MONDAY + WEEK)
        await stage.tap("Tomorrow", old)
        assert "This one is over." in str(old[0].blocks)
        assert "19 March" not in str(old[0].blocks)
        await at(stage, MONDAY + WEEK + DAY)
        assert len(nudges(stage)) == 1


async def test_tapped_twice_is_tapped_once(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        await at(stage, MONDAY)
        payload = click(stage, "Every two weeks")
        await deliver(stage, "interactive", payload, payload)
        assert (await cadence(stage)).every == 2
        await at(stage, MONDAY + WEEK)
        assert nudges(stage) == []
        await at(stage, MONDAY + 2 * WEEK)
        assert len(nudges(stage)) == 1


async def test_whoever_chooses_times_again_has_answered(tmp_path: Path) -> None:
    """After three that were ignored, and after the last word: what comes then is a nudge."""
    async with week(tmp_path) as stage:
        await consented(stage)
        for number in range(4):
            await at(stage, MONDAY + number * WEEK)
        assert "I'll stop here" in stage.messages()[-1].text
        assert (await cadence(stage)).nudges is Nudges.SILENT
        await stage.command("/differ nudges monday 9:00")
        await at(stage, MONDAY + 4 * WEEK)
        assert len(nudges(stage)) == 4
        assert (await cadence(stage)).nudges is Nudges.ON


async def test_after_the_last_word_a_tap_on_an_old_nudge_brings_them_back(tmp_path: Path) -> None:
    """Whoever wants it later, rarer or after a pause wants it."""
    async with week(tmp_path) as stage:
        await consented(stage)
        for number in range(4):
            await at(stage, MONDAY + number * WEEK)
        silent = await cadence(stage)
        old = nudges(stage)
        labels = ("Every two weeks", "Tomorrow", "Next week")
        for label, payload in [(label, click(stage, label)) for label in labels]:
            await keep(stage, silent)
            await deliver(stage, "interactive", payload)
            rare = label == "Every two weeks"
            day = "16 April" if rare else "9 April"
            said = f"every {'two weeks' if rare else 'week'}. The next one: {day} 9:00"
            assert said in str(old[2].blocks), label
            assert (await cadence(stage)).nudges is Nudges.ON
        await keep(stage, silent)
        await stage.tap("Pause until …", old[:1], day="2035-04-20")
        said = "Paused until 20 April, then Mondays 9:00, Berlin time, every week. The next one: 23"
        assert said in str(old[0].blocks)
        await at(stage, MONDAY + 6 * WEEK)
        assert len(nudges(stage)) == 1 + 1


async def test_there_is_nothing_to_pause_where_there_is_no_nudge(tmp_path: Path) -> None:
    """It is said how to have them; they come at the hour that was chosen once, or the first."""
    async with week(tmp_path) as stage:
        await stage.command("/differ pause until 20 April")
        off = "Nudges are off. /differ nudges on turns them on."
        assert stage.ephemerals()[-1].text == off
        await stage.command("/differ nudges on")
        assert "Mondays 9:00, Berlin time, every week." in stage.ephemerals()[-1].text
        await stage.command("/differ nudges thursday 8:30")
        await stage.command("/differ stop")
        assert "/differ nudges on brings them back" in stage.ephemerals()[-1].text
        await stage.command("/differ nudges on")
        assert "Thursdays 8:30, Berlin time, every week." in stage.ephemerals()[-1].text


async def test_after_a_stop_a_tap_on_an_old_nudge_plans_nothing(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        await at(stage, MONDAY)
        await stage.command("/differ stop")
        (nudge,) = nudges(stage)
        payloads = [click(stage, label) for label in ("Tomorrow", "Next week")]
        await stage.tap("Pause until …", day="2035-04-20")
        for payload in ({}, *payloads):
            if payload:
                await deliver(stage, "interactive", payload)
            assert "Nudges are off." in str(nudge.blocks)
            async with stage.store.begin(seller_of(stage)) as tx:
                assert await tx.week.planned("nudge") is None


async def test_what_is_told_in_the_thread_answers_the_nudge_about_it(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await check(stage)
        await stage.tap("12:00")
        await stage.command("/differ nudges monday 9:00")
        await at(stage, TUESDAY + 4 * HOUR)
        await at(stage, MONDAY)
        assert not (await kept(stage))[0].answered
        await stage.say("they would rather see it live", stage.messages()[-2].thread_ts)
        assert (await kept(stage))[0].answered


async def test_a_nudge_about_what_is_over_leads_nowhere(tmp_path: Path) -> None:
    """A promise that was told in its thread, a call that has begun."""
    async with week(tmp_path) as stage:

        def over() -> int:
            return str([message.blocks for message in stage.messages()]).count("This one is over.")

        await check(stage)
        await stage.tap("12:00")
        thread = stage.messages()[-1].thread_ts
        await stage.command("/differ nudges monday 9:00")
        await at(stage, TUESDAY + 4 * HOUR)
        await at(stage, MONDAY)
        await stage.say("they would rather see it live", thread)
        await stage.tap("They said …")
        assert stage.slack.workspace.top_modal(stage.me) is None
        assert over() == 1
        await check(stage, "renewal", call_at=MONDAY + 8 * DAY)
        await at(stage, MONDAY + WEEK)
        await at(stage, MONDAY + 8 * DAY)
        await stage.tap("Two minutes now")
        assert over() == 2


async def test_a_nudge_about_a_check_that_was_paused_goes_on_with_it(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await stage.command("/differ demo")
        await stage.tap("Fill in")
        assert await stage.submit(**BUYER, call_at=int((MONDAY + DAY).timestamp())) == {}
        await stage.tap("Pause")
        await stage.command("/differ nudges monday 9:00")
        await at(stage, MONDAY)
        await stage.tap("Continue", nudges(stage))
        assert "the eyes of the potential buyers" in stage.messages()[-1].text


async def test_what_came_of_a_promise_is_told_though_the_check_has_a_question_left(
    tmp_path: Path,
) -> None:
    async with week(tmp_path) as stage:
        await stage.command("/differ demo")
        await stage.tap("Fill in")
        assert await stage.submit(**BUYER) == {}
        for label in ("Yes", *["No"] * 5, "Yes", "Keep it"):  # "would their seller do this too?"
            await stage.tap(label)
        await stage.command("/differ nudges monday 9:00")
        await at(stage, MONDAY)
        await stage.tap("They said …")
        assert await stage.submit(said="they would lose their weekends") == {}
        assert "In their words, with today's date." in str(stage.messages()[-1].blocks)


async def test_a_yes_or_no_in_words_is_the_tap_on_what_was_offered(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await check(stage, call_at=TUESDAY + 2 * HOUR)
        thread = stage.messages()[-1].thread_ts
        await stage.say("yes please", thread)
        assert "✓ 13:40, Berlin time" in str([m.blocks for m in stage.messages()])
        await at(stage, TUESDAY + 4 * HOUR)
        await stage.say("they would rather see it live", thread)
        for label in ("Didn't come up", "Didn't come up"):
            await stage.tap(label)
        assert "I keep that for your next" in str(stage.messages()[-1].blocks)
        await stage.say("no, thanks", thread)
        assert "No nudges, then." in str(stage.messages()[-1].blocks)
        assert (await cadence(stage)).nudges is Nudges.NO
        await stage.say("no", thread)
        assert "I kept none of that" in str(stage.messages()[-1].blocks)
        await check(stage, "workshop")
        await stage.say("no", stage.messages()[-1].thread_ts)
        assert "✓ No, thanks" in str([m.blocks for m in stage.messages()])


async def test_somebody_else_s_buttons_do_nothing(tmp_path: Path) -> None:
    """A forged tap with the ids of another seller's check, nudge and settings."""
    async with week(tmp_path) as stage:
        await check(stage, call_at=TUESDAY + 2 * HOUR)
        await stage.tap("13:40")
        await stage.command("/differ nudges monday 9:00")
        await at(stage, TUESDAY + 4 * HOUR)
        forged = [click(stage, label) for label in ("They said …", "It didn't come up")]
        await at(stage, MONDAY)
        forged += [click(stage, label) for label in ("Stop", "Tomorrow", "Every two weeks")]
        before = (await cadence(stage), await kept(stage))
        for payload in forged:
            payload["user"]["id"] = "U2PRIYA"
        await deliver(stage, "interactive", *forged)
        assert (await cadence(stage), await kept(stage)) == before
        async with stage.store.begin(seller_of(stage)) as tx:
            assert [call.state for call in await tx.calls.all()] == ["asked"]


@pytest.mark.parametrize(
    ("said", "outcome", "next_one"),
    [
        ("Tomorrow", "put_off", "tomorrow 9:00"),
        ("not this week", "next", "19 March 9:00"),
        ("every two weeks", "changed", "26 March 9:00"),
    ],
)
async def test_what_a_tap_does_may_be_said(
    tmp_path: Path, said: str, outcome: str, next_one: str
) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        await at(stage, MONDAY)
        await stage.say(said)
        assert f"The next one: {next_one}" in stage.messages()[-1].text
        assert (await kept(stage))[0].outcome == outcome
        await stage.say(said)  # once more means the same
        assert f"The next one: {next_one}" in stage.messages()[-1].text


@pytest.mark.parametrize(("label", "later"), [("Tomorrow", DAY), ("Next week", WEEK)])
async def test_guesses_that_became_answers_come_again_when_they_were_put_off(
    tmp_path: Path, label: str, later: timedelta
) -> None:
    async with week(tmp_path) as stage:
        await check(stage, risk="Yes")
        await stage.tap("12:00")
        await stage.command("/differ nudges monday 9:00")
        await at(stage, TUESDAY + 4 * HOUR)
        await stage.say("they lose two days a week", stage.messages()[-1].thread_ts)
        for tell in ("Agreed", "Disagreed"):
            await stage.tap(tell)
        for moment in (MONDAY, MONDAY + later):
            await at(stage, moment)
            assert "value and risk with Northgate" in nudges(stage)[-1].text
            await stage.tap(label)


async def test_what_puts_a_promise_off_is_not_what_the_buyer_said(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await check(stage)
        await stage.command("/differ nudges monday 9:00")
        await at(stage, MONDAY)
        (asked,) = nudges(stage)
        await stage.say("next week", asked.ts)
        assert "The next one: 19 March 9:00" in stage.messages()[-1].text
        await at(stage, MONDAY + WEEK)
        assert "Northgate" in nudges(stage)[-1].text
        await stage.say("next week", nudges(stage)[-1].ts)
        await stage.say("next week we will see, she said")
        assert "Shall I start a check on this?" in stage.messages()[-1].text
        await stage.say("next week we will see, she said", nudges(stage)[-1].ts)
        assert "In their words, with today's date." in str(stage.messages()[-1].blocks)


async def test_every_two_weeks_leaves_a_pause_as_it_is(tmp_path: Path) -> None:
    """Tapped or typed, and said with it."""
    async with week(tmp_path) as stage:
        await consented(stage)
        await at(stage, MONDAY)
        await stage.command("/differ pause until 16 April")
        said = "Paused until 16 April, then Mondays 9:00, Berlin time, every"
        assert f"{said} week. The next one: 16 April 9:00" in stage.ephemerals()[-1].text
        await stage.command("/differ nudges every two weeks")
        assert f"{said} two weeks. The next one: 16 April 9:00" in stage.ephemerals()[-1].text
        (nudge,) = nudges(stage)
        await stage.tap("Every two weeks")
        assert f"{said} two weeks. The next one: 16 April 9:00" in str(nudge.blocks)


async def test_in_a_check_the_same_words_are_an_answer(tmp_path: Path) -> None:
    """Unless they stand in the nudge's own thread."""
    async with week(tmp_path) as stage:
        await consented(stage)
        await at(stage, MONDAY)
        (nudge,) = nudges(stage)
        await stage.command("/differ demo")
        await stage.tap("Go on as it is")
        await stage.say("tomorrow")
        assert "Which check is that for?" in stage.messages()[-1].text
        assert (await kept(stage))[0].outcome == "sent"
        await stage.say("tomorrow", nudge.ts)
        assert (await kept(stage))[0].outcome == "put_off"


async def test_home_says_when_what_was_put_off_comes(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        await stage.open_home()
        await at(stage, MONDAY)
        await stage.tap("Tomorrow", nudges(stage))
        assert "Next: tomorrow 9:00." in stage.home()
