"""The page of conversations says what differ says today, for every end that a check can have."""

import pytest

from coaching.verdict import Hand, Outcome
from tests.conversations.aloud import BOOK, book, end, sellers

CLASSED = (Outcome.DIFFERENT, Outcome.NOT_YET)


@pytest.mark.parametrize("seller", sellers(), ids=lambda seller: str(seller["end"]))
def test_a_seller_comes_to_the_end_that_is_named(seller: dict[str, str]) -> None:
    assert end(seller) == seller["end"]


def test_every_end_has_its_seller() -> None:
    ends = [seller["end"] for seller in sellers()]

    assert {name for found in ends for name in found.split()} == {*Hand, *Outcome}
    assert len(ends) == len(Hand) + len(Outcome) - len(CLASSED)


def test_the_page_is_what_differ_says_today() -> None:
    """`make conversations` writes it anew; read the difference before you keep it."""
    assert BOOK.read_text("utf-8") == book()
