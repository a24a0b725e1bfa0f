"""What a channel reads: bands, and only what follows from them."""

from datetime import date, timedelta
from itertools import product
from typing import get_type_hints

import pytest

from coaching.factors import ASKED, Factor
from coaching.summaries import headline, thread, too_few
from coaching.summary import MINIMUM, Band, Summary, Tally, band, summarise
from coaching.words import plain
from tests.coaching.talk import EN, shown

FRIDAY = date(2026, 11, 27)
F, A, M = Band.FEWER, Band.AROUND, Band.MORE


def told(summary: Summary, closed: date = FRIDAY) -> str:
    """All that the channel reads."""
    first = plain(headline(summary, EN, first=False))
    return f"{first}\n{shown(thread(summary, closed, MINIMUM, EN))}"


@pytest.mark.parametrize(
    ("voters", "bands"),
    [
        (5, "FFFMMM"),
        (6, "FFFAMMM"),
        (7, "FFFAAMMM"),
        (9, "FFFAAAAMMM"),
        (10, "FFFFAAAMMMM"),
        (13, "FFFFFAAAAMMMMM"),
    ],
)
def test_both_ends_hold_three_counts_or_more(voters: int, bands: str) -> None:
    assert "".join(band(count, voters).name[0] for count in range(voters + 1)) == bands


@pytest.mark.parametrize("voters", range(MINIMUM, 30))
def test_a_band_and_its_mirror(voters: int) -> None:
    mirror = {F: M, A: A, M: F}

    for count in range(voters + 1):
        assert band(voters - count, voters) is mirror[band(count, voters)]


@pytest.mark.parametrize(
    ("voters", "minimum", "published"),
    [(0, 5, False), (4, 5, False), (5, 5, True), (7, 8, False), (8, 8, True), (4, 3, False)],
)
def test_too_few_is_nothing_and_five_is_the_least(
    voters: int, minimum: int, published: bool
) -> None:
    summary = summarise(Tally(voters, (0, 0, 0, 0, 0), 0), minimum)

    assert (summary is not None) == published


def test_the_counts_go_into_their_own_bands() -> None:
    summary = summarise(Tally(6, (0, 3, 6, 2, 4), 3), MINIMUM)

    assert summary == Summary((F, A, M, F, M), A)


@pytest.mark.parametrize(
    ("bands", "lowest", "work_on"),
    [
        ((M, F, M, M, M), "risk", "risk"),
        ((M, F, F, M, M), "risk ease", "risk"),
        ((M, M, M, A, M), "offering", "offering"),
        ((M, A, M, F, F), "offering commercials", "offering"),
        ((M, F, F, F, M), "", "risk"),
        ((F, F, F, F, F), "", "value"),
        ((M, M, M, M, M), "", "value"),
    ],
)
def test_one_or_two_are_named_if_they_stand_alone(
    bands: tuple[Band, Band, Band, Band, Band], lowest: str, work_on: str
) -> None:
    summary = Summary(bands, F)

    assert summary.lowest == tuple(map(Factor, lowest.split()))
    assert summary.work_on == work_on


def test_a_summary_has_no_room_for_a_name_a_text_or_a_count() -> None:
    assert get_type_hints(Summary) == {"bands": tuple[Band, Band, Band, Band, Band], "gap": Band}
    assert Summary.__slots__ == ("bands", "gap")


def test_one_factor_stands_out() -> None:
    text = told(Summary((M, F, A, M, M), A))

    assert text.splitlines() == [
        "Since the last summary: risk came lowest; fewer than half of us could show a buyer who "
        "sees us as safer.",
        "Who could show a buyer:",
        "△ More than half: value, offering, commercials",
        "◇ Around half: ease",
        "▽ Fewer than half: risk",
        "◇ Around half: no buyer behind at least half their yeses",
        "",
        "Try this: say the worst case first, and who carries it.",
        "To talk about: when did a customer last say why standing still felt safer?",
        "",
        "One vote each, 5 or more; no names, texts, counts.",
    ]


def test_two_stand_out_or_none() -> None:
    two = plain(headline(Summary((M, F, F, M, M), F), EN, first=True))
    none = plain(headline(Summary((F, F, F, F, F), F), EN, first=True))

    assert two == "So far: risk and ease came lowest; fewer than half of us could show them."
    assert none.startswith("So far: no factor stands out.")


@pytest.mark.parametrize("gap", Band)
def test_about_eighty_words_at_the_most_and_no_digit_but_the_minimum(gap: Band) -> None:
    for value, risk, ease, offering, commercials in product(Band, repeat=5):
        summary = Summary((value, risk, ease, offering, commercials), gap)
        for week in (0, 7):  # each factor has two practices, which take turns
            text = told(summary, FRIDAY + timedelta(days=week))

            assert sum(word.strip("△◇▽") != "" for word in text.split()) <= 85, text
            assert [letter for letter in text if letter.isdigit()] == ["5"]


def test_too_few_is_the_same_for_all_weeks_of_that_kind() -> None:
    """A practice by the date, since there is nothing else to go by; all ten take turns."""
    weeks = [plain(too_few(date.fromordinal(FRIDAY.toordinal() + 7 * w), EN)) for w in range(10)]

    assert len(set(weeks)) == 2 * len(ASKED)
    assert all(week.startswith("No figures this time: too few") for week in weeks)
