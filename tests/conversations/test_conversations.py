"""Every conversation file reads as differ answers today."""

import re
from pathlib import Path
from statistics import median

import pytest

from tests.conversations.player import COUNT, files, play

MOST = 26
"""Taps and texts of a five-minute check, at the most."""
USUAL = 20


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
async def test_the_conversation_goes_as_written(path: Path, tmp_path: Path):
    """Played through the real product, differ says what the file says."""
    text = path.read_text("utf-8")

    assert await play(text, tmp_path) == text


def test_a_check_costs_few_taps():
    """No conversation takes more than 26 taps and texts; half of them take 20 or fewer."""
    counts = [int(re.sub(r"\D", "", COUNT.search(p.read_text("utf-8"))[0])) for p in files()]

    assert max(counts) <= MOST
    assert median(counts) <= USUAL
