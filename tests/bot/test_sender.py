"""The outbox on a bad day: nothing lost, nothing doubled, nothing out of order."""

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.playground import faults
from bot.playground.faults import Fault
from bot.playground.server import SmallSlack
from bot.sender import Pace
from tests.bot.process import free_port, serving
from tests.bot.script import (
    ANSWERS,
    PLAN,
    QUOTE,
    answer,
    card_ts,
    expected,
    once,
    play,
    seen,
    seller_of,
)
from tests.bot.stage import DEALS, ROOT, Stage, at_work, on_stage
from tests.outbox import next_due

pytestmark = pytest.mark.usefixtures("on_both")

QUICK = Pace(timeout=0.6, lease=20, poll=0.05)
POST, UPDATE = "chat.postMessage", "chat.update"
LOOK_UP = ("conversations.history", "conversations.replies")

# Nobody can know what became of the call.
BAD_DAYS = {
    "request dropped": faults.drop_request(),
    "answer dropped": faults.drop_answer(),
    "reset before": faults.reset(),
    "reset after": faults.reset(accepted=True),
    "slow": faults.slow(3600),
    "cut in the middle": faults.truncate(),
    "500 before": faults.server_error(500),
    "502 after": faults.server_error(502, accepted=True),
    "503 before": faults.server_error(503),
    "fatal error before": faults.fatal_error(accepted=False),
    "fatal error after": faults.fatal_error(),
}


def calls(stage: Stage, *names: str) -> int:
    """How often differ called these methods."""
    made = (t for t in stage.slack.workspace.traffic if t.direction == "from the app")
    return sum(t.name in names for t in made)


def posted(stage: Stage) -> int:
    """How many messages of the outbox stand in the direct messages."""
    everything = stage.slack.workspace.in_channel(stage.dm)
    return sum(m.metadata is not None for m in everything)


@pytest.mark.parametrize("fault", BAD_DAYS.values(), ids=list(BAD_DAYS))
async def test_a_fault_on_a_first_post_a_reply_and_an_update(tmp_path: Path, fault: Fault) -> None:
    """Only a post in doubt is looked up, once, and never before its first attempt."""
    async with on_stage(tmp_path, pace=QUICK) as stage:
        stage.slack.faults.queue(POST, fault)
        await stage.command(PLAN)
        assert calls(stage, LOOK_UP[0]) == 1
        stage.slack.faults.queue(POST, fault)
        await answer(stage, ANSWERS[0])
        assert calls(stage, LOOK_UP[1]) == 1
        stage.slack.faults.queue(UPDATE, fault)
        await answer(stage, ANSWERS[1])
        assert calls(stage, *LOOK_UP) == 2
        assert calls(stage, POST) == posted(stage) + 2 * (not fault.accepted)
        assert seen(stage) == await expected(2)
        assert once(stage)


async def test_on_a_good_day_nothing_is_looked_up(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await play(stage)
        assert calls(stage, *LOOK_UP) == 0
        assert calls(stage, POST) == posted(stage)


async def test_a_third_of_all_calls_failing_loses_and_doubles_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path, pace=QUICK) as stage:
        bad = BAD_DAYS.values()
        stage.slack.faults.chance(POST, 0.3, *bad)
        stage.slack.faults.chance(UPDATE, 0.3, *bad)
        stage.slack.faults.chance("conversations.replies", 0.3, *bad)
        await play(stage)
        assert sum(stage.slack.faults.played.values()) > 5
        assert seen(stage) == await expected()
        assert once(stage)


async def test_what_slack_certainly_did_not_take_is_sent_again_without_a_look(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path, pace=QUICK) as stage:
        await stage.command(PLAN)
        refused = [faults.ratelimited(1), faults.refuse("service_unavailable")]
        stage.slack.faults.queue(POST, *refused)
        await answer(stage, *ANSWERS[:2])
        assert calls(stage, *LOOK_UP) == 0
        assert seen(stage) == await expected(2)
        assert once(stage)


async def test_no_call_is_made_inside_the_time_slack_asks_to_wait(tmp_path: Path) -> None:
    async with on_stage(tmp_path, pace=QUICK) as stage:
        times: list[float] = []

        def note() -> None:
            if stage.slack.workspace.traffic[-1].name == POST:
                times.append(time.monotonic())

        stage.slack.workspace.on_traffic.append(note)
        stage.slack.faults.queue(POST, faults.ratelimited(2))
        await stage.command(PLAN)
        assert times[1] - times[0] >= 2
        assert len(times) == posted(stage) + 1


async def test_slack_s_own_pace_is_kept(tmp_path: Path) -> None:
    """Posts beyond what the small Slack takes at once are refused, wait, and all arrive."""
    async with on_stage(tmp_path, pace=QUICK) as stage:
        people, dm = stage.slack.people, stage.slack.workspace.open_dm(stage.me).id
        for _ in range(7):
            await people.say(stage.me, dm, "help")
        await stage.settle()
        assert sum("differ, before a call" in m.text for m in stage.messages()) == 7
        assert once(stage)


async def test_a_revoked_token_ends_everything_and_nothing_is_tried_again(tmp_path: Path) -> None:
    async with on_stage(tmp_path, pace=QUICK) as stage:
        await stage.command(PLAN)
        stage.slack.faults.queue(UPDATE, faults.revoke_token())
        before = calls(stage, POST, UPDATE)
        await answer(stage, ANSWERS[0])
        assert calls(stage, POST, UPDATE) == before + 1
        assert await stage.store.installation(seller_of(stage).tenant) is None


@pytest.mark.parametrize("refusal", ["msg_too_long", "edit_window_closed", "message_not_found"])
async def test_an_update_that_slack_refuses_for_good_holds_nothing_up(
    tmp_path: Path, refusal: str
) -> None:
    async with on_stage(tmp_path, pace=QUICK) as stage:
        await stage.command(PLAN)
        stage.slack.faults.queue(UPDATE, faults.refuse(refusal))
        await answer(stage, ANSWERS[0])
        assert "in the eyes of the potential buyers" in stage.messages()[-1].text
        assert stage.slack.faults.played[UPDATE, "refuse"] == 1


async def test_slack_out_of_reach_is_waited_for_and_nothing_is_looked_up(tmp_path: Path) -> None:
    """A connection that is refused took nothing along."""
    manifest, port = ROOT / "app_manifest.yml", free_port()
    async with AsyncExitStack() as first:
        slack = await first.enter_async_context(
            SmallSlack.start(port, delivery="http", manifest=manifest)
        )
        async with at_work(slack, tmp_path, QUICK) as stage:
            await first.aclose()
            async with stage.store.begin(seller_of(stage)) as tx:
                await tx.post(purpose="notice", body={"text": "Here again."})
            async with asyncio.timeout(5):
                while not 0 < (await next_due(stage.store) or 0) < 3:  # noqa: ASYNC110
                    await asyncio.sleep(0.001)  # put off: nothing else tells that it was tried
            async with SmallSlack.start(port, delivery="http", manifest=manifest) as again:
                again.workspace.tokens.update(slack.workspace.tokens)
                await again.workspace.until(lambda: again.workspace.messages.get(stage.dm))
                made = [t.name for t in again.workspace.traffic if t.direction == "from the app"]
                assert made == ["conversations.open", POST]


async def test_a_process_killed_after_slack_took_a_message_posts_it_once(tmp_path: Path) -> None:
    """SIGKILL between Slack's acceptance and our record of it, then a new start."""
    async with SmallSlack.start(manifest=ROOT / "app_manifest.yml") as slack:
        async with serving(slack, tmp_path, POST_TIMEOUT="0.3", LEASE="2") as process:
            slack.faults.queue(POST, faults.slow(3600))
            await slack.people.command("U1SAM", DEALS, PLAN)
            taken = slack.workspace.messages.get
            await slack.workspace.until(lambda: taken("D1SAM"))
            process.running.kill()
            await process.ended()
        assert len(slack.workspace.messages["D1SAM"]) == 1
        async with at_work(slack, tmp_path, QUICK) as stage:
            await stage.settle()
            assert calls(stage, LOOK_UP[0]) == 1
            await answer(stage, *ANSWERS)
            assert seen(stage) == await expected()
            assert once(stage)


async def test_what_was_said_while_slack_was_failing_arrives_in_its_order(tmp_path: Path) -> None:
    async with on_stage(tmp_path, pace=QUICK) as stage:
        await stage.command(PLAN)
        await answer(stage, *ANSWERS[:3])
        ts = card_ts(stage)
        stage.slack.faults.queue(POST, faults.drop_answer(), faults.server_error(502))
        await stage.slack.people.say(stage.me, stage.dm, QUOTE, ts)
        await stage.slack.people.say(stage.me, stage.dm, "help", ts)
        await stage.settle()
        *_, keep, help_text = stage.messages()
        assert "puts you ahead of" in keep.text
        assert "differ, before a call" in help_text.text
        assert once(stage)


async def test_words_answer_the_question_they_stand_under_though_its_post_is_in_doubt(
    tmp_path: Path,
) -> None:
    """Slack had shown it, the answer to our call was lost, and the seller was quick."""
    async with on_stage(tmp_path, pace=QUICK) as stage:
        await play(stage, 2)
        stage.slack.faults.queue(POST, faults.drop_answer())
        await stage.press("Yes")
        while "You may think so" not in stage.messages()[-1].text:  # noqa: ASYNC110
            await asyncio.sleep(0.001)  # the small Slack has no bell
        await stage.slack.people.say(stage.me, stage.dm, QUOTE, card_ts(stage))
        await stage.settle()
        assert seen(stage) == await expected(4)
        assert once(stage)


async def test_a_message_that_fails_here_does_not_hold_up_the_next(tmp_path: Path) -> None:
    """What our own code cannot send is given up and logged; the seller's other messages go out."""
    async with on_stage(tmp_path, pace=QUICK) as stage:
        async with stage.store.begin(seller_of(stage)) as tx:
            await tx.profile()
            await tx.post(purpose="notice", body={"text": "broken", "channel": "given twice"})
            await tx.post(purpose="notice", body={"text": "after it"})
        await stage.settle()

        assert [message.text for message in stage.messages()] == ["after it"]
