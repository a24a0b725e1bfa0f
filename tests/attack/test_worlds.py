"""Counting worlds finds what listing them finds."""

from collections import Counter
from itertools import product

import pytest

from coaching.summary import band
from tests.attack.groups import read_team
from tests.attack.insider import published, read_by_bands, read_by_listing
from tests.attack.weeks import play
from tests.attack.worlds import ANSWERS, ATTRIBUTES, possible, worlds


def listed(people: int) -> Counter[tuple[int, ...]]:
    groups = product(ANSWERS, repeat=people)
    return Counter(tuple(map(sum, zip(*group, strict=True))) for group in groups)


@pytest.mark.parametrize("people", [1, 2, 3])
def test_small_groups_listed_one_by_one(people: int) -> None:
    found = listed(people)

    for counts in product(range(people + 1), repeat=ATTRIBUTES):
        assert worlds(people, counts) == found[counts]
        assert possible(people, counts) == (found[counts] > 0)


def test_every_world_of_a_group_is_counted_once() -> None:
    counted = sum(worlds(4, counts) for counts in product(range(5), repeat=ATTRIBUTES))

    assert counted == len(ANSWERS) ** 4


def test_five_sellers_read_one_another_in_no_world_at_all() -> None:
    """One insider's answers, every possible answer of four colleagues on two attributes, listed
    person by person through what the product publishes."""
    for own in product((0, 1), repeat=2):
        told: dict[object, list[set[int]]] = {}
        for others in product(product((0, 1), repeat=2), repeat=4):
            held, more = (sum(one) for one in zip(own, *others, strict=True))
            seen = published(5, (held, more, 0, 0, 0, 0))
            kept = told.setdefault(seen, [set() for _ in range(8)])
            for place, value in enumerate(value for one in others for value in one):
                kept[place].add(value)
        assert all(values == {0, 1} for kept in told.values() for values in kept)


def test_a_team_listed_person_by_person() -> None:
    """Six sellers over two weeks, one factor: everything everybody can have held."""
    team = ("nn", "n.", ".n", "nn", "nn", "nn")
    weeks = [[check.opinion for check in one.checks] for one in play(team)]
    said = sorted({opinion for opinions in weeks for opinion in opinions})
    told: dict[object, list[set[int]]] = {}
    for values in product((0, 1), repeat=len(said)):
        held = dict(zip(said, values, strict=True))
        own = tuple(held[one] for one in said if one.seller == 0)
        seen = tuple(band(sum(map(held.get, one)), len(one)) for one in weeks)  # type: ignore[arg-type]
        kept = told.setdefault((own, seen), [set() for _ in said])
        for place, value in enumerate(values):
            kept[place].add(value)
    others = [place for place, one in enumerate(said) if one.seller != 0]

    assert len(weeks) == 2
    assert all(kept[place] == {0, 1} for kept in told.values() for place in others)
    assert not list(read_team(team))


@pytest.mark.parametrize("colluders", [1, 2])
def test_bands_find_what_listing_finds(colluders: int) -> None:
    by_listing = next(read_by_listing(5, colluders=colluders), None)
    by_bands = next(read_by_bands(5, colluders), None)

    assert (by_listing is None) == (by_bands is None) == (colluders == 1)
