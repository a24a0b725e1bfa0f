"""`make attack`: a colleague who takes part tries to read the others from all that is published.

With ``--write`` it also renews the tables in docs/privacy.md.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice

from coaching.summary import MINIMUM
from tests.attack import tables
from tests.attack.groups import broken, lives, read_team, teams
from tests.attack.insider import read_by_bands, read_by_listing
from tests.attack.weeks import play
from tests.attack.worlds import ANSWERS

LISTED, COUNTED = range(MINIMUM, 9), range(9, 21)
SHARES = 4
"""Parts that the weeks of sellers and teams are cut into, to use every processor."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One part of the attack: how many worlds there were, and in how many cases it succeeded."""

    what: str
    cases: int
    worlds: int
    read: int


def one_summary(voters: int, read: Callable[[int], Iterator[object]], how: str) -> Tried:
    """A summary of so many sellers, for every insider."""
    found = sum(1 for _ in read(voters))
    return Tried(f"one summary, {voters} sellers, {how}", voters, len(ANSWERS) ** voters, found)


def one_life(share: int) -> Tried:
    """A share of all the ways in which one seller can spend three or four weeks."""
    cases = read = 0
    for life in islice(lives(), share, None, SHARES):
        cases += 1
        read += sum(1 for _ in broken(*life))
    return Tried("one seller's weeks, beside every course of publishing", cases, 0, read)


def whole_teams(share: int) -> Tried:
    """A share of the teams, each read by each of its members."""
    cases = worlds = read = 0
    for team in islice(teams(), share, None, SHARES):
        cases += 1
        worlds += len(ANSWERS) ** sum(len(one.checks) for one in play(team))
        read += sum(1 for _ in read_team(team))
    return Tried("teams of five to eight, two weeks or four, two channels", cases, worlds, read)


def parts() -> list[Callable[[], Tried]]:
    """The whole attack, the longest first."""
    listing = [partial(one_summary, n, read_by_listing, "every count") for n in LISTED]
    bands = [partial(one_summary, n, read_by_bands, "every band") for n in COUNTED]
    weeks = [partial(part, share) for part in (one_life, whole_teams) for share in range(SHARES)]
    return [*reversed(listing), *weeks, *bands]


def attack() -> list[Tried]:
    """All parts, those of one sort added up, in order."""
    with ProcessPoolExecutor() as pool:
        tried = [one.result() for one in [pool.submit(part) for part in parts()]]
    together: dict[str, Tried] = {}
    for one in tried:
        sofar = together.get(one.what, Tried(one.what, 0, 0, 0))
        together[one.what] = Tried(
            one.what,
            sofar.cases + one.cases,
            sofar.worlds + one.worlds,
            sofar.read + one.read,
        )
    return sorted(together.values(), key=lambda one: ("one summary" not in one.what, one.worlds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="renew the tables in docs/privacy.md")
    write = parser.parse_args().write
    began = time.monotonic()
    tried = attack()
    say = partial(print, flush=True)
    for one in tried:
        worlds = f"{one.worlds:.1e} worlds, " if one.worlds else ""
        say(f"{one.what}: {one.cases:,} cases, {worlds}{one.read} violations")
    violations = sum(one.read for one in tried)
    say(f"{time.monotonic() - began:.0f} seconds")
    say(f"{sum(one.worlds for one in tried):.1e} worlds, {violations} violations")
    if write:
        tables.write()
    sys.exit(violations > 0)


if __name__ == "__main__":
    main()
