"""What each kind of interaction costs, counted: a number that changes is a change to be seen.

Figures of time stand in docs/performance.md; these repeat exactly. SQLite; PostgreSQL adds two
statements to each transaction: the seller's lock, and the call that wakes the other processes.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.sender import Pace
from tests.bench.counting import CLAIMS, RETURNS, SENDS, TAKES, Counts, counting
from tests.bot.stage import Stage, on_stage

UNDISTURBED = Pace(poll=60.0, tick=60.0)
"""The outbox is looked at when something was committed, and never because time passed."""


@dataclass(frozen=True)
class Cost:
    """Up to the ack: statements, transactions, hops to SQLite's thread, listeners tried. After
    it: what was called at Slack, one transaction for each call, and those that look for work."""

    statements: int
    transactions: int
    hops: int
    tried: int
    posts: int
    updates: int
    claims: int


TARGET = Cost(statements=4, transactions=1, hops=2, tried=15, posts=1, updates=2, claims=1)
"""At most; ``posts`` for each new message, ``claims`` for an interaction."""

TODAY = {
    "a command with a plan": Cost(8, 1, 9, 9, posts=2, updates=0, claims=1),
    "a tap": Cost(5, 1, 6, 1, posts=1, updates=1, claims=1),
    "a tap that changes the card": Cost(5, 1, 6, 1, posts=1, updates=2, claims=1),
    "a text in the thread": Cost(8, 1, 9, 5, posts=1, updates=1, claims=1),
    "a form with evidence": Cost(5, 1, 6, 6, posts=1, updates=1, claims=1),
    "a form that begins a check": Cost(12, 1, 13, 7, posts=2, updates=0, claims=1),
}


async def test_what_an_interaction_costs(tmp_path: Path) -> None:
    async with on_stage(tmp_path, "http", UNDISTURBED) as stage:
        counted = await _interactions(stage)

    assert {name: _cost(counts) for name, counts in counted.items()} == TODAY


async def test_nobody_is_asked_who_installed_us(tmp_path: Path) -> None:
    """Neither Slack nor, once it is known, the database."""
    async with on_stage(tmp_path, "http", UNDISTURBED) as stage:
        counted = await _interactions(stage)

    assert {name: counts.calls["auth.test"] for name, counts in counted.items()} == dict.fromkeys(
        TODAY, 0
    )
    assert {name: counts.touching("installations") for name, counts in counted.items()} == {
        name: [] for name in TODAY
    }


async def test_each_call_of_slack_is_recorded_in_one_transaction(tmp_path: Path) -> None:
    async with on_stage(tmp_path, "http", UNDISTURBED) as stage:
        counted = await _interactions(stage)

    for counts in counted.values():
        assert counts.transactions[SENDS] == counts.calls.total()
        assert set(counts.calls) <= {"chat.postMessage", "chat.update"}


async def test_a_connection_is_given_back_without_a_way_to_sqlite_s_thread(tmp_path: Path) -> None:
    """What was committed is not rolled back as well."""
    async with on_stage(tmp_path, "http", UNDISTURBED) as stage:
        counted = await _interactions(stage)

    assert [counts.hops[RETURNS] for counts in counted.values()] == [0] * len(TODAY)


def _cost(counts: Counts) -> Cost:
    return Cost(
        len(counts.statements[TAKES]),
        counts.transactions[TAKES],
        counts.hops[TAKES],
        counts.tried,
        counts.calls["chat.postMessage"],
        counts.calls["chat.update"],
        counts.transactions[CLAIMS],
    )


async def _interactions(stage: Stage) -> dict[str, Counts]:
    """A seller who has met differ before talks through half a check, and begins another."""
    await stage.command("/differ A demo for Northgate")
    found = {}
    begun = await _counted(stage, stage.command("/differ Demo of the planning module"))
    found["a command with a plan"] = begun
    thread = stage.messages()[-1].thread_ts
    await stage.tap("Go on as it is")
    found["a tap"] = await _counted(stage, stage.tap("Yes"))
    found["a tap that changes the card"] = await _counted(stage, stage.tap("Yes"))
    words = "Marta told me in March that re-typing the plan costs two days a month"
    found["a text in the thread"] = await _counted(stage, stage.say(words, thread))
    await stage.tap("Change")
    evidence = stage.submit(what="wants the exit after 90 days in writing", source="said")
    found["a form with evidence"] = await _counted(stage, evidence)
    await stage.command("/differ")
    brief = stage.submit(plan="A second demo", person="Marta Lind")
    found["a form that begins a check"] = await _counted(stage, brief)
    return found


async def _counted(stage: Stage, deed: Awaitable[Any]) -> Counts:
    await stage.settle()
    with counting(stage) as counts:
        await deed
        # Once more: the sender looks a last time, and finds nothing, after the last was sent.
        await stage.settle()
    return counts
