"""What belongs to a seller: given to them alone, and forgotten for good when they say so."""

import json
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.playground import faults
from bot.playground.file_methods import UPLOAD
from bot.playground.payloads import event_json, message_json, submission_json
from bot.playground.server import SmallSlack
from bot.playground.workspace import Message
from bot.sender import Pace
from storage import Profile
from storage.engine import open_engine
from tests.bot.process import serving
from tests.bot.script import (
    ANSWERS,
    PLAN,
    QUOTE,
    answer,
    card_ts,
    click,
    deliver,
    play,
    seen,
    seller_of,
    sent_to_app,
)
from tests.bot.stage import ROOT, SAM, Stage, at_work, database_in, on_stage

QUICK = Pace(timeout=0.3, lease=2, poll=0.02)
PRIYA = "U2PRIYA"
NOTED = "the planner re-types it twice a month, Kestrel never looked"
ANOTHER = "Priya's own words about the Orb tender"
URL, COMPLETE = "files.getUploadURLExternal", "files.completeUploadExternal"
DELETE = "chat.delete"
Json = dict[str, Any]


async def talk(stage: Stage, checks: int = 1) -> None:
    """Some checks, finished and not, with a buyer, a note and a text that belongs nowhere yet."""
    for _ in range(checks):
        await play(stage)
    await stage.command("/differ renewal call with Halden")
    await answer(stage, "[Go on as it is]", NOTED)
    await stage.command("/differ workshop with Orb")
    await stage.say("where does this one belong?")


async def other(stage: Stage) -> None:
    """Another seller, with things of their own."""
    stage.me = PRIYA
    await stage.command(PLAN)
    await answer(stage, *ANSWERS[:3], ANOTHER)
    stage.me = SAM


def exports(stage: Stage) -> list[Message]:
    return [message for message in stage.messages() if message.files]


def contents(message: Message) -> dict[str, str]:
    """The files of a message by the names that people see."""
    return {file.title: (file.content or b"").decode() for file in message.files}


async def rows(folder: Path, user: str | None = None) -> list[tuple[str, tuple[Any, ...]]]:
    """Every row that belongs to a person, or all of them; PostgreSQL gives them in any order."""
    engine = open_engine(database_in(folder))
    found: list[tuple[str, tuple[Any, ...]]] = []
    async with engine.connect() as connection:
        for table in TABLES:
            of = f" WHERE user_id = '{user}'" if user else ""
            answer = await connection.execute(text(f"SELECT * FROM {table}{of}"))
            found += sorted(((table, tuple(row)) for row in answer), key=repr)
    await engine.dispose()
    return found


TABLES = ("sellers", "buyers", "checks", "messages", "outbox", "texts", "parked", "forgotten")


async def left(folder: Path, user: str = SAM) -> dict[str, int]:
    """How many rows each table has of a person."""
    tables = [table for table, _ in await rows(folder, user)]
    return {table: tables.count(table) for table in dict.fromkeys(tables)}


FORGOTTEN = {"messages": 1, "outbox": 1, "forgotten": 1}
"""The last word, that it was sent, and when."""


# export


@pytest.mark.parametrize("way", ["/differ export", "export", "export in a thread"])
async def test_an_export_comes_into_the_direct_messages_alone(tmp_path: Path, way: str) -> None:
    async with on_stage(tmp_path, pace=QUICK) as stage:
        await talk(stage)
        if way.startswith("/"):
            await stage.command(way)
            (line,) = [m.text for m in stage.ephemerals() if "nowhere else" in m.text]
            assert "tab=messages" in line
        else:
            await stage.say("Export" if way == "export" else "export", THREADS[way](stage))
        (export,) = exports(stage)
        assert export.thread_ts is None
        assert list(contents(export)) == ["differ.md", "differ.json"]
        assert "[file: differ.md]" in seen(stage)
        assert all(m.channel == stage.dm for m in everything(stage) if m.files)


THREADS: dict[str, Callable[[Stage], str | None]] = {
    "export": lambda stage: None,
    "export in a thread": card_ts,
}


def everything(stage: Stage) -> list[Message]:
    places = stage.slack.workspace.messages.values()
    return [message for place in places for message in place.values()]


async def test_an_export_holds_all_that_was_said_and_nothing_of_anyone_else(
    tmp_path: Path,
) -> None:
    async with on_stage(tmp_path, pace=QUICK) as stage:
        await other(stage)
        await talk(stage, checks=2)
        await stage.command("/differ export")
        told = contents(exports(stage)[0])
        kept = json.loads(told["differ.json"])
        assert kept["version"] == 1
        assert [check["plan"] for check in kept["checks"]][:1] == ["workshop with Orb"]
        assert len(kept["checks"]) == 4
        assert kept["profile"]["checks"] == 4
        assert kept["unplaced"] == ["where does this one belong?"]
        finished = [check["finished_at"] for check in kept["checks"]]
        assert [moment is None for moment in finished] == [True, True, False, False]
        for words in (QUOTE, NOTED, "renewal call with Halden", "where does this one belong?"):
            assert words in told["differ.md"]
            assert words in told["differ.json"]
        assert "Priya" not in "".join(told.values())


async def test_the_buyers_are_in_an_export(tmp_path: Path) -> None:
    async with on_stage(tmp_path, pace=QUICK) as stage:
        async with stage.store.begin(seller_of(stage)) as tx:
            await tx.keep_buyer("Marta Lind", "Halden", ["Acme"])
        await stage.command("/differ export")
        told = contents(exports(stage)[0])
        assert "- Marta Lind, Halden, Acme" in told["differ.md"]
        expected = [{"person": "Marta Lind", "company": "Halden", "rivals": ["Acme"]}]
        assert json.loads(told["differ.json"])["buyers"] == expected


async def test_nothing_of_an_export_is_logged_or_left_in_a_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("DEBUG", "differ")
    folder, elsewhere = tmp_path / "data", tmp_path / "temporary"
    folder.mkdir()
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    async with on_stage(folder, pace=QUICK) as stage:
        await talk(stage)
        stage.slack.faults.queue(UPLOAD, faults.server_error(500))
        await stage.say("export")
        assert exports(stage)
        assert "re-types" not in caplog.text
        outbox = [row for table, row in await rows(folder, SAM) if table == "outbox"]
        assert all(not isinstance(value, bytes) for row in outbox for value in row)
    assert written(elsewhere) == b""
    assert NOTED.encode() not in written(folder)


def written(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


BAD_DAYS = {
    "request dropped": faults.drop_request(),
    "answer dropped": faults.drop_answer(),
    "reset after": faults.reset(accepted=True),
    "slow": faults.slow(3600),
    "cut in the middle": faults.truncate(),
    "500 before": faults.server_error(500),
    "502 after": faults.server_error(502, accepted=True),
    "fatal error after": faults.fatal_error(),
    "too fast": faults.ratelimited(1),
}


@pytest.mark.parametrize("day", BAD_DAYS)
@pytest.mark.parametrize("call", [URL, UPLOAD, COMPLETE])
async def test_whatever_befalls_a_call_there_is_one_message_with_files(
    tmp_path: Path, call: str, day: str
) -> None:
    async with on_stage(tmp_path, pace=QUICK) as stage:
        await stage.command(PLAN)
        stage.slack.faults.queue(call, BAD_DAYS[day])
        await stage.say("export")
        assert sum(stage.slack.faults.played.values()) == 1
        (export,) = exports(stage)
        assert "demo of the planning module" in contents(export)["differ.md"]


@pytest.mark.parametrize("day", ["answer dropped", "502 after", "too fast"])
async def test_a_look_up_that_fails_after_slack_said_yes_doubles_nothing(
    tmp_path: Path, day: str
) -> None:
    async with on_stage(tmp_path, pace=QUICK) as stage:
        stage.slack.faults.queue("conversations.history", *[BAD_DAYS[day]] * 2)
        await stage.command("/differ export")
        assert len(exports(stage)) == 1
        assert [t.name for t in stage.slack.workspace.traffic].count(COMPLETE) == 1


async def test_files_that_are_shared_late_are_waited_for(tmp_path: Path) -> None:
    async with on_stage(tmp_path, pace=QUICK) as stage:
        stage.slack.workspace.shared_after = timedelta(seconds=60)
        await stage.slack.people.say(stage.me, stage.slack.workspace.open_dm(SAM).id, "export")
        looked = looked_for(stage)
        await stage.slack.workspace.until(lambda: looked_for(stage) > looked + 1)
        stage.slack.clock.advance(timedelta(seconds=60))
        await stage.settle()
        assert len(exports(stage)) == 1


def looked_for(stage: Stage) -> int:
    return [t.name for t in stage.slack.workspace.traffic].count("conversations.history")


async def test_files_that_are_never_shared_are_not_sent_twice(tmp_path: Path) -> None:
    async with on_stage(tmp_path, pace=Pace(timeout=1, lease=2, poll=0.1)) as stage:
        stage.slack.workspace.shared_after = timedelta(days=1)
        await stage.command("/differ export")
        await stage.say("help")
        assert "differ, before a call" in stage.messages()[-1].text
        assert [t.name for t in stage.slack.workspace.traffic].count(COMPLETE) == 1


# forget


async def asked(stage: Stage) -> None:
    await stage.say("forget")
    assert "Shall I forget" in stage.messages()[-1].text


async def forgotten(stage: Stage) -> None:
    await asked(stage)
    await stage.tap("Forget all of it")


def posts(stage: Stage) -> list[str]:
    """What differ has left standing in the direct messages."""
    return [message.text for message in stage.messages() if message.bot_id]


def gone(stage: Stage) -> bool:
    (last,) = posts(stage)
    return last.startswith("Gone: ")


async def test_the_question_counts_what_would_go_and_asks_to_be_sure(tmp_path: Path) -> None:
    async with on_stage(tmp_path, pace=QUICK) as stage:
        await talk(stage)
        standing = len(posts(stage))
        await stage.command("/differ forget")
        (line,) = [m.text for m in stage.ephemerals() if "One question" in m.text]
        assert "tab=messages" in line
        message, _, button = stage.find("Forget all of it", stage.messages())
        assert f"checks (3), your buyers (0), my messages here ({standing})" in message.text
        assert button["confirm"]["style"] == "danger"
        assert len(await kept(stage)) == 3


async def kept(stage: Stage) -> tuple[object, ...]:
    async with stage.store.begin(seller_of(stage)) as tx:
        return await tx.checks()


@pytest.mark.usefixtures("on_both")
async def test_everything_goes_and_what_others_have_stays_as_it_was(tmp_path: Path) -> None:
    async with on_stage(tmp_path, pace=QUICK) as stage:
        await other(stage)
        await talk(stage)
        for number in range(6):
            await stage.command(f"/differ demo number {number}")
        await stage.say("export")
        theirs, their_view = await rows(tmp_path, PRIYA), as_seen_by(stage, PRIYA)
        mine = [m.text for m in stage.messages() if not m.bot_id]
        await forgotten(stage)
        assert gone(stage)
        assert await left(tmp_path) == FORGOTTEN
        assert [m.text for m in stage.messages() if not m.bot_id] == [*mine, "forget"]
        assert all(file.deleted for file in stage.slack.workspace.files.values())
        assert await rows(tmp_path, PRIYA) == theirs
        assert as_seen_by(stage, PRIYA) == their_view


def as_seen_by(stage: Stage, user: str) -> str:
    return stage.slack.workspace.transcript(user)


async def test_app_home_goes_as_well(tmp_path: Path) -> None:
    async with on_stage(tmp_path, pace=QUICK) as stage:
        await play(stage, 2)
        assert "planning module" in await stage.open_home()
        await forgotten(stage)

        assert "planning module" not in stage.home()
        assert "Start a check" in stage.home()
        assert await left(tmp_path) == FORGOTTEN


async def test_kept_is_kept_and_the_question_is_gone(tmp_path: Path) -> None:
    async with on_stage(tmp_path, pace=QUICK) as stage:
        await talk(stage)
        await asked(stage)
        late = click(stage, "Forget all of it")
        await stage.tap("Keep it")
        assert stage.messages()[-1].text == "Kept. Nothing was deleted."
        assert "Shall I forget" not in seen(stage)
        await deliver(stage, "interactive", late)
        assert len(await kept(stage)) == 3


async def test_pressed_many_times_at_once_it_happens_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path, pace=QUICK) as stage:
        await talk(stage)
        await asked(stage)
        taps = [
            click(stage, label) for label in ("Forget all of it", "Forget all of it", "Keep it")
        ]
        await deliver(stage, "interactive", taps[0], taps[0], taps[1], taps[2])
        assert gone(stage)
        assert await left(tmp_path) == FORGOTTEN


async def test_a_forged_click_of_somebody_else_forgets_nobody(tmp_path: Path) -> None:
    async with on_stage(tmp_path, pace=QUICK) as stage:
        await other(stage)
        await talk(stage)
        await asked(stage)
        before = await rows(tmp_path, SAM)
        for label in ("Forget all of it", "Keep it"):
            forged = click(stage, label)
            forged["user"] = {**forged["user"], "id": PRIYA}
            await deliver(stage, "interactive", forged)
        assert await rows(tmp_path, SAM) == before
        assert (await left(tmp_path, PRIYA))["checks"] == 1


async def test_with_slack_down_it_is_forgotten_at_once_and_deleted_later(tmp_path: Path) -> None:
    async with on_stage(tmp_path, pace=QUICK) as stage:
        await talk(stage)
        await asked(stage)
        stage.slack.faults.chance("chat.delete", 1.0, faults.drop_request())
        stage.slack.faults.chance("chat.postMessage", 1.0, faults.server_error(503))
        await stage.press("Forget all of it")
        assert {"checks", "buyers", "texts", "parked", "sellers"}.isdisjoint(await left(tmp_path))
        assert all(
            not isinstance(value, bytes) or b"Gone" in value
            for table, row in await rows(tmp_path, SAM)
            for value in row
            if table != "outbox"
        )
        stage.slack.faults.clear()
        await stage.settle()
        assert gone(stage)
        assert await left(tmp_path) == FORGOTTEN


@pytest.mark.usefixtures("on_both")
async def test_a_post_that_lands_after_all_is_taken_away_again(tmp_path: Path) -> None:
    """Slack has taken a question, and its answer is lost; meanwhile everything is forgotten."""
    async with on_stage(tmp_path, pace=Pace(timeout=0.5, lease=5, poll=0.02)) as stage:
        await talk(stage)
        await asked(stage)
        tap = click(stage, "Forget all of it")
        stage.slack.faults.queue("chat.postMessage", faults.slow(3600))
        before = len(posts(stage))
        await stage.slack.people.say(SAM, stage.dm, "help", card_ts(stage))
        await stage.slack.workspace.until(lambda: len(posts(stage)) > before)
        await stage.slack.delivery.ask("interactive", tap)
        await stage.settle()
        assert gone(stage)
        assert await left(tmp_path) == FORGOTTEN


async def test_a_post_that_never_landed_is_not_sent_any_more(tmp_path: Path) -> None:
    async with on_stage(tmp_path, pace=QUICK) as stage:
        await talk(stage)
        await asked(stage)
        tap = click(stage, "Forget all of it")
        stage.slack.faults.queue("chat.postMessage", faults.drop_request())
        await stage.slack.people.say(SAM, stage.dm, "help", card_ts(stage))
        await stage.slack.workspace.until(lambda: stage.slack.faults.played)
        await stage.slack.delivery.ask("interactive", tap)
        await stage.settle()
        assert gone(stage)
        assert await left(tmp_path) == FORGOTTEN


@pytest.mark.usefixtures("on_both")
async def test_killed_in_the_middle_it_is_completed_by_the_next_start(tmp_path: Path) -> None:
    """SIGKILL when it has been erased here, and the first message has just gone from Slack."""
    async with SmallSlack.start(manifest=ROOT / "app_manifest.yml") as slack:
        async with at_work(slack, tmp_path, QUICK) as stage:
            await talk(stage)
            await asked(stage)
            tap = click(stage, "Forget all of it")
        async with serving(slack, tmp_path, POST_TIMEOUT="0.3", LEASE="2") as process:
            slack.faults.queue(DELETE, faults.slow(3600))
            standing = len(posts(stage))
            assert (await slack.delivery.ask("interactive", tap)).acked
            await slack.workspace.until(lambda: len(posts(stage)) != standing)
            process.running.kill()
            await process.ended()
        async with at_work(slack, tmp_path, QUICK) as stage:
            await stage.settle()
            assert gone(stage)
            assert await left(tmp_path) == FORGOTTEN


# afterwards


@pytest.fixture
async def after(tmp_path: Path) -> AsyncIterator[Stage]:
    """A seller who has just been forgotten, with a form of before still open."""
    async with on_stage(tmp_path, pace=QUICK) as stage:
        await talk(stage)
        await stage.command("/differ")
        await asked(stage)
        yield stage


async def nothing_came_back(stage: Stage, folder: Path) -> None:
    found = await left(folder)
    assert {"checks", "buyers", "texts", "parked"}.isdisjoint(found), found
    async with stage.store.begin(seller_of(stage)) as tx:
        # An answer to an old tap needs to know the way into the direct messages.
        assert replace(await tx.profile(), dm_channel=None) == Profile()
    words = (QUOTE, NOTED, "where does this one belong")
    assert not any(said in post for said in words for post in posts(stage))


async def test_everything_that_was_delivered_before_comes_again(
    after: Stage, tmp_path: Path
) -> None:
    again = {kind: sent_to_app(after, kind) for kind in ("events_api", "interactive")}
    commands = [c for c in sent_to_app(after, "slash_commands") if c["text"] not in ("", "forget")]
    await after.tap("Forget all of it")
    await deliver(after, "events_api", *again["events_api"])
    await deliver(after, "interactive", *again["interactive"])
    await deliver(after, "slash_commands", *commands)
    await nothing_came_back(after, tmp_path)
    assert gone(after)


async def test_texts_from_before_that_come_late_fall_silent(after: Stage, tmp_path: Path) -> None:
    workspace, ts = after.slack.workspace, card_ts(after)
    late = [
        Message(after.dm, workspace.new_ts(), NOTED, SAM, thread_ts=thread) for thread in (ts, None)
    ]
    await after.tap("Forget all of it")
    for message in late:
        await after.slack.events.posted(message)
        edited = {**message_json(workspace, message), "text": QUOTE}
        for subtype in ("message_changed", "message_deleted"):
            event: Json = {"type": "message", "subtype": subtype, "channel": after.dm}
            event |= {"message": edited, "previous_message": edited | {"text": NOTED}}
            await after.slack.delivery.ask(
                "events_api", event_json(workspace, {**event, "ts": workspace.new_ts()})
            )
    await after.settle()
    await nothing_came_back(after, tmp_path)
    assert gone(after)


async def test_old_buttons_say_that_it_is_gone(after: Stage, tmp_path: Path) -> None:
    labels = ("Change an answer", "Pause", "Yes", "Fill in", "workshop with Orb", "Start a check")
    late = [click(after, label) for label in labels]
    await after.tap("Forget all of it")
    await deliver(after, "interactive", *late)
    await nothing_came_back(after, tmp_path)
    answers = [post for post in posts(after) if not post.startswith("Gone: ")]
    assert all("gone" in said or "taken already" in said for said in answers), answers
    assert len(answers) == len(late)


async def test_a_form_that_was_opened_before_is_refused(after: Stage, tmp_path: Path) -> None:
    assert after.slack.workspace.top_modal(SAM) is not None
    await after.tap("Forget all of it")
    errors = await after.submit(plan="demo for Halden", choices=["nothing"], length="five")
    assert "That is gone" in errors["plan"]
    await nothing_came_back(after, tmp_path)


async def test_a_form_about_a_check_is_refused_with_its_check(tmp_path: Path) -> None:
    async with on_stage(tmp_path, pace=QUICK) as stage:
        await stage.command(PLAN)
        await answer(stage, "[Go on as it is]", "[Yes]", "[Yes]", "[They told or showed me]")
        await forgotten(stage)
        view = stage.slack.workspace.top_modal(SAM)
        assert view is not None
        view.body["blocks"][1]["element"]["initial_value"] = QUOTE
        view.body["blocks"][0]["element"]["initial_value"] = "Marta"
        sent = submission_json(stage.slack.workspace, view)
        (answered,) = await deliver(stage, "interactive", sent)
        assert answered.payload["response_action"] == "errors"
        await nothing_came_back(stage, tmp_path)


async def test_a_new_command_begins_with_somebody_unknown(after: Stage, tmp_path: Path) -> None:
    await after.tap("Forget all of it")
    await after.command("/differ")
    assert "Start" in str(after.ephemerals()[-1].blocks)
    await after.tap("Start", after.ephemerals())
    assert await after.submit(plan="demo for Halden", choices=["nothing"], length="five") == {}
    assert len(await kept(after)) == 1
    await answer(after, "[Yes]")
    text = await after.say("it starts at eleven", card_ts(after))
    assert text
    await forgotten(after)
    assert posts(after)[-1].startswith("Gone: ")
    assert await left(tmp_path) == FORGOTTEN | {"messages": 1}
