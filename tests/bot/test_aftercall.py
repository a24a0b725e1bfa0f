"""Around a call: what moves and what ends with it, and to whom the buyer's words go."""

from datetime import timedelta
from pathlib import Path

from coaching.calls import Seen
from tests.bot.script import seller_of
from tests.bot.stage import Stage
from tests.bot.test_week import HOUR, TUESDAY, at, check, week

THEIRS = "the audit keeps me awake"


async def asked(stage: Stage) -> str:
    """A check whose call is over, and the question what they said; its thread."""
    await check(stage, call_at=TUESDAY + 2 * HOUR)
    await stage.tap("13:40")
    await at(stage, TUESDAY + HOUR + timedelta(minutes=46))
    await at(stage, TUESDAY + 4 * HOUR)
    return stage.messages()[-1].thread_ts or ""


async def states(stage: Stage) -> list[str]:
    """Where the seller and each call stand, the newest check first."""
    async with stage.store.begin(seller_of(stage)) as tx:
        return [call.state for call in await tx.calls.all()]


def shown(stage: Stage) -> str:
    return str([message.blocks for message in stage.messages()])


async def test_cancelled_under_an_old_reminder_closes_the_question_and_says_so(
    tmp_path: Path,
) -> None:
    async with week(tmp_path) as stage:
        await asked(stage)
        await stage.tap("Cancelled")
        assert await states(stage) == [Seen.CANCELLED]
        assert "Then there is nothing to ask after." in shown(stage)
        assert "It didn't come up" not in shown(stage)


async def test_a_call_told_about_cannot_be_cancelled_and_is_not_passed_over_in_silence(
    tmp_path: Path,
) -> None:
    async with week(tmp_path) as stage:
        await stage.say(THEIRS, await asked(stage))
        await stage.tap("Cancelled")
        assert await states(stage) == [Seen.HEARD]
        assert "You have told me about this call" in shown(stage)
