"""A nudge that asked what came of a promise: what is written then answers that."""

from datetime import datetime, timedelta

from bot.nudges import Outcome
from coaching.calls import Seen
from coaching.nudges import PROMISED, Why
from storage import Nudge, Transaction

WEEKS = PROMISED // timedelta(weeks=1)
"""Nudges that are looked back on: a promise is asked after for no longer."""
ANSWERED = (Seen.HEARD, Seen.DECLINED, Seen.CANCELLED, Seen.OVERTAKEN)


async def asked_in(tx: Transaction, check_id: str) -> str:
    """The id of the last message that asked what came of this check's change, or nothing. One that
    was put off still stands there: what is told in its thread is told."""
    for nudge in await tx.week.nudges(WEEKS):
        if nudge.check_id == check_id and _asks(nudge):
            return nudge.message_id or ""
    return ""


async def asked_last(tx: Transaction, now: datetime) -> str:
    """The check whose promise was asked after and not put off, if nothing was asked since and
    nothing was told."""
    nudge = next((nudge for nudge in await tx.week.nudges(WEEKS) if nudge.wording), None)
    if nudge is None or not nudge.check_id or not _asks(nudge) or now - nudge.at > PROMISED:
        return ""
    if nudge.outcome != Outcome.SENT:
        return ""
    newest = await tx.latest_checks(1)
    call = await tx.calls.of(nudge.check_id)
    overtaken = bool(newest) and newest[0].started_at > nudge.at
    answered = call is not None and call.state in ANSWERED
    return "" if overtaken or answered else nudge.check_id


def _asks(nudge: Nudge) -> bool:
    """Whether it stands there, was not stopped, and asks after a promise."""
    about = nudge.wording.startswith(Why.PROMISE) and nudge.outcome != Outcome.CHANGED
    return about and nudge.came is not False
