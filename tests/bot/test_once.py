"""Whatever Slack and people do twice, late or at once has one effect."""

import asyncio
import random
from pathlib import Path

import pytest

from bot.playground.delivery import Envelope, Kind
from bot.playground.faults import disconnect, duplicate, slow_ack
from bot.playground.payloads import command_json, submission_json
from bot.playground.socket_mode import SocketCarrier
from bot.playground.workspace import Message
from coaching.moves import Ask, Reply
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
    expected,
    once,
    play,
    seen,
    sent_to_app,
    texts,
)
from tests.bot.stage import DEALS, Json, Stage, at_work, on_stage

pytestmark = pytest.mark.usefixtures("on_both")

FORM = {"plan": "a demo", "person": "Marta Lind", "choices": ["nothing"], "length": "five"}


async def opened(stage: Stage) -> None:
    """A new form is on the screen."""
    await stage.command("/differ")
    await stage.tap("Start", stage.ephemerals())


# events


async def test_every_event_four_times_changes_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        stage.slack.faults.chance("events_api", 1.0, duplicate(4))
        await play(stage)
        assert seen(stage) == await expected()
        assert await texts(stage) == [QUOTE]
        assert once(stage)


async def test_events_whose_ack_is_lost_come_again_and_change_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        stage.slack.faults.chance("events_api", 1.0, slow_ack())
        await play(stage)
        assert seen(stage) == await expected()


@pytest.mark.parametrize("kind", ["events_api", "interactive", "slash_commands"])
async def test_everything_again_in_any_order_changes_nothing(tmp_path: Path, kind: Kind) -> None:
    async with on_stage(tmp_path) as stage:
        await play(stage)
        before, kept = seen(stage), await checks(stage)
        again = sent_to_app(stage, kind) * 3
        assert again
        random.Random(3).shuffle(again)
        for answered in await deliver(stage, kind, *again):
            assert answered.acked
        assert seen(stage) == before
        assert await checks(stage) == kept


async def test_a_text_under_two_event_ids_is_one_text(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.command(PLAN)
        await answer(stage, "[Go on as it is]", "[Yes]", "[Yes]", QUOTE)
        message = next(m for m in stage.messages() if m.user == stage.me)
        await stage.slack.events.posted(message)
        await stage.settle()
        assert await texts(stage) == [QUOTE]
        assert once(stage)


async def test_texts_that_arrive_out_of_order_four_times_each_are_each_kept_once(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.command(PLAN)
        await answer(stage, "[Go on as it is]", "[Yes]", "[Yes]")
        workspace, ts = stage.slack.workspace, card_ts(stage)
        said = [f"Marta said on Tuesday it cost her shift number {n}" for n in range(4)]
        written = [
            workspace.post(Message(stage.dm, workspace.new_ts(), text, stage.me, thread_ts=ts))
            for text in said
        ]
        for message in random.Random(1).sample(written * 4, 16):
            await stage.slack.events.posted(message)
        await stage.settle()
        assert sorted(await texts(stage)) == said
        assert (await dialogue(stage)).standing.step().ask is Ask.KEEP
        assert once(stage)


# commands, taps and forms


async def test_a_command_delivered_twice_at_once_starts_one_check(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        workspace = stage.slack.workspace
        place = workspace.channels[DEALS]
        typed: Json = {
            **command_json(workspace, stage.me, place, "/differ", "a demo", stage.slack.origin)
        }
        first, second = await deliver(stage, "slash_commands", typed, typed)
        assert first.payload == second.payload
        assert len(await checks(stage)) == 1


async def test_the_same_tap_eight_times_at_once_is_one_answer(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.command(PLAN)
        await answer(stage, "[Go on as it is]")
        tap = click(stage, "Yes")
        await deliver(stage, "interactive", *[tap] * 8)
        assert [m.reply for m in (await dialogue(stage)).moves[2:]] == [Reply.YES]
        assert once(stage)


async def test_of_two_taps_on_one_question_at_once_one_counts(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.command(PLAN)
        await answer(stage, "[Go on as it is]")
        taps = [click(stage, label) for label in ("Yes", "No", "Not sure", "Yes")]
        await deliver(stage, "interactive", *taps)
        assert len((await dialogue(stage)).moves) == 3
        assert once(stage)


@pytest.mark.parametrize("label", ["Skip", "Skip this", "Back one step", "Another factor"])
async def test_two_taps_at_once_act_on_one_question(tmp_path: Path, label: str) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.command("/differ quick renewal call with Halden")
        await answer(stage, "[Go on as it is]", "[No]", "[No]", "[Yes]")
        if label == "Another factor":
            await answer(stage, "it is less work for them")
        before = len((await dialogue(stage)).moves)
        message, block, element = stage.find(label, stage.messages())
        options = element.get("options", [])
        chosen = [option for option in options if option["text"]["text"] == label]
        menu = {**element, "options": chosen} if chosen else element
        taps = [click_on(stage, message, block, menu) for _ in range(2)]
        await deliver(stage, "interactive", *taps)
        assert len((await dialogue(stage)).moves) == before + 1
        assert once(stage)


async def test_a_tap_on_an_answered_question_does_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.command(PLAN)
        await answer(stage, "[Go on as it is]")
        late = click(stage, "No")
        await answer(stage, "[Yes]", "[Yes]")
        before, kept = seen(stage), await checks(stage)
        assert (await deliver(stage, "interactive", late))[0].acked
        assert seen(stage) == before
        assert await checks(stage) == kept


async def test_a_stale_button_of_the_card_is_answered_and_changes_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.command(PLAN)
        stale = [click(stage, "Cancel"), click(stage, "Pause")]
        await play_on(stage)
        kept = await checks(stage)
        await deliver(stage, "interactive", *stale)
        assert (await checks(stage))[0].dialogue == kept[0].dialogue
        # Both came at once: either may have been answered first.
        told = sorted(message.text for message in stage.messages()[-2:])
        assert "nothing to cancel" in told[0]
        assert "nothing to pause" in told[1]


async def play_on(stage: Stage) -> None:
    """To the end, the honest way."""
    await answer(stage, "[Go on as it is]", "[Yes]", *["[No]"] * 5, "[No]", "[No change]")


async def test_a_form_sent_twice_at_once_starts_one_check(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await opened(stage)
        view = stage.slack.workspace.top_modal(stage.me)
        assert view is not None
        view.body["blocks"][0]["element"]["initial_value"] = "a demo"
        sent = submission_json(stage.slack.workspace, view)
        assert await deliver(stage, "interactive", sent, sent, sent)
        assert len(await checks(stage)) == 1


async def test_a_refused_form_can_be_sent_again_as_it_is(tmp_path: Path) -> None:
    """A refusal leaves no mark that the form was received."""
    async with on_stage(tmp_path) as stage:
        await opened(stage)
        view = stage.slack.workspace.top_modal(stage.me)
        assert view is not None
        before = view.hash
        errors = await stage.submit(**FORM | {"choices": []})
        assert list(errors) == ["choices"]
        assert await checks(stage) == ()
        assert view.hash == before
        assert await stage.submit(**FORM) == {}
        assert len(await checks(stage)) == 1


async def test_a_form_about_a_question_is_taken_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.command(PLAN)
        await answer(stage, "[Go on as it is]", "[Yes]", "[Yes]", "[They told or showed me]")
        view = stage.slack.workspace.top_modal(stage.me)
        assert view is not None
        for block, said in ((0, "Marta"), (1, "two late deliveries a week")):
            view.body["blocks"][block]["element"]["initial_value"] = said
        sent = submission_json(stage.slack.workspace, view)
        await deliver(stage, "interactive", sent, sent)
        moves = (await dialogue(stage)).moves
        assert [m.reply for m in moves].count(Reply.FORM) == 1


# two processes


async def test_two_processes_share_one_database_and_do_everything_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage, at_work(stage.slack, tmp_path):
        stage.slack.faults.chance("events_api", 1.0, duplicate(3))
        await play(stage)
        assert isinstance(stage.slack.carrier, SocketCarrier)
        assert len(stage.slack.carrier.sockets) == 2
        assert seen(stage) == await expected()
        assert once(stage)


async def test_two_processes_take_one_tap_once(tmp_path: Path) -> None:
    """Both get it at the same time, each over its own connection."""
    async with on_stage(tmp_path) as stage, at_work(stage.slack, tmp_path):
        await stage.command(PLAN)
        await answer(stage, "[Go on as it is]")
        carry = stage.slack.carrier.carry
        taps = [click(stage, "Yes"), click(stage, "No")]
        envelopes = [Envelope("interactive", tap) for tap in taps * 8]
        answers = await asyncio.gather(*(carry(envelope) for envelope in envelopes))
        await stage.settle()
        assert all(answered.acked for answered in answers)
        assert len((await dialogue(stage)).moves) == 3
        assert once(stage)


async def test_a_connection_that_is_refreshed_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.command(PLAN)
        await answer(stage, "[Go on as it is]", "[Yes]", "[Yes]")
        stage.slack.faults.queue("events_api", disconnect())
        await stage.say(QUOTE, card_ts(stage))
        told = stage.slack.workspace.traffic
        await stage.slack.workspace.until(lambda: any("retry" in t.status for t in told))
        await stage.settle()
        assert await texts(stage) == [QUOTE]
        assert once(stage)
