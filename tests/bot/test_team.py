"""Team summaries as a team meets them: set up, joined, made, left; and what nobody may do."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.kinds import ANNOUNCED
from bot.playground import faults
from bot.playground.workspace import Message
from bot.sender import Pace
from bot.thread import Thread
from coaching.brief import Brief
from coaching.dialogue import begin
from coaching.factors import Factor
from coaching.votes import Ballot
from storage import Kind, Seller, Tenant
from tests.bot.script import ANSWERS, answer, elsewhere
from tests.bot.stage import DEALS, SAM, Stage, on_stage

TEAM = (SAM, "U2PRIYA", "U3JONAS", "U4ANA", "U5LENA")
PRIYA, JONAS, ANA, LENA = TEAM[1:]
GENERAL = "C1GENERAL"
BEGUN = Thread(begin(Brief("a demo"))).dump()
FRIDAY = {"weekday": "5", "hour": "16", "zone": "Europe/Berlin", "minimum": "5", "silent": "text"}
CLOSE = datetime.fromisoformat("2035-03-09T16:00+01:00")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with on_stage(tmp_path, pace=Pace(poll=0.01)) as stage:
        stage.slack.clock.set(CLOSE - timedelta(days=4))
        stage.slack.workspace.users[JONAS].locale = "en-GB"
        yield stage


def in_channel(stage: Stage, channel: str = DEALS) -> list[Message]:
    """What differ has posted there for everybody."""
    found = stage.slack.workspace.in_channel(channel)
    return [m for m in found if m.bot_id and not m.visible_to and not m.deleted]


def shown(stage: Stage, user: str) -> str:
    """The form that somebody has on top, as text."""
    view = stage.slack.workspace.top_modal(user)
    return str(view.body["blocks"]) if view else ""


async def command(stage: Stage, user: str, text: str, channel: str = DEALS) -> None:
    outcome = await stage.slack.people.command(user, channel, text)
    assert outcome.ok, outcome
    await stage.settle()


async def submit(stage: Stage, user: str, **values: Any) -> Any:
    view = stage.slack.workspace.top_modal(user)
    assert view is not None, f"{user} has no form open"
    outcome = await stage.slack.people.submit(user, view.id, values)
    await stage.settle()
    return outcome


async def close_form(stage: Stage, user: str) -> None:
    view = stage.slack.workspace.top_modal(user)
    assert view is not None
    await stage.slack.people.close(user, view.id)


async def set_up(stage: Stage, user: str = SAM, channel: str = DEALS, **more: Any) -> None:
    await command(stage, user, "/differ team", channel)
    outcome = await submit(stage, user, **{**FRIDAY, **more})
    assert outcome.ok, outcome


async def join(stage: Stage, user: str, channel: str = DEALS) -> None:
    await command(stage, user, "/differ team", channel)
    await submit(stage, user)
    assert "You take part" in shown(stage, user)
    await close_form(stage, user)


async def check(stage: Stage, user: str, company: str = "Halden") -> None:
    """A finished five-minute check: value is held, nothing else is."""
    stage.me = user
    await stage.command("/differ")
    if stage.slack.workspace.top_modal(user) is None:
        await stage.tap("Start", stage.ephemerals())
    brief = {"plan": "a demo", "person": "Marta", "company": company, "length": "five"}
    assert await stage.submit(**brief, choices=["nothing"]) == {}
    await answer(stage, *ANSWERS[1:])


async def have_voted(
    stage: Stage, *users: str, company: str = "Halden", held: frozenset[Factor] = frozenset()
) -> None:
    """They take part and have finished a check, told to the store alone."""
    now = stage.slack.clock.now()
    for user in users:
        async with stage.store.begin(Seller(Tenant("", stage.slack.workspace.team_id), user)) as tx:
            if await tx.team.membership() is None:
                await tx.team.join(DEALS, now)
            buyer = await tx.keep_buyer("Marta", company)
            opened = await tx.open_check(origin=company, dialogue=BEGUN, now=now, buyer_id=buyer.id)
            assert opened is not None
            finished = replace(opened, finished_at=now + timedelta(seconds=1))
            await tx.team.cast(await tx.save(finished), Ballot(held, gap=True), now)
    await stage.settle()


async def at(stage: Stage, moment: datetime) -> None:
    """Let it be so late."""
    stage.slack.clock.set(max(moment, stage.slack.clock.now() + timedelta(seconds=1)))
    await stage.settle()


async def test_a_team_sets_it_up_joins_and_reads_its_summary(stage: Stage) -> None:
    await set_up(stage)
    (announced,) = in_channel(stage)
    assert "A team summary is set up here" in announced.text
    assert "5 of us or more" in announced.text
    for user in TEAM:
        await join(stage, user)
    await check(stage, SAM)
    await have_voted(stage, *TEAM[1:], held=frozenset({Factor.VALUE}))
    assert in_channel(stage) == [announced], "who joins is told to nobody"
    await at(stage, CLOSE + timedelta(minutes=1))

    line, thread = in_channel(stage)[1:]
    assert line.text == (
        "So far: no factor stands out. All five are in the thread, with one thing to try."
    )
    assert line.thread_ts is None
    assert thread.thread_ts == line.ts
    assert "▽ Fewer than half: risk, ease, offering, commercials" in thread.text
    assert "△ More than half: value" in thread.text
    assert "To talk about:" in thread.text


async def test_the_next_one_speaks_of_what_came_since(stage: Stage) -> None:
    await set_up(stage)
    await have_voted(stage, *TEAM)
    await at(stage, CLOSE + timedelta(minutes=1))
    await have_voted(stage, *TEAM, company="Orbit")
    await at(stage, CLOSE + timedelta(days=7, minutes=1))

    lines = [m.text for m in in_channel(stage) if m.thread_ts is None]
    assert lines[2].startswith("Since the last summary:")


@pytest.mark.parametrize("takers", [0, 4])
async def test_too_few_is_the_same_text_whoever_took_part(stage: Stage, takers: int) -> None:
    await set_up(stage)
    await have_voted(stage, *TEAM[:takers])
    await at(stage, CLOSE + timedelta(minutes=1))

    assert in_channel(stage)[1].text == (
        "No figures this time: too few conversations to keep anyone anonymous. Try this in your "
        "next call: ask “what would you miss if you took them?”"
    )
    assert len(in_channel(stage)) == 2


async def test_or_nothing_if_the_channel_chose_so(stage: Stage) -> None:
    await set_up(stage, silent="nothing")
    await at(stage, CLOSE + timedelta(minutes=1))

    assert len(in_channel(stage)) == 1


async def test_what_was_too_few_is_counted_with_the_next(stage: Stage) -> None:
    await set_up(stage)
    await have_voted(stage, *TEAM[:4])
    await at(stage, CLOSE + timedelta(minutes=1))
    await have_voted(stage, TEAM[4])
    await at(stage, CLOSE + timedelta(days=7, minutes=1))

    assert in_channel(stage)[2].text.startswith("So far:")


async def test_the_preview_shows_what_the_own_check_adds(stage: Stage) -> None:
    await set_up(stage)
    await command(stage, SAM, "/differ team")
    assert "You have no finished five-minute check" in shown(stage, SAM)
    assert "your name, your words, your buyers" in shown(stage, SAM)
    await submit(stage, SAM)
    await close_form(stage, SAM)
    await check(stage, SAM)
    await command(stage, SAM, "/differ team")

    form = shown(stage, SAM)
    assert "Yours adds, as it stands:" in form
    assert "✓ value" in form
    assert "– offering, commercials, risk, ease" in form
    assert "Friday 16:00" in form


async def test_leaving_is_as_easy_and_nobody_is_told(stage: Stage) -> None:
    await set_up(stage)
    await have_voted(stage, *TEAM)
    before = in_channel(stage)
    await command(stage, LENA, "/differ team")
    await submit(stage, LENA)
    assert "You no longer take part" in shown(stage, LENA)
    assert in_channel(stage) == before
    await at(stage, CLOSE + timedelta(minutes=1))

    assert in_channel(stage)[1].text.startswith("No figures this time")


async def test_the_word_team_says_where_one_takes_part(stage: Stage) -> None:
    stage.slack.workspace.open_dm(SAM)
    await stage.say("team")
    assert "You take part in no team summary" in stage.messages()[-1].text
    await set_up(stage)
    await join(stage, SAM)
    await stage.say("team")
    assert stage.messages()[-1].text == f"You take part in the team summary of <#{DEALS}>"
    await stage.tap("Your part in it")
    await submit(stage, SAM)

    assert "You no longer take part" in shown(stage, SAM)


async def test_the_button_under_the_announcement_leads_in(stage: Stage) -> None:
    await set_up(stage)
    stage.me = PRIYA
    await stage.press("Take part", in_channel(stage))
    await submit(stage, PRIYA)

    assert "You take part" in shown(stage, PRIYA)


async def test_the_rule_is_one_tap_away(stage: Stage) -> None:
    await set_up(stage)
    stage.me = PRIYA
    await stage.press("The rule", in_channel(stage))

    assert "colleagues who tell each other" in shown(stage, PRIYA)


# who may, and where


def told_to(stage: Stage, user: str, channel: str = DEALS) -> str:
    found = stage.slack.workspace.in_channel(channel, reader=user)
    return next((m.text for m in reversed(found) if m.visible_to == user), "")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"members": {SAM}}, "I'm not in this channel"),
        ({"is_archived": True}, "This channel is archived"),
        ({"is_ext_shared": True}, "shared with another company"),
        ({"is_private": True, "members": {SAM}}, "I'm not in this channel"),
    ],
)
async def test_no_summary_where_it_has_no_place(
    stage: Stage, change: dict[str, Any], says: str
) -> None:
    channel = stage.slack.workspace.channels[DEALS]
    stage.slack.workspace.channels[DEALS] = replace(channel, **change)
    await command(stage, SAM, "/differ team")

    assert says in told_to(stage, SAM)
    assert not shown(stage, SAM)


async def test_a_private_channel_that_it_was_invited_to_is_a_place(stage: Stage) -> None:
    channel = stage.slack.workspace.channels[DEALS]
    stage.slack.workspace.channels[DEALS] = replace(channel, is_private=True)
    await set_up(stage)

    assert len(in_channel(stage)) == 1


async def test_everybody_s_channel_needs_one_more_yes(stage: Stage) -> None:
    workspace = stage.slack.workspace
    workspace.channels[GENERAL].members.add(workspace.bot_user)
    await command(stage, SAM, "/differ team", GENERAL)
    outcome = await submit(stage, SAM, **FRIDAY)
    assert set(outcome.errors) == {"sure"}
    outcome = await submit(stage, SAM, **FRIDAY, sure=["yes"])
    assert outcome.ok

    assert len(in_channel(stage, GENERAL)) == 1


async def test_guests_neither_set_up_nor_join(stage: Stage) -> None:
    stage.slack.workspace.users[LENA].is_guest = True
    await command(stage, LENA, "/differ team")
    assert "Guests neither" in told_to(stage, LENA)
    await set_up(stage)
    stage.me = LENA
    await stage.press("Take part", in_channel(stage))

    assert "Guests neither" in shown(stage, LENA)


async def test_one_who_became_a_guest_meanwhile_does_not_get_in(stage: Stage) -> None:
    await set_up(stage)
    await command(stage, LENA, "/differ team")
    stage.slack.workspace.users[LENA].is_guest = True
    await submit(stage, LENA)

    assert "Guests neither" in shown(stage, LENA)
    async with stage.store.begin(Seller(Tenant("", stage.slack.workspace.team_id), LENA)) as tx:
        assert await tx.team.membership() is None


@pytest.mark.parametrize(("user", "may"), [(SAM, True), (ANA, True), (PRIYA, False)])
async def test_only_who_set_it_up_or_an_admin_changes_it(
    stage: Stage, user: str, may: bool
) -> None:
    await set_up(stage)
    await command(stage, user, "/differ team settings")

    assert bool(shown(stage, user)) == may
    assert may or "Only whoever set it up" in told_to(stage, user)


async def test_a_lower_minimum_is_told_and_starts_anew(stage: Stage) -> None:
    await set_up(stage, minimum="8")
    await have_voted(stage, *TEAM)
    await command(stage, SAM, "/differ team settings")
    await submit(stage, SAM, minimum="5")
    assert "From now on the team summary here speaks of 5" in in_channel(stage)[1].text
    await at(stage, CLOSE + timedelta(minutes=1))

    assert in_channel(stage)[2].text.startswith("No figures this time")


async def test_stopped_is_stopped(stage: Stage) -> None:
    await set_up(stage)
    await have_voted(stage, *TEAM)
    await command(stage, ANA, "/differ team settings")
    await submit(stage, ANA, stop=["yes"])
    assert "no more team summaries here" in in_channel(stage)[1].text
    await at(stage, CLOSE + timedelta(minutes=1))

    assert len(in_channel(stage)) == 2


async def test_a_zone_that_is_none(stage: Stage) -> None:
    await command(stage, SAM, "/differ team")
    outcome = await submit(stage, SAM, **FRIDAY | {"zone": "Atlantis"})

    assert set(outcome.errors) == {"zone"}


async def test_a_channel_that_was_shared_meanwhile_gets_no_summary(stage: Stage) -> None:
    await set_up(stage)
    await have_voted(stage, *TEAM)
    stage.slack.workspace.channels[DEALS].is_ext_shared = True
    await at(stage, CLOSE + timedelta(minutes=1))
    stage.me = SAM

    assert len(in_channel(stage)) == 1
    assert "is now shared with another company" in stage.messages()[-1].text


# a line is posted at most once


@pytest.mark.parametrize("fault", [faults.drop_answer(), faults.reset(), faults.server_error()])
async def test_a_line_whose_fate_is_unknown_is_not_sent_again(stage: Stage, fault) -> None:
    await set_up(stage)
    await have_voted(stage, *TEAM)
    stage.slack.faults.queue("chat.postMessage", fault)
    await at(stage, CLOSE + timedelta(minutes=1))
    await at(stage, CLOSE + timedelta(hours=2))
    stage.me = SAM

    lines = [m for m in in_channel(stage) if m.text.startswith("So far")]
    assert len(lines) <= 1
    assert stage.messages()[-1].text == (
        "I can't tell whether Slack took the team summary's line, so I did not post it again. "
        f"It was for <#{DEALS}>"
    )


async def begin_a_line(stage: Stage) -> None:
    """What a process that dies over a post leaves behind: a line that was begun, and the plan to
    see what became of it."""
    await set_up(stage)
    async with stage.store.begin(Seller(Tenant("", stage.slack.workspace.team_id), "")) as tx:
        channel = await tx.channels.find(DEALS)
        assert channel is not None
        begun = await tx.channels.announce(channel, Kind.TOO_FEW, CLOSE.date())
        await tx.channels.begin_posting(begun)
        await tx.week.plan(ANNOUNCED, stage.slack.clock.now(), begun)


async def test_a_line_that_a_process_died_over_is_not_sent_again(stage: Stage) -> None:
    await begin_a_line(stage)
    await stage.settle()

    assert len(in_channel(stage)) == 1
    assert "I did not post it again" in stage.messages()[-1].text


async def test_who_sees_to_such_a_line_may_die_as_well(stage: Stage, tmp_path: Path) -> None:
    """The statement that marks it fails, as it does when its process dies before."""
    await begin_a_line(stage)
    fail = "BEFORE UPDATE ON announcements BEGIN SELECT RAISE(ABORT, 'died'); END"
    async with elsewhere(tmp_path, f"CREATE TRIGGER dying {fail}"):
        await stage.settle()
    async with elsewhere(tmp_path, "DROP TRIGGER dying"):
        await stage.store.release_due()
    await stage.settle()

    assert len(in_channel(stage)) == 1
    assert "I did not post it again" in stage.messages()[-1].text


async def test_a_busy_slack_gets_it_later(stage: Stage) -> None:
    await set_up(stage)
    await have_voted(stage, *TEAM)
    stage.slack.faults.queue("chat.postMessage", faults.ratelimited(1))
    await at(stage, CLOSE + timedelta(minutes=1))
    for _ in range(4):
        await at(stage, stage.slack.clock.now() + timedelta(minutes=2))

    assert len([m for m in in_channel(stage) if m.text.startswith("So far")]) == 1


@pytest.mark.parametrize("answer", ["internal_error", "token_revoked"])
async def test_a_slack_that_does_not_say_ends_no_summary(stage: Stage, answer: str) -> None:
    await set_up(stage)
    await have_voted(stage, *TEAM)
    stage.slack.faults.queue("conversations.info", faults.refuse(answer))
    async with asyncio.timeout(5):
        while len(in_channel(stage)) == 1:
            await at(stage, CLOSE + timedelta(minutes=1))

    assert stage.slack.faults.played["conversations.info", "refuse"] == 1
    assert in_channel(stage)[1].text.startswith("So far")


async def test_a_slack_that_does_not_say_is_not_a_channel_without_the_app(stage: Stage) -> None:
    stage.slack.faults.queue("conversations.info", faults.refuse("fatal_error"))
    await command(stage, SAM, "/differ team")

    assert "Slack doesn't tell me about this channel just now" in told_to(stage, SAM)


async def test_a_channel_without_the_app_ends_it_and_its_owner_is_told(stage: Stage) -> None:
    await set_up(stage)
    workspace = stage.slack.workspace
    workspace.channels[DEALS].members.discard(workspace.bot_user)
    await at(stage, CLOSE + timedelta(minutes=1))

    assert "Slack would not let me post" in stage.messages()[-1].text
    assert len(in_channel(stage)) == 1


async def test_a_channel_reads_english_and_who_set_it_up_their_own_language(stage: Stage) -> None:
    await command(stage, SAM, "/differ language de")
    await command(stage, SAM, "/differ team")
    await submit(stage, SAM, **FRIDAY)
    assert "A team summary is set up here" in in_channel(stage)[0].text
    workspace = stage.slack.workspace
    workspace.channels[DEALS].members.discard(workspace.bot_user)
    await at(stage, CLOSE + timedelta(minutes=1))

    assert "Slack hat mich die Team-Zusammenfassung nicht mehr" in stage.messages()[-1].text


def home_of(stage: Stage) -> Any:
    view = stage.slack.workspace.home_of(stage.me)
    assert view is not None
    return view.body["blocks"]


async def test_app_home_says_where_a_seller_takes_part_and_leads_out(stage: Stage) -> None:
    stage.me = PRIYA
    assert "Team: none." in await stage.open_home()
    await set_up(stage)
    await join(stage, PRIYA)
    assert "never your name or a word of yours, go into the weekly summary of" in stage.home()
    assert DEALS in str(home_of(stage))
    assert "Change the summary" not in stage.home()

    await stage.tap_home("Your part in it")
    assert "Yours adds nothing yet" in shown(stage, PRIYA)
    await submit(stage, PRIYA)
    assert "You no longer take part" in shown(stage, PRIYA)
    await stage.settle()
    assert DEALS not in str(home_of(stage))
    stage.me = SAM
    assert "Team: none." in await stage.open_home()
    await join(stage, SAM)
    await stage.tap_home("Change the summary")
    assert "Stop the team summaries here" in shown(stage, SAM)
