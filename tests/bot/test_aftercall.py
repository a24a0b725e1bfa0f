"""Around a call: what moves and what ends with it, and to whom the buyer's words go."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from coaching.calls import Heard, Seen, Tell, load
from coaching.factors import Factor, State
from tests.bot.script import seller_of
from tests.bot.stage import Stage
from tests.bot.week import DAY, HOUR, MONDAY, TUESDAY, at, check, week

THEIRS = "the audit keeps me awake"


async def asked(stage: Stage) -> str:
    """A check whose call is over, and the question what they said; its thread."""
    await check(stage, call_at=TUESDAY + 2 * HOUR)
    await stage.tap("13:40")
    await at(stage, TUESDAY + HOUR + timedelta(minutes=46))
    await at(stage, TUESDAY + 4 * HOUR)
    return stage.messages()[-1].thread_ts or ""


async def states(stage: Stage) -> list[str]:
    """Where the seller and each call stand, the newest check first."""
    async with stage.store.begin(seller_of(stage)) as tx:
        return [call.state for call in await tx.calls.all()]


def shown(stage: Stage) -> str:
    return str([message.blocks for message in stage.messages()])


async def test_cancelled_under_an_old_reminder_closes_the_question_and_says_so(
    tmp_path: Path,
) -> None:
    async with week(tmp_path) as stage:
        await asked(stage)
        await stage.tap("Cancelled")
        assert await states(stage) == [Seen.CANCELLED]
        assert "Okay, I won't ask about it." in shown(stage)
        assert "It didn't come up" not in shown(stage)


async def test_a_call_told_about_cannot_be_cancelled_and_is_not_passed_over_in_silence(
    tmp_path: Path,
) -> None:
    async with week(tmp_path) as stage:
        await stage.say(THEIRS, await asked(stage))
        await stage.tap("Cancelled")
        assert await states(stage) == [Seen.HEARD]
        assert "You've already told me about this call" in shown(stage)


async def promised(stage: Stage, *, halden: bool = False) -> None:
    """A nudge on Monday asks what came of the change for Northgate; Halden may be at its gate."""
    await check(stage)
    if halden:
        await stage.command("/differ pilot")
        await stage.tap("Fill in")
        assert await stage.submit(person="Marta Halden", company="Halden") == {}
        for label in ("Yes", "Yes"):
            await stage.tap(label)
    await stage.command("/differ nudges monday 9:00")
    await at(stage, MONDAY)


async def heard(stage: Stage) -> list[str]:
    """What was told after each call, the newest check first."""
    async with stage.store.begin(seller_of(stage)) as tx:
        return [load(call.talk).text for call in await tx.calls.all()]


async def test_what_is_typed_after_a_nudge_asked_for_it_is_what_they_said(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await promised(stage)
        await stage.tap("Tomorrow")
        await stage.say("remember the milk")
        assert "Shall I start a check on this?" in str(stage.messages()[-1].blocks)
        await at(stage, MONDAY + DAY)
        await stage.say(THEIRS)
        assert await heard(stage) == [THEIRS]
        assert "In their words, with today's date." in str(stage.messages()[-1].blocks)
        assert f"@{stage.me}" in stage.messages()[-1].text


async def test_words_under_a_nudge_are_about_its_check_and_beside_it_one_is_asked(
    tmp_path: Path,
) -> None:
    async with week(tmp_path) as stage:
        await promised(stage, halden=True)
        nudge = next(m for m in stage.messages() if "Tomorrow" in str(m.blocks) and not m.thread_ts)
        await stage.say("it was a long day")
        assert "Which check is that for?" in str(stage.messages()[-1].blocks)
        ts = await stage.say(THEIRS, nudge.ts)
        assert await heard(stage) == [THEIRS]
        await stage.tap("Northgate", [m for m in stage.messages() if "Which check" in m.text])
        assert await heard(stage) == [f"{THEIRS}. it was a long day"]
        await stage.slack.people.edit(stage.me, stage.dm, ts, f"{THEIRS}, she said")
        await stage.settle()
        assert await heard(stage) == [f"{THEIRS}, she said. it was a long day"]
        await stage.say("their controller counted 40 errors in May")
        assert "40 errors" in str(stage.messages()[-1].blocks)
        assert await heard(stage) == [f"{THEIRS}, she said. it was a long day"]


async def test_a_bare_word_is_not_kept_as_what_the_buyer_said(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await promised(stage)
        nudge = next(m for m in stage.messages() if "Tomorrow" in str(m.blocks))
        await stage.say("yes", nudge.ts)
        assert await heard(stage) == [""]
        assert "In their words, not yours" in str(stage.messages()[-1].blocks)
        await stage.say("no", nudge.ts)
        assert await heard(stage) == [""]
        assert await states(stage) == [Seen.HEARD]


async def test_whoever_told_before_they_said_see_you_reads_that_they_have(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await promised(stage)
        await stage.tap("They said …")
        assert await stage.submit(said=THEIRS) == {}
        await stage.tap("Tomorrow 9:00")
        assert "✓ You've told me about it" in shown(stage)
        assert "✓ No, thanks" not in shown(stage)


async def test_a_nudge_that_was_stopped_asks_for_nothing_any_more(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await promised(stage)
        await stage.tap("Stop")
        await stage.say("renewal with Acme tomorrow")
        assert "Shall I start a check on this?" in str(stage.messages()[-1].blocks)


async def test_a_yes_under_a_nudge_answers_no_question_of_a_check(tmp_path: Path) -> None:
    """The nudge asked whether there are two minutes."""
    async with week(tmp_path) as stage:
        await check(stage, call_at=MONDAY + 2 * DAY)
        await stage.command("/differ nudges monday 9:00")
        await at(stage, MONDAY)
        nudge = next(m for m in stage.messages() if "Tomorrow" in str(m.blocks))
        await stage.command("/differ pilot")
        await stage.say("yes", nudge.ts)
        assert await states(stage) == [Seen.OFFERED]
        assert "Please tap the button you mean" in str(stage.messages()[-1].blocks)


async def test_words_answer_what_was_asked_last_though_the_check_has_a_question_open(
    tmp_path: Path,
) -> None:
    async with week(tmp_path) as stage:
        await check(stage, call_at=TUESDAY + 2 * HOUR)
        thread = stage.messages()[-1].thread_ts
        await stage.tap("13:40")
        await stage.say("change", thread)
        await stage.tap("Risk")
        await at(stage, TUESDAY + 4 * HOUR)
        await stage.say(THEIRS, thread)
        for word in ("agreed", "it didn't come up"):
            await stage.say(word, thread)
        assert await heard(stage) == [THEIRS]
        assert "It will be there the next time" in str(stage.messages()[-1].blocks)


async def test_that_it_was_cancelled_is_typed_or_tapped_where_it_is_asked_after(
    tmp_path: Path,
) -> None:
    async with week(tmp_path) as stage:
        await stage.say("It was cancelled", await asked(stage))
        assert "✓ Cancelled" in shown(stage)
        assert "✓ 13:40" not in shown(stage)
        assert await states(stage) == [Seen.CANCELLED]
        assert await heard(stage) == [""]
        assert "Okay, I won't ask about it." in str(stage.messages()[-1].blocks)
        await check(stage, "workshop", call_at=TUESDAY + 6 * HOUR)
        await stage.tap("17:40")
        await at(stage, TUESDAY + 8 * HOUR)
        await stage.tap("Call cancelled")
        assert await states(stage) == [Seen.CANCELLED] * 2
        assert "✓ Call cancelled" in shown(stage)


async def test_that_it_moved_is_typed_and_the_new_time_filled_in(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await stage.say("the call was moved", await asked(stage))
        assert "When is it now?" in str(stage.messages()[-1].blocks)
        assert (await told(stage)).text == ""
        await stage.tap("New time")
        assert await stage.submit(moved_to=int((TUESDAY + 6 * HOUR).timestamp())) == {}
        assert await states(stage) == [Seen.WANTED]
        assert "✓ Call moved" in shown(stage)


async def test_whoever_does_not_know_yet_is_asked_again_and_may_tell_before(
    tmp_path: Path,
) -> None:
    async with week(tmp_path) as stage:
        thread = await asked(stage)
        await stage.say("Thanks!", thread)
        assert "what did Marta say? Write it here" in str(stage.messages()[-1].blocks)
        await stage.say("Not yet", thread)
        assert "tomorrow 9:00 (Berlin time)" in str(stage.messages()[-1].blocks)
        assert "What did Marta say?" in await stage.open_home()
        before = len(stage.messages())
        await at(stage, TUESDAY + DAY)
        assert len(stage.messages()) == before + 1
        assert shown(stage).count("It didn't come up") == 1
        await stage.say("next week", thread)
        assert (await told(stage)).text == ""
        await stage.say(THEIRS)
        assert (await told(stage)).text == THEIRS
        await at(stage, MONDAY)
        assert "what did Marta say" not in str(stage.messages()[-1].blocks)


async def test_no_other_check_takes_over_a_question_that_was_put_off(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await check(stage, call_at=TUESDAY + 2 * HOUR)
        thread = stage.messages()[-1].thread_ts
        await stage.tap("13:40")
        await check(stage, "workshop", call_at=TUESDAY + 2 * HOUR)
        other = stage.messages()[-1].thread_ts
        await at(stage, TUESDAY + 4 * HOUR)
        await stage.say("tomorrow", thread)
        await stage.say("yes", other)
        assert await states(stage) == [Seen.WANTED, Seen.ASKED]
        await stage.say(THEIRS, thread)
        assert await heard(stage) == ["", THEIRS]


async def test_a_factor_is_answered_in_a_sentence_and_never_with_silence(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        thread = await asked(stage)
        await stage.say(THEIRS, thread)
        for words in ("not sure", "yes, she did not"):
            await stage.say(words, thread)
            assert "One word is enough" in str(stage.messages()[-1].blocks)
        await stage.say("partly", thread)
        assert "Did Marta agree that the result" in str(stage.messages()[-1].blocks)
        assert shown(stage).count("'Disagreed'") == 1
        ts = await stage.say("no, she thinks Acme is dear", thread)
        assert "Did Marta agree that choosing you is less work" in shown(stage)
        await stage.slack.people.edit(stage.me, stage.dm, ts, "no, she thinks Acme is worth it")
        await stage.settle()
        await stage.say("yes she did", thread)
        heard = await told(stage)
        assert heard.text == f"{THEIRS}. partly. she thinks Acme is worth it"
        assert heard.tells == ((Factor.VALUE, Tell.DISAGREED), (Factor.EASE, Tell.AGREED))


async def test_home_puts_a_call_of_today_first_and_lets_it_be_cancelled(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await asked(stage)
        assert "What did Marta say?" in await stage.open_home()
        await check(stage, "workshop", call_at=TUESDAY + 7 * HOUR)
        assert "What did Marta say?" not in stage.home()
        await stage.tap_home("Cancelled")
        assert await states(stage) == [Seen.CANCELLED, Seen.ASKED]
        assert "What did Marta say?" in stage.home()


async def test_four_weeks_later_nobody_waits_for_what_they_said(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await asked(stage)
        await at(stage, TUESDAY + 29 * DAY)
        assert "What did Marta say?" not in await stage.open_home()
        await stage.say(THEIRS)
        assert await heard(stage) == [""]
        assert "Shall I start a check on this?" in str(stage.messages()[-1].blocks)


async def test_a_call_that_moves_says_what_is_planned_now_and_no_more(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await check(stage, call_at=TUESDAY + 6 * HOUR)
        await stage.open_home()

        async def move(hours: int) -> str:
            await stage.tap_home("Moved")
            assert await stage.submit(moved_to=int((TUESDAY + hours * HOUR).timestamp())) == {}
            return str(stage.messages()[-1].blocks)

        await stage.tap_home("Cancelled")
        assert "15:40 (Berlin time): Northgate\nCancelled" in stage.home().replace("*", "")
        assert "Moved to 13:40 (Berlin time).'" in await move(4)
        assert await states(stage) == [Seen.OFFERED]
        await stage.tap("15:40")
        await stage.tap_home("Cancelled")
        assert "Moved to 14:40 (Berlin time). Reminder: 14:25, my question: 16:40." in await move(5)
        assert await states(stage) == [Seen.WANTED]
        await at(stage, TUESDAY + 7 * HOUR)
        assert "What did Marta say?" in str(stage.messages()[-1].blocks)


async def test_home_shows_the_new_time_of_a_call_nobody_comes_back_to(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        await check(stage, call_at=TUESDAY + 6 * HOUR)
        await stage.tap("No, thanks")
        assert "15:40" in await stage.open_home()
        await stage.tap_home("Moved")
        assert await stage.submit(moved_to=int((TUESDAY + 4 * HOUR).timestamp())) == {}
        assert "Moved to 13:40 (Berlin time).'" in str(stage.messages()[-1].blocks)
        assert "13:40" in stage.home()


async def told(stage: Stage) -> Heard:
    """What was told after the call of the only check."""
    async with stage.store.begin(seller_of(stage)) as tx:
        (call,) = await tx.calls.all()
    return load(call.talk)


async def think_over(stage: Stage, thread: str, answer: str, factor: str = "Value") -> None:
    await stage.say("change", thread)
    await stage.tap(factor)
    await stage.tap(answer)


async def test_a_forecast_stays_wrong_though_the_answer_is_changed_after_the_call(
    tmp_path: Path,
) -> None:
    async with week(tmp_path) as stage:
        thread = await asked(stage)
        await stage.say(THEIRS, thread)
        await stage.tap("Disagreed")
        await think_over(stage, thread, "No")
        assert "Value with Northgate: disagreed" in await stage.open_home()


async def test_what_is_changed_once_the_call_has_begun_is_no_forecast(tmp_path: Path) -> None:
    """Until then it is, also when the call is moved."""
    async with week(tmp_path) as stage:
        await check(stage, call_at=TUESDAY + 2 * HOUR)
        thread = stage.messages()[-1].thread_ts or ""
        await stage.tap("13:40")
        await think_over(stage, thread, "Not sure", "Ease")
        await at(stage, TUESDAY + 3 * HOUR)
        await think_over(stage, thread, "No")
        await at(stage, TUESDAY + 4 * HOUR)
        asked_about = (await told(stage)).before
        assert dict(asked_about) == {Factor.VALUE: State.CLAIMED, Factor.EASE: State.UNSURE}
        await stage.tap("Call moved")
        assert await stage.submit(moved_to=int((TUESDAY + 6 * HOUR).timestamp())) == {}
        await think_over(stage, thread, "Not sure")
        await at(stage, TUESDAY + 8 * HOUR)
        assert (await told(stage)).before[0] == (Factor.VALUE, State.UNSURE)


async def test_a_telling_that_an_older_version_left_between_its_factors_goes_on(
    tmp_path: Path,
) -> None:
    """It kept the factors told about, and no others."""
    async with week(tmp_path) as stage:
        await stage.say(THEIRS, await asked(stage))
        await stage.tap("Disagreed")
        talk = json.dumps({
            "said": [[THEIRS, "1"]], "happened": True, "tells": {"value": "disagreed"},
            "before": {"value": "claimed"}, "prompt": (await told(stage)).prompt,
            "day": "2035-03-06",
        })  # fmt: skip
        async with stage.store.begin(seller_of(stage)) as tx:
            (call,) = await tx.calls.all()
            await tx.calls.save(replace(call, talk=talk))
        await stage.tap("Agreed")
        last = await told(stage)
        assert last.tells == ((Factor.VALUE, Tell.DISAGREED), (Factor.EASE, Tell.AGREED))
        assert dict(last.before) == {Factor.VALUE: State.CLAIMED, Factor.EASE: State.CLAIMED}
        assert "It will be there the next time" in str(stage.messages()[-1].blocks)


async def test_a_change_after_the_last_word_opens_no_other_factor(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        thread = await asked(stage)
        await stage.say(THEIRS, thread)
        await stage.tap("Disagreed")
        await stage.tap("Agreed")
        last = await told(stage)
        await think_over(stage, thread, "Not sure", "Risk")
        await think_over(stage, thread, "No", "Ease")
        for word in ("thanks", "no"):
            await stage.say(word, thread)
        assert await told(stage) == last


async def test_what_was_tapped_by_mistake_after_a_call_is_put_right(tmp_path: Path) -> None:
    async with week(tmp_path) as stage:
        thread = await asked(stage)
        await stage.say("No, it didn't come up", thread)
        await stage.say("no", thread)
        assert "No nudges, then." in str(stage.messages()[-1].blocks)
        await stage.say(THEIRS, thread)
        assert await heard(stage) == [THEIRS]
        await stage.tap("Disagreed")
        await stage.say("back", thread)
        for label in ("Agreed", "Agreed"):
            await stage.tap(label)
        assert "next time you check Northgate" in str(stage.messages()[-1].blocks)
        await stage.say("back", thread)
        await stage.tap("Didn't come up")
        tells = dict((await told(stage)).tells)
        assert tells == {Factor.VALUE: Tell.AGREED, Factor.EASE: Tell.SILENT}
        for _ in range(3):
            await stage.say("back", thread)
        assert await states(stage) == [Seen.ASKED]
        assert await heard(stage) == [""]
