"""The command line, as a process of its own: what it says, how it ends, what it leaves behind."""

import asyncio
import os
import stat
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.__main__ import EX_CONFIG, EX_UNAVAILABLE
from bot.playground.server import SmallSlack
from tests.bot.process import environment, free_port, serving, started
from tests.bot.script import PLAN, elsewhere
from tests.bot.stage import DEALS, KEYS, ROOT, SAM

MANIFEST = ROOT / "app_manifest.yml"
GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "SLACK_API_URL": "http://127.0.0.1:9/api/",
}


async def run(folder: Path, *arguments: str, **settings: str) -> tuple[int, str]:
    """Run a command to its end; returns its exit code and all it wrote."""
    async with started(settings, folder, *arguments) as process:
        code = await process.ended()
    assert "Traceback" not in process.output
    return code, process.output


async def test_it_says_what_it_is_and_what_it_can_do(tmp_path: Path) -> None:
    (_, version), (code, text) = await asyncio.gather(
        run(tmp_path, "--version"), run(tmp_path, "--help")
    )
    assert version.startswith("differ 0.")
    assert code == 0
    listed = [line.split(maxsplit=1) for line in text.splitlines() if line.startswith("    ")]
    about = {words[0]: words[1] for words in listed if len(words) == 2}
    assert {"try", "serve", "migrate"} <= about.keys()


async def test_wrong_settings_are_named_one_by_one(tmp_path: Path) -> None:
    nothing = await run(tmp_path, "serve")
    everything = await run(
        tmp_path,
        "serve",
        SLACK_BOT_TOKEN="xoxp-1",
        SLACK_APP_TOKEN="xoxb-1",
        DATABASE_URL="mysql://x",
        PORT="0",
        LOG_LEVEL="LOUD",
        LEASE="20",
        SLACK_API_URL="ftp://x",
    )
    assert nothing[0] == everything[0] == EX_CONFIG
    assert len(nothing[1].splitlines()) == 2
    named = [line.split()[0] for line in everything[1].splitlines()]
    assert named == [
        *("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "DATABASE_URL", "PORT", "LOG_LEVEL"),
        *("POST_TIMEOUT", "SLACK_API_URL", "DIFFER_KEYS"),
    ]


async def test_a_token_that_slack_refuses_is_said_in_one_sentence(tmp_path: Path) -> None:
    async with SmallSlack.start(manifest=MANIFEST) as slack:
        for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
            settings = environment(slack, tmp_path)
            settings[name] += "-wrong"
            code, text = await run(tmp_path, "serve", **settings)
            assert code == EX_CONFIG
            assert text.splitlines()[-1].startswith(f"Slack refuses {name} (invalid_auth)")


async def test_a_slack_out_of_reach_is_waited_for(tmp_path: Path) -> None:
    port = free_port()
    async with AsyncExitStack() as stack:
        first = SmallSlack.start(port, manifest=MANIFEST)
        async with first as slack:
            settings = environment(slack, tmp_path)
        process = await stack.enter_async_context(started(settings, tmp_path, "serve"))
        await process.until("Slack is out of reach")
        again = await stack.enter_async_context(SmallSlack.start(port, manifest=MANIFEST))
        again.workspace.tokens.update(slack.workspace.tokens)
        await process.until("listening on")
        assert (await again.people.command(SAM, DEALS, PLAN)).ok
        assert await process.stop() == 0


async def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    async with SmallSlack.start(manifest=MANIFEST) as slack:
        taken = environment(slack, tmp_path, PORT=str(slack.port))
        code, text = await run(tmp_path, "serve", **taken)
        assert code == EX_CONFIG
        last = text.splitlines()[-1]
        assert str(slack.port) in last
        assert "address already in use" in last
        assert "Set PORT" in last


async def test_a_stop_finishes_what_is_under_way_and_loses_nothing(tmp_path: Path) -> None:
    """A command waits for the database when SIGTERM comes: it is taken, answered and kept."""
    async with SmallSlack.start(manifest=MANIFEST) as slack:
        async with serving(slack, tmp_path) as process:
            async with elsewhere(tmp_path):
                typed = asyncio.create_task(slack.people.command(SAM, DEALS, PLAN))
                await process.has_read_everything()
                process.running.terminate()
                await process.until("stopping")
            assert (await typed).ok
            assert "On it" in slack.workspace.transcript(SAM)
            assert await process.ended() == 0
        async with serving(slack, tmp_path) as process:
            await slack.workspace.until(lambda: "Who is it for" in slack.workspace.transcript(SAM))
            assert await process.stop() == 0
            assert "WARNING" not in process.output
        assert len(slack.workspace.messages["D1SAM"]) == 3


async def test_stray_settings_of_other_apps_change_nothing(tmp_path: Path) -> None:
    async with SmallSlack.start(manifest=MANIFEST) as slack:
        stray = {
            "SLACK_CLIENT_ID": "1.2",
            "SLACK_CLIENT_SECRET": "x",
            "SLACK_SIGNING_SECRET": "y",
            "SLACK_VERIFICATION_TOKEN": "z",
        }
        async with serving(slack, tmp_path, **stray) as process:
            assert (await slack.people.command(SAM, DEALS, PLAN)).ok
            await slack.workspace.until(lambda: "Who is it for" in slack.workspace.transcript(SAM))
            assert await process.stop() == 0
        assert {name.partition("-")[0] for name in os.listdir(tmp_path)} == {"differ.db"}


async def test_a_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    async with SmallSlack.start(manifest=MANIFEST) as slack:
        key, outputs = tmp_path / "differ.key", []
        for _ in range(2):
            async with serving(slack, tmp_path, DIFFER_KEYS="") as process:
                assert await process.stop() == 0
            outputs.append(process.output)
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert [text.count("made a key file") for text in outputs] == [1, 0]
        secret = key.read_text().strip().partition(":")[2]
        assert secret not in "".join(outputs)

        key.rename(tmp_path / "moved.key")
        code, text = await run(tmp_path, "serve", **environment(slack, tmp_path, DIFFER_KEYS=""))
        assert code == EX_UNAVAILABLE
        assert "the master key" in text.splitlines()[-1]
        key.write_text("nothing\n")
        code, text = await run(tmp_path, "serve", **environment(slack, tmp_path, DIFFER_KEYS=""))
        assert code == EX_CONFIG
        assert "differ.key" in text.splitlines()[-1]


async def test_keys_that_are_none_are_said_without_being_shown(tmp_path: Path) -> None:
    keys = "k:" + "A" * 44
    code, text = await run(tmp_path, "serve", **GOOD, DIFFER_KEYS=keys)
    assert code == EX_CONFIG
    assert text.startswith("DIFFER_KEYS")
    assert keys not in text


@pytest.mark.parametrize(("command", "file"), [("serve", "folder"), ("migrate", "nowhere/file")])
async def test_a_database_that_cannot_be_written_is_said(
    tmp_path: Path, command: str, file: str
) -> None:
    (tmp_path / "folder").mkdir()
    database = {"DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/{file}"}
    code, text = await run(tmp_path, command, **GOOD, DIFFER_KEYS=KEYS, **database)
    assert code == EX_UNAVAILABLE
    assert len(text.splitlines()) == 1
    assert text.startswith("differ cannot run: the ")


async def test_migrate_brings_the_database_up_to_date(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/differ.db"
    code, text = await run(tmp_path, "migrate", DATABASE_URL=f" {url} ")
    assert (code, text) == (0, "The database is up to date.\n")


async def test_try_refuses_real_tokens_and_reads_no_env_file(tmp_path: Path) -> None:
    code, text = await run(tmp_path, "try", "--no-browser", SLACK_BOT_TOKEN="xoxb-12-34-real")
    assert code == EX_CONFIG
    assert "SLACK_BOT_TOKEN" in text
    assert "xoxb-12-34-real" not in text
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN=xoxb-12-34-real\nLOG_LEVEL=LOUD\n")
    port = str(free_port())
    async with started({}, tmp_path, "try", "--no-browser", "--port", port) as process:
        await process.until(f"differ is at http://127.0.0.1:{port}")
        assert await process.stop() == 0
    assert os.listdir(tmp_path) == [".env"]
