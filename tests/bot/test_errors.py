"""What goes wrong is said in one clear sentence that names what to do, and nothing is lost."""

import asyncio
import random
import resource
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground import faults
from bot.playground.payloads import event_json, message_json
from bot.playground.people import as_sent
from bot.playground.server import SmallSlack
from bot.thread import Thread
from bot.views.text import unescape
from coaching.moves import Reply
from coaching.words import words
from tests.bot.process import Process, serving
from tests.bot.script import (
    PLAN,
    QUOTE,
    answer,
    card_ts,
    checks,
    click,
    click_on,
    deliver,
    dialogue,
    elsewhere,
    objects,
    seen,
    seller_of,
    texts,
)
from tests.bot.stage import DEALS, ROOT, SAM, Json, Stage, on_stage
from tests.bot.test_team import set_up
from tests.postgres import Postgres

PRIYA = "U2PRIYA"


def told(key: str) -> str:
    """A sentence of the product, as it is read."""
    return words().plain(f"notice.{key}")


def only_me(stage: Stage) -> str:
    """The last line that only ``me`` sees in the direct messages."""
    return [m.text for m in stage.messages() if m.visible_to][-1]


async def at_value(stage: Stage) -> None:
    """A check at its first gate."""
    await stage.command(PLAN)
    await answer(stage, "[Go on as it is]", "[Yes]", "[Yes]")


# the database


async def test_a_locked_database_is_said_to_whoever_types_a_command(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        async with elsewhere(tmp_path):
            await stage.slack.people.command(stage.me, DEALS, PLAN)
            assert stage.ephemerals()[-1].text == told("unsaved")
        await stage.command(PLAN)
        assert len(await checks(stage)) == 1


async def test_a_locked_database_is_said_to_whoever_taps(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await at_value(stage)
        async with elsewhere(tmp_path):
            tap = click(stage, "Probably not")
            assert (await stage.slack.delivery.ask("interactive", tap)).acked
            assert only_me(stage) == told("unsaved")
            assert stage.messages()[-1].thread_ts == card_ts(stage)
        await answer(stage, "[Probably not]")
        assert (await dialogue(stage)).moves[-1].reply is Reply.NOT


async def test_a_locked_database_keeps_the_form_open_with_what_was_typed(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await at_value(stage)
        await answer(stage, "[They told or showed me]")
        form = stage.slack.workspace.top_modal(stage.me)
        assert form is not None
        async with elsewhere(tmp_path):
            filled = {"who": "Marta", "what": "late deliveries cost a shift"}
            sent = await stage.slack.people.submit(stage.me, form.id, filled)
            assert list(sent.errors.values()) == [told("unsaved")]
        assert await stage.submit() == {}
        assert (await dialogue(stage)).moves[-1].reply is Reply.FORM


async def test_a_locked_database_is_said_over_a_form_with_nothing_to_fill_in(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as stage:
        await set_up(stage)
        await stage.command("/differ team")
        workspace = stage.slack.workspace
        form = workspace.top_modal(stage.me)
        assert form is not None
        async with elsewhere(tmp_path):
            await stage.slack.people.submit(stage.me, form.id)
        said = workspace.top_modal(stage.me)
        assert said is not None
        assert told("unsaved") in str(said.body["blocks"])
        await stage.slack.people.close(stage.me, said.id)
        await stage.submit()
        joined = workspace.top_modal(stage.me)
        assert joined is not None
        assert "You take part" in str(joined.body["blocks"])


@pytest.mark.parametrize("delivery", ["socket", "http"])
async def test_a_locked_database_is_said_once_and_the_text_comes_again_by_itself(
    tmp_path: Path, delivery: Any
) -> None:
    async with on_stage(tmp_path, delivery) as stage:
        await at_value(stage)
        workspace, ts = stage.slack.workspace, card_ts(stage)
        async with elsewhere(tmp_path):
            say = asyncio.create_task(stage.slack.people.say(stage.me, stage.dm, QUOTE, ts))
            await workspace.until(lambda: any(m.visible_to for m in stage.messages()))
            assert only_me(stage) == told("unsaved_text")
        stage.slack.clock.advance(timedelta(seconds=4))
        await say
        await workspace.until(lambda: "acked, retry 1" in workspace.traffic[-1].status)
        await stage.settle()
        assert await texts(stage) == [QUOTE]
        assert sum(m.visible_to is not None for m in stage.messages()) == 1


@pytest.mark.parametrize("server", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("on_both")
async def test_a_server_that_is_down_is_said_and_a_seller_at_work_goes_on_after_it(
    tmp_path: Path, postgres: Postgres
) -> None:
    """PostgreSQL breaks off without a goodbye while somebody is at it, and comes back."""
    async with on_stage(tmp_path) as stage:
        await at_value(stage)
        workspace, before = stage.slack.workspace, await dialogue(stage)
        postgres.stop()
        await stage.slack.people.command(stage.me, DEALS, PLAN)
        assert told("unsaved") in workspace.transcript(stage.me)
        say = asyncio.create_task(stage.slack.people.say(stage.me, stage.dm, QUOTE, card_ts(stage)))
        await workspace.until(lambda: any(m.visible_to for m in stage.messages()))
        assert only_me(stage) == told("unsaved_text")
        await asyncio.to_thread(postgres.restart)
        assert await dialogue(stage) == before
        stage.slack.clock.advance(timedelta(seconds=4))
        await say
        await workspace.until(lambda: "acked, retry 1" in workspace.traffic[-1].status)
        await stage.settle()
        assert await texts(stage) == [QUOTE]
        await stage.command(PLAN)
        assert len(await checks(stage)) == 2


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs Linux")
async def test_a_full_disk_is_said_and_passes_without_a_restart(tmp_path: Path) -> None:
    start = SmallSlack.start(manifest=ROOT / "app_manifest.yml")
    async with start as slack, serving(slack, tmp_path) as process:
        limit_files(process, 0)
        await slack.people.command(SAM, DEALS, PLAN)
        assert told("unsaved") in slack.workspace.transcript(SAM)
        limit_files(process, resource.RLIM_INFINITY)
        await slack.people.command(SAM, DEALS, PLAN)
        await slack.workspace.until(lambda: "Who is it for" in slack.workspace.transcript(SAM))
        await process.stop()
        assert "cannot be written" in process.output


def limit_files(process: Process, most: int) -> None:
    """Let no file of that process grow beyond so many bytes."""
    limits = (most, resource.RLIM_INFINITY)
    resource.prlimit(process.running.pid, resource.RLIMIT_FSIZE, limits)


# what a seller does that cannot be


async def test_an_answer_that_is_too_long_is_refused_whole(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await at_value(stage)
        before = await dialogue(stage)
        await answer(stage, "x" * 3001)
        assert stage.messages()[-1].text == told("too_long")
        assert await dialogue(stage) == before
        await answer(stage, "x" * 3000)
        assert await texts(stage) == ["x" * 3000]


async def test_a_plan_that_is_too_long_is_refused_whole(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.command("/differ " + "x" * 3001)
        assert stage.ephemerals()[-1].text == told("too_long")
        assert await checks(stage) == ()


async def test_a_button_of_a_cancelled_check_says_that_it_was_cancelled(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await at_value(stage)
        late = click(stage, "Probably not")
        await answer(stage, "cancel")
        await deliver(stage, "interactive", late)
        assert stage.messages()[-1].text == told("cancelled")
        assert (await dialogue(stage)).standing.cancelled


async def test_a_button_of_a_check_that_is_done_says_that_it_has_ended(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.command(PLAN)
        await answer(stage, "[Go on as it is]", "[Yes]", *["[No]"] * 6)
        late = click(stage, "No change")
        await answer(stage, "[No change]")
        kept = await dialogue(stage)
        await deliver(stage, "interactive", late)
        assert stage.messages()[-1].text == told("ended")
        assert await dialogue(stage) == kept


@pytest.mark.parametrize(
    ("asks", "path"),
    [
        (lambda stage: stage.command("/differ"), "command"),
        (lambda stage: stage.tap("They told or showed me"), "a tap"),
        (lambda stage: stage.slack.people.global_shortcut(stage.me, "start_check"), "a shortcut"),
        (lambda stage: stage.tap("See one"), "the welcome"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_form_that_slack_does_not_open_any_more_is_said(
    tmp_path: Path, asks: Any, path: str
) -> None:
    async with on_stage(tmp_path) as stage:
        await at_value(stage)
        stage.slack.faults.queue("views.open", faults.refuse("expired_trigger_id"))
        await asks(stage)
        await stage.settle()
        assert "timed out before it opened" in (stage.ephemerals() + stage.messages())[-1].text or (
            path == "command" and "timed out before it opened" in stage.ephemerals()[-1].text
        )
        assert stage.slack.workspace.top_modal(stage.me) is None


# words that nobody expected


async def test_words_beside_any_check_wait_until_their_author_starts_one(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        stage.slack.workspace.open_dm(stage.me)
        await stage.say("renewal call with Halden")
        assert stage.messages()[-1].text == told("start")
        assert await checks(stage) == ()
        await stage.tap("Start a check")
        assert "renewal call with Halden" in seen(stage)
        (check,) = await checks(stage)
        assert check.state in ("setup", "open")


async def test_words_beside_the_one_check_that_waits_are_its_answer(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await at_value(stage)
        await stage.say(QUOTE)
        assert await texts(stage) == [QUOTE]


async def test_words_beside_several_checks_go_where_their_author_says(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await several(stage)
        await stage.say(QUOTE)
        assert stage.messages()[-1].text == told("which")
        assert await texts(stage) == []
        await stage.tap(first_of(stage))
        assert QUOTE in "".join(await words_of(stage))


async def several(stage: Stage) -> None:
    """Two checks that wait for words."""
    await at_value(stage)
    await stage.command("/differ a pilot at Kestrel")
    await answer(stage, "[Go on as it is]", "[Yes]", "[Yes]")


def first_of(stage: Stage) -> str:
    """The first button of the newest message."""
    label: str = stage.messages()[-1].blocks[-1]["elements"][0]["text"]["text"]
    return label


async def words_of(stage: Stage) -> list[str]:
    """What was said in any check."""
    moves = [m for c in await checks(stage) for m in Thread.load(c.dialogue).dialogue.moves]
    return [said.text for move in moves for said in move.said]


async def test_words_that_wait_can_still_be_edited(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await several(stage)
        ts = await stage.say("Marta sad so")
        await stage.slack.people.edit(stage.me, stage.dm, ts, QUOTE)
        await stage.tap(first_of(stage))
        assert await words_of(stage) == [QUOTE]
        await stage.slack.people.edit(stage.me, stage.dm, ts, "Marta & Bo said it on Monday")
        assert "Marta & Bo said it on Monday" in await words_of(stage)


async def test_words_that_wait_and_are_deleted_are_forgotten(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await several(stage)
        ts = await stage.say(QUOTE)
        await stage.slack.people.delete(stage.me, stage.dm, ts)
        await stage.tap(first_of(stage))
        assert stage.messages()[-1].text == told("removed")
        assert await words_of(stage) == []


async def test_words_for_a_check_that_ended_meanwhile_keep_waiting(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await several(stage)
        await stage.say(QUOTE)
        buttons = stage.messages()[-1].blocks[-1]["elements"]
        taps = [click(stage, button["text"]["text"]) for button in buttons[:2]]
        await answer(stage, "cancel")
        await deliver(stage, "interactive", taps[0])
        assert stage.messages()[-1].text == told("cancelled")
        await deliver(stage, "interactive", taps[1])
        assert await words_of(stage) == [QUOTE]


async def test_a_reply_under_another_message_of_differ_counts_as_beside(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await at_value(stage)
        welcome = stage.messages()[0]
        await stage.say(QUOTE, welcome.ts)
        assert await texts(stage) == [QUOTE]


async def test_a_file_without_a_text_is_answered_with_what_to_do(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await at_value(stage)
        before = await dialogue(stage)
        await heard(stage, subtype="file_share", text="", files=[{"id": "F1"}])
        assert stage.messages()[-1].text == told("only_text")
        assert await dialogue(stage) == before


@pytest.mark.parametrize(
    "event",
    [
        {"bot_id": "BOTHER", "subtype": "bot_message", "user": None},
        {"bot_id": "BOTHER"},
        {"bot_id": "BDIFFER", "user": "UDIFFER"},
        {"subtype": "channel_topic"},
        {"subtype": "message_replied"},
        {"subtype": "bot_message"},
    ],
    ids=str,
)
async def test_what_no_person_wrote_is_ignored(tmp_path: Path, event: Json) -> None:
    async with on_stage(tmp_path) as stage:
        await at_value(stage)
        before, kept = seen(stage), await checks(stage)
        await heard(stage, **event)
        assert seen(stage) == before
        assert await checks(stage) == kept


async def heard(stage: Stage, **more: Any) -> None:
    """A message event in the newest thread, other than a person's own words make it."""
    ts = stage.slack.workspace.new_ts()
    event = {
        "type": "message",
        "channel": stage.dm,
        "channel_type": "im",
        "user": stage.me,
        "text": "a text of somebody",
        "ts": ts,
        "event_ts": ts,
        "thread_ts": card_ts(stage),
        **more,
    }
    await stage.slack.delivery.tell(event_json(stage.slack.workspace, event))
    await stage.settle()
    assert stage.slack.workspace.traffic[-1].status in ("acked", "ok")


async def test_differ_s_own_updates_are_no_edits(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await at_value(stage)
        own = next(m for m in stage.messages() if m.edited)
        shown = message_json(stage.slack.workspace, own)
        kept = await checks(stage)
        await stage.slack.events.changed(own, shown | {"text": "before"})
        await stage.settle()
        assert await checks(stage) == kept


@pytest.mark.parametrize(
    "outer",
    [
        {"type": "event_callback", "event": {"type": "nobody_listens", "user": SAM}},
        {"type": "app_rate_limited", "minute_rate_limited": 1518467820},
    ],
    ids=["event", "app_rate_limited"],
)
async def test_what_nobody_listens_to_is_not_delivered_again(tmp_path: Path, outer: Json) -> None:
    async with on_stage(tmp_path) as stage:
        around = event_json(stage.slack.workspace, {})
        del around["event"]
        answered = await stage.slack.delivery.ask("events_api", around | outer)
        assert answered.acked


async def test_after_the_app_was_removed_everything_is_answered_and_nothing_is_sent(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as stage:
        await at_value(stage)
        await stage.slack.people.uninstall()
        assert await stage.store.installation(seller_of(stage).tenant) is None
        before, kept = seen(stage), await checks(stage)
        ts = stage.slack.workspace.new_ts()
        event = {"type": "message", "channel": stage.dm, "user": SAM, "text": "hi", "ts": ts}
        payload = event_json(stage.slack.workspace, event)
        assert (await stage.slack.delivery.ask("events_api", payload)).acked
        await stage.slack.people.uninstall()
        assert seen(stage) == before
        assert await checks(stage) == kept
        statuses = [t.status for t in stage.slack.workspace.traffic if t.name.startswith("events")]
        assert set(statuses) == {"acked"}


# how Slack writes what people type


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("a &amp; b &lt;c&gt; &amp;lt;", "a & b <c> &lt;"),
        ("see <https://halden.example/a?b=1&amp;c=2>", "see https://halden.example/a?b=1&c=2"),
        ("see <http://halden.example|halden.example>", "see halden.example"),
        ("mail <mailto:m@h.example|m@h.example>", "mail m@h.example"),
        ("in <#C2DEALS|deals> with <@U2PRIYA>", "in #deals with @U2PRIYA"),
        ("<!channel> and <!subteam^S1|@sales>", "@channel and @sales"),
    ],
)
def test_a_text_is_read_as_it_was_typed(sent: str, typed: str) -> None:
    assert unescape(sent) == typed


@given(st.text(alphabet=st.characters(exclude_characters="|", exclude_categories=["Cs"])))
def test_nothing_typed_is_changed_on_its_way_through_slack(typed: str) -> None:
    assert unescape(as_sent(typed)) == typed


async def test_words_are_kept_as_they_were_typed(tmp_path: Path) -> None:
    typed = "Marta said <5% & falling> on Tuesday, see https://halden.example/?a=1&b=2"
    async with on_stage(tmp_path) as stage:
        await at_value(stage)
        await answer(stage, typed)
        assert await texts(stage) == [typed]


async def test_a_message_becomes_the_plan_as_it_was_typed(tmp_path: Path) -> None:
    typed = "demo for R&D <Halden>" + ", as long as anybody writes" * 40
    async with on_stage(tmp_path) as stage:
        ts = await stage.slack.people.say(stage.me, DEALS, typed)
        await stage.slack.people.message_shortcut(stage.me, DEALS, ts, "check_message")
        form = stage.slack.workspace.top_modal(stage.me)
        assert form is not None
        assert form.body["blocks"][0]["element"]["initial_value"] == typed


async def test_of_a_message_that_is_too_long_nothing_is_cut_off_unseen(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ts = await stage.slack.people.say(stage.me, DEALS, "our plan for Halden " * 160)
        await stage.slack.people.message_shortcut(stage.me, DEALS, ts, "check_message")
        form = stage.slack.workspace.top_modal(stage.me)
        assert form is not None
        assert "more than I can keep as a plan" in str(form.body["blocks"])


# somebody else's check


async def test_a_hundred_ways_to_act_on_somebody_else_s_check_show_nothing(tmp_path: Path) -> None:
    """Priya sends what Sam could send, from wherever she likes."""
    secret = "Halden told me about the merger on Tuesday"
    async with on_stage(tmp_path) as stage:
        await several(stage)
        await stage.say(secret)
        payloads = forgeries(stage)
        kept, before = await checks(stage), seen(stage)
        stage.me = PRIYA
        stage.slack.workspace.open_dm(PRIYA)
        draw = random.Random(5)
        for _ in range(100):
            kind, payload = draw.choice(payloads)
            forged = as_priya(deepcopy(payload), draw)
            answered = await stage.slack.delivery.ask(kind, forged)
            assert answered.acked
            shown = str(answered.payload) + str(stage.slack.workspace.top_modal(PRIYA))
            assert "Halden" not in shown
            assert "Kestrel" not in shown
            await stage.settle()
        assert "Halden" not in seen(stage)
        assert "Kestrel" not in seen(stage)
        assert await checks(stage) == ()
        stage.me = SAM
        assert await checks(stage) == kept
        assert seen(stage) == before


def forgeries(stage: Stage) -> list[tuple[Any, Json]]:
    """One of each thing that Sam could send about his checks."""
    clicks = [
        click_on(stage, message, block, element)
        for message in stage.messages()
        for block in message.blocks
        for element in objects(block)
        if element.get("action_id", "show:").partition(":")[0] != "show"
    ]
    check_id = clicks[0]["actions"][0]["value"].partition("|")[0]
    forms = []
    for name in ("brief", "evidence", "change"):
        about = f'{{"check": "{check_id}", "step": "gate.value"}}'
        forms.append(submission(stage, name, about))
    event = {"type": "message", "channel": stage.dm, "user": SAM, "text": "what is here?"}
    place = {"ts": stage.slack.workspace.new_ts(), "thread_ts": card_ts(stage)}
    said = event_json(stage.slack.workspace, event | place)
    return [("interactive", payload) for payload in clicks + forms] + [("events_api", said)]


def submission(stage: Stage, name: str, about: str) -> Json:
    values = {
        "plan": {"value": "mine now"},
        "what": {"value": "mine"},
        "who": {"value": "me"},
        "will": {"value": "mine"},
        "choices": {"selected_options": [{"value": "nothing"}]},
    }
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": name,
        "hash": "1",
        "private_metadata": about,
        "state": {"values": {block: {block: given} for block, given in values.items()}},
    }
    team = {"id": stage.slack.workspace.team_id, "domain": "small"}
    return {"type": "view_submission", "user": {"id": SAM}, "team": team, "view": view}


def as_priya(payload: Json, draw: random.Random) -> Json:
    """The same, from her; sometimes from her own direct messages, sometimes as another act."""
    if "event" in payload:
        payload["event"] |= {"user": PRIYA, "ts": f"{draw.randrange(10**9)}.000001"}
        payload["event_id"] = f"Ev{draw.random()}"
        return payload
    payload["user"] = {"id": PRIYA, "name": "priya"}
    if "view" in payload:
        payload["view"]["hash"] = str(draw.random())
        return payload
    action = payload["actions"][0]
    action["action_ts"] = str(draw.random())
    check_id, *rest = action.get("value", "").split("|")
    if len(rest) == 3 and draw.random() < 0.5:
        rest = [draw.choice(["gate.value", "again", "done"]), draw.choice([*Reply]), ""]
        action["value"] = "|".join([check_id, *rest])
    if draw.random() < 0.5:
        payload["container"]["channel_id"] = payload["channel"]["id"] = "D2PRIYA"
    return payload
