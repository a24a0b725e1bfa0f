"""A bad network between the product and Slack: every message arrives, and arrives once."""

from pathlib import Path

from bot.playground.faults import (
    drop_answer,
    drop_request,
    fatal_error,
    ratelimited,
    reset,
    server_error,
    slow,
    truncate,
)
from bot.sender import Pace
from bot.serve import running
from tests.bot.stage import settings_for
from tests.chaos.crowd import Crowd, small_slack
from tests.chaos.databases import Sqlite
from tests.chaos.door import Door
from tests.chaos.seller import hire
from tests.chaos.verdict import Verdict, in_slack, judge

PACE = Pace(timeout=0.4, lease=1.2, poll=0.05)
TOO_SLOW = 0.6
"""Seconds: the answer comes when nobody waits for it any more."""
FAULTS = (
    drop_request(),
    drop_answer(),
    reset(),
    reset(accepted=True),
    slow(TOO_SLOW),
    truncate(),
    server_error(500),
    server_error(503, accepted=True),
    fatal_error(),
)
SLOW_DOWN = (ratelimited(1), ratelimited(1))
"""Few, for each of them closes the workspace to all posts for a second."""
SHARE = 0.3
SELLERS, AT_ONCE, MESSAGES = 40, 8, 300


async def test_faults_on_a_third_of_the_posts_lose_and_double_nothing(folder: Path) -> None:
    database = Sqlite(folder / "differ.db")
    async with small_slack() as slack:
        settings = settings_for(slack, folder, database_url=database.url(0))
        async with running(settings, slack.clock.now, PACE) as differ:
            url = f"http://127.0.0.1:{differ.port}/slack/events"
            door = Door.between(slack, [url])
            people = [hire(slack, door, n, seed=3) for n in range(1, SELLERS + 1)]
            crowd = Crowd(slack, door, people)
            for method in ("chat.postMessage", "chat.update", "conversations.replies"):
                slack.faults.chance(method, SHARE, *FAULTS)
            slack.faults.queue("chat.postMessage", *SLOW_DOWN)
            async with crowd.at_work(AT_ONCE):
                await crowd.until_done(MESSAGES)
            await crowd.drain(database)

            verdict = await judge(crowd, database)
            assert verdict == Verdict(uncertain=verdict.uncertain)
            assert len(in_slack(slack.workspace)) >= MESSAGES
            played = {kind for name, kind in slack.faults.played if name == "chat.postMessage"}
            assert played == {fault.kind for fault in (*FAULTS, *SLOW_DOWN)}
