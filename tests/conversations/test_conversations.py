"""Every conversation file reads as differ answers today."""

from pathlib import Path
from statistics import median

import pytest

from tests.conversations.player import COUNT, files, play
from tests.postgres import Postgres

MOST = 26
"""Taps and texts of a five-minute check, at the most."""
USUAL = 20
CONVERSATIONS = {path.stem: path.read_text("utf-8") for path in files()}


@pytest.mark.parametrize("name", CONVERSATIONS)
async def test_the_conversation_goes_as_written(name: str, tmp_path: Path):
    """Played through the real product, differ says what the file says."""
    written = CONVERSATIONS[name]

    assert await play(written, tmp_path) == written


@pytest.mark.parametrize("name", CONVERSATIONS)
async def test_the_conversation_goes_the_same_on_postgresql(
    name: str, tmp_path: Path, postgres: Postgres
):
    """With another database nothing that is said changes."""
    written = CONVERSATIONS[name]
    async with postgres.copy() as database:
        url = postgres.url(database)

        assert await play(written, tmp_path, database_url=url) == written


def test_a_check_costs_few_taps():
    """No check takes more than 26 taps and texts; half of them take 20 or fewer. A file with
    several checks in it does not say its count."""
    counts = [int(found[1]) for text in CONVERSATIONS.values() if (found := COUNT.search(text))]

    assert len(counts) > 10
    assert max(counts) <= MOST
    assert median(counts) <= USUAL
