"""No level of the log, and no byte of the database, shows what a seller said or what opens it."""

import base64
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.playground import faults
from bot.playground.server import SmallSlack
from storage import KeyRing, Store
from tests.bot.process import Process, serving
from tests.bot.script import (
    ANSWERS,
    answer,
    card_ts,
    click,
    elsewhere,
    play,
)
from tests.bot.stage import DEALS, ROOT, Stage

# Words that only sellers say here.
CANARIES = ("Halden", "Marta", "whole shift", "planning module", "Kestrel", "zwieback")

KEY = os.urandom(32)
KEYS = f"k1:{base64.b64encode(KEY).decode()}"


@asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[tuple[Stage, Process]]:
    """A process that logs all it can, and a stage in front of it."""
    start = SmallSlack.start(manifest=ROOT / "app_manifest.yml")
    more = {"LOG_LEVEL": "DEBUG", "DIFFER_KEYS": KEYS}
    async with start as slack, serving(slack, folder, **more) as process:
        url = f"sqlite+aiosqlite:///{folder}/differ.db"
        store = await Store.open(url, KeyRing.from_text(KEYS))
        yield Stage(slack, store, ""), process
        await store.close()
        await process.stop()


async def fail(stage: Stage, folder: Path) -> None:
    """All that can go wrong with a seller's words in the hand."""
    faulty = stage.slack.faults
    await stage.command("/differ a pilot at Kestrel")
    await answer(stage, *ANSWERS[:3])
    # A button whose value is none of ours, a form whose step is none, a plan that is too long.
    check_id = click(stage, "Probably not")["actions"][0]["value"].partition("|")[0]
    for value in ("zwieback", f"{check_id}|zwieback|yes|", f"{check_id}|gate.value|zwieback|"):
        tap = click(stage, "Probably not")
        tap["actions"][0]["value"] = value
        await stage.slack.delivery.ask("interactive", tap)
    await stage.slack.people.command(stage.me, DEALS, "/differ " + "zwieback " * 400)
    # A database that is locked, a Slack that refuses, a form that comes too late.
    async with elsewhere(folder):
        await stage.slack.people.command(stage.me, DEALS, "/differ zwieback")
    faulty.queue("chat.postMessage", faults.refuse("invalid_blocks"))
    await stage.say("zwieback came up on Monday, Marta said", card_ts(stage))
    faulty.queue("views.open", faults.refuse("expired_trigger_id"))
    await stage.slack.people.global_shortcut(stage.me, "start_check")
    faulty.queue("views.open", faults.server_error(500))
    await stage.slack.people.global_shortcut(stage.me, "start_check")
    await stage.settle()


async def test_a_whole_conversation_and_its_failures_leave_no_word_behind(tmp_path: Path) -> None:
    async with watched(tmp_path) as (stage, process):
        await play(stage)
        await fail(stage, tmp_path)
        await stage.slack.people.say(stage.me, stage.dm, "zwieback beside " + "it " * 20)
        await stage.settle()
        secrets = secrets_of(stage)
    assert process.output.count("a request failed") == 5
    for secret in (*CANARIES, *secrets):
        assert secret not in process.output
    stored = b"".join(path.read_bytes() for path in files(tmp_path))
    assert len(stored) > 50_000
    for secret in (*CANARIES, *secrets):
        assert secret.encode() not in stored
    assert KEY not in stored


def secrets_of(stage: Stage) -> list[str]:
    """What would let somebody in."""
    slack = stage.slack
    key = KEYS.partition(":")[2]
    return [
        slack.bot_token,
        slack.app_token,
        slack.signing_secret,
        key,
        *slack.workspace.response_urls,
    ]


def files(folder: Path) -> list[Path]:
    """The database and what it keeps beside itself."""
    return sorted(folder.glob("differ.db*"))
