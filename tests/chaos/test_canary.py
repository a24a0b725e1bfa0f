"""The short form of `python -m tests.chaos.canary`."""

from pathlib import Path

import pytest

from tests.chaos.cage import Cage
from tests.chaos.canary import fly


@pytest.mark.timeout(300)  # half a minute, when nothing else runs
async def test_no_word_of_a_seller_is_in_the_clear(folder: Path) -> None:
    cage = await fly(checks=300, folder=folder)

    assert cage.escaped == set()
    assert cage.count > 5000
    assert cage.done["checks"] == 300
    assert cage.done["after-calls"] >= 40
    assert cage.done["nudges"] >= 10
    assert cage.done["team summaries"] == 2


def test_a_word_in_the_clear_would_be_found(folder: Path) -> None:
    cage = Cage()
    (folder / "differ.log").write_text(f"a request failed: {cage.word()}")
    (folder / "differ.db-journal").write_bytes(cage.word().encode("utf-16"))
    (folder / "differ.db").write_bytes(b"sealed")
    cage.search(folder, "*")

    assert cage.escaped == {"differ.log", "differ.db-journal"}


def test_a_word_shown_to_somebody_else_would_be_found() -> None:
    cage = Cage()
    word = cage.word("U1")
    cage.look_at("what U1 was shown", "U1", f"you said {word}")
    assert cage.escaped == set()
    cage.look_at("what U2 was shown", "U2", f"they said {word.upper()}")
    cage.look_at("posts in the channel", "nobody", word)

    assert cage.escaped == {"what U2 was shown", "posts in the channel"}
