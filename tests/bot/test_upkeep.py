"""Backup, restore and new keys, as whoever runs differ does them."""

import asyncio
import os
import sys
from pathlib import Path

from bot.playground.server import SmallSlack
from tests.bot.script import ANSWERS, answer, dialogue, expected, play, seen
from tests.bot.stage import KEYS, ROOT, at_work, on_stage

BEFORE = 5


async def differ(folder: Path, *arguments: str, keys: str = KEYS) -> tuple[int, str]:
    """The command line in a process of its own; its exit code and what it said."""
    url = f"sqlite+aiosqlite:///{folder}/differ.db"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATABASE_URL": url, "DIFFER_KEYS": keys},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def test_a_check_goes_on_from_a_backup(tmp_path: Path):
    """Backed up at work, restored into a new folder, and finished there as if nothing had been."""
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    async with SmallSlack.start(manifest=ROOT / "app_manifest.yml") as slack:
        async with at_work(slack, old) as stage:
            await play(stage, BEFORE)
            code, said = await differ(old, "backup", str(tmp_path / "differ.backup"))
            assert code == 0, said
            assert "rows are in" in said
        code, said = await differ(new, "restore", str(tmp_path / "differ.backup"))
        assert code == 0, said
        async with at_work(slack, new) as stage:
            await answer(stage, *ANSWERS[BEFORE:])

            assert seen(stage) == await expected()


async def test_a_restore_into_a_full_database_changes_nothing(tmp_path: Path):
    """One sentence says so, and the check that is under way there stands."""
    async with on_stage(tmp_path) as stage:
        await play(stage, BEFORE)
        before = await dialogue(stage)
        await differ(tmp_path, "backup", str(tmp_path / "differ.backup"))

        code, said = await differ(tmp_path, "restore", str(tmp_path / "differ.backup"))

        assert code == 69
        assert said.count("\n") == 1
        assert "not empty" in said
        assert await dialogue(stage) == before


async def test_keys_rotate_in_the_middle_of_a_check(tmp_path: Path):
    """The process at work reads the key file anew; what is said before and after stays readable."""
    async with (
        SmallSlack.start(manifest=ROOT / "app_manifest.yml") as slack,
        at_work(slack, tmp_path, keys="") as stage,
    ):
        await play(stage, BEFORE)
        old = (tmp_path / "differ.key").read_text()

        code, said = await differ(tmp_path, "keys", "rotate", keys="")
        await answer(stage, *ANSWERS[BEFORE:])

        assert code == 0, said
        assert "under the new key: 1." in said
        assert (tmp_path / "differ.key").read_text().endswith(f",{old}")
        assert seen(stage) == await expected()
