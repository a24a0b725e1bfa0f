"""The attack finds nothing in the product, and something in each worse version of it.

`make attack` is the long form, docs/privacy.md what came of it.
"""

from itertools import islice

import pytest

from tests.attack.groups import broken, lives, read_team, teams
from tests.attack.insider import read_by_bands
from tests.attack.variants import VARIANTS
from tests.attack.weeks import HOME, OTHER, play


@pytest.mark.parametrize("voters", range(6, 21))
def test_nobody_is_read_in_the_summary_of_a_larger_group(voters: int) -> None:
    assert next(read_by_bands(voters), None) is None


@pytest.mark.parametrize("voters", [10, 12])
def test_two_who_tell_each_other_read_nobody_among_ten(voters: int) -> None:
    assert next(read_by_bands(voters - 1, 2), None) is not None or voters > 10
    assert next(read_by_bands(voters, 2), None) is None


def test_no_promise_breaks_in_a_sellers_weeks() -> None:
    assert [one for life in islice(lives(), 0, None, 41) for one in broken(*life)] == []


def test_nobody_is_read_in_a_teams_weeks() -> None:
    assert [one for team in islice(teams(), 0, None, 37) for one in read_team(team)] == []


def test_whether_a_seller_is_counted_is_their_own_affair() -> None:
    """So that one seller's weeks can be looked at whoever the others are."""
    for team in islice(teams(), 0, None, 411):
        together = play(team)
        week_of = {closed: week for week, closed in enumerate(closes(len(team[0])))}
        published = {(one.channel, week_of[one.closed]) for one in together}
        forced = {
            (channel, week): (channel, week) in published
            for channel in (HOME, OTHER)
            for week in range(len(team[0]))
        }
        alone = [play([timeline], forced=forced) for timeline in team]
        for number, one in enumerate(together):
            counted = [len(weeks[number].checks) for weeks in alone]
            seller = [sum(o.seller == s for o in one.opinions) for s in range(len(team))]
            assert counted == seller


def closes(weeks: int):
    forced = {(HOME, week): True for week in range(weeks)}
    forced |= {(OTHER, week): False for week in range(weeks)}
    return [one.closed for one in play(["." * weeks], forced=forced)]


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.rule)
def test_every_rule_keeps_something(variant) -> None:
    """Switched off, it lets somebody be read, or breaks the promise it is there for."""
    finding = variant.try_out(150)

    assert finding.leaking or finding.promise
