"""The week of a seller: what comes, what does not, and what an outage makes of it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.playground import faults
from bot.playground.clock import MovableClock
from bot.playground.server import SmallSlack
from coaching.cadence import Cadence, Nudges
from tests.bot.script import ANSWERS, answer, seller_of
from tests.bot.stage import DEALS, ROOT, at_work, on_stage
from tests.bot.week import (
    BUYER,
    DAY,
    HOUR,
    MONDAY,
    QUICK,
    TUESDAY,
    WEEK,
    at,
    cadence,
    check,
    checked,
    consented,
    kept,
    nudges,
    week,
)


async def test_nothing_comes_before_a_yes(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await check(stage, call_at=TUESDAY + 2 * HOUR)
        before = len(stage.messages())
        for days in range(1, 40):
            await at(stage, TUESDAY + days * DAY)
        assert len(stage.messages()) == before


async def test_one_nudge_a_week_at_the_hour_chosen(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        await at(stage, MONDAY - timedelta(seconds=30))
        assert nudges(stage) == []
        await at(stage, MONDAY)
        assert len(nudges(stage)) == 1
        await at(stage, MONDAY + 6 * DAY)
        assert len(nudges(stage)) == 1
        await at(stage, MONDAY + WEEK)
        texts = [message.text for message in nudges(stage)]
        assert len(texts) == len(set(texts)) == 2


async def test_the_very_first_word_may_be_when(tmp_path: Path) -> None:
    """Where they are is known from the first contact on."""
    async with week(tmp_path) as stage:
        stage.slack.workspace.users[stage.me].tz = "Asia/Tokyo"
        await stage.command("/differ nudges monday 9:00")
        assert "Tokyo time" in stage.ephemerals()[-1].text


async def test_an_earlier_check_is_of_the_day_it_was_where_they_are(tmp_path: Path) -> None:
    """Half past five on a Monday in San Francisco, when it is Tuesday in Greenwich."""
    monday = datetime(2035, 3, 6, 1, 30, tzinfo=UTC)
    async with on_stage(tmp_path, pace=QUICK, start=monday) as stage:
        stage.slack.workspace.users[stage.me].tz = "America/Los_Angeles"
        await stage.command("/differ A demo")
        await stage.tap("Fill in")
        assert await stage.submit(**BUYER, length="five") == {}
        await answer(stage, *ANSWERS[1:])
        assert "5 March" in await stage.open_home()
        await stage.say("history")
        assert "5 March" in str(stage.messages()[-1].blocks)
        await stage.command("/differ Another demo with Marta Lind")
        await stage.tap("Yes")
        assert "You kept that on 5 March" in stage.messages()[-1].text


async def test_who_flew_east_is_not_nudged_late(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        stage.slack.workspace.users[stage.me].tz = "Asia/Tokyo"
        await at(stage, TUESDAY + 25 * HOUR)
        await check(stage, "pilot")
        nine_in_tokyo = MONDAY - 8 * HOUR
        await at(stage, nine_in_tokyo - timedelta(seconds=30))
        assert nudges(stage) == []
        await at(stage, nine_in_tokyo)
        assert len(nudges(stage)) == 1


async def test_after_an_outage_it_comes_late_on_the_same_day(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        stage.slack.faults.chance(faults.ANY, 1.0, faults.server_error(503))
        await stage.press_time(MONDAY)
        stage.slack.faults.clear()
        await at(stage, MONDAY + 6 * HOUR)
        await stage.slack.workspace.until(lambda: nudges(stage))
        await at(stage, MONDAY + 7 * HOUR)
        assert len(nudges(stage)) == 1
        assert [nudge.outcome for nudge in await kept(stage)] == ["sent"]


async def test_later_than_its_day_it_lapses_and_only_the_next_week_s_comes(tmp_path: Path) -> None:
    async with SmallSlack.start(
        manifest=ROOT / "app_manifest.yml", clock=MovableClock(TUESDAY)
    ) as slack:
        async with at_work(slack, tmp_path, QUICK) as stage:
            await consented(stage)
        slack.clock.set(MONDAY + WEEK + DAY)  # nobody was at work
        async with at_work(slack, tmp_path, QUICK) as stage:
            await stage.settle()
            assert nudges(stage) == []
            assert [nudge.outcome for nudge in await kept(stage)] == ["lapsed", "lapsed"]
            await at(stage, MONDAY + 2 * WEEK)
            assert len(nudges(stage)) == 1


async def test_one_that_slack_did_not_take_in_its_day_is_never_posted(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        stage.slack.faults.chance("chat.postMessage", 1.0, faults.drop_request())
        await stage.press_time(MONDAY)
        await stage.slack.workspace.until(lambda: stage.slack.faults.played)
        await stage.press_time(MONDAY + 20 * HOUR)
        stage.slack.faults.clear()
        await at(stage, MONDAY + 21 * HOUR)
        assert nudges(stage) == []
        (lapsed,) = await kept(stage)
        assert (lapsed.outcome, lapsed.came) == ("sent", False)
        await at(stage, MONDAY + WEEK)
        assert len(nudges(stage)) == 1
        assert (await kept(stage))[0].wording == lapsed.wording  # nobody has read it yet


async def test_a_call_is_not_spoken_of_once_it_has_begun(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await check(stage, call_at=MONDAY + HOUR, risk="Not sure")
        await stage.tap("No, thanks")
        await stage.command("/differ nudges monday 9:00")
        stage.slack.faults.chance("chat.postMessage", 1.0, faults.drop_request())
        await stage.press_time(MONDAY)
        await stage.press_time(MONDAY + HOUR + timedelta(minutes=1))
        stage.slack.faults.clear()
        await stage.settle()
        assert nudges(stage) == []
        (late,) = await kept(stage)
        assert (late.wording.partition(".")[0], late.came) == ("call", False)


async def test_what_a_seller_chooses_takes_back_a_nudge_that_waits(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)

        async def meanwhile(moment: datetime, typed: str) -> None:
            stage.slack.faults.chance("chat.postMessage", 1.0, faults.ratelimited(1))
            await stage.press_time(moment)
            await stage.slack.people.command(stage.me, DEALS, typed)
            stage.slack.faults.clear()
            await stage.settle()

        await meanwhile(MONDAY, "/differ nudges thursday 9:00")
        assert nudges(stage) == []
        await at(stage, MONDAY + 3 * DAY)
        assert len(nudges(stage)) == 1  # the week has its own all the same
        await meanwhile(MONDAY + 10 * DAY, "/differ stop")
        assert len(nudges(stage)) == 1


async def test_a_check_meanwhile_makes_it_needless(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        await at(stage, MONDAY - 2 * DAY)
        await check(stage, "pilot")
        await stage.tap("No, thanks")
        await at(stage, MONDAY)
        assert nudges(stage) == []
        assert [nudge.outcome for nudge in await kept(stage)] == ["recent"]


async def test_who_has_left_gets_nothing_and_is_not_asked_for_for_ever(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        stage.slack.workspace.users[stage.me].deleted = True
        await at(stage, MONDAY)
        assert nudges(stage) == []
        assert (await cadence(stage)).ended == "deactivated"
        async with stage.store.begin(seller_of(stage)) as tx:
            assert await tx.week.planned("nudge") is None


async def test_without_the_app_there_is_no_nudge_until_it_is_back(tmp_path: Path) -> None:
    async with SmallSlack.start(
        manifest=ROOT / "app_manifest.yml", clock=MovableClock(TUESDAY)
    ) as slack:
        async with at_work(slack, tmp_path, QUICK) as stage:
            await consented(stage)
            await slack.people.uninstall()
            await at(stage, MONDAY)
            assert [nudge.outcome for nudge in await kept(stage)] == ["lapsed"]
        for token in slack.workspace.tokens.values():
            token.revoked = False
        async with at_work(slack, tmp_path, QUICK) as stage:
            await at(stage, MONDAY + WEEK)
            assert len(nudges(stage)) == 1


async def test_after_three_that_slack_refused_there_are_none_until_they_are_wanted(
    tmp_path: Path,
) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        stage.slack.faults.chance("chat.postMessage", 1.0, faults.refuse("messages_tab_disabled"))
        for number in range(4):
            await at(stage, MONDAY + number * WEEK)
        assert (await cadence(stage)).ended == "undelivered"
        assert len(await kept(stage)) == 3
        stage.slack.faults.clear()
        await stage.command("/differ nudges monday 9:00")
        assert (await cadence(stage)).ended == ""
        await at(stage, MONDAY + 4 * WEEK)
        assert len(nudges(stage)) == 1


async def test_an_old_installation_without_the_scope_has_its_times_in_utc(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        stage.slack.faults.chance("users.info", 1.0, faults.refuse("missing_scope"))
        await consented(stage)
        assert "UTC time" in stage.ephemerals()[-1].text
        await at(stage, MONDAY + HOUR)
        assert len(nudges(stage)) == 1


async def test_what_is_kept_of_times_and_calls_is_exported_and_forgotten(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await check(stage, call_at=TUESDAY + 2 * HOUR)
        await stage.tap("13:40")
        await at(stage, TUESDAY + 4 * HOUR)
        await stage.say("the audit keeps me awake", stage.messages()[-1].thread_ts)
        await stage.command("/differ nudges monday 9:00")
        await stage.command("/differ export")
        files = next(m for m in stage.messages() if m.files).files
        told = {file.title: (file.content or b"").decode() for file in files}
        exported = json.loads(told["differ.json"])
        assert exported["times"]["nudges"] == "on"
        assert exported["checks"][0]["call"]["said"] == "the audit keeps me awake"
        assert "the audit keeps me awake" in told["differ.md"]
        await stage.command("/differ forget")
        await stage.tap("Forget all of it")
        assert await cadence(stage) == Cadence()
        async with stage.store.begin(seller_of(stage)) as tx:
            assert await tx.calls.all() == ()
            assert await tx.week.planned("nudge") is None


async def test_a_form_says_what_is_wrong_in_it(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await check(stage, call_at=TUESDAY + 2 * HOUR)
        await stage.tap("13:40")
        await at(stage, TUESDAY + HOUR + timedelta(minutes=46))
        await stage.tap("Moved")
        past = int((TUESDAY - HOUR).timestamp())
        assert list(await stage.submit(moved_to=past)) == ["moved_to"]
        await stage.open_home()
        await stage.tap_home("Change times")
        assert list(await stage.submit(zone="Atlantis/Capital")) == ["zone"]
        assert list(await stage.submit(zone="", weekday="6")) == ["weekday"]
        assert await stage.submit(zone="Asia/Tokyo", weekday="1", nudges="on") == {}
        assert "Asia/Tokyo (chosen by you)" in stage.home()
        assert (await cadence(stage)).nudges is Nudges.ON


async def test_another_time_for_the_reminder_holds_for_the_call_named_before(
    tmp_path: Path,
) -> None:
    async with week(tmp_path) as stage:
        await check(stage, call_at=TUESDAY + 3 * HOUR)
        await stage.tap("14:40")

        async def choose(minutes: str) -> None:
            await stage.open_home()
            await stage.tap_home("Change times")
            assert await stage.submit(nudges="no", reminder=minutes) == {}

        def reminders() -> int:
            return str([message.blocks for message in stage.messages()]).count("Your change: “")

        await choose("0")
        await choose("60")
        await at(stage, TUESDAY + HOUR + timedelta(minutes=59))
        assert reminders() == 0
        await at(stage, TUESDAY + 2 * HOUR)
        assert reminders() == 1
        await choose("15")
        await at(stage, TUESDAY + 2 * HOUR + timedelta(minutes=50))
        assert reminders() == 1


async def test_all_of_it_is_reached_from_home(tmp_path: Path) -> None:
    """The commands, the team, and the checks that Home has no room for."""
    async with week(tmp_path) as stage:
        await checked(stage, "demo", "workshop", "pilot", "visit", "lunch")
        assert "Earlier checks" not in await stage.open_home()
        await checked(stage, "pitch")
        await stage.open_home()
        await stage.tap_home("Earlier checks")
        assert stage.messages()[-1].text.startswith("Your last checks")
        for label, channel, text in (
            ("Help", None, "/differ quick your plan"),
            ("Your team's channel", DEALS, "On which day?"),
        ):
            await stage.tap_home(label, channel)
            form = stage.slack.workspace.top_modal(stage.me)
            assert form is not None
            assert text in str(form.body["blocks"])
            await stage.slack.people.close(stage.me, form.id)


async def test_home_is_fresh_after_each_change(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        assert "Which call is next?" in await stage.open_home()
        stage.slack.faults.queue("views.publish", faults.refuse("internal_error"))
        await check(stage, call_at=TUESDAY + 2 * HOUR)
        assert "Northgate" in stage.home()
        await stage.command("/differ nudges monday 9:00")
        assert "Monday 9:00 Berlin time" in stage.home()
        await stage.tap_home("Stop nudges")
        assert "Turn nudges on" in stage.home()


async def test_another_day_is_for_the_week_that_has_had_none(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        await at(stage, MONDAY)
        await stage.command("/differ nudges tuesday 8")
        assert "The next one: 20 March 8:00" in stage.ephemerals()[-1].text
        await at(stage, MONDAY + WEEK - HOUR)
        assert len(nudges(stage)) == 1
        await at(stage, MONDAY + WEEK + DAY - HOUR)
        assert len(nudges(stage)) == 2


async def test_what_is_not_about_nudges_leaves_the_next_one_where_it_is(tmp_path: Path) -> None:
    """Every two weeks stays two weeks, and a nudge put off stays put off."""
    async with week(tmp_path) as stage:
        await consented(stage)
        await at(stage, MONDAY)
        await stage.tap("Every two weeks")
        await stage.open_home()
        await stage.tap_home("Change times")
        assert await stage.submit(reminder="30") == {}
        said = stage.messages()[-1].text
        assert said == "Reminder: 30 minutes before a call you said yes to"
        await at(stage, MONDAY + WEEK)
        assert nudges(stage) == []
        await at(stage, MONDAY + 2 * WEEK)
        await stage.tap("Tomorrow")
        await stage.tap_home("Change times")
        assert await stage.submit() == {}
        assert stage.messages()[-1].text == "Nothing has changed."
        await at(stage, MONDAY + 2 * WEEK + DAY)
        assert len(nudges(stage)) == 1


async def test_who_was_never_asked_says_nothing_about_nudges_by_a_form(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await stage.open_home()
        await stage.tap_home("Change times")
        assert await stage.submit(reminder="30", hour="08:00") == {}
        assert "No nudges for now. With them on: Monday 8:00" in stage.messages()[-1].text
        assert (await cadence(stage)).nudges is Nudges.UNASKED


async def test_a_pause_outlives_a_form_is_shown_and_ends_in_one_tap(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        await stage.open_home()
        await stage.tap_home("Pause until …", "2035-04-16")
        assert "paused until 16 April" in stage.home()
        await stage.tap_home("Change times")
        assert await stage.submit(reminder="30") == {}
        assert "paused until 16 April" in stage.home()
        await stage.tap_home("End the pause")
        assert "paused" not in stage.home()
        await at(stage, MONDAY)
        assert len(nudges(stage)) == 1


async def test_a_pause_until_a_day_that_cannot_be_changes_nothing(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        for day in ("2035-03-06", "2036-03-08", "9999-12-31"):
            await stage.command(f"/differ pause until {day}")
            assert "I can pause from tomorrow on" in stage.ephemerals()[-1].text
        await stage.open_home()
        await stage.tap_home("Pause until …", "2035-03-06")
        assert "I can pause from tomorrow on" in stage.messages()[-1].text
        await at(stage, MONDAY)
        (nudge,) = nudges(stage)
        await stage.tap("Pause until …", day="2035-03-12")
        assert "I can pause from tomorrow on" in stage.messages()[-1].text
        assert nudges(stage) == [nudge]
        assert (await cadence(stage)).paused_until == ""


async def test_who_flew_west_is_not_asked_at_night(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        five = TUESDAY.replace(hour=16, minute=0)
        await check(stage, call_at=five)
        await stage.tap("Tomorrow 9:00")
        stage.slack.workspace.users[stage.me].tz = "America/New_York"
        before = len(stage.messages())
        await at(stage, five + 16 * HOUR + timedelta(minutes=1))
        assert len(stage.messages()) == before
        await at(stage, five + 22 * HOUR)
        assert "What did Marta say?" in stage.messages()[-1].text


async def test_who_flew_east_has_their_hour_on_the_next_working_day(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        stage.slack.workspace.users[stage.me].tz = "Asia/Tokyo"
        await at(stage, MONDAY)
        await at(stage, MONDAY + 16 * HOUR - timedelta(minutes=1))
        assert nudges(stage) == []
        await at(stage, MONDAY + 16 * HOUR)
        assert len(nudges(stage)) == 1


async def test_a_choice_of_times_holds_where_they_are(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await consented(stage)
        stage.slack.workspace.users[stage.me].tz = "Asia/Tokyo"
        await at(stage, TUESDAY + 2 * DAY)
        await stage.command("/differ nudges tuesday 9:00")
        assert "Berlin time" in stage.ephemerals()[-1].text
        await at(stage, MONDAY + 16 * HOUR)
        assert len(nudges(stage)) == 1


async def test_nudges_keep_to_working_days(tmp_path: Path) -> None:
    """Monday off, and nudges on Mondays; a day with no working day behind it is not taken."""
    async with week(tmp_path) as stage:
        await consented(stage)
        await stage.open_home()
        await stage.tap_home("Change times")
        assert await stage.submit(workdays=["2", "3"]) == {}
        await stage.command("/differ nudges thursday 9:00")
        assert "You have no working day from Thursday on." in stage.ephemerals()[-1].text
        assert "Tuesday 9:00 Berlin time, every week. Next: 13 March 9:00." in stage.home()
        await stage.command("/differ nudges on")
        assert "Tuesdays 9:00, Berlin time" in stage.ephemerals()[-1].text
        await at(stage, MONDAY + DAY - HOUR)
        assert nudges(stage) == []
        await at(stage, MONDAY + DAY)
        assert len(nudges(stage)) == 1
        await stage.tap_home("Change times")
        form = stage.slack.workspace.top_modal(stage.me)
        assert form is not None
        assert "'initial_option': {'text': {'type': 'plain_text', 'text': 'Monday'" in str(
            form.body
        )
